// Package store is what statistics keep in PostgreSQL: the migrations of the
// schemas `stats` and `released`, the queries, and the Go that sqlc makes of
// them. It holds no decision, and nothing that a person wrote reaches it.
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

// Schema returns the migrations of the schemas stats and released.
func Schema() postgres.Schema {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		panic("store: the migrations are embedded under another name: " + err.Error())
	}
	return postgres.Schema{Name: "stats", Migrations: files}
}
