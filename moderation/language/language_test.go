package language_test

import (
	"strings"
	"sync"
	"testing"

	"recourse/moderation/language"

	"pgregory.net/rapid"
)

func TestLanguagesAreToldApart(t *testing.T) {
	t.Parallel()
	tests := []struct{ want, text string }{
		{"en", "He keeps writing to me every night and I don't know how to make him stop."},
		{"en", "i know where you live and i will come for you"},
		{"en", "You are not welcome here"},
		{"fr", "Il m'écrit tous les soirs et je ne sais pas comment faire pour qu'il arrête."},
		{"fr", "je sais où tu habites et je vais venir"},
		{"es", "Me escribe todas las noches y no sé qué hacer para que me deje en paz."},
		{"es", "sé dónde vives y voy a ir por ti"},
		{"pt", "Ele me escreve todas as noites e eu não sei como fazer para que ele pare."},
		{"pt", "eu sei onde você mora e vou atrás de você"},
		{"sw", "Ananiandikia kila usiku na sijui nifanye nini ili aache."},
		{"sw", "najua unapoishi na nitakuja kwako"},
		{"ar", "يكتب لي كل ليلة ولا أعرف كيف أجعله يتوقف."},
		{"ar", "أعرف أين تسكن"},
		{"ko", "그 사람이 매일 밤 저에게 글을 보내는데 어떻게 멈추게 할지 모르겠어요."},
		{"ko", "너 어디 사는지 알아"},
		{"hi", "वह मुझे हर रात लिखता है और मुझे नहीं पता कि उसे कैसे रोकूं।"},
		{"hi", "मुझे पता है तुम कहाँ रहते हो"},
		{"de", "Er schreibt mir jede Nacht, und ich weiß nicht, wie ich ihn dazu bringe aufzuhören."},
		{"it", "Mi scrive ogni notte e non so come fare per farlo smettere."},
		{"nl", "Hij schrijft me elke nacht en ik weet niet hoe ik hem kan laten stoppen."},
		{"pl", "Pisze do mnie każdej nocy i nie wiem, jak sprawić, żeby przestał."},
		{"tr", "Bana her gece yazıyor ve onu nasıl durduracağımı bilmiyorum."},
		{"ru", "Он пишет мне каждую ночь, и я не знаю, как его остановить."},
		{"uk", "Він пише мені щоночі, і я не знаю, як його зупинити, що робити."},
		{"zh", "他每天晚上都给我写信,我不知道怎么让他停下来。"},
		{"ja", "彼は毎晩私にメッセージを送ってきます。どうすれば止められるか分かりません。"},
		{"id", "Dia menulis kepada saya setiap malam dan saya tidak tahu bagaimana menghentikannya."},
		{"vi", "Anh ta viết cho tôi mỗi đêm và tôi không biết làm thế nào để anh ta dừng lại."},
		{"fa", "او هر شب برای من مینویسد و نمیدانم چگونه او را متوقف کنم."},
		{"ur", "وہ مجھے ہر رات لکھتا ہے اور مجھے نہیں معلوم کہ اسے کیسے روکوں۔"},
		{"bn", "সে প্রতি রাতে আমাকে লেখে এবং আমি জানি না কিভাবে তাকে থামাব।"},
		{"th", "เขาเขียนถึงฉันทุกคืนและฉันไม่รู้ว่าจะหยุดเขาได้อย่างไร"},
		{"el", "Μου γράφει κάθε βράδυ και δεν ξέρω πώς να τον σταματήσω."},
		{"he", "הוא כותב לי כל לילה ואני לא יודעת איך לעצור אותו."},
		{"ta", "அவன் ஒவ்வொரு இரவும் எனக்கு எழுதுகிறான்."},
		{"mr", "तो मला दररोज रात्री लिहितो आणि त्याला कसे थांबवायचे ते मला माहित नाही."},
		{"ro", "Îmi scrie în fiecare noapte și nu știu cum să îl fac să se oprească."},
		{"sv", "Han skriver till mig varje natt och jag vet inte hur jag ska få honom att sluta."},
		{"fi", "Hän kirjoittaa minulle joka yö, enkä tiedä miten saisin hänet lopettamaan."},
		{"hu", "Minden éjjel ír nekem, és nem tudom, hogyan vegyem rá, hogy abbahagyja."},
		{"cs", "Píše mi každou noc a já nevím, jak ho přimět, aby přestal."},
		{"tl", "Sumusulat siya sa akin gabi-gabi at hindi ko alam kung paano siya pipigilan."},
		{"am", "በየምሽቱ ይጽፍልኛል እና እንዴት እንደማቆመው አላውቅም።"},
		{"ko", "@someone 이 사람이 https://example.org/en/the-and-of-to-in 에서 계속 욕을 해요"},
		{"fr", "@the_best_of_the_west m'a dit de me taire, sinon il publie mes photos #justforfun"},
	}
	for _, tt := range tests {
		if got := language.Detect(tt.text); got != tt.want {
			t.Errorf("%q is %s, not %s", tt.text, got, tt.want)
		}
	}
}

func TestWhatIsNotSureIsLeftOpen(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"", " ", "ok", "lol", "12345", "😡😡😡", "@someone #tag https://example.org/the/and", "\xff\xfe", "a б", "hhhhhhhhhhhhhhhh",
		"Hello my friend, this is English; это сообщение на русском языке",
	} {
		if got := language.Detect(text); got != language.Undetermined {
			t.Errorf("%q is said to be %s", text, got)
		}
	}
}

func TestALongTextIsJudgedByItsBeginning(t *testing.T) {
	t.Parallel()
	text := strings.Repeat("Je ne sais pas quoi faire. ", 60) + strings.Repeat("This is something else. ", 2000)
	if got := language.Detect(text); got != "fr" {
		t.Errorf("got %s", got)
	}
}

func TestTheSameTextHasTheSameLanguage(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(
			rapid.String(),
			rapid.StringMatching(`([a-zà-ö]{1,7} ){1,6}`),
			rapid.StringMatching(`([ا-ي]{1,5} |[а-я]{1,5} |[क-ह]{1,5} ){1,5}`),
		).Draw(t, "text")
		want := language.Detect(text)
		for range 5 {
			if got := language.Detect(text); got != want {
				t.Fatalf("now %s, now %s", want, got)
			}
		}
	})
}

func TestManyMayAskAtOnce(t *testing.T) {
	t.Parallel()
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for range 20 {
				if got := language.Detect("Mi scrive ogni notte e non so cosa fare"); got != "it" {
					t.Errorf("got %s", got)
				}
			}
		})
	}
	group.Wait()
}

func BenchmarkDetect(b *testing.B) {
	for name, text := range map[string]string{
		"short":  "I will find you",
		"usual":  strings.Repeat("Er schreibt mir jede Nacht, und ich weiß nicht, was ich tun soll. ", 8),
		"script": strings.Repeat("그 사람이 매일 밤 저에게 글을 보내요. ", 20),
		"long":   strings.Repeat("Wenn ich könnte, führe ich weit fort von hier. ", 1000),
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				language.Detect(text)
			}
		})
	}
}
