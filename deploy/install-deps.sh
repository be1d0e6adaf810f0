#!/usr/bin/env bash
# Installs what building, testing and running need and this machine lacks:
#
#   deploy/install-deps.sh postgresql cc chromium
#
#   postgresql  the server's programs, initdb and postgres; no server is set up or started
#   cc          a C compiler, for go test -race
#   chromium    a browser, for tests of what only a browser shows
#   npm         fetches axe-core, which tests of pages use
#
# It says nothing and changes nothing where all of it is there. It uses apt-get,
# dnf or brew, and sudo where it is not root.
set -euo pipefail

say() { echo "install-deps: $*" >&2; }
die() {
	say "$*"
	exit 1
}

# has_postgresql looks where packages put the server's programs, which Debian
# and others keep out of PATH.
has_postgresql() {
	local bin
	if command -v initdb >/dev/null && command -v postgres >/dev/null; then
		return
	fi
	for bin in /usr/lib/postgresql/*/bin /usr/pgsql-*/bin \
		/opt/homebrew/opt/postgresql*/bin /usr/local/opt/postgresql*/bin \
		/home/linuxbrew/.linuxbrew/opt/postgresql*/bin; do
		if [[ -x $bin/initdb && -x $bin/postgres ]]; then
			return
		fi
	done
	return 1
}

# has_cc builds a program, since a compiler without the C library's headers is
# no use to Go.
has_cc() {
	local cc=gcc scratch status=0
	if command -v go >/dev/null; then
		cc=$(go env CC)
	fi
	command -v "${cc%% *}" >/dev/null || return
	scratch=$(mktemp -d)
	echo '#include <stdlib.h>
int main(void) { return EXIT_SUCCESS; }' >"$scratch/probe.c"
	# shellcheck disable=SC2086 # CC may hold flags
	$cc -o "$scratch/probe" "$scratch/probe.c" >/dev/null 2>&1 || status=1
	rm -rf "$scratch"
	return "$status"
}

has() {
	case $1 in
	postgresql) has_postgresql ;;
	cc) has_cc ;;
	chromium) command -v chromium >/dev/null ;;
	npm) command -v npm >/dev/null ;;
	esac
}

# as_root runs a command as root, or says what root has to run.
as_root() {
	if [[ $EUID -eq 0 ]]; then
		"$@"
	elif command -v sudo >/dev/null; then
		say "running with sudo: $*"
		sudo "$@"
	else
		die "this needs root, and there is no sudo. As root, run: $0 ${missing[*]}"
	fi
}

apt_install() {
	as_root env DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends "$@" >&2
}

# apt_postgresql keeps Debian's package from making and starting a server of its
# own on port 5432. Clusters that exist are none of its business, so the setting
# is there during this one install only.
apt_postgresql() {
	apt_install postgresql-common
	local setting=/etc/postgresql-common/createcluster.conf saved
	saved=$(mktemp)
	as_root cp -p "$setting" "$saved"
	# shellcheck disable=SC2064 # the names are wanted as they are now
	trap "as_root cp -p '$saved' '$setting'; as_root rm -f '$saved'" EXIT
	echo 'create_main_cluster = false' | as_root tee -a "$setting" >/dev/null
	apt_install postgresql
}

install_with_apt() {
	local what
	as_root apt-get update --quiet >&2
	for what in "$@"; do
		case $what in
		postgresql) apt_postgresql ;;
		cc) apt_install gcc libc6-dev ;;
		chromium) apt_install chromium ;;
		npm) apt_install npm ;; # hundreds of small packages; Debian has no lighter client of that registry
		esac
	done
}

install_with_dnf() {
	local what
	for what in "$@"; do
		case $what in
		postgresql) as_root dnf install --assumeyes postgresql-server >&2 ;;
		cc) as_root dnf install --assumeyes gcc glibc-devel >&2 ;;
		chromium) as_root dnf install --assumeyes chromium >&2 ;;
		npm) as_root dnf install --assumeyes npm >&2 ;;
		esac
	done
}

install_with_brew() {
	local what
	for what in "$@"; do
		case $what in
		postgresql) brew install postgresql@17 >&2 ;;
		cc)
			[[ $(uname) != Darwin ]] || die 'for a C compiler run: xcode-select --install'
			brew install gcc >&2
			;;
		chromium) brew install --cask chromium >&2 ;;
		npm) brew install node >&2 ;;
		esac
	done
}

[[ $# -gt 0 ]] || die "usage: $0 [postgresql] [cc] [chromium] [npm]"
missing=()
for what in "$@"; do
	case $what in
	postgresql | cc | chromium | npm) has "$what" || missing+=("$what") ;;
	*) die "I know postgresql, cc, chromium and npm, not $what" ;;
	esac
done
[[ ${#missing[@]} -gt 0 ]] || exit 0

say "missing: ${missing[*]}"
if command -v apt-get >/dev/null; then
	install_with_apt "${missing[@]}"
elif command -v dnf >/dev/null; then
	install_with_dnf "${missing[@]}"
elif command -v brew >/dev/null; then
	install_with_brew "${missing[@]}"
else
	die "there is no apt-get, dnf or brew here; please install: ${missing[*]}"
fi

for what in "${missing[@]}"; do
	has "$what" || die "$what was installed but still can't be found"
done
say "installed: ${missing[*]}"
