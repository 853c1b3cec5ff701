/* SPDX-License-Identifier: MIT */
/*
 * The screens of one's own account at every size and in each language, without a
 * terminal or a server: the cursor is on the focus, help comes first, nothing
 * breaks; what is refused before anything is asked; QR codes as cells.
 */
#include "tests/lib/check.h"

#include "client/app_state.h"
#include "client/lang.h"
#include "client/screen/settings.h"
#include "client/screen/text.h"
#include "client/widget/qr.h"
#include "common/clock.h"
#include "common/mem.h"
#include "tests/unit/test_client.h"

static struct region regions[] = {
    {.name = (char *)(uintptr_t) "Alsace"},
    {.name = (char *)(uintptr_t) "Lorraine"},
};

static const struct options options = {0};
static const struct options kiosk = {.kiosk = true};

static struct app *
new_app(const struct options *o)
{
	struct app *app = mem_new(sizeof(*app));

	app->options = o;
	app->conf = (struct clientconf){.regions = regions, .n_regions = 2};
	app->sync_fd = -1;
	session_init(&app->session);
	app->link =
	    link_new(&app->session, EMAGE__CLIENT_KIND__CLIENT_KIND_TERMINAL, &app_link_hooks, app);
	return app;
}

static void
free_app(struct app *app)
{
	app_clear_stack(app);
	app_bury(app);
	link_free(&app->link);
	session_release(&app->session);
	free(app);
}

static void
open_session(struct app *app)
{
	Emage__AuthCodeReply r = EMAGE__AUTH_CODE_REPLY__INIT;
	uint8_t token[32] = {7};

	r.token.data = token;
	r.token.len = sizeof(token);
	r.role = EMAGE__ROLE__ROLE_PATIENT;
	r.display_name = (char *)(uintptr_t) "Camille MARTIN";
	r.civility = (char *)(uintptr_t) "Madame";
	r.idle_limit_s = 600;
	r.absolute_limit_s = 3600;
	session_take_open(&app->session, &r);
}

/* ---------------------------------------------------------------------- screens */

static struct screen *
new_forgot(struct app *app)
{
	return screen_forgot_new(app, "");
}

static struct screen *
new_contact(struct app *app)
{
	static const struct account a = {
	    .email = (char *)(uintptr_t) "camille@example.org",
	    .mobile = (char *)(uintptr_t) "+33612345642",
	};

	return screen_contact_new(app, EMAGE__CHANNEL__CHANNEL_MOBILE, &a);
}

static struct screen *
new_totp(struct app *app)
{
	return screen_totp_new(app, false);
}

static struct screen *
new_totp_removal(struct app *app)
{
	return screen_totp_new(app, true);
}

static struct screen *
new_text(struct app *app)
{
	return screen_text_new(app, &(struct text_page){
					.name = "answer",
					.heading = "Une question ?",
					.text = "Une réponse.\n\nEn deux paragraphes.",
				    });
}

struct maker {
	struct screen *(*make)(struct app *app);
	bool inside;
};

static const struct maker makers[] = {
    {new_forgot, false},
    {screen_undo_new, false},
    {screen_faq_new, false},
    {screen_support_new, false},
    {screen_closed_new, false},
    {new_text, false},
    {screen_faq_new, true},
    {screen_support_new, true},
    {new_text, true},
    {screen_settings_new, true},
    {new_contact, true},
    {screen_password_new, true},
    {screen_sessions_new, true},
    {new_totp, true},
    {new_totp_removal, true},
    {screen_export_new, true},
    {screen_consent_new, true},
};

static void
check_frame(int rows, int columns)
{
	int y, x;

	assert_true(paint_cursor_wanted(&y, &x));
	assert_in_range(y, 0, rows - 1);
	assert_in_range(x, 0, columns - 1);
	if (rows < 12 || columns < 40)
		return;
	assert_int_equal(strncmp(test_row(rows - 1), " F1/? ", 6), 0);
	assert_null(strstr(test_row(rows - 1), "…"));
}

static void
walk(struct app *app, int rows, int columns)
{
	for (int step = 0; step < 14; step++) {
		test_cells_clear();
		app_draw(app);
		check_frame(rows, columns);
		app_act(app, step % 5 == 4 ? ACTION_DOWN : ACTION_NEXT);
	}
}

static void
walk_all(const struct options *o, int rows, int columns)
{
	for (size_t l = 0; l < N_LANGS; l++) {
		lang_set(lang_at(l)->code);
		for (size_t m = 0; m < ARRAY_LEN(makers); m++) {
			struct app *app = new_app(o);

			if (makers[m].inside)
				open_session(app);
			app_push(app, makers[m].make(app));
			walk(app, rows, columns);
			free_app(app);
		}
	}
	lang_set("fr");
}

static void
test_every_size(void **state)
{
	static const int sizes[][2] = {{24, 80}, {20, 60}, {12, 40}, {13, 41}, {11, 39}, {1, 1},
	    {12, 200}, {60, 40}, {50, 132}};

	(void)state;
	for (size_t z = 0; z < ARRAY_LEN(sizes); z++) {
		struct test_cells cells;

		test_cells_open(&cells, sizes[z][0], sizes[z][1]);
		walk_all(&options, sizes[z][0], sizes[z][1]);
		walk_all(&kiosk, sizes[z][0], sizes[z][1]);
		test_cells_close(&cells);
	}
}

