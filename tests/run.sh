#!/bin/sh
# SPDX-License-Identifier: MIT
# usage: run.sh BUILD JOBS PROGRAM...
#
# Runs test programs, JOBS at a time, each with its own log beside it. One line
# a program; a failed one's whole log is shown. The last line counts the tests.
set -u

if [ "$1" = --one ]; then
	program=$2
	log=$program.log
	name=${program##*/tests/}
	start=$(date +%s)
	timeout -k 10 "${EMAGE_TEST_LIMIT_S:-300}" "$program" > "$log" 2>&1
	rc=$?
	seconds=$(($(date +%s) - start))
	if [ $rc -eq 0 ]; then
		printf 'ok    %-32s %3d tests  %3d s\n' "$name" \
		    "$(grep -c '^\[       OK \]' "$log")" "$seconds"
	else
		printf 'FAIL  %-32s status %d (124 = too long)  %3d s\n' "$name" "$rc" "$seconds"
		sed 's/^/      /' "$log"
		: > "$program.failed"
	fi
	exit 0
fi

EMAGE_BUILD=$(cd "$1" && pwd)
EMAGE_SOURCE=$(cd "$(dirname "$0")/.." && pwd)
export EMAGE_BUILD EMAGE_SOURCE
# Of what was freed, the sanitizer watches as much as a program here ever holds: its
# own 256 MB cost the suite more time than all its checks.
ASAN_OPTIONS=quarantine_size_mb=32${ASAN_OPTIONS:+:$ASAN_OPTIONS}
export ASAN_OPTIONS
jobs=$2
shift 2
[ $# -gt 0 ] || exit 0
for program; do
	rm -f "$program.failed" "$program.log"
done
printf '%s\n' "$@" | xargs -P "$jobs" -n 1 sh "$0" --one
passed=0
failed=0
for program; do
	ok=$(grep -c '^\[       OK \]' "$program.log")
	bad=$(grep -c '^\[  FAILED  \] [^0-9]' "$program.log")
	# a crash ends a program without a line of its own
	if [ -e "$program.failed" ] && [ "$bad" -eq 0 ]; then
		bad=1
	fi
	passed=$((passed + ok))
	failed=$((failed + bad))
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
