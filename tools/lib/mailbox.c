/* SPDX-License-Identifier: MIT */
/*
 * Watching a Maildir by inotify. A message is complete when it appears in new/,
 * because writers rename it there.
 */
#include "tools/lib/mailbox.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/err.h"
#include "common/mem.h"

#define MAILBOX_MESSAGE_MAX (1024u * 1024u)
#define MAILBOX_CODE_MIN    6u
#define MAILBOX_CODE_MAX    10u

struct mailbox {
	char *new_path;
	int watch_fd;
	char **seen; /* names in new/ that were there or have been given */
	size_t n_seen;
};

static void
mailbox_note(struct mailbox *m, const char *name)
{
	m->seen = mem_grow(m->seen, m->n_seen + 1, sizeof(*m->seen));
	m->seen[m->n_seen++] = mem_strdup(name);
}

static bool
mailbox_is_seen(const struct mailbox *m, const char *name)
{
	for (size_t i = 0; i < m->n_seen; i++)
		if (strcmp(m->seen[i], name) == 0)
			return true;
	return false;
}

struct mailbox_oldest {
	char name[NAME_MAX + 1];
	struct timespec at;
};

static bool
mailbox_is_before(const struct mailbox_oldest *o, const char *name, const struct timespec *at)
{
	if (at->tv_sec != o->at.tv_sec)
		return at->tv_sec < o->at.tv_sec;
	if (at->tv_nsec != o->at.tv_nsec)
		return at->tv_nsec < o->at.tv_nsec;
	return strcmp(name, o->name) < 0;
}

/* The oldest message not seen yet; its name empty when there is none. */
static int
mailbox_find(struct mailbox *m, struct mailbox_oldest *o)
{
	DIR *d = opendir(m->new_path);
	struct dirent *e;
	struct stat st;

	*o = (struct mailbox_oldest){.name = ""};
	if (!d)
		return -EM_E_IO;
	while ((e = readdir(d))) {
		if (e->d_name[0] == '.' || mailbox_is_seen(m, e->d_name) ||
		    fstatat(dirfd(d), e->d_name, &st, 0) < 0)
			continue;
		if (*o->name && !mailbox_is_before(o, e->d_name, &st.st_mtim))
			continue;
		snprintf(o->name, sizeof(o->name), "%s", e->d_name);
		o->at = st.st_mtim;
	}
	closedir(d);
	return 0;
}

static int
mailbox_make(const char *path)
{
	static const char *const parts[] = {"", "/tmp", "/new", "/cur"};

	for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
		char *part = mem_printf("%s%s", path, parts[i]);
		int rc = mkdir(part, 0700);

		free(part);
		if (rc < 0 && errno != EEXIST)
			return -1;
	}
	return 0;
}

struct mailbox *
mailbox_open(const char *path)
{
	struct mailbox *m = mem_new(sizeof(*m));
	struct mailbox_oldest old;

	m->watch_fd = -1;
	m->new_path = mem_printf("%s/new", path);
	if (mailbox_make(path) < 0)
		goto fail;
	/* watched before it is read, so that nothing falls in between */
	m->watch_fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (m->watch_fd < 0 ||
	    inotify_add_watch(m->watch_fd, m->new_path, IN_MOVED_TO | IN_CREATE) < 0)
		goto fail;
	while (mailbox_find(m, &old) == 0 && *old.name)
		mailbox_note(m, old.name);
	return m;
fail:
	mailbox_free(&m);
	return NULL;
}

void
mailbox_free(struct mailbox **mp)
{
	struct mailbox *m = *mp;
	int saved_errno = errno;

	if (!m)
		return;
	*mp = NULL;
	if (m->watch_fd >= 0)
		close(m->watch_fd);
	for (size_t i = 0; i < m->n_seen; i++)
		free(m->seen[i]);
	free(m->seen);
	free(m->new_path);
	free(m);
	errno = saved_errno;
}

static int
mailbox_read(struct mailbox *m, const char *name, char **text_r, size_t *len_r)
{
	char *path = mem_printf("%s/%s", m->new_path, name);
	char *text = mem_new(MAILBOX_MESSAGE_MAX + 1);
	FILE *f = fopen(path, "re");

	free(path);
	if (!f) {
		free(text);
		return -EM_E_IO;
	}
	*len_r = fread(text, 1, MAILBOX_MESSAGE_MAX, f);
	fclose(f);
	*text_r = text;
	return 0;
}

