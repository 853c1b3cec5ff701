/* SPDX-License-Identifier: MIT */
/*
 * Anything at all into a kiosk: a million bytes and escape sequences, the window
 * of any size meanwhile, a terminal that is not one, then the terminal gone. It
 * lives until then, has no child and is never stopped, ends in order, and leaves
 * no word of the person who was signed in.
 *
 *	EMAGE_STORM_BYTES=n	length (1000000)
 *	EMAGE_STORM_SEED=n	another course of things
 */
#include "tests/lib/check.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "common/mem.h"
#include "tests/lib/pty_stage.h"

#define DEFAULT_BYTES 1000000u
#define DEFAULT_SEED  UINT64_C(20261124)
#define PIECE_BYTES   256u /* between two looks at the program */
#define RESIZE_EVERY  40u  /* pieces */
#define LOOK_EVERY    100u

/* What a kiosk's last words must not hold. */
static const char *const words[] = {"MARTIN", "ECHO-DOPPLER", "Strasbourg", "Indication"};

/* Beginnings of everything that a terminal may send, and of what it may not. */
static const char *const sequences[] = {"\033[A", "\033[B", "\033OP", "\033[21~", "\033[Z",
    "\033[<0;10;10M", "\033[<64;3;9M", "\033[<0;99999;99999m", "\033[200~", "\033[201~", "\033",
    "\033[", "\033]", "\033P", "\033_G", "\033[?62;4c", "\033[6;16;8t", "\033[999999999999999m",
    "\xc3", "\xe2\x80\xae", "\xf4\x90\x80\x80", "\t", "\r", "0", "1", "2", "3", "4", "\x03", "\x04",
    "\x1a", "\x1c", "\x13", "\x11", "\x7f"};

static uint64_t storm_state;

/* xorshift64*: the same course each time. */
static unsigned
storm_random(unsigned below)
{
	storm_state ^= storm_state >> 12;
	storm_state ^= storm_state << 25;
	storm_state ^= storm_state >> 27;
	return (unsigned)(storm_state * UINT64_C(2685821657736338717) >> 33) % below;
}

static uint64_t
storm_number(const char *name, uint64_t otherwise)
{
	const char *text = getenv(name);

	return text ? strtoull(text, NULL, 10) : otherwise;
}

/* ------------------------------------------------------------ what is watched */

/* Its parent and its state as the kernel tells; false when it has gone. */
static bool
storm_stat(const char *pid, pid_t *parent_r, char *state_r)
{
	char path[300], line[512];
	FILE *f;
	const char *behind;
	bool is_there = false;

	snprintf(path, sizeof(path), "/proc/%s/stat", pid);
	f = fopen(path, "re");
	if (!f)
		return false;
	if (fgets(line, sizeof(line), f) && (behind = strrchr(line, ')')) != NULL)
		is_there = sscanf(behind + 1, " %c %d", state_r, parent_r) == 2;
	fclose(f);
	return is_there;
}

static void
storm_check_alone(pid_t pid)
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;

	assert_non_null(proc);
	while ((entry = readdir(proc)) != NULL) {
		pid_t parent = 0;
		char state = '?';

		if (entry->d_name[0] < '0' || entry->d_name[0] > '9' ||
		    !storm_stat(entry->d_name, &parent, &state))
			continue;
		if (parent == pid)
			fail_msg("it has a child: %s", entry->d_name);
		if (atoi(entry->d_name) == pid && (state == 'T' || state == 't' || state == 'Z'))
			fail_msg("it is in state %c", state);
	}
	closedir(proc);
}

/* The kernel refuses it any program (2 = a filter). */
static void
storm_check_confined(pid_t pid)
{
	char path[64], line[256];
	int mode = -1;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	f = fopen(path, "re");
	assert_non_null(f);
	while (fgets(line, sizeof(line), f))
		sscanf(line, "Seccomp: %d", &mode);
	fclose(f);
	assert_int_equal(mode, 2);
}

/* ------------------------------------------------------------------- the storm */

static size_t
storm_piece(char out[PIECE_BYTES])
{
	size_t n = 0;

	while (n + 32 < PIECE_BYTES) {
		const char *s = sequences[storm_random(ARRAY_LEN(sequences))];

		if (storm_random(3) == 0) {
			memcpy(out + n, s, strlen(s));
			n += strlen(s);
		} else {
			out[n++] = (char)storm_random(256);
		}
	}
	return n;
}

