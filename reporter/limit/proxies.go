package limit

import (
	"errors"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// Proxies are the operator's own, which say in a header who speaks to them. The
// zero value trusts none: the TCP peer is who sends.
type Proxies struct {
	trusted []netip.Prefix
	header  string
}

// NewProxies returns the proxies of these networks, which append the address
// that they see to a header such as X-Forwarded-For.
func NewProxies(trusted []netip.Prefix, header string) (Proxies, error) {
	if strings.EqualFold(header, "Forwarded") {
		return Proxies{}, errors.New("the header Forwarded (RFC 7239) is not read: let the proxy set X-Forwarded-For, or a header of that form")
	}
	if len(trusted) > 0 && header == "" {
		return Proxies{}, errors.New("proxies are trusted and no header of theirs is named")
	}
	return Proxies{trusted: trusted, header: header}, nil
}

// Network returns the network that stands for who sends r, or the zero Prefix
// where the address tells nobody from anybody else: then no limit by address
// may hold, or everyone behind it would be slowed as one.
func (p Proxies) Network(r *http.Request) netip.Prefix {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Prefix{}
	}
	client := plain(peer.Addr())
	if p.trusts(client) {
		client = p.named(r.Header)
	}
	if !client.IsValid() || shared(client) {
		return netip.Prefix{}
	}
	return networkOf(client)
}

func (p Proxies) trusts(a netip.Addr) bool {
	return slices.ContainsFunc(p.trusted, func(n netip.Prefix) bool { return n.Contains(a) })
}

// named returns the right-most address in the header that is no trusted proxy's,
// or the zero Addr. What stands to its left came from outside and may be forged.
func (p Proxies) named(h http.Header) netip.Addr {
	entries := strings.Split(strings.Join(h.Values(p.header), ","), ",")
	for _, entry := range slices.Backward(entries) {
		a, ok := parse(strings.TrimSpace(entry))
		if !ok {
			return netip.Addr{}
		}
		if !p.trusts(a) {
			return a
		}
	}
	return netip.Addr{}
}

// parse reads an address, with or without brackets and port: some proxies
// write them.
func parse(s string) (netip.Addr, bool) {
	if a, err := netip.ParseAddr(strings.Trim(s, "[]")); err == nil {
		return plain(a), true
	}
	if ap, err := netip.ParseAddrPort(s); err == nil {
		return plain(ap.Addr()), true
	}
	return netip.Addr{}, false
}

func plain(a netip.Addr) netip.Addr { return a.Unmap().WithZone("") }

// shared says that an address is not one person's: an onion service, a proxy
// that nobody named or a container's gateway speaks for all behind it.
func shared(a netip.Addr) bool {
	carrier := netip.MustParsePrefix("100.64.0.0/10") // RFC 6598: between a provider and its customers
	return a.IsLoopback() || a.IsPrivate() || a.IsUnspecified() || a.IsLinkLocalUnicast() || a.IsMulticast() || carrier.Contains(a)
}

// networkOf returns what counts as one sender: an IPv4 address, or an IPv6 /64,
// the least that one subscriber has and all that a telephone gets. Homes often
// have a /56, so that somebody with the skill to use it counts as 256; a /56 of a
// mobile network is 256 strangers, and to slow those is the greater harm.
func networkOf(a netip.Addr) netip.Prefix {
	bits := 32
	if a.Is6() {
		bits = 64
	}
	return netip.PrefixFrom(a, bits).Masked()
}
