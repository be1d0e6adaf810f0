package notify

import (
	"crypto/rand"
	"embed"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	netmail "net/mail"
	"net/url"
	"path"
	"strings"
	"time"

	"github.com/wneessen/go-mail"
)

//go:embed languages/*.json
var languageFiles embed.FS

// fallbackLanguage is what a mail is written in where its reporter's language is
// not there.
const fallbackLanguage = "en"

// words are a mail's, in one language. {url} stands for where receipts go.
type words struct {
	Subject string `json:"subject"`
	Body    string `json:"body"`
}

func loadWords() (map[string]words, error) {
	files, err := languageFiles.ReadDir("languages")
	if err != nil {
		return nil, fmt.Errorf("listing the mails' languages: %w", err)
	}
	all := map[string]words{}
	for _, f := range files {
		b, err := languageFiles.ReadFile("languages/" + f.Name())
		if err != nil {
			return nil, fmt.Errorf("reading the mails' words: %w", err)
		}
		var w words
		if err := json.Unmarshal(b, &w); err != nil {
			return nil, fmt.Errorf("reading the mails' words in %s: %w", f.Name(), err)
		}
		all[strings.TrimSuffix(f.Name(), path.Ext(f.Name()))] = w
	}
	return all, nil
}

// letter is the one mail that is ever sent.
type letter struct {
	from      *netmail.Address
	statusURL string
	words     map[string]words
}

func newLetter(from, statusURL string) (letter, error) {
	parsed, err := netmail.ParseAddress(from)
	if err != nil {
		return letter{}, errors.New(`the sender must be an address, such as "Reports <reports@example.org>"`)
	}
	if err := checkStatusURL(statusURL); err != nil {
		return letter{}, err
	}
	all, err := loadWords()
	if err != nil {
		return letter{}, err
	}
	return letter{from: parsed, statusURL: statusURL, words: all}, nil
}

func domainOf(address string) string { return address[strings.LastIndexByte(address, '@')+1:] }

// checkStatusURL refuses what could tell reporters apart, and pages that would
// take a receipt in the clear.
func checkStatusURL(statusURL string) error {
	u, err := url.Parse(statusURL)
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return errors.New("the status URL must be a page's address without query, such as https://report.example.org/status")
	}
	if u.Scheme != "https" && (u.Scheme != "http" || !isLoopback(u.Hostname())) {
		return errors.New("the status URL must begin with https://: a receipt is entered there")
	}
	return nil
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// to addresses the letter. Whoever sees the mail, or its headers, learns who is
// written to and by whom, and the hour. Library, machine and minute stay out.
func (l letter) to(address, language string, now time.Time) (*mail.Msg, error) {
	base, _, _ := strings.Cut(language, "-")
	w, ok := l.words[base]
	if !ok {
		w = l.words[fallbackLanguage]
	}
	msg := mail.NewMsg(mail.WithNoDefaultUserAgent(), mail.WithCharset(mail.CharsetUTF8), mail.WithEncoding(mail.EncodingQP))
	msg.FromMailAddress(l.from)
	if err := msg.To(address); err != nil {
		return nil, errors.New("the address is none for a mail")
	}
	id := make([]byte, 16)
	rand.Read(id)
	msg.SetMessageIDWithValue(hex.EncodeToString(id) + "@" + domainOf(l.from.Address))
	msg.SetDateWithValue(now.UTC().Truncate(time.Hour))
	msg.SetGenHeader("Auto-Submitted", "auto-generated")
	msg.Subject(w.Subject)
	msg.SetBodyString(mail.TypeTextPlain, strings.ReplaceAll(w.Body, "{url}", l.statusURL))
	return msg, nil
}