/* ------------------------------------------------------------------------- keys */

static void
send(struct app *app, uint32_t k)
{
	struct event ev = test_key(k);

	app_event(app, &ev);
	app_bury(app);
}

static void
type(struct app *app, const char *text)
{
	for (; *text; text++)
		send(app, (unsigned char)*text);
}

/* What is missing is told before anything is asked, with the focus on it. */
static void
test_password_rules(void **state)
{
	struct test_cells cells;
	struct app *app = new_app(&options);

	(void)state;
	test_cells_open(&cells, 24, 80);
	open_session(app);
	app_push(app, screen_password_new(app));
	send(app, K_ENTER); /* to the next field, twice, then it is sent */
	send(app, K_ENTER);
	send(app, K_ENTER);
	assert_non_null(strstr(app->message, "mot de passe actuel"));
	type(app, "ancien");
	send(app, K_TAB);
	type(app, "court");
	send(app, K_TAB);
	type(app, "court");
	send(app, K_ENTER);
	assert_non_null(strstr(app->message, "trop court"));
	type(app, " mais pas trop court");
	send(app, K_TAB);
	type(app, " et autre chose");
	send(app, K_ENTER);
	assert_non_null(strstr(app->message, "différentes"));
	test_cells_clear();
	app_draw(app);
	assert_non_null(strstr(test_row(10), "[x] au moins 12"));
	assert_non_null(strstr(test_row(11), "[ ] les deux"));
	free_app(app);
	test_cells_close(&cells);
}

/* A megabyte pasted fills the field and no more. */
static void
test_paste(void **state)
{
	struct test_cells cells;
	struct app *app = new_app(&options);

	(void)state;
	test_cells_open(&cells, 24, 80);
	app_push(app, screen_forgot_new(app, ""));
	for (size_t i = 0; i < 1000000; i++) {
		struct event ev = {.type = EVENT_PASTE, .key = i % 3 ? 'x' : 0x1f600};

		app_event(app, &ev);
	}
	test_cells_clear();
	app_draw(app);
	check_frame(24, 80);
	assert_string_equal(app_top(app)->ops->name, "forgot");
	free_app(app);
	test_cells_close(&cells);
}

/* Where many share the machine nothing is written on it. */
static void
test_kiosk_export(void **state)
{
	struct test_cells cells;
	struct app *app = new_app(&kiosk);
	bool told = false;

	(void)state;
	test_cells_open(&cells, 24, 80);
	open_session(app);
	app_push(app, screen_export_new(app));
	test_cells_clear();
	app_draw(app);
	for (int y = 0; y < 24; y++) {
		told = told || strstr(test_row(y), "Pas sur une borne") != NULL;
		assert_null(strstr(test_row(y), "EXPORTER"));
	}
	assert_true(told);
	free_app(app);
	test_cells_close(&cells);
}

/* ---------------------------------------------------------------------- QR code */

/* Whether the cell at a module's place is dark, as a camera would see it. */
static bool
cell_is_dark(const struct qr *q, int row, int column, bool halves)
{
	int y = halves ? (row + QR_QUIET) / 2 : row + QR_QUIET;
	int x = halves ? column + QR_QUIET : 2 * (column + QR_QUIET);
	cchar_t cell;
	wchar_t glyph[CCHARW_MAX];
	attr_t attr;
	short pair;
	bool lower = (row + QR_QUIET) % 2 == 1;

	(void)q;
	mvin_wch(y, x, &cell);
	getcchar(&cell, glyph, &attr, &pair, NULL);
	if (!halves)
		return (attr & A_REVERSE) == 0;
	assert_true(attr & A_REVERSE);
	return glyph[0] == 0x2588 || glyph[0] == (lower ? 0x2584 : 0x2580);
}

static void
check_qr(struct qr *q, bool halves)
{
	test_cells_clear();
	qr_draw(q, 0, 0, halves, false);
	for (int row = -QR_QUIET; row < q->size + QR_QUIET; row++) {
		for (int column = -QR_QUIET; column < q->size + QR_QUIET; column++) {
			bool inside = row >= 0 && column >= 0 && row < q->size && column < q->size;
			bool dark = inside && q->modules[row * q->size + column];

			assert_int_equal(cell_is_dark(q, row, column, halves), dark);
		}
	}
}

static void
test_qr(void **state)
{
	struct test_cells cells;
	struct qr q = {0};

	(void)state;
	test_cells_open(&cells, 60, 120);
	assert_true(qr_make(&q, "otpauth://totp/e-mage:ABC?secret=JBSWY3DPEHPK3PXP"));
	check_qr(&q, true);
	check_qr(&q, false);
	qr_release(&q);
	test_cells_close(&cells);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_every_size),
	    cmocka_unit_test(test_password_rules),
	    cmocka_unit_test(test_paste),
	    cmocka_unit_test(test_kiosk_export),
	    cmocka_unit_test(test_qr),
	};

	if (!setlocale(LC_ALL, "C.UTF-8"))
		return 1;
	secret_setup();
	lang_start();
	lang_set("fr");
	return cmocka_run_group_tests_name("client settings", tests, NULL, NULL);
}