/* False as soon as the program is no longer there. */
static bool
storm_blow(struct pty *p, size_t n_bytes)
{
	char piece[PIECE_BYTES];
	size_t sent = 0;

	for (unsigned i = 0; sent < n_bytes; i++) {
		size_t n = storm_piece(piece);

		pty_send_bytes(p, piece, n);
		sent += n;
		if (i % RESIZE_EVERY == 0)
			pty_resize(p, 1 + storm_random(60), 1 + storm_random(200));
		if (i % LOOK_EVERY == 0)
			storm_check_alone(pty_pid(p));
	}
	pty_resize(p, 1, 1);
	pty_resize(p, 24, 80);
	/* behind all of it: whatever it shows, it still answers */
	return pty_wait_idle(p);
}

/* The terminal is taken away: it ends by itself or by that signal, at once. */
static void
storm_check_hang_up(struct pty *p)
{
	int64_t used_ms = pty_cpu_ms(p);
	int status = -1;

	pty_hangup(p);
	assert_true(pty_wait_exit(p, &status));
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		fail_msg("it ended with wait status %#x", (unsigned)status);
	assert_in_range(pty_cpu_ms(p) - used_ms, 0, 500);
}

static struct pty *
storm_kiosk(struct pty_stage *s, const char *term)
{
	static const char *const args[] = {"--kiosk", NULL};
	struct pty_stage_options o = {.args = args, .term = term};

	pty_stage_next_day(s);
	return pty_stage_client(s, &o);
}

static void
storm_told(uint64_t seed)
{
	print_message("EMAGE_STORM_SEED=%" PRIu64 "\n", seed);
}

static void
test_a_million_bytes(void **state)
{
	uint64_t seed = storm_number("EMAGE_STORM_SEED", DEFAULT_SEED);
	size_t n_bytes = (size_t)storm_number("EMAGE_STORM_BYTES", DEFAULT_BYTES);
	struct pty *p = storm_kiosk(*state, NULL);

	storm_told(seed);
	storm_state = seed | 1;
	assert_true(pty_stage_sign_in(p, *state));
	storm_check_confined(pty_pid(p));
	assert_true(storm_blow(p, n_bytes));
	storm_check_alone(pty_pid(p));
	storm_check_hang_up(p);
	pty_free(&p);
}

/* Told to end with a person's exams on the screen: what is left is empty. */
static void
test_nothing_stays(void **state)
{
	struct pty *p = storm_kiosk(*state, "linux");
	const char *raw;
	size_t len;
	int status;

	assert_true(pty_stage_sign_in(p, *state));
	pty_mark(p);
	assert_int_equal(kill(pty_pid(p), SIGTERM), 0);
	assert_true(pty_wait_exit(p, &status));
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		assert_false(pty_has(p, words[i]));
	/* the scroll-back, and a console's own memory, too */
	raw = pty_raw(p, &len);
	assert_non_null(memmem(raw, len, "\033[3J", 4));
	assert_non_null(memmem(raw, len, "\033c", 2));
	pty_free(&p);
}

/* Keys that the kernel itself acts on, by signals and by holding the output, until
 * a program takes the terminal over. */
static void
storm_spare_kernel(char *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (memchr("\x03\x13\x1a\x1c", bytes[i], 4))
			bytes[i] = 'x';
}

/* A terminal that cannot place a cursor: a kiosk says so and ends. */
static void
test_no_terminal(void **state)
{
	static const char *const terms[] = {"dumb", "no-such-terminal"};

	for (size_t i = 0; i < ARRAY_LEN(terms); i++) {
		struct pty *p = storm_kiosk(*state, terms[i]);
		char bytes[PIECE_BYTES];
		size_t n = storm_piece(bytes);
		int status;

		storm_spare_kernel(bytes, n);
		pty_send_bytes(p, bytes, n);
		assert_true(pty_wait_exit(p, &status));
		assert_true(WIFEXITED(status));
		assert_int_equal(WEXITSTATUS(status), 1);
		pty_free(&p);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_no_terminal),
	    cmocka_unit_test(test_nothing_stays),
	    cmocka_unit_test(test_a_million_bytes),
	};

	storm_state = DEFAULT_SEED;
	return cmocka_run_group_tests_name(
	    "kiosk-storm", tests, pty_stage_set_up, pty_stage_tear_down);
}
