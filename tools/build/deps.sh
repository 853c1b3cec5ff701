#!/bin/sh
# SPDX-License-Identifier: MIT
# usage: deps.sh GROUP...
#
# Installs the packages of these groups of packages.txt that are missing; those of
# the group "servers" are only unpacked, below build/pkg. Quiet and without root when
# none is missing.
set -eu
here=$(dirname "$0")
pkg=$here/../../build/pkg

# the packages of these groups
list() {
	awk -v groups=" $* " '
		{ sub(/#.*/, "") }
		/^\[/ { wanted = index(groups, " " substr($1, 2, length($1) - 2) " "); next }
		wanted && NF { print $1 }' "$here/packages.txt"
}

install_missing() {
	missing=
	for p in $(list "$@"); do
		dpkg-query -W -f '${db:Status-Status}\n' "$p" 2>/dev/null | grep -qx installed ||
		    missing="$missing $p"
	done
	[ -n "$missing" ] || return 0
	echo "installing:$missing" >&2
	root=
	if [ "$(id -u)" != 0 ]; then
		if ! command -v sudo > /dev/null; then
			echo "as root: apt-get install --no-install-recommends$missing" >&2
			exit 1
		fi
		root=sudo
	fi
	$root apt-get update -qq
	# shellcheck disable=SC2086
	$root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq \
	    --no-install-recommends $missing > /dev/null
}

# What lies there under a package's name is there as a whole.
unpack_missing() {
	for p in $(list servers); do
		[ ! -e "$pkg/.$p" ] || continue
		echo "unpacking: $p" >&2
		mkdir -p "$pkg/.get"
		(cd "$pkg/.get" && rm -f -- *.deb && apt-get download -qq "$p" 2> ../.errors &&
		    dpkg-deb -x ./*.deb ..) || {
			cat "$pkg/.errors" >&2
			echo "cannot fetch $p: is apt's list of packages there (apt-get update)?" >&2
			exit 1
		}
		rm -rf "$pkg/.get" "$pkg/.errors"
		touch "$pkg/.$p"
	done
}

servers=
installed=
for group; do
	case $group in
	servers) servers=yes ;;
	*) installed="$installed $group" ;;
	esac
done
# shellcheck disable=SC2086
install_missing $installed
[ -z "$servers" ] || unpack_missing
