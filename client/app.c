/* SPDX-License-Identifier: MIT */
/*
 * The loop: terminal, connection, signals, time.
 */
#include "client/app_state.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/errtext.h"
#include "client/lang.h"
#include "client/tr.h"
#include "common/clock.h"
#include "common/err.h"
#include "common/mem.h"
#include "common/secret.h"
#include "common/text.h"

/* A signal handler has no argument: the pipe that it writes to. */
static int app_signal_pipe = -1;

static void
app_on_signal(int signo)
{
	int saved = errno;
	unsigned char c = (unsigned char)signo;

	if (write(app_signal_pipe, &c, 1) < 0) {
		/* full: what it tells is waiting there already */
	}
	errno = saved;
}

static void
app_catch(int signo, void (*handler)(int))
{
	struct sigaction sa = {.sa_handler = handler, .sa_flags = SA_RESTART};

	sigaction(signo, &sa, NULL);
}

static void
app_catch_signals(struct app *app)
{
	int fd[2];
	bool kiosk = app->options->kiosk;

	if (pipe2(fd, O_NONBLOCK | O_CLOEXEC) < 0)
		die("pipe: %s", strerror(errno));
	app->signal_fd = fd[0];
	app_signal_pipe = fd[1];
	app_catch(SIGWINCH, app_on_signal);
	app_catch(SIGHUP, app_on_signal);
	app_catch(SIGTERM, app_on_signal);
	app_catch(SIGCONT, app_on_signal);
	app_catch(SIGPIPE, SIG_IGN);
	/* a kiosk cannot be stopped or left from its keyboard */
	app_catch(SIGINT, kiosk ? SIG_IGN : app_on_signal);
	app_catch(SIGQUIT, kiosk ? SIG_IGN : app_on_signal);
	app_catch(SIGTSTP, kiosk ? SIG_IGN : app_on_signal);
}

static void
app_signal(struct app *app, int signo)
{
	switch (signo) {
	case SIGWINCH:
		if (tty_resize(app->tty))
			app->anew = true;
		app_repaint(app);
		break;
	case SIGHUP:
		app->terminal_gone = true;
		app->quit = true;
		break;
	case SIGTERM:
	case SIGQUIT:
		app->quit = true;
		break;
	case SIGINT:
		app_act(app, ACTION_INTERRUPT);
		app_repaint(app);
		break;
	case SIGTSTP:
		tty_suspend(app->tty);
		/* FALLTHROUGH */
	case SIGCONT:
		tty_resize(app->tty);
		app->anew = true;
		app_repaint(app);
		break;
	default:
		break;
	}
}

static void
app_read_signals(struct app *app)
{
	unsigned char c;

	while (read(app->signal_fd, &c, 1) == 1)
		app_signal(app, c);
}

/* ------------------------------------------------------------- small things */

static void
app_set_message(struct app *app, enum message_kind kind, const char *text)
{
	snprintf(app->message, sizeof(app->message), "%s", text);
	app->message_kind = kind;
	app_repaint(app);
}

void
app_message(struct app *app, enum message_kind kind, const char *fmt, ...)
{
	char text[sizeof(app->message)];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	app_set_message(app, kind, text);
}

void
app_message_error(struct app *app, int err, const Emage__Error *e)
{
	char text[sizeof(app->message)];

	errtext(err, e, text, sizeof(text));
	app_set_message(app, MESSAGE_ERROR, text);
}

void
app_message_clear(struct app *app)
{
	app->message[0] = '\0';
}

void
app_raw(struct app *app, const void *bytes, size_t len)
{
	tty_raw(app->tty, bytes, len);
}

bool
app_raw_pending(const struct app *app)
{
	return tty_raw_pending(app->tty);
}

void
app_cell_pixels(const struct app *app, int *width_r, int *height_r)
{
	tty_cell_pixels(app->tty, width_r, height_r);
}

const char *
app_graphics(const struct app *app)
{
	return app->options->graphics;
}

