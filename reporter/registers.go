package reporter

import (
	"context"
	"fmt"
	"sync"

	"recourse/internal/community"
	"recourse/internal/register"
)

// maxRegisters bounds how many registers are held. A bundle names only its last
// versions, and people mostly read the one in force.
const maxRegisters = 32

// registers reads the public registers that bundles name, and holds some: what
// a digest names never changes. Safe for concurrent use.
type registers struct {
	communities *community.Source

	mu   sync.Mutex
	held map[string]heldRegister // by digest; mu
}

type heldRegister struct {
	file     []byte
	document register.Document
}

func newRegisters(communities *community.Source) *registers {
	return &registers{communities: communities, held: map[string]heldRegister{}}
}

// get returns a register, as bytes and read. Its error wraps
// community.ErrNoRegister where there is none that is what its digest says.
func (r *registers) get(ctx context.Context, digest string) (heldRegister, error) {
	r.mu.Lock()
	one, ok := r.held[digest]
	r.mu.Unlock()
	if ok {
		return one, nil
	}
	ctx, cancel := context.WithTimeout(ctx, natsTimeout)
	defer cancel()
	file, err := r.communities.Register(ctx, digest)
	if err != nil {
		return heldRegister{}, err
	}
	document, err := register.Decode(file)
	if err != nil {
		return heldRegister{}, fmt.Errorf("%w: %w", community.ErrNoRegister, err)
	}
	one = heldRegister{file: file, document: document}
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.held) >= maxRegisters {
		clear(r.held)
	}
	r.held[digest] = one
	return one, nil
}
