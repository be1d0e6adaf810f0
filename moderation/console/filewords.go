package console

import (
	"fmt"

	"recourse/internal/evidence"
)

// refusedFileWord says why a file was not taken.
func refusedFileWord(code string) string {
	switch code {
	case "kind":
		return "of this kind of abuse, having the file can be a crime"
	case "empty":
		return "it was empty"
	case "too_large", "bomb":
		return "it was too large"
	case "type":
		return "its type is not taken"
	case "broken":
		return "it was damaged or incomplete"
	default: // of a later version
		return code
	}
}

func fileTypeWord(t evidence.Type) string {
	switch t {
	case evidence.JPEG, evidence.PNG, evidence.WebP, evidence.GIF:
		return "picture"
	case evidence.PDF:
		return "PDF"
	case evidence.Text:
		return "text"
	case evidence.HTML, evidence.MHTML:
		return "saved page, opens as text"
	default: // of a later version
		return string(t)
	}
}

func fileSizeWord(bytes int) string {
	switch {
	case bytes < 1000:
		return fmt.Sprintf("%d bytes", bytes)
	case bytes < 1_000_000:
		return fmt.Sprintf("%d kB", (bytes+500)/1000)
	default:
		return fmt.Sprintf("%.1f MB", float64(bytes)/1e6)
	}
}
