package postgres

import (
	"context"
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"

	"github.com/jackc/pgx/v5"

	"recourse/internal/keys"
)

// EnsureRoles makes the role of every service that uses PostgreSQL and sets
// its password to the key file's. conn belongs to a role that may make roles.
func EnsureRoles(ctx context.Context, conn *pgx.Conn, folder keys.Folder) error {
	for _, s := range keys.Services() {
		if !s.UsesPostgres() || s == keys.Admin {
			continue
		}
		password, err := folder.PostgresPassword(s)
		if err != nil {
			return err
		}
		verifier, err := scramVerifier(password)
		if err != nil {
			return err
		}
		if err := ensureRole(ctx, conn, s.Role(), verifier); err != nil {
			return fmt.Errorf("making the role %s: %w", s.Role(), err)
		}
	}
	return nil
}

func ensureRole(ctx context.Context, conn *pgx.Conn, role, verifier string) error {
	name := pgx.Identifier{role}.Sanitize()
	var there bool
	if err := conn.QueryRow(ctx, `SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1)`, role).Scan(&there); err != nil {
		return err
	}
	// Only a superuser may say NOSUPERUSER of a role that is there, and the role
	// was made without.
	verb, rights := "CREATE", " LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS"
	if there {
		verb, rights = "ALTER", " LOGIN"
	}
	// Utility statements take no parameters. A verifier holds base64, digits,
	// "$", "-" and ":" only, and the name is our own.
	_, err := conn.Exec(ctx, verb+" ROLE "+name+rights+" PASSWORD '"+verifier+"'")
	return err
}

// scramVerifier returns what PostgreSQL stores for a password
// (SCRAM-SHA-256, RFC 5803 and RFC 7677), so that the password itself never
// travels in a statement that a log could keep.
func scramVerifier(password string) (string, error) {
	const iterations = 4096
	salt := make([]byte, 16)
	rand.Read(salt)
	salted, err := pbkdf2.Key(sha256.New, password, salt, iterations, sha256.Size)
	if err != nil {
		return "", fmt.Errorf("hashing a password: %w", err)
	}
	mac := func(key []byte, message string) []byte {
		h := hmac.New(sha256.New, key)
		h.Write([]byte(message))
		return h.Sum(nil)
	}
	stored := sha256.Sum256(mac(salted, "Client Key"))
	b64 := base64.StdEncoding.EncodeToString
	return fmt.Sprintf("SCRAM-SHA-256$%d:%s$%s:%s", iterations, b64(salt), b64(stored[:]), b64(mac(salted, "Server Key"))), nil
}
