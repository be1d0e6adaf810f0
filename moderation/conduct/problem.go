package conduct

import (
	"cmp"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
)

// ErrCode says that a file is not a code of conduct. What it wraps says where.
var ErrCode = errors.New("not a code of conduct")

// Problem is one thing that is wrong with a file, and what to do about it.
type Problem struct {
	File string // beside the code, such as lexicons/en.txt; empty for the code itself
	Line int    // from 1; 0 where the whole file is meant
	What string
}

func (p Problem) String() string {
	switch {
	case p.File == "" && p.Line == 0:
		return p.What
	case p.File == "":
		return fmt.Sprintf("line %d: %s", p.Line, p.What)
	case p.Line == 0:
		return p.File + ": " + p.What
	default:
		return fmt.Sprintf("%s:%d: %s", p.File, p.Line, p.What)
	}
}

// Problems is everything that is wrong with a file, in the order of its lines.
type Problems []Problem //nolint:errname // it is a list first, and reads as one

// Error has a problem a line.
func (p Problems) Error() string {
	lines := make([]string, len(p))
	for i := range p {
		lines[i] = p[i].String()
	}
	return strings.Join(lines, "\n")
}

// Named returns the problems with the name of the code's own file, which a
// published code does not have, and with its folder before the files beside it.
func (p Problems) Named(file string) Problems {
	named := slices.Clone(p)
	for i := range named {
		if named[i].File == "" {
			named[i].File = file
		} else {
			named[i].File = path.Join(path.Dir(file), named[i].File)
		}
	}
	return named
}

func (p Problems) sort() {
	slices.SortStableFunc(p, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line))
	})
}
