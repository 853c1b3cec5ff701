#!/bin/sh
# SPDX-License-Identifier: MIT
# emaged.conf(5) from server/settings.def: conf-man.sh > man/emaged.conf.5
set -eu
cd "$(dirname "$0")/../.."
cat <<'MAN'
.\" SPDX-License-Identifier: MIT
.\" Made by tools/build/conf-man.sh from server/settings.def.
.Dd November 24, 2026
.Dt EMAGED.CONF 5
.Os
.Sh NAME
.Nm emaged.conf
.Nd settings of the e-mage server
.Sh DESCRIPTION
.Nm
holds lines of the form
.Ql key = value
below a
.Ql [section]
line;
.Ql #
begins a comment.
The files
.Pa emaged.conf.d/*.conf
beside it are read afterwards, in the order of their names; what comes later wins.
.Pp
An unknown section or key, or a value out of its range, keeps
.Xr emaged 8
from starting; the message names file, line and the nearest right name.
.Ql emaged --check-config
only checks,
.Ql emaged --print-config
prints what is in force.
After
.Dv SIGHUP
the files are read again; if they are wrong, the settings in force stay.
Sections
.Bq listen ,
.Bq storage ,
.Bq threads ,
.Bq courier
and
.Bq imaging
count from the next start, but for certificate and key, which new connections
get at once.
MAN
awk '
function strings(line,   n) {
	n = 0
	while (match(line, /"([^"\\]|\\.)*"/)) {
		text[++n] = substr(line, RSTART + 1, RLENGTH - 2)
		line = substr(line, RSTART + RLENGTH)
	}
	return n
}
function mdoc(s) { gsub(/\. /, ".\n", s); gsub(/\\/, "\\e", s); sub(/^[.\047]/, "\\\\\\&&", s); return s }
/^(STR|PATH|INT|BOOL)\(/ {
	type = $0; sub(/\(.*/, "", type)
	args = $0; sub(/^[A-Z]+\(/, "", args)
	split(args, a, /, */)
	n = strings($0)
	if (a[1] != section) {
		if (section != "") print ".El"
		section = a[1]
		print ".Sh [" section "]"
		print ".Bl -tag -width Ds"
	}
	print ".It Cm " a[2]
	print mdoc(text[n])
	if (type == "INT") {
		unit = text[1] != "" ? " " text[1] : ""
		print a[3] " to " a[4] unit "."
		value = a[5]
	} else if (type == "BOOL") {
		print "yes or no."; value = text[1]
	} else
		value = text[1]
	if (value == "") print "Default: none."
	else print "Default:\n.Ql " mdoc(value) " ."
}
END { print ".El" }
' server/settings.def
cat <<'MAN'
.Sh FILES
.Bl -tag -width Ds
.It Pa /etc/emage/emaged.conf
the administrator's settings
.It Pa /etc/emage/emaged.conf.d/*.conf
drop-ins
.El
.Sh SEE ALSO
.Xr emagectl 8 ,
.Xr emaged 8
MAN
