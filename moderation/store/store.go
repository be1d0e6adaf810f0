// Package store is moderation's PostgreSQL: the migrations, the queries and the
// Go that sqlc generates from them. It holds no decision. Nothing that a person
// wrote reaches it unsealed.
//
//go:generate sqlc generate
package store

import (
	"embed"
	"io/fs"

	"recourse/internal/postgres"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Schema returns the migrations of the schemas moderation, notify and janitor.
func Schema() postgres.Schema {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		panic("store: the migrations are embedded under another name: " + err.Error())
	}
	return postgres.Schema{Name: "moderation", Migrations: files}
}
