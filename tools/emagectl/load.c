/* SPDX-License-Identifier: MIT */
/*
 * Loading files of lines: heading, batches, verdicts, counts. Memory does not
 * grow with the file.
 */
#include "tools/emagectl/load.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/err.h"
#include "common/text.h"
#include "server/settings.h"

#define FIELDS_MAX    128u
#define BATCH_MEMORY  (4u << 20)
#define BATCH_RAW_MAX (1u << 20)
/* Tags, lengths and numbers of one line's message. */
#define LOAD_LINE_SPARE 200u
#define SHOWN_EVERY_MS	500
/* Bytes that wait to be sent before no further batch is made: all would be more than
 * a connection keeps. */
#define UNSENT_MAX (1u << 20)
/* Times what somebody waits for one request: it is the last of a whole window. */
#define LOAD_PATIENCE 8

void *
load_alloc(struct load *l, size_t n_bytes)
{
	void *p = arena_alloc(l->filling->arena, n_bytes);

	/* a batch is far smaller: this cannot happen */
	if (!p)
		abort();
	return p;
}

char *
load_text(struct load *l, const char *s)
{
	size_t len = strlen(s);
	char *copy = load_alloc(l, len + 1);

	memcpy(copy, s, len);
	return copy;
}

/* ------------------------------------------------------------------ the region */

bool
load_is_among(const char *code, const char *words, const struct option_list *also)
{
	size_t len = strlen(code);

	for (const char *s = words + strspn(words, " "); len > 0 && *s;) {
		size_t n = strcspn(s, " ");

		if (n == len && strncmp(s, code, n) == 0)
			return true;
		s += n + strspn(s + n, " ");
	}
	for (size_t i = 0; i < also->n; i++)
		if (strcmp(code, also->items[i]) == 0)
			return true;
	return false;
}

bool
load_is_near(
    const struct load *l, const char *department, const char *place, const struct option_list *also)
{
	const char *from = *department ? department : place;
	char code[4];

	/* overseas three characters, else two */
	(void)snprintf(code, sizeof(code), "%.*s", strncmp(from, "97", 2) == 0 ? 3 : 2, from);
	return load_is_among(code, l->settings->region_departments, also);
}

/* ---------------------------------------------------------------- verdicts */

static void
load_say(struct load *l, const struct load_line *at, const char *field, const char *reason)
{
	char *path = ctl_clean(at->path), *text = ctl_clean(reason);

	if (l->on_terminal)
		fputs("\r\033[K", stderr);
	fprintf(stderr, "%s: line %" PRIu64 ": %s%s%s\n", path, at->number, field,
	    *field ? ": " : "", text);
	free(path);
	free(text);
}

static void
load_tell(struct load *l, const struct load_line *at, const char *field, const char *reason)
{
	l->n_refused++;
	load_say(l, at, field, reason);
	if (!l->refused_file)
		return;
	(void)fwrite(at->raw, 1, at->raw_len, l->refused_file);
	(void)fputc('\n', l->refused_file);
}

void
load_warn(struct load *l, const char *field, const char *reason)
{
	l->n_warned++;
	if (!l->o->quiet)
		load_say(l, &l->at, field, reason);
}

void
load_refuse(struct load *l, const char *field, const char *reason)
{
	load_tell(l, &l->at, field, reason);
}

void
load_refusals(struct load_batch *b, Emage__LoadRefusal *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (list[i]->line > 0 && list[i]->line <= b->n)
			load_tell(
			    b->load, &b->line[list[i]->line - 1], list[i]->field, list[i]->reason);
}

static void
load_progress(struct load *l)
{
	int64_t now_ms = clock_boot_ms();

	if (!l->on_terminal || now_ms - l->shown_ms < SHOWN_EVERY_MS)
		return;
	l->shown_ms = now_ms;
	fprintf(stderr, "\r\033[K%" PRIu64 " lines, ", l->n_lines);
	if (l->n_sorted > 0)
		fprintf(stderr, "%" PRIu64 " of %" PRIu64 " sent, ", l->n_sorted,
		    sorter_count(l->sorter));
	fprintf(stderr, "%" PRIu64 " refused", l->n_refused);
	fflush(stderr);
}

/* ----------------------------------------------------------------- batches */

void
load_answered(void *arg, int err, const ProtobufCMessage *msg, const Emage__Error *e, bool more)
{
	struct load_batch *b = arg;
	char why[256];

	(void)more;
	if (err == 0) {
		b->load->format->answered(b, msg);
	} else if (!b->load->failed) {
		connection_error_text(err, e, why, sizeof(why));
		ctl_fail("%s", why);
		b->load->failed = true;
	}
	b->is_out = false;
	b->n = b->n_bytes = b->n_raw_bytes = 0;
	arena_reset(b->arena);
}

