/* SPDX-License-Identifier: MIT */
/*
 * The client by lines when things go wrong: input ends, the terminal hangs up, the
 * server goes and comes back, a line is far too long; and input by a pipe.
 */
#include "tests/lib/check.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>
#include <utmp.h>

#include "common/err.h"
#include "common/mem.h"
#include "tests/lib/person.h"

#define PASTE_BYTES (1u << 20)
/* Processor time of a program that ends: starting is most of it. */
#define END_CPU_MS 1500
/* What the server's log says of a session that was ended. */
#define SESSION_ENDED "from=open to=greeted"

/* ----------------------------------------------------------------------- the end */

static void
assert_ended(struct pty *p)
{
	int status;

	assert_true(pty_wait_exit(p, &status));
	assert_true(WIFEXITED(status));
	assert_in_range(pty_cpu_ms(p), 0, END_CPU_MS);
}

static void
test_end_of_input(void **state)
{
	struct pty_stage *s = *state;
	struct person h;
	size_t log;

	h = person_new(s, NULL);
	hear(&h, "Identifiant : ");
	pty_send(h.p, "\x04");
	assert_ended(h.p);
	pty_free(&h.p);
	pty_stage_next_day(s);
	h = person_new(s, NULL);
	sign_in(&h);
	hear(&h, "Votre choix : ");
	log = fixture_log_size(s->fixture);
	pty_send(h.p, "\x04");
	assert_ended(h.p);
	pty_free(&h.p);
	fixture_wait_log(s->fixture, log, SESSION_ENDED);
}

static void
test_hang_up(void **state)
{
	static const char *const args[] = {"--linear", NULL};
	struct pty_stage *s = *state;
	struct pty_stage_options o = {.term = "vt100", .args = args};
	struct person h;

	for (int ignored = 0; ignored < 2; ignored++) {
		o.ignore_hup = ignored != 0;
		pty_stage_next_day(s);
		h = person_new(s, &o);
		sign_in(&h);
		hear(&h, "Votre choix : ");
		pty_hangup(h.p);
		assert_ended(h.p);
		pty_free(&h.p);
	}
}

/* Ctrl-C asks; twice is an answer. */
static void
test_interrupt(void **state)
{
	struct person h = person_new(*state, NULL);

	hear(&h, "Identifiant : ");
	pty_send(h.p, "\x03");
	answer(&h, "Voulez-vous quitter e-mage ? ", "");
	hear(&h, "Identifiant : ");
	pty_send(h.p, "\x03");
	hear(&h, "Voulez-vous quitter e-mage ? ");
	pty_send(h.p, "\x03");
	person_leave(&h);
}

static bool
echoes(int terminal)
{
	struct termios t;

	assert_int_equal(tcgetattr(terminal, &t), 0);
	return (t.c_lflag & ECHO) != 0;
}

static void
wait_for(int terminal, const char *question)
{
	struct pollfd fd = {.fd = terminal, .events = POLLIN};
	char said[8192] = "";
	size_t n = 0;

	while (strstr(said, question) == NULL && n < sizeof(said) - 1) {
		ssize_t more;

		assert_int_equal(poll(&fd, 1, FIXTURE_DEADLINE_MS), 1);
		more = read(terminal, said + n, sizeof(said) - 1 - n);
		assert_true(more > 0);
		n += (size_t)more;
		said[n] = '\0';
	}
}

/* A password is not echoed; told to end there, the client leaves the echo on. */
static void
test_echo(void **state)
{
	struct pty_stage *s = *state;
	char *program = mem_printf("%s/emage", getenv("EMAGE_BUILD"));
	char *server = mem_printf("127.0.0.1:%s", s->fixture->port);
	char *argv[] = {
	    program, "--linear", "--lang", "fr", "--server", server, "--ca", s->fixture->ca, NULL};
	int master, slave, status;
	pid_t pid;

	assert_int_equal(openpty(&master, &slave, NULL, NULL, NULL), 0);
	pid = fork();
	if (pid == 0) {
		close(master);
		setenv("LC_ALL", "C.UTF-8", 1);
		if (login_tty(slave) == 0)
			execv(program, argv);
		_exit(127);
	}
	wait_for(master, "Identifiant : ");
	assert_true(echoes(slave));
	assert_int_equal(write(master, "x\n", 2), 2);
	wait_for(master, "Mot de passe : ");
	assert_false(echoes(slave));
	kill(pid, SIGTERM);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_true(echoes(slave));
	close(master);
	close(slave);
	free(program);
	free(server);
}

/* ----------------------------------------------------------------- the connection */

static void
test_server_comes_back(void **state)
{
	struct pty_stage *s = *state;
	struct person h;

	pty_stage_next_day(s);
	h = person_new(s, NULL);
	answer(&h, "Identifiant : ", s->patient.identifier);
	answer(&h, "Mot de passe : ", s->patient.password);
	hear(&h, "Code d'accès : ");
	fixture_next_code(s->mailbox, h.code);
	/* the code goes with its connection; the password is kept */
	fixture_kill(s->fixture);
	hear(&h, "Nouvel essai automatique.");
	pty_stage_next_day(s);
	fixture_start(s->fixture);
	hear(&h, "Connexion rétablie.");
	answer(&h, "Code d'accès : ", h.code);
	hear(&h, "La connexion a été coupée : un autre code d'accès vous est envoyé.");
	answer_code(&h);
	answer(&h, "Votre choix : ", "1");
	hear(&h, "Résultats 1 à 10 sur 30");
	hear(&h, "Votre choix : ");
	/* typed while nothing answers: it counts once the server does */
	pty_send(h.p, "n");
	fixture_kill(s->fixture);
	hear(&h, "Nouvel essai automatique.");
	pty_send(h.p, "\n");
	fixture_start(s->fixture);
	hear(&h, "Connexion rétablie.");
	hear(&h, "Résultats 11 à 20 sur 30");
	pty_send(h.p, "q\nq\n1\nq\n");
	person_leave(&h);
}