int
mailbox_next(struct mailbox *m, int timeout_ms, char **text_r, size_t *len_r)
{
	int64_t deadline_ms = clock_boot_ms() + timeout_ms;
	struct pollfd p = {.fd = m->watch_fd, .events = POLLIN};
	struct mailbox_oldest next;
	char events[4096];

	for (;;) {
		int64_t left = deadline_ms - clock_boot_ms();

		/* what is told does not matter: the folder is read again */
		while (read(m->watch_fd, events, sizeof(events)) > 0)
			;
		if (mailbox_find(m, &next) < 0)
			return -EM_E_IO;
		if (*next.name)
			break;
		if (left <= 0)
			return -EM_E_TIMEOUT;
		if (poll(&p, 1, (int)left) < 0 && errno != EINTR)
			return -EM_E_IO;
	}
	mailbox_note(m, next.name);
	return mailbox_read(m, next.name, text_r, len_r);
}

/* Bytes of the one blank (plain or not breaking) that groups digits; or 0. */
static size_t
mailbox_blank(const char *p)
{
	static const char *const blanks[] = {" ", "\xc2\xa0", "\xe2\x80\xaf"};

	for (size_t i = 0; i < ARRAY_LEN(blanks); i++)
		if (strncmp(p, blanks[i], strlen(blanks[i])) == 0)
			return strlen(blanks[i]);
	return 0;
}

/* Digits at p, grouped or not, into code_r; the bytes they take. */
static size_t
mailbox_digits(const char *p, char code_r[MAILBOX_CODE_MAX + 2])
{
	const char *start = p;
	size_t n = 0;

	while (isdigit((unsigned char)*p)) {
		size_t blank = mailbox_blank(p + 1);

		if (n <= MAILBOX_CODE_MAX)
			code_r[n++] = *p;
		p++;
		if (blank > 0 && isdigit((unsigned char)p[blank]))
			p += blank;
	}
	code_r[n] = '\0';
	return (size_t)(p - start);
}

/* Whether digits from p to end stand alone: part of no word, reference ("Q-000002"),
 * number in groups, or address. */
static bool
mailbox_stands_alone(const char *p, const char *end)
{
	const char before = p[-1], after = end[0];

	if (isalnum((unsigned char)before) || (before != '\0' && strchr("-+/.,_#@", before)))
		return false;
	if (isalnum((unsigned char)after) || (after != '\0' && strchr("-/_@", after)))
		return false;
	/* the end of a sentence, not of a part */
	return (after != '.' && after != ',') || !isalnum((unsigned char)end[1]);
}

/* At the empty line, or NULL. */
static const char *
mailbox_body(const char *text)
{
	const char *p = strstr(text, "\n\n"), *crlf = strstr(text, "\r\n\r\n");

	return crlf && (!p || crlf < p) ? crlf : p;
}

int
mailbox_code(const char *text, char *code_r, size_t code_len)
{
	const char *p = mailbox_body(text);
	char digits[MAILBOX_CODE_MAX + 2];

	if (!p)
		return -EM_E_NOT_FOUND;
	for (p++; *p;) {
		size_t taken = mailbox_digits(p, digits), n = strlen(digits);

		if (n >= MAILBOX_CODE_MIN && n <= MAILBOX_CODE_MAX && n < code_len &&
		    mailbox_stands_alone(p, p + taken)) {
			memcpy(code_r, digits, n + 1);
			return 0;
		}
		p += taken > 0 ? taken : 1;
	}
	return -EM_E_NOT_FOUND;
}

int
mailbox_word(const char *text, const char *before, char *word_r, size_t len)
{
	const char *p = mailbox_body(text);
	size_t n;

	p = p ? strstr(p, before) : NULL;
	if (!p)
		return -EM_E_NOT_FOUND;
	p += strlen(before);
	p += strspn(p, " \t\r\n");
	n = strcspn(p, " \t\r\n");
	if (n == 0 || n >= len)
		return -EM_E_NOT_FOUND;
	memcpy(word_r, p, n);
	word_r[n] = '\0';
	return 0;
}
