/* SPDX-License-Identifier: MIT */
/*
 * Starting, watching and ending a real server.
 */
#include "tests/lib/server_fixture.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <jansson.h>
#include <sqlite3.h>

#include "common/clock.h"
#include "common/err.h"
#include "common/mem.h"
#include "tests/lib/await.h"
#include "tests/lib/file.h"

#define FIXTURE_ARGS_MAX 32

static void fixture_fail(const struct fixture *f, const char *fmt, ...)
    __attribute__((format(printf, 2, 3), noreturn));

/* The server's last words say more than the test's. */
static void
fixture_fail(const struct fixture *f, const char *fmt, ...)
{
	char line[512];
	FILE *log = f ? fopen(f->log, "re") : NULL;
	va_list ap;

	while (log && fgets(line, sizeof(line), log))
		fprintf(stderr, "emaged: %s", line);
	if (log)
		fclose(log);
	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	if (f && f->pid)
		kill(f->pid, SIGKILL);
	die("fixture: %s", line);
}

static const char *
fixture_env(const char *name)
{
	const char *value = getenv(name);

	if (!value)
		die("fixture: %s is not set", name);
	return value;
}

char *
fixture_source(const char *what)
{
	return mem_printf("%s/%s", fixture_env("EMAGE_SOURCE"), what);
}

char *
fixture_dicom(const char *name)
{
	return mem_printf("/usr/lib/python3/dist-packages/pydicom/data/test_files/%s", name);
}

/* ------------------------------------------------------------------ programs */

/* In the child: what the server's environment is to be. */
static void
fixture_exec(const struct fixture *f, const char *const *argv)
{
	const char *args[FIXTURE_ARGS_MAX];
	char clock[128];
	char *program = argv[0][0] == '/'
			    ? mem_strdup(argv[0])
			    : mem_printf("%s/%s", fixture_env("EMAGE_BUILD"), argv[0]);
	size_t n = 0;

	for (size_t i = 0; argv[i] && n + 1 < FIXTURE_ARGS_MAX; i++)
		args[n++] = i == 0 ? program : argv[i];
	args[n] = NULL;
	snprintf(clock, sizeof(clock), "@%s", f->clock);
	/* a test that ends without a word takes its server along */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	setenv("EMAGE_TEST_CLOCK", clock, 1);
	unsetenv("EMAGE_SOCKET");
	unsetenv("NOTIFY_SOCKET");
	if (f->notify)
		setenv("NOTIFY_SOCKET", f->notify, 1);
	if (f->max_files)
		setrlimit(RLIMIT_NOFILE, &(struct rlimit){f->max_files, f->max_files});
	/* the leak checker cannot work under a tracer */
	if (f->wrapper)
		setenv("ASAN_OPTIONS", "detect_leaks=0", 1);
	execvp(args[0], (char *const *)args);
	fprintf(stderr, "%s: %s\n", program, strerror(errno));
	_exit(127);
}

static char *
fixture_read_all(int fd)
{
	char *text = mem_new(1), chunk[4096];
	size_t len = 0;
	ssize_t n;

	while ((n = read(fd, chunk, sizeof(chunk))) > 0) {
		text = mem_grow(text, len + (size_t)n + 1, 1);
		memcpy(text + len, chunk, (size_t)n);
		len += (size_t)n;
		text[len] = '\0';
	}
	return text;
}

int
fixture_run(struct fixture *f, const char *const *argv, char **out_r)
{
	int out[2], status;
	char *text;
	pid_t pid;

	if (pipe2(out, O_CLOEXEC) < 0)
		fixture_fail(f, "pipe: %s", strerror(errno));
	pid = fork();
	if (pid == 0) {
		dup2(out[1], STDOUT_FILENO);
		fixture_exec(f, argv);
	}
	close(out[1]);
	text = fixture_read_all(out[0]);
	close(out[0]);
	waitpid(pid, &status, 0);
	if (out_r)
		*out_r = text;
	else
		free(text);
	if (!WIFEXITED(status))
		fixture_fail(f, "%s: killed by signal %d", argv[0], WTERMSIG(status));
	return WEXITSTATUS(status);
}

void
fixture_must_run(struct fixture *f, const char *const *argv, char **out_r)
{
	char *out;
	int status = fixture_run(f, argv, &out);

	if (status != 0)
		fixture_fail(f, "%s %s: status %d: %s", argv[0], argv[1], status, out);
	if (out_r)
		*out_r = out;
	else
		free(out);
}

