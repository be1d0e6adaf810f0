package reporter_test

import (
	"net/url"
	"net/http"
	"os"
	"testing"
	"strings"
)

func TestZZDump(t *testing.T) {
	dir := os.Getenv("DUMP")
	if dir == "" { t.Skip() }
	b := setup(t)
	ack := b.acknowledged(b.report(minimal()))
	b.decided(b.parse(ack.Receipt))
	os.MkdirAll(dir+"/static", 0o755)
	put := func(name string, a answer) { os.WriteFile(dir+"/"+name+".html", []byte(a.body), 0o644) }
	for _, lang := range []string{"en", "fr", "ar"} {
		put(lang+"-form", b.get("/c/demo/report?lang="+lang))
		put(lang+"-fault", b.postForm(url.Values{"language": {lang}, "handle": {"@maya"}, "links": {"https://example.org/x\n"+strings.Repeat("l",3000)}, "grounds": {"age","gender"}, "contact": {strings.Repeat("c", 400)}}))
		b.shrinkReports(1)
		put(lang+"-away", b.postForm(changed(filled(), "language", lang)))
		b.shrinkReports(1<<20)
		put(lang+"-done", b.postForm(changed(filled(), "language", lang)))
		put(lang+"-status", b.get("/status?lang="+lang))
		put(lang+"-mistyped", b.do(http.MethodPost, "/status", formType, url.Values{"receipt": {"A1B2C-D3E4F"}, "language": {lang}}.Encode()))
		put(lang+"-found", b.do(http.MethodPost, "/status", formType, url.Values{"receipt": {ack.Receipt}, "language": {lang}}.Encode()))
		put(lang+"-conduct", b.get("/c/demo/conduct?lang="+lang))
		put(lang+"-home", b.get("/?lang="+lang))
		put(lang+"-missing", b.get("/c/x/report?lang="+lang))
	}
	name := stylesheetLink.FindStringSubmatch(b.get("/").body)[1]
	os.WriteFile(dir+name, []byte(b.get(name).body), 0o644)
}