bool
app_is_mono(const struct app *app)
{
	return tty_theme(app->tty) == THEME_MONO;
}

bool
app_is_staff(const struct app *app)
{
	return app->options->staff;
}

bool
app_is_kiosk(const struct app *app)
{
	return app->options->kiosk;
}

void
app_repaint(struct app *app)
{
	app->dirty = true;
}

void
app_bell(struct app *app)
{
	tty_bell(app->tty);
}

struct session *
app_session(struct app *app)
{
	return &app->session;
}

struct signin *
app_signin(struct app *app)
{
	return &app->signin;
}

const struct clientconf *
app_conf(const struct app *app)
{
	return &app->conf;
}

const char *
app_language(const struct app *app)
{
	(void)app;
	return lang_now();
}

void
app_set_language(struct app *app, const char *language)
{
	lang_set(language);
	link_set_language(app->link, language);
	app_repaint(app);
}

void
app_quit(struct app *app)
{
	app->quit = true;
}

/* ----------------------------------------------------------------- the loop */

static void
app_sooner(int64_t *at_ms, int64_t other_ms)
{
	if (other_ms != 0 && other_ms < *at_ms)
		*at_ms = other_ms;
}

static bool
app_holds_repaint(const struct app *app)
{
	return app->hold_until_ms > clock_boot_ms() && app_awaits_reply(app);
}

/* When something is to be done although nothing comes, as poll()'s timeout. */
static int
app_timeout_ms(const struct app *app, int link_ms)
{
	int64_t now_ms = clock_boot_ms();
	int64_t at_ms = now_ms + 60000 - clock_now_ms() % 60000; /* next minute */

	if (app->dirty && !tty_raw_pending(app->tty) && !app_holds_repaint(app))
		return 0;
	if (app->dirty)
		app_sooner(&at_ms, app->hold_until_ms);
	if (link_ms >= 0)
		app_sooner(&at_ms, now_ms + link_ms);
	app_sooner(&at_ms, app->flush_at_ms);
	app_sooner(&at_ms, app_idle_wake_ms(app));
	for (size_t i = 0; i < app->n_stack; i++)
		app_sooner(&at_ms, app->stack[i]->wake_at_ms);
	return at_ms > now_ms ? (int)(at_ms - now_ms) : 0;
}

static void
app_tick(struct app *app)
{
	int64_t now_ms = clock_boot_ms();
	int64_t minute = clock_now_ms() / 60000;

	for (size_t i = 0; i < app->n_stack; i++) {
		struct screen *s = app->stack[i];

		if (s->wake_at_ms == 0 || now_ms < s->wake_at_ms)
			continue;
		s->wake_at_ms = 0;
		s->ops->tick(s);
		app_repaint(app);
	}
	if (minute != app->minute) {
		app->minute = minute;
		app_repaint(app);
	}
	app_idle_step(app);
}

#define APP_FDS 4

/* Waits for whatever comes first and takes it in. */
static void
app_wait(struct app *app)
{
	struct pollfd p[APP_FDS + SPAWN_FDS] = {
	    {.fd = tty_fd(app->tty), .events = POLLIN},
	    {.fd = app->signal_fd, .events = POLLIN},
	    {.fd = -1},
	    {.fd = -1},
	};
	nfds_t n = APP_FDS;
	enum link_state before = link_state(app->link);
	int link_ms;

	link_wants(app->link, &p[2].fd, &p[2].events, &link_ms);
	if (tty_raw_pending(app->tty)) {
		p[3].fd = tty_raw_fd(app->tty);
		p[3].events = POLLOUT;
	}
	if (app->spawn) {
		spawn_wants(app->spawn, &p[APP_FDS]);
		n += SPAWN_FDS;
	}
	if (poll(p, n, app_timeout_ms(app, link_ms)) < 0 && errno != EINTR)
		die("poll: %s", strerror(errno));
	if (p[1].revents)
		app_read_signals(app);
	if (p[3].revents && !tty_raw_step(app->tty))
		app->quit = app->terminal_gone = true;
	if (n > APP_FDS)
		app_spawn_step(app, &p[APP_FDS]);
	if (p[0].revents)
		app_read_terminal(app);
	link_set_needed(app->link, app_needs_link(app));
	link_step(app->link);
	if (link_state(app->link) != before)
		app_repaint(app);
}