/* ------------------------------------------------------------- making, removing */

struct fixture *
fixture_new(const char *const *sets)
{
	struct fixture *f = mem_new(sizeof(*f));
	const char *argv[FIXTURE_ARGS_MAX] = {"emagectl", "init", "-d", NULL, "--set",
	    "listen.port=0", "--set", NULL, "--set", "threads.imaging=1", "--set",
	    "threads.hash=2"};
	size_t n = 12;
	char *blocklist, *common;

	snprintf(f->folder, sizeof(f->folder), "/tmp/emage-test-XXXXXX");
	if (!mkdtemp(f->folder))
		fixture_fail(f, "mkdtemp: %s", strerror(errno));
	snprintf(f->storage, sizeof(f->storage), "%s/store", f->folder);
	snprintf(f->config, sizeof(f->config), "%s/emaged.conf", f->storage);
	snprintf(f->ca, sizeof(f->ca), "%s/tls/ca.pem", f->storage);
	snprintf(f->socket, sizeof(f->socket), "%s/emaged.sock", f->storage);
	snprintf(f->maildir, sizeof(f->maildir), "%s/mail", f->storage);
	snprintf(f->log, sizeof(f->log), "%s/log", f->folder);
	/* alone in a folder, which the courier's sandbox leaves readable */
	snprintf(f->clock, sizeof(f->clock), "%s/time", f->folder);
	mkdir(f->clock, 0755);
	snprintf(f->clock, sizeof(f->clock), "%s/time/clock", f->folder);
	file_write("0\n", "%s", f->clock);
	common = mem_printf("%s/common.txt", f->folder);
	file_write("motdepasse12\npassword1234\nazertyuiop123\n", "%s", common);
	blocklist = mem_printf("password.blocklist=%s", common);
	argv[3] = f->storage;
	argv[7] = blocklist;
	for (size_t i = 0; sets && sets[i]; i++) {
		argv[n++] = "--set";
		argv[n++] = sets[i];
	}
	fixture_must_run(f, argv, NULL);
	free(blocklist);
	free(common);
	return f;
}

void
fixture_free(struct fixture **fp)
{
	struct fixture *f = *fp;

	if (!f)
		return;
	*fp = NULL;
	if (f->pid)
		fixture_stop(f);
	file_remove_all(f->folder);
	free(f);
}

/* --------------------------------------------------------------------- running */

/* The line "listening on ADDRESS:PORT" of its standard output. */
static void
fixture_wait_listening(struct fixture *f, int fd)
{
	int64_t deadline_ms = clock_boot_ms() + FIXTURE_DEADLINE_MS;
	struct pollfd p = {.fd = fd, .events = POLLIN};
	char text[256] = "", *line, *colon;
	size_t len = 0;

	while (!(line = strstr(text, "listening on ")) || !strchr(line, '\n')) {
		int64_t left = deadline_ms - clock_boot_ms();
		ssize_t n;

		if (left <= 0 || poll(&p, 1, (int)left) <= 0)
			fixture_fail(f, "emaged does not listen");
		n = read(fd, text + len, sizeof(text) - len - 1);
		if (n <= 0)
			fixture_fail(f, "emaged ended before it listened");
		len += (size_t)n;
		text[len] = '\0';
	}
	*strchr(line, '\n') = '\0';
	colon = strrchr(line, ':');
	snprintf(f->port, sizeof(f->port), "%.7s", colon + 1);
}

void
fixture_set(struct fixture *f, const char *section, const char *line)
{
	char *folder = mem_printf("%s.d", f->config);
	char *path =
	    mem_printf("%s/50-%s-%.*s.conf", folder, section, (int)strcspn(line, " ="), line);
	char *text = mem_printf("[%s]\n%s\n", section, line);

	mkdir(folder, 0700);
	file_write(text, "%s", path);
	free(folder);
	free(path);
	free(text);
}

/* emaged itself, when it was started by another program: its first child. */
static void
fixture_look_behind_wrapper(struct fixture *f)
{
	char *path = mem_printf("/proc/%d/task/%d/children", (int)f->pid, (int)f->pid);
	FILE *file = fopen(path, "re");
	int child = 0;

	if (!file || fscanf(file, "%d", &child) != 1)
		fixture_fail(f, "%s: no child", path);
	fclose(file);
	free(path);
	f->parent_pid = f->pid;
	f->pid = child;
}

