package bus

import (
	"fmt"
	"strings"

	"github.com/nats-io/nkeys"

	"recourse/internal/event"
	"recourse/internal/keys"
)

// User is a service's NATS user: an NKey and the subjects it may use. There is
// one account; what a user may not do is refused by the server.
type User struct {
	Service   keys.Service
	PublicKey string // NKey
	Publish   []string
	Subscribe []string
}

// InboxPrefix is the service's own: with the common one, a service could read
// what another fetches.
func InboxPrefix(s keys.Service) string { return "_INBOX_" + string(s) }

// Users returns the users whose seeds are in the key folder.
func Users(folder keys.Folder) ([]User, error) {
	var users []User
	for _, s := range keys.Services() {
		seed, err := folder.NATSSeed(s)
		if err != nil {
			return nil, err
		}
		pair, err := nkeys.FromSeed(seed)
		if err != nil {
			return nil, fmt.Errorf("reading the NATS seed of %s: %w", s, err)
		}
		public, err := pair.PublicKey()
		if err != nil {
			return nil, fmt.Errorf("reading the NATS seed of %s: %w", s, err)
		}
		users = append(users, User{
			Service: s, PublicKey: public,
			Publish: publishRights(s), Subscribe: []string{InboxPrefix(s) + ".>"},
		})
	}
	return users, nil
}

// publishRights are the least with which each service works.
func publishRights(s keys.Service) []string {
	const api = "$JS.API."
	readBucket := func(bucket string) []string {
		return []string{
			api + "STREAM.INFO.KV_" + bucket,
			api + "DIRECT.GET.KV_" + bucket,
			api + "DIRECT.GET.KV_" + bucket + ".>",
		}
	}
	consume := func(stream, consumer string) []string {
		return []string{
			api + "CONSUMER.INFO." + stream + "." + consumer,
			api + "CONSUMER.MSG.NEXT." + stream + "." + consumer,
			"$JS.ACK." + stream + "." + consumer + ".>",
		}
	}
	join := func(lists ...[]string) []string {
		var all []string
		for _, l := range lists {
			all = append(all, l...)
		}
		return all
	}
	switch s {
	case keys.Intake:
		return join(
			[]string{"reports.>", api + "STREAM.MSG.GET." + event.StreamReports, api + "STREAM.MSG.GET." + event.StreamQuarantine},
			[]string{"$KV." + event.BucketLimits + ".>", "$KV." + event.BucketQuotas + ".>"}, // to add to a counter answers its sum
			readBucket(event.BucketStatus), readBucket(event.BucketCommunities),
		)
	case keys.Worker:
		return join(
			[]string{"quarantine.>", "cases.>", "$KV." + event.BucketStatus + ".>"},
			consume(event.StreamReports, event.ConsumerWorker),
			readBucket(event.BucketStatus), readBucket(event.BucketCommunities),
		)
	case keys.Console:
		return readBucket(event.BucketCommunities)
	case keys.Janitor:
		return []string{
			"reports.>", // puts a report that is in no case back, sealed as it was
			api + "STREAM.INFO." + event.StreamReports, api + "STREAM.INFO." + event.StreamCases, api + "STREAM.INFO." + event.StreamQuarantine,
			api + "STREAM.MSG.GET." + event.StreamReports, api + "STREAM.MSG.GET." + event.StreamCases,
			api + "STREAM.MSG.GET." + event.StreamQuarantine,
			api + "STREAM.MSG.DELETE." + event.StreamReports, api + "STREAM.MSG.DELETE." + event.StreamQuarantine, // what was withdrawn
			api + "STREAM.PURGE." + event.StreamReports, api + "STREAM.PURGE." + event.StreamCases,
			api + "CONSUMER.LIST." + event.StreamReports, api + "CONSUMER.LIST." + event.StreamCases,
		}
	case keys.Notify, keys.Portal:
		return nil // the portal reads PostgreSQL alone
	case keys.Stats:
		return join(
			consume(event.StreamReports, event.ConsumerStats), consume(event.StreamCases, event.ConsumerStats),
			readBucket(event.BucketCommunities),
		)
	case keys.Admin:
		return []string{"$JS.API.>", "$KV." + event.BucketCommunities + ".>", "reports.>"}
	default:
		return nil
	}
}

// ServerConfig returns the users as a part of a nats-server configuration
// file, to be included in the operator's own.
func ServerConfig(users []User) string {
	var b strings.Builder
	b.WriteString("# Users of Recourse: public keys and permissions, no secret. Made by `recourse keys --nats-config`.\n")
	b.WriteString("accounts {\n  RECOURSE {\n    jetstream: enabled\n    users: [\n")
	for _, u := range users {
		fmt.Fprintf(&b, "      { nkey: %s, permissions: {  # %s\n", u.PublicKey, u.Service)
		if len(u.Publish) == 0 {
			b.WriteString("        publish: { deny: [\">\"] }\n")
		} else {
			fmt.Fprintf(&b, "        publish: { allow: [%s] }\n", quoted(u.Publish))
		}
		fmt.Fprintf(&b, "        subscribe: { allow: [%s] } } }\n", quoted(u.Subscribe))
	}
	b.WriteString("    ]\n  }\n}\n")
	return b.String()
}

func quoted(subjects []string) string {
	q := make([]string, len(subjects))
	for i, s := range subjects {
		q[i] = fmt.Sprintf("%q", s)
	}
	return strings.Join(q, ", ")
}
