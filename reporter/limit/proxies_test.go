package limit_test

import (
	"net/http"
	"net/netip"
	"strings"
	"testing"

	"recourse/reporter/limit"
)

func proxiesOf(t testing.TB, networks ...string) limit.Proxies {
	t.Helper()
	var trusted []netip.Prefix
	for _, n := range networks {
		trusted = append(trusted, netip.MustParsePrefix(n))
	}
	p, err := limit.NewProxies(trusted, "X-Forwarded-For")
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func from(peer string, forwarded ...string) *http.Request {
	return &http.Request{RemoteAddr: peer, Header: http.Header{"X-Forwarded-For": forwarded}}
}

func TestWhoSendsIsTheRightMostAddressThatIsNoTrustedProxys(t *testing.T) {
	nobody := limit.Proxies{}
	local := proxiesOf(t, "127.0.0.1/8", "::1/128")
	chain := proxiesOf(t, "10.0.0.0/8", "198.51.100.9/32")
	for _, tt := range []struct {
		name    string
		proxies limit.Proxies
		request *http.Request
		want    string // "": nobody can be told from anybody else
	}{
		{"the peer", nobody, from("203.0.113.7:4711"), "203.0.113.7/32"},
		{"an IPv4 peer on an IPv6 socket", nobody, from("[::ffff:203.0.113.7]:4711"), "203.0.113.7/32"},
		{"an IPv6 peer, by its /64", nobody, from("[2001:db8:1:2:3:4:5:6]:4711"), "2001:db8:1:2::/64"},
		{"a peer that forges the header", nobody, from("203.0.113.7:4711", "192.0.2.1"), "203.0.113.7/32"},
		{"a stranger that forges the header of somebody's proxy", local, from("203.0.113.7:4711", "192.0.2.1"), "203.0.113.7/32"},
		{"loopback, as an onion service is", nobody, from("127.0.0.1:4711"), ""},
		{"loopback that forges the header", nobody, from("127.0.0.1:4711", "192.0.2.1"), ""},
		{"loopback in IPv6", nobody, from("[::1]:4711"), ""},
		{"a private network", nobody, from("192.168.1.5:4711"), ""},
		{"a private network in IPv6", nobody, from("[fd00::5]:4711"), ""},
		{"a link", nobody, from("[fe80::5%eth0]:4711"), ""},
		{"a provider's inner network", nobody, from("100.64.3.4:4711"), ""},
		{"no peer", nobody, from(""), ""},
		{"behind a proxy", local, from("127.0.0.1:4711", "203.0.113.7"), "203.0.113.7/32"},
		{"behind a proxy in IPv6", local, from("[::1]:4711", "2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::/64"},
		{"forged before the proxy's own", local, from("127.0.0.1:4711", "192.0.2.1, 203.0.113.7"), "203.0.113.7/32"},
		{"forged in a header of its own", local, from("127.0.0.1:4711", "192.0.2.1", "203.0.113.7"), "203.0.113.7/32"},
		{"garbage before the proxy's own", local, from("127.0.0.1:4711", "what?, 203.0.113.7"), "203.0.113.7/32"},
		{"with a port", local, from("127.0.0.1:4711", "203.0.113.7:1234"), "203.0.113.7/32"},
		{"with brackets and port", local, from("127.0.0.1:4711", "[2001:db8:1:2::6]:1234"), "2001:db8:1:2::/64"},
		{"with brackets", local, from("127.0.0.1:4711", "[2001:db8:1:2::6]"), "2001:db8:1:2::/64"},
		{"a chain of proxies", chain, from("10.1.2.3:4711", "192.0.2.1, 203.0.113.7, 198.51.100.9, 10.9.9.9"), "203.0.113.7/32"},
		{"a chain that starts in it", chain, from("10.1.2.3:4711", "10.4.4.4"), ""},
		{"a proxy that names nobody", local, from("127.0.0.1:4711"), ""},
		{"a proxy that writes garbage", local, from("127.0.0.1:4711", "203.0.113.7, unknown"), ""},
		{"a proxy that names a gateway", local, from("127.0.0.1:4711", "172.17.0.1"), ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			want := netip.Prefix{}
			if tt.want != "" {
				want = netip.MustParsePrefix(tt.want)
			}
			if got := tt.proxies.Network(tt.request); got != want {
				t.Errorf("%s, want %s", got, want)
			}
		})
	}
}

func TestAHeaderThatIsNotReadIsRefused(t *testing.T) {
	if _, err := limit.NewProxies(nil, "forwarded"); err == nil || !strings.Contains(err.Error(), "X-Forwarded-For") {
		t.Errorf("Forwarded: %v", err)
	}
	if _, err := limit.NewProxies([]netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}, ""); err == nil {
		t.Error("proxies without a header are taken")
	}
}

func FuzzNobodyPassesForAnother(f *testing.F) {
	for _, seed := range []string{"", "192.0.2.1", "::ffff:1.2.3.4, [::1]:5", ",,,", "203.0.113.8:99999", "\x00"} {
		f.Add(seed)
	}
	local := proxiesOf(f, "127.0.0.0/8")
	f.Fuzz(func(t *testing.T, forged string) {
		want := netip.MustParsePrefix("203.0.113.7/32")
		if got := local.Network(from("203.0.113.7:4711", forged)); got != want {
			t.Errorf("a stranger passes for %s", got)
		}
		if got := local.Network(from("127.0.0.1:4711", forged, "203.0.113.7")); got != want {
			t.Errorf("who is behind the proxy passes for %s", got)
		}
	})
}