void
fixture_start(struct fixture *f)
{
	const char *argv[FIXTURE_ARGS_MAX];
	char *program = mem_printf("%s/emaged", fixture_env("EMAGE_BUILD"));
	size_t n = 0;
	int out[2], log;

	for (size_t i = 0; f->wrapper && f->wrapper[i]; i++)
		argv[n++] = f->wrapper[i];
	argv[n++] = program;
	argv[n++] = "-c";
	argv[n++] = f->config;
	argv[n] = NULL;
	log = open(f->log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (log < 0 || pipe2(out, O_CLOEXEC) < 0)
		fixture_fail(f, "%s: %s", f->log, strerror(errno));
	f->pid = fork();
	if (f->pid == 0) {
		dup2(out[1], STDOUT_FILENO);
		dup2(log, STDERR_FILENO);
		fixture_exec(f, argv);
	}
	close(out[1]);
	close(log);
	fixture_wait_listening(f, out[0]);
	close(out[0]);
	free(program);
	f->parent_pid = 0;
	if (f->wrapper)
		fixture_look_behind_wrapper(f);
	/* whoever starts it again finds it at the same place */
	n = strlen(f->port);
	if (n > 0) {
		char line[32];

		snprintf(line, sizeof(line), "port = %s", f->port);
		fixture_set(f, "listen", line);
	}
}

void
fixture_signal(struct fixture *f, int sig)
{
	if (kill(f->pid, sig) < 0)
		fixture_fail(f, "kill: %s", strerror(errno));
}

int
fixture_wait_end(struct fixture *f)
{
	pid_t child = f->parent_pid ? f->parent_pid : f->pid;
	int status = 0;

	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	f->pid = 0;
	return status;
}

int
fixture_stop(struct fixture *f)
{
	fixture_signal(f, SIGTERM);
	return fixture_wait_end(f);
}

void
fixture_kill(struct fixture *f)
{
	fixture_signal(f, SIGKILL);
	fixture_wait_end(f);
}

pid_t
fixture_child(const struct fixture *f, const char *name)
{
	DIR *proc = opendir("/proc");
	const struct dirent *entry;
	char path[300], comm[64], life;
	pid_t found = 0;
	int pid, parent;
	FILE *stat;

	while (proc && found == 0 && (entry = readdir(proc)) != NULL) {
		snprintf(path, sizeof(path), "/proc/%s/stat", entry->d_name);
		stat = fopen(path, "re");
		if (stat == NULL)
			continue;
		if (fscanf(stat, "%d (%63[^)]) %c %d", &pid, comm, &life, &parent) == 4 &&
		    life != 'Z' && parent == f->pid && strcmp(comm, name) == 0)
			found = pid;
		fclose(stat);
	}
	if (proc)
		closedir(proc);
	return found;
}

void
fixture_advance(struct fixture *f, int64_t ms)
{
	char *fresh = mem_printf("%s.new", f->clock);
	char text[32];

	f->shift_ms += ms;
	snprintf(text, sizeof(text), "%lld\n", (long long)f->shift_ms);
	file_write(text, "%s", fresh);
	/* as a whole: the server reads it at any moment */
	if (rename(fresh, f->clock) < 0)
		fixture_fail(f, "%s: %s", f->clock, strerror(errno));
	free(fresh);
}

void
fixture_sql(struct fixture *f, const char *sql)
{
	char *path = mem_printf("%s/emage.db", f->storage), *err = NULL;
	sqlite3 *db;

	if (f->pid)
		fixture_fail(f, "SQL while the server runs");
	if (sqlite3_open(path, &db) != SQLITE_OK ||
	    sqlite3_exec(db, sql, NULL, NULL, &err) != SQLITE_OK)
		fixture_fail(f, "%s: %s", sql, err ? err : sqlite3_errmsg(db));
	sqlite3_close(db);
	free(path);
}

int64_t
fixture_sql_number(struct fixture *f, const char *sql)
{
	char *path = mem_printf("%s/emage.db", f->storage);
	sqlite3_stmt *stmt = NULL;
	sqlite3 *db;
	int64_t value = 0;

	if (f->pid)
		fixture_fail(f, "SQL while the server runs");
	if (sqlite3_open(path, &db) != SQLITE_OK ||
	    sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) != SQLITE_OK ||
	    sqlite3_step(stmt) != SQLITE_ROW)
		fixture_fail(f, "%s: %s", sql, sqlite3_errmsg(db));
	value = sqlite3_column_int64(stmt, 0);
	sqlite3_finalize(stmt);
	sqlite3_close(db);
	free(path);
	return value;
}