int
load_timeout_ms(const struct load *l)
{
	const int one_ms = l->ctl->c.timeout_ms;

	return one_ms > INT_MAX / LOAD_PATIENCE ? INT_MAX : one_ms * LOAD_PATIENCE;
}

/* Waits for bytes, and takes them. */
static void
load_step(struct load *l)
{
	struct pollfd p = {.fd = -1};
	int timeout_ms;

	rpc_wants(l->ctl->c.rpc, &p.fd, &p.events, &timeout_ms);
	poll(&p, 1, timeout_ms);
	rpc_step(l->ctl->c.rpc);
	load_progress(l);
}

static struct load_batch *
load_free_batch(struct load *l)
{
	for (size_t i = 0; i < LOAD_WINDOW; i++)
		if (!l->batch[i].is_out)
			return &l->batch[i];
	return NULL;
}

/* Sends what is there; then another batch can be filled. */
static void
load_flush(struct load *l)
{
	struct load_batch *b = l->filling;

	if (b->n > 0 && !l->failed) {
		b->is_out = l->format->send(l, b) != 0;
		if (!b->is_out) {
			ctl_fail("%s", net_error_text(l->ctl->c.net));
			l->failed = true;
		}
	}
	while ((l->filling = load_free_batch(l)) == NULL ||
	       (!l->failed && net_out(l->ctl->c.net)->len > UNSENT_MAX))
		load_step(l);
	load_progress(l);
}

/* Sends what is left, and waits for every reply. */
static void
load_drain(struct load *l)
{
	load_flush(l);
	for (size_t i = 0; i < LOAD_WINDOW; i++)
		while (l->batch[i].is_out)
			load_step(l);
}

uint32_t
load_mark(const struct load *l)
{
	return (uint32_t)l->filling->n + 1;
}

void
load_add(struct load *l, ProtobufCMessage *msg)
{
	struct load_batch *b = l->filling;

	/* a tag and two bytes of length before each */
	b->n_bytes += protobuf_c_message_get_packed_size(msg) + 4;
	b->message[b->n] = msg;
	b->line[b->n] = l->at;
	b->line[b->n].raw = NULL;
	if (l->refused_file) {
		b->line[b->n].raw = load_text(l, l->at.raw);
		b->n_raw_bytes += l->at.raw_len;
	}
	b->n++;
}

/* Whether the next line might not fit any more. */
static bool
load_is_full(const struct load_batch *b)
{
	return b->n == LOAD_BATCH_MAX || b->n_bytes + LOAD_LINE_BYTES > LOAD_BATCH_BYTES ||
	       b->n_raw_bytes > BATCH_RAW_MAX;
}

void
load_send_full(struct load *l)
{
	if (load_is_full(l->filling))
		load_flush(l);
}

/* ----------------------------------------------------------------- heading */

/* Which column this is; n_columns when it is none. */
static size_t
load_column(const struct load *l, const char *field)
{
	size_t len = strlen(field), k;
	char *fold = mem_new(3 * len + 1);

	fold[text_fold(field, len, fold)] = '\0';
	for (k = 0; k < l->format->n_columns; k++)
		if (strcmp(fold, l->format->columns[k].name) == 0)
			break;
	free(fold);
	return k;
}

static int
load_heading_fault(const struct load *l, const char *what, const char *column)
{
	char *path = ctl_clean(l->at.path), *clean = ctl_clean(column);

	ctl_fail("%s: %s \"%s\" in the first line", path, what, clean);
	free(path);
	free(clean);
	return -EM_E_INVALID;
}

/* Finds the columns. 0, or -EM_E_INVALID after a message. */
static int
load_heading(struct load *l)
{
	char *fields[FIELDS_MAX];
	size_t n =
	    lines_split(l->lines.text, l->format->separator, l->format->quoted, fields, FIELDS_MAX);
	int rc = 0;

	memset(l->place, 0, sizeof(l->place));
	for (size_t i = 0; i < n && i < FIELDS_MAX; i++) {
		size_t k = load_column(l, fields[i]);

		if (k < l->format->n_columns && !l->place[k])
			l->place[k] = i + 1;
		else if (l->format->strict)
			rc = load_heading_fault(l, "unknown or second column", fields[i]);
	}
	for (size_t k = 0; k < l->format->n_columns; k++)
		if (l->format->columns[k].needed && !l->place[k])
			rc = load_heading_fault(l, "no column", l->format->columns[k].shown);
	if (rc == 0 && l->refused_file && !l->heading_written) {
		fprintf(l->refused_file, "%s\n", l->lines.raw);
		l->heading_written = true;
	}
	return rc;
}