/* Whether more input waits: then the repaint can wait too. */
static bool
app_input_waits(const struct app *app)
{
	struct pollfd p = {.fd = tty_fd(app->tty), .events = POLLIN};

	return poll(&p, 1, 0) == 1;
}

int
app_run(struct app *app)
{
	while (!app->quit) {
		if (app->dirty && !tty_raw_pending(app->tty) && !app_holds_repaint(app) &&
		    !app_input_waits(app))
			app_draw(app);
		app_wait(app);
		if (app->quit)
			break;
		app_flush_keys(app);
		app_tick(app);
		if (app->lost_err != 0) {
			int err = app->lost_err;

			app->lost_err = 0;
			app_end_session(app, err);
		}
		if (app->record_err != 0)
			app_record_closed(app, app->record_err);
		app_bury(app);
	}
	app_end_session(app, 0);
	app_bury(app);
	return app->status;
}

/* ------------------------------------------------------------ start and end */

static int
app_sync_fd(void)
{
	const char *s = getenv("EMAGE_SYNC_FD");
	int fd = s ? atoi(s) : -1;

	return s && fd > 2 && fcntl(fd, F_GETFD) >= 0 ? fd : -1;
}

/* Off over SSH, where it would take copy and paste away. */
static bool
app_wants_mouse(const struct options *o)
{
	if (o->no_mouse)
		return false;
	return o->kiosk || (!getenv("SSH_CONNECTION") && !getenv("SSH_TTY"));
}

static enum theme
app_wanted_theme(const struct options *o)
{
	enum theme theme = THEME_DARK;
	const char *no_color = getenv("NO_COLOR");

	if (o->theme)
		theme_by_name(o->theme, &theme);
	else if (no_color && *no_color)
		theme = THEME_MONO;
	return theme;
}

static void
app_key_event(void *arg, const struct event *ev)
{
	app_event(arg, ev);
}

struct app *
app_new(const struct options *o, const struct clientconf *conf)
{
	struct app *app = mem_new(sizeof(*app));
	struct tty_wish wish = {
	    .theme = app_wanted_theme(o),
	    .theme_is_wanted = o->theme != NULL,
	    .mouse = app_wants_mouse(o),
	};

	app->options = o;
	app->conf = *conf;
	app->sync_fd = app_sync_fd();
	app->first_language = lang_now();
	app->minute = clock_now_ms() / 60000;
	session_init(&app->session);
	app_catch_signals(app);
	if (tty_open(&wish, &app->tty) != TTY_OK) {
		free(app);
		return NULL;
	}
	app->keys = keys_new(paint_can_show(0x153), app_key_event, app);
	tty_teach(app->tty, app->keys);
	app->link = link_new(&app->session,
	    o->kiosk ? EMAGE__CLIENT_KIND__CLIENT_KIND_KIOSK
		     : EMAGE__CLIENT_KIND__CLIENT_KIND_TERMINAL,
	    &app_link_hooks, app);
	app->anew = true;
	app_repaint(app);
	if (app->conf.n_regions > 1) {
		app_push(app, screen_home_new(app));
	} else {
		app_open_region(app, 0);
		app_push(app, screen_signin_new(app));
	}
	return app;
}

void
app_free(struct app **ap)
{
	struct app *app = *ap;

	if (!app)
		return;
	*ap = NULL;
	spawn_free(&app->spawn);
	link_free(&app->link);
	keys_free(&app->keys);
	tty_close(&app->tty);
	session_release(&app->session);
	secret_wipe(app, sizeof(*app));
	free(app);
}
