package console

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
)

// SignInPath is where a sign-in link points: the console's address, this path,
// a token.
const SignInPath = "/sign-in/"

const tokenBytes = 32

// NewSignInToken returns a random token for a link that signs in once, and the
// hash under which it is stored (store.InsertSignInLink).
func NewSignInToken() (token string, hash []byte) { return newToken() }

// newToken returns 256 random bits in base64url and their hash. Nothing slower
// than SHA-256 is needed: nobody guesses 256 bits.
func newToken() (token string, hash []byte) {
	raw := make([]byte, tokenBytes)
	rand.Read(raw) // never fails since Go 1.24
	token = base64.RawURLEncoding.EncodeToString(raw)
	return token, hashToken(token)
}

func hashToken(token string) []byte {
	h := sha256.Sum256([]byte(token))
	return h[:]
}
