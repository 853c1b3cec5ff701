#!/bin/sh
# SPDX-License-Identifier: MIT
# usage: deps.sh GROUP...
#
# Installs the packages of these groups of packages.txt that are missing. Quiet
# and without root when none is.
set -eu
list=$(awk -v groups=" $* " '
	{ sub(/#.*/, "") }
	/^\[/ { wanted = index(groups, " " substr($1, 2, length($1) - 2) " "); next }
	wanted && NF { print $1 }' "$(dirname "$0")/packages.txt")
missing=
for p in $list; do
	dpkg-query -W -f '${db:Status-Status}\n' "$p" 2>/dev/null | grep -qx installed ||
	    missing="$missing $p"
done
[ -n "$missing" ] || exit 0
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
$root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing > /dev/null
