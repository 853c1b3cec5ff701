#!/bin/sh
# SPDX-License-Identifier: MIT
# Prints what this machine's compiler and libraries want, as make variables.
# Hardening after the OpenSSF compiler options guide; a flag is used only if
# the compiler takes it without a warning.
set -eu

try=$(mktemp -d)
trap 'rm -rf "$try"' EXIT
echo 'int main(void) { return 0; }' > "$try/t.c"

takes()
{
	$CC -Werror "$@" -o "$try/t" "$try/t.c" > /dev/null 2>&1
}

flags()
{
	kept=
	for f in "$@"; do
		if takes $(echo "$f" | tr ',' ' '); then
			kept="$kept $(echo "$f" | tr ',' ' ')"
		fi
	done
	echo "$kept"
}

if [ -n "${SAN:-}" ]; then
	echo "SANITIZE := -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer"
	echo "HARDEN_C :="
	echo "HARDEN_LD :="
else
	echo "SANITIZE :="
	echo "HARDEN_C :=$(flags -O2,-D_FORTIFY_SOURCE=3 -fstack-protector-strong \
	    -fstack-clash-protection -fcf-protection=full -ftrivial-auto-var-init=zero \
	    -fno-delete-null-pointer-checks -fno-strict-overflow -fno-strict-aliasing -fPIE)"
	echo "HARDEN_LD := -pie$(flags) -Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack"
fi

# Tests are linked a hundred times: by the fast linker where it is installed.
echo "TEST_LINKER :=$(flags -fuse-ld=lld)"

all=
package()
{
	name=$1
	shift
	if ! pkg-config --exists "$@"; then
		echo "missing: $* (run: make deps)" >&2
		exit 1
	fi
	echo "${name}_LIBS := $(pkg-config --libs "$@")"
	all="$all $(pkg-config --cflags "$@")"
}
package PROTOBUF_C libprotobuf-c
package OPENSSL openssl
package SODIUM libsodium
package ECONF libeconf
package EVENT libevent_core libevent_pthreads
package SQLITE sqlite3
package NCURSES ncursesw
package JANSSON jansson
package CHARLS charls
package OPENJPEG libopenjp2
package JPEG libjpeg
package ZLIB zlib
package POPPLER poppler-cpp
package SECCOMP libseccomp
package CURL libcurl
package OATH liboath
package QRENCODE libqrencode
package CMOCKA cmocka
package VTERM vterm
echo "UNISTRING_LIBS := -lunistring"
# a file of its own uses these, and they bring glib's
apart()
{
	name=$1
	shift
	if ! pkg-config --exists "$@"; then
		echo "missing: $* (run: make deps)" >&2
		exit 1
	fi
	echo "${name}_LIBS := $(pkg-config --libs "$@")"
	echo "${name}_CFLAGS := $(pkg-config --cflags "$@" | sed 's/-I/-isystem /g')"
}
apart PANGO pangocairo cairo-pdf
# Debian's dcmtk.pc asks for packages that it does not depend on
echo "DCMTK_LIBS := -ldcmjpeg -ldcmdata -loflog -lofstd"
echo "PKG_CFLAGS := $(echo "$all" | tr ' ' '\n' | grep -v '^-D_GNU_SOURCE$' | grep . | awk '!s[$0]++' | tr '\n' ' ')"