/* Columns as they come, when there is no heading. */
static int
load_places(struct load *l)
{
	for (size_t k = 0; k < l->format->n_columns; k++)
		l->place[k] = k + 1;
	return 0;
}

/* ------------------------------------------------------------------- files */

/* A request with a control character anywhere is none: the server would take no line
 * of it. */
static bool
load_can_be_sent(const char *s)
{
	size_t left = strlen(s);

	while (left > 0) {
		uint32_t cp = (uint8_t)*s;
		size_t n = cp < 0x80 ? 1 : text_decode(s, left, &cp);

		if (n == 0 || !text_cp_is_safe(cp))
			return false;
		s += n;
		left -= n;
	}
	return true;
}

static void
load_line(struct load *l)
{
	char *fields[FIELDS_MAX], *value[LOAD_COLUMNS_MAX];
	char none[] = "";
	size_t n =
	    lines_split(l->lines.text, l->format->separator, l->format->quoted, fields, FIELDS_MAX);
	size_t n_bytes = 0;

	for (size_t k = 0; k < l->format->n_columns; k++) {
		bool is_there = l->place[k] > 0 && l->place[k] <= n;

		value[k] = is_there ? fields[l->place[k] - 1] : none;
		if (l->place[k] > n && !l->format->by_place) {
			load_refuse(l, l->format->columns[k].shown, "the line is too short");
			return;
		}
		if (!load_can_be_sent(value[k])) {
			load_refuse(
			    l, l->format->columns[k].shown, "with characters that cannot be shown");
			return;
		}
		n_bytes += strlen(value[k]);
	}
	if (n_bytes > LOAD_LINE_BYTES - LOAD_LINE_SPARE) {
		load_refuse(l, "", "too long");
		return;
	}
	l->format->line(l, value);
}

static int
load_lines(struct load *l)
{
	bool heading = false;
	int rc;

	while ((rc = lines_next(&l->lines)) != 0 && rc != -EM_E_IO && !l->failed) {
		l->at.number = l->lines.number;
		l->at.raw = l->lines.raw;
		l->at.raw_len = l->lines.raw_len;
		if (rc == 1 && !heading) {
			rc = l->format->by_place ? load_places(l) : load_heading(l);
			if (rc < 0)
				return rc;
			heading = true;
			if (!l->format->by_place)
				continue;
		}
		if (rc == 1 && l->lines.text[0] == '\0')
			continue;
		l->n_lines++;
		if (rc == -EM_E_TOO_LARGE)
			load_refuse(l, "", "too long: no more than its first 65536 bytes are kept");
		else if (rc == -EM_E_INVALID)
			load_refuse(l, "", "not text");
		else
			load_line(l);
		load_send_full(l);
		load_progress(l);
	}
	if (rc == -EM_E_IO)
		return -EM_E_IO;
	if (!heading) {
		ctl_fail("%s: empty", l->at.path);
		return -EM_E_INVALID;
	}
	return 0;
}

static int
load_file(struct load *l, const char *path)
{
	bool is_stdin = strcmp(path, "-") == 0;
	FILE *f = is_stdin ? stdin : fopen(path, "re");
	char *clean = ctl_clean(path);
	int rc = -EM_E_IO;

	l->at = (struct load_line){.path = path};
	if (f) {
		lines_begin(&l->lines, f);
		rc = load_lines(l);
		l->n_1252 += l->lines.n_1252;
		lines_end(&l->lines);
	}
	if (rc == -EM_E_IO)
		ctl_fail("%s: %s", clean, strerror(errno));
	if (f && !is_stdin)
		fclose(f);
	free(clean);
	return rc;
}

static void
load_summary_json(const struct load *l)
{
	printf("{\"lines\": %" PRIu64, l->n_lines);
	for (size_t i = 0; i < l->format->n_counts; i++)
		printf(", \"%s\": %" PRIu64, l->format->counts[i].name,
		    l->count[l->format->counts[i].place]);
	printf(", \"skipped\": %" PRIu64 ", \"refused\": %" PRIu64 ", \"warned\": %" PRIu64
	       ", \"windows_1252\": %" PRIu64 ", \"dry_run\": %s, \"failed\": %s}\n",
	    l->n_skipped, l->n_refused, l->n_warned, l->n_1252, l->o->dry_run ? "true" : "false",
	    l->failed ? "true" : "false");
}