/* --------------------------------------------------------------------- by pipes */

struct piped {
	pid_t pid;
	int in, out; /* the client's */
	char *text;
	size_t n, at;
};

static struct piped
piped_start(struct pty_stage *s)
{
	char *program = mem_printf("%s/emage", getenv("EMAGE_BUILD"));
	char *server = mem_printf("127.0.0.1:%s", s->fixture->port);
	char *argv[] = {
	    program, "--linear", "--lang", "fr", "--server", server, "--ca", s->fixture->ca, NULL};
	struct piped p = {.text = mem_new(1)};
	int in[2], out[2];

	if (pipe2(in, O_CLOEXEC) != 0 || pipe2(out, O_CLOEXEC) != 0)
		die("pipe: %s", strerror(errno));
	p.pid = fork();
	if (p.pid == 0) {
		dup2(in[0], STDIN_FILENO);
		dup2(out[1], STDOUT_FILENO);
		setenv("LC_ALL", "C.UTF-8", 1);
		execv(program, argv);
		_exit(127);
	}
	close(in[0]);
	close(out[1]);
	p.in = in[1];
	p.out = out[0];
	free(program);
	free(server);
	return p;
}

/* Takes what the client says; false once it has said all. */
static bool
piped_read(struct piped *p)
{
	struct pollfd fd = {.fd = p->out, .events = POLLIN};
	char bytes[4096];
	ssize_t n;

	if (poll(&fd, 1, FIXTURE_DEADLINE_MS) <= 0)
		fail_msg("nothing is said any more; so far: %s", p->text);
	n = read(p->out, bytes, sizeof(bytes));
	if (n <= 0)
		return false;
	p->text = mem_grow(p->text, p->n + (size_t)n + 1, 1);
	memcpy(p->text + p->n, bytes, (size_t)n);
	p->n += (size_t)n;
	p->text[p->n] = '\0';
	return true;
}

static void
piped_hear(struct piped *p, const char *text)
{
	const char *found;

	while ((found = strstr(p->text + p->at, text)) == NULL)
		if (!piped_read(p))
			fail_msg("never said: %s; but: %s", text, p->text);
	p->at = (size_t)(found - p->text) + strlen(text);
}

static void
piped_send(struct piped *p, const char *text)
{
	size_t len = strlen(text);

	while (len > 0) {
		ssize_t n = write(p->in, text, len);

		if (n < 0)
			die("write: %s", strerror(errno));
		text += n;
		len -= (size_t)n;
	}
}

static void
piped_leave(struct piped *p)
{
	int status;

	while (piped_read(p))
		;
	assert_int_equal(waitpid(p->pid, &status, 0), p->pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	assert_plain(p->text, p->n);
	assert_null(strchr(p->text, '\r'));
	close(p->in);
	close(p->out);
	free(p->text);
}

static void
test_pipes(void **state)
{
	struct pty_stage *s = *state;
	struct piped p;
	char code[16];
	size_t log;

	pty_stage_next_day(s);
	p = piped_start(s);
	/* all that can be said before the code, at once */
	piped_send(&p, s->patient.identifier);
	piped_send(&p, "\n");
	piped_send(&p, s->patient.password);
	piped_send(&p, "\n");
	piped_hear(&p, "Code d'accès : ");
	fixture_next_code(s->mailbox, code);
	piped_send(&p, code);
	piped_send(&p, "\n1\n");
	piped_hear(&p, "1. 10/06/2016 10:22, CHRU de Strasbourg, ECHO-DOPPLER ARTÈRES TEMPORALES");
	/* input ends, and with it the session */
	log = fixture_log_size(s->fixture);
	close(p.in);
	p.in = -1;
	piped_leave(&p);
	fixture_wait_log(s->fixture, log, SESSION_ENDED);
}

/* A megabyte in one line is no answer, and harms nothing. */
static void
test_long_line(void **state)
{
	struct pty_stage *s = *state;
	struct piped p = piped_start(s);
	char *line = mem_new(PASTE_BYTES + 2);
	struct person h;

	memset(line, 'x', PASTE_BYTES);
	line[PASTE_BYTES] = '\n';
	piped_send(&p, line);
	piped_hear(&p, "C'est trop long");
	piped_hear(&p, "Identifiant : ");
	piped_send(&p, "\x1b[31m\n");
	piped_hear(&p, "Cette valeur n'est pas acceptée");
	piped_send(&p, "\xff\xfe\n");
	piped_hear(&p, "Cette valeur n'est pas acceptée");
	piped_send(&p, "q\n");
	piped_leave(&p);
	/* a terminal hands over what it keeps of a line */
	h = person_new(s, NULL);
	hear(&h, "Identifiant : ");
	pty_send(h.p, line);
	hear(&h, "C'est trop long");
	answer(&h, "Identifiant : ", "q");
	pty_free(&h.p);
	free(line);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_end_of_input),
	    cmocka_unit_test(test_hang_up),
	    cmocka_unit_test(test_interrupt),
	    cmocka_unit_test(test_echo),
	    cmocka_unit_test(test_server_comes_back),
	    cmocka_unit_test(test_pipes),
	    cmocka_unit_test(test_long_line),
	};

	return cmocka_run_group_tests_name(
	    "linear mishaps", tests, pty_stage_set_up, pty_stage_tear_down);
}
