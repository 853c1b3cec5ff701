#!/bin/sh
# SPDX-License-Identifier: MIT
# What a compiler does not say. Every fault is shown; the status says whether
# there was one.
set -u
bad=0
fault()
{
	echo "$*"
	bad=1
}

sources=$(git ls-files '*.c' '*.h' '*.cc')
for f in $sources; do
	head -n 1 "$f" | grep -q 'SPDX-License-Identifier: MIT' || fault "$f: no SPDX line"
	clang-format --dry-run --Werror "$f" > /dev/null 2>&1 || fault "$f: make format"
	case $f in
	tests/*) ;;
	*)
		[ "$(wc -l < "$f")" -le 600 ] || fault "$f: more than 600 lines"
		grep -nE '\b(system|popen|sprintf|strcpy|strcat|gets|strtok|alloca)\(' "$f" &&
		    fault "$f: function not wanted (P-05)"
		;;
	esac
done
git grep -nE '\b(u|nano)?sleep *\(' -- tests && fault "a sleep in a test"
for f in man/*.[1-9]; do
	[ -e "$f" ] || continue
	mandoc -T lint -W warning "$f" || fault "$f: mandoc"
done
if command -v foot > /dev/null; then
	foot --check-config -c dist/kiosk/foot.ini 2> /dev/null || fault "dist/kiosk/foot.ini: foot refuses it"
fi
if command -v systemd-analyze > /dev/null; then
	# the programs' folders stand for themselves: any program that is there will do
	tmp=$(mktemp -d)
	for f in dist/systemd/*; do
		sed 's,@\(s\?bindir\)@/[a-z-]*,/bin/true,; s,@[a-z]*@,/,g' "$f" > "$tmp/${f##*/}"
	done
	for f in "$tmp"/*; do
		case $f in *@.service) mv "$f" "${f%@.service}@tty1.service"; f="${f%@.service}@tty1.service" ;; esac
		systemd-analyze verify --man=no "$f" 2>&1 | grep -F "$tmp/" && fault "dist/systemd/${f##*/}: systemd-analyze verify"
	done
	rm -rf "$tmp"
fi
for f in $(git ls-files '*.sh' .ci/run); do
	sh -n "$f" || fault "$f: syntax"
done
for f in po/*.po; do
	[ -e "$f" ] || continue
	msgfmt --check -o /dev/null "$f" || fault "$f: msgfmt"
done

tmp=$(mktemp)
sh tools/build/conf-man.sh > "$tmp"
cmp -s "$tmp" man/emaged.conf.5 || fault "man/emaged.conf.5: sh tools/build/conf-man.sh > man/emaged.conf.5"
rm -f "$tmp"
tmp=$(mktemp)
sh tools/build/readme.sh > "$tmp"
cmp -s "$tmp" README.md || fault "README.md: sh tools/build/readme.sh > README.md.new && mv README.md.new README.md"
rm -f "$tmp"
exit $bad