static void
load_summary(const struct load *l)
{
	if (l->on_terminal)
		fputs("\r\033[K", stderr);
	if (l->ctl->json) {
		load_summary_json(l);
		return;
	}
	printf("%" PRIu64 " lines: ", l->n_lines);
	for (size_t i = 0; i < l->format->n_counts; i++)
		printf("%s%" PRIu64 " %s", i > 0 ? ", " : "", l->count[l->format->counts[i].place],
		    l->format->counts[i].text);
	printf(", %" PRIu64 " skipped, %" PRIu64 " refused%s\n", l->n_skipped, l->n_refused,
	    l->failed	    ? " (not finished)"
	    : l->o->dry_run ? " (dry run: nothing was stored)"
			    : "");
	if (l->n_warned > 0)
		printf("%" PRIu64 " warnings\n", l->n_warned);
	if (l->n_1252 > 0 && !l->o->quiet)
		printf("%" PRIu64 " lines were read as Windows-1252\n", l->n_1252);
}

static void
load_begin(struct load *l)
{
	for (size_t i = 0; i < LOAD_WINDOW; i++)
		l->batch[i] = (struct load_batch){.load = l, .arena = arena_new(BATCH_MEMORY)};
	l->filling = &l->batch[0];
}

/* The format's own beginning: before the first line, or when all are read. */
static bool
load_format_begin(struct load *l)
{
	return !l->format->begin || l->format->begin(l) == 0;
}

/* A slow file keeps neither a connection nor a loading waiting: both begin when it
 * has been read. */
static bool
load_begin_late(struct load *l)
{
	connection_close(&l->ctl->c);
	return ctl_connect(l->ctl) == 0 && load_format_begin(l);
}

/* Reads all files, sends all lines; *unread_r: not all could be read. False when
 * nothing was begun. */
static bool
load_all(struct load *l, int argc, char **argv, bool *unread_r)
{
	const bool is_late = l->format->sorted != NULL;
	bool begun = !is_late && load_format_begin(l);

	if (!is_late && !begun)
		return false;
	for (int i = 0; i < argc && !l->failed; i++)
		if (load_file(l, argv[i]) < 0)
			*unread_r = true;
	l->failed = l->failed || (*unread_r && l->format->end);
	if (is_late && !l->failed) {
		begun = load_begin_late(l);
		if (!begun)
			return false;
		load_send_sorted(l);
	}
	load_drain(l);
	if (begun && l->format->end)
		l->format->end(l);
	return true;
}

/* Reads all files. enum ctl_exit. */
static int
load_files(struct load *l, int argc, char **argv)
{
	bool unread = false, begun = false;

	if (l->o->refused) {
		l->refused_file = fopen(l->o->refused, "we");
		if (!l->refused_file)
			return ctl_fail("%s: %s", l->o->refused, strerror(errno));
	}
	if (ctl_connect(l->ctl) < 0)
		goto out;
	load_begin(l);
	l->load_id = (uint64_t)clock_now_ms();
	l->on_terminal = isatty(STDERR_FILENO) == 1 && !l->o->quiet;
	begun = load_all(l, argc, argv, &unread);
	if (begun)
		load_summary(l);
out:
	/* callbacks of what is still under way name the batches */
	connection_close(&l->ctl->c);
	for (size_t i = 0; i < LOAD_WINDOW; i++)
		if (l->batch[i].arena)
			arena_free(&l->batch[i].arena);
	sorter_free(&l->sorter);
	if (l->refused_file && fclose(l->refused_file) != 0)
		l->failed = ctl_fail("%s: %s", l->o->refused, strerror(errno)) != CTL_OK;
	if (!begun || l->failed || l->n_lines == l->n_refused)
		return CTL_FAILED;
	return l->n_refused > 0 || unread ? CTL_PARTLY : CTL_OK;
}

int
load_run(struct ctl *ctl, const struct ctl_command *cmd, const struct load_format *format,
    const struct load_options *o, const void *own, int argc, char **argv)
{
	struct load *l;
	int rc;

	if (argc == 0)
		return ctl_usage(cmd);
	l = mem_new(sizeof(*l));
	*l = (struct load){.ctl = ctl, .format = format, .o = o, .own = own};
	if (format->regional)
		l->settings = ctl_settings(ctl);
	rc = format->regional && !l->settings ? CTL_FAILED : load_files(l, argc, argv);
	if (l->settings)
		settings_free(&l->settings);
	free(l);
	return rc;
}
