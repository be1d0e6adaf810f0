package pgcluster

import (
	"os"
	"strconv"
)

// settings are postgres' arguments. Given there, they win over postgresql.conf
// and ALTER SYSTEM.
func settings(dir, socket string) []string {
	args := []string{"-D", dir}
	for _, setting := range []string{
		"listen_addresses=", "unix_socket_directories=" + socket, "unix_socket_permissions=0700", "port=" + strconv.Itoa(Port),
		"fsync=on", "full_page_writes=on", "synchronous_commit=on", "password_encryption=scram-sha-256",
		"max_connections=100", "shared_buffers=128MB",
		// All of the log comes to us, in words that we know.
		"logging_collector=off", "log_destination=stderr", "log_line_prefix=", "lc_messages=C",
		// No statement and no parameter.
		"log_statement=none", "log_duration=off", "log_min_duration_statement=-1", "log_min_duration_sample=-1",
		"log_transaction_sample_rate=0", "log_min_error_statement=panic",
		"log_parameter_max_length=0", "log_parameter_max_length_on_error=0",
		// An error's own words can quote a value ("invalid input syntax for type
		// integer: ..."), and so can a warning's. Who sent the statement is told;
		// the log keeps what concerns the server: LOG, which stands above ERROR
		// here, FATAL and PANIC. Terse leaves out DETAIL, where a unique violation
		// shows the key and a crash shows what the process was running.
		"log_min_messages=log", "log_error_verbosity=terse",
	} {
		args = append(args, "-c", setting)
	}
	return args
}

// environment is little more than PATH: PG* would lead postgres and initdb to
// another cluster's settings, NOTIFY_SOCKET would have postgres tell systemd that
// we are ready, and what else root has is not for another user.
func environment() []string {
	return []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C", "TZ=UTC"}
}