/* ------------------------------------------------------------------------- log */

size_t
fixture_log_size(const struct fixture *f)
{
	struct stat st;

	return stat(f->log, &st) == 0 ? (size_t)st.st_size : 0;
}

size_t
fixture_wait_log(struct fixture *f, size_t from, const char *text)
{
	size_t at = from;

	if (!await_text(f->log, from, text, &at))
		fixture_fail(f, "the log never says \"%s\"", text);
	return at;
}

/* ------------------------------------------------------------------ what is in it */

static json_t *
fixture_run_json(struct fixture *f, const char *const *argv)
{
	char *out;
	json_t *j;

	fixture_must_run(f, argv, &out);
	j = json_loads(out, 0, NULL);
	if (!j)
		fixture_fail(f, "%s %s: not JSON: %s", argv[0], argv[1], out);
	free(out);
	return j;
}

static uint64_t
fixture_number(const json_t *j, const char *key)
{
	const char *text = json_string_value(json_object_get(j, key));

	return text ? strtoull(text, NULL, 10) : 0;
}

void
fixture_add_patient(
    struct fixture *f, const char *given_name, const char *address, struct fixture_patient *p_r)
{
	const char *argv[] = {"emagectl", "patient", "add", "--json", "-S", f->socket, "--civility",
	    "Madame", "--given-name", given_name, "--name", "MARTIN", "--birth-date", "1984-05-31",
	    "--sex", "F", address[0] == '+' ? "--mobile" : "--email", address, "--operator",
	    "Accueil", NULL};
	json_t *j = fixture_run_json(f, argv);

	*p_r = (struct fixture_patient){
	    .email = address,
	    .password = "une phrase de passe assez longue",
	    .patient_id = fixture_number(j, "patient_id"),
	};
	snprintf(p_r->identifier, sizeof(p_r->identifier), "%s",
	    json_string_value(json_object_get(j, "identifier")));
	snprintf(p_r->temporary, sizeof(p_r->temporary), "%s",
	    json_string_value(json_object_get(j, "temporary_password")));
	json_decref(j);
}

uint64_t
fixture_add_establishment(struct fixture *f, const char *finess, const char *name)
{
	const char *argv[] = {"emagectl", "establishment", "add", "--json", "-S", f->socket,
	    "--finess", finess, "--name", name, NULL};
	json_t *j = fixture_run_json(f, argv);
	uint64_t id = fixture_number(j, "establishment_id");

	json_decref(j);
	return id;
}

void
fixture_import(struct fixture *f, const struct fixture_patient *p, const char *const *paths)
{
	const char *argv[FIXTURE_ARGS_MAX] = {"emagectl", "import", "dicom", "-q", "-S", f->socket,
	    "--release", "--patient", p->identifier, "--finess", "679900019"};
	size_t n = 11;

	for (size_t i = 0; paths[i]; i++)
		argv[n++] = paths[i];
	fixture_must_run(f, argv, NULL);
}

struct mailbox *
fixture_mailbox(struct fixture *f)
{
	struct mailbox *m = mailbox_open(f->maildir);

	if (!m)
		fixture_fail(f, "%s: %s", f->maildir, strerror(errno));
	return m;
}

void
fixture_next_code(struct mailbox *m, char code_r[16])
{
	bool found = false;

	/* notices go the same way */
	while (!found) {
		char *text;
		size_t len;
		int rc = mailbox_next(m, FIXTURE_DEADLINE_MS, &text, &len);

		if (rc < 0)
			die("fixture: no message: %s", err_text(rc));
		found = mailbox_code(text, code_r, 16) == 0;
		free(text);
	}
}

int64_t
fixture_counter(struct fixture *f, const char *name)
{
	const char *argv[] = {"emagectl", "status", "--json", "-S", f->socket, NULL};
	json_t *j, *counter;
	int64_t value = -1;
	char *out;
	size_t i;
	/* 1: a helper is not up yet, or not any more; the counters are there */
	int status = fixture_run(f, argv, &out);

	j = status <= 1 ? json_loads(out, 0, NULL) : NULL;
	if (!j)
		fixture_fail(f, "emagectl status: %d: %s", status, out);
	free(out);

	json_array_foreach(json_object_get(j, "counters"), i,
	    counter) if (strcmp(json_string_value(json_object_get(counter, "name")), name) == 0)
	    value = (int64_t)fixture_number(counter, "value");
	json_decref(j);
	if (value < 0)
		fixture_fail(f, "no counter %s", name);
	return value;
}
