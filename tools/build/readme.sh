#!/bin/sh
# SPDX-License-Identifier: MIT
# The README with the screens of the golden files: behind each line
# "<!-- golden: NAME -->" stands the screen of tests/ui/golden/NAME.txt.
#
#	readme.sh > README.md.new
set -eu
cd "$(dirname "$0")/../.."
awk '
function screen(name,   file, line) {
	file = "tests/ui/golden/" name ".txt"
	print "```text"
	while ((getline line < file) > 0) {
		if (line ~ /^cursor: /) break
		print line
	}
	close(file)
	print "```"
}
inside && /^```$/ { inside = 0; next }
inside { next }
pending && /^```text$/ { inside = 1; pending = 0; next }
pending && /^$/ { print; next }
{ pending = 0; print }
/^<!-- golden: / {
	name = $3
	screen(name)
	pending = 1
}
' README.md
