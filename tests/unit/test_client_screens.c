/* SPDX-License-Identifier: MIT */
/*
 * Every screen at every size, in each language, without a terminal or a server:
 * the cursor is on the focus, help comes first and whole in the hints, nothing
 * breaks; the stack; what Esc and a lost connection do.
 */
#include "tests/lib/check.h"

#include "client/app_state.h"
#include "client/lang.h"
#include "client/screen/exams.h"
#include "common/clock.h"
#include "common/mem.h"
#include "tests/unit/test_client_app.h"

/* Two contacts, so that there is a choice. */
static void
send_code(struct app *app)
{
	Emage__MaskedContact mail = EMAGE__MASKED_CONTACT__INIT;
	Emage__MaskedContact mobile = EMAGE__MASKED_CONTACT__INIT;
	Emage__MaskedContact *contacts[] = {&mail, &mobile};
	Emage__AuthPasswordReply r = EMAGE__AUTH_PASSWORD_REPLY__INIT;

	mail.channel = r.sent_to = EMAGE__CHANNEL__CHANNEL_EMAIL;
	mail.masked = (char *)(uintptr_t) "c•••••@e•••.fr";
	mobile.channel = EMAGE__CHANNEL__CHANNEL_MOBILE;
	mobile.masked = (char *)(uintptr_t) "06 •• •• •• 42";
	r.contacts = contacts;
	r.n_contacts = 2;
	r.expires_in_s = 900;
	r.resend_in_s = 60;
	signin_take_password(&app->signin, &r);
}

static void
fill_exams(struct screen *s)
{
	struct screen_exams *x = (struct screen_exams *)s;
	Emage__ExamListReply reply = EMAGE__EXAM_LIST_REPLY__INIT;
	Emage__ExamRow rows[10];
	Emage__ExamRow *at[10];

	for (size_t i = 0; i < 10; i++) {
		emage__exam_row__init(&rows[i]);
		rows[i].exam_id = i + 1;
		rows[i].taken_at_ms = clock_from_paris(2016, 6, 10, 10, (int)i, 0);
		rows[i].establishment = (char *)(uintptr_t) "CHRU de Strasbourg";
		rows[i].description = (char *)(uintptr_t) "ECHO-DOPPLER ARTÈRES TEMPORALES";
		at[i] = &rows[i];
	}
	reply.rows = at;
	reply.n_rows = 10;
	reply.total = 30;
	reply.page = 1;
	reply.n_pages = 3;
	exams_take_list(&x->model, &x->model.query, &reply);
	x->table.n_rows = x->model.n_rows;
}

static struct screen *
new_exams(struct app *app)
{
	struct screen *s;

	open_session(app);
	s = screen_exams_new(app);
	fill_exams(s);
	return s;
}

static struct screen *
new_code(struct app *app)
{
	send_code(app);
	return screen_code_new(app);
}

static struct screen *
new_report(struct app *app)
{
	struct exam e = {
	    .id = 1,
	    .establishment = (char *)(uintptr_t) "CHRU de Strasbourg",
	    .modality = (char *)(uintptr_t) "CT",
	    .description = (char *)(uintptr_t) "THORAX",
	    .n_images = 3,
	};

	open_session(app);
	return screen_report_new(app, &e);
}

static struct screen *
new_help(struct app *app)
{
	app_push(app, screen_signin_new(app));
	return screen_help_new(app, app_top(app));
}

static void
nothing(struct app *app)
{
	(void)app;
}

static struct screen *
new_dialog(struct app *app)
{
	app_push(app, new_exams(app));
	return screen_dialog_new(app, "Titre", "Une question ?", "Non", "Oui", nothing);
}

static struct screen *(*const makers[])(struct app *) = {
    screen_home_new,
    screen_signin_new,
    new_code,
    screen_newpass_new,
    new_exams,
    new_report,
    new_help,
    new_dialog,
};

static void
test_every_size(void **state)
{
	static const int sizes[][2] = {{24, 80}, {20, 60}, {12, 40}, {13, 41}, {11, 39}, {1, 1},
	    {12, 200}, {60, 40}, {50, 132}, {60, 200}};

	(void)state;
	for (size_t z = 0; z < ARRAY_LEN(sizes); z++) {
		struct test_cells cells;

		test_cells_open(&cells, sizes[z][0], sizes[z][1]);
		for (size_t l = 0; l < N_LANGS; l++) {
			lang_set(lang_at(l)->code);
			for (size_t m = 0; m < ARRAY_LEN(makers); m++) {
				struct app *app = new_app();

				app_push(app, makers[m](app));
				walk(app, sizes[z][0], sizes[z][1]);
				free_app(app);
			}
		}
		test_cells_close(&cells);
	}
	lang_set("fr");
}

/* Help opens over any screen, Esc leaves it; many in a row cost nothing. */
static void
test_stack(void **state)
{
	struct test_cells cells;
	struct app *app = new_app();

	(void)state;
	test_cells_open(&cells, 24, 80);
	app_push(app, new_exams(app));
	for (int i = 0; i < 100; i++) {
		struct event help = key(K_F(1));
		struct event back = key(K_ESC);

		/* no burial between: as when all came in one read */
		app_event(app, &help);
		assert_string_equal(app_top(app)->ops->name, "help");
		app_event(app, &back);
		assert_string_equal(app_top(app)->ops->name, "exams");
	}
	app_bury(app);
	for (int i = 0; i < 20; i++) /* deeper than any way of screens */
		app_push(app, screen_help_new(app, app_top(app)));
	assert_int_equal(app->n_stack, APP_MAX_SCREENS);
	app_open_section(app, section_of(ACTION_SECTION_EXAMS));
	assert_string_equal(app_top(app)->ops->name, "exams");
	free_app(app);
	test_cells_close(&cells);
}

/* Leaving asks first, and the safe answer has the focus. */
static void
test_logout_asks(void **state)
{
	struct test_cells cells;
	struct app *app = new_app();

	(void)state;
	test_cells_open(&cells, 24, 80);
	app_push(app, new_exams(app));
	send(app, '0');
	assert_string_equal(app_top(app)->ops->name, "dialog");
	send(app, K_ENTER);
	assert_string_equal(app_top(app)->ops->name, "exams");
	assert_true(session_is_open(&app->session));
	send(app, K_CTRL('c'));
	assert_string_equal(app_top(app)->ops->name, "dialog");
	send(app, K_CTRL('c')); /* no second question over the first */
	send(app, K_ESC);
	assert_string_equal(app_top(app)->ops->name, "exams");
	free_app(app);
	test_cells_close(&cells);
}

/* Without a connection: told on the message row, what was typed stays. */
static void
test_no_connection(void **state)
{
	struct test_cells cells;
	struct app *app = new_app();

	(void)state;
	test_cells_open(&cells, 24, 80);
	app->conf.n_regions = 1;
	app_push(app, screen_signin_new(app));
	send(app, 'a');
	send(app, K_TAB);
	send(app, 'b');
	send(app, K_ENTER);
	assert_true(app->unmet); /* wanted as soon as it is there */
	assert_true(app_needs_link(app));
	test_cells_clear();
	app_draw(app);
	assert_non_null(strstr(test_row(4), "[a___"));
	assert_non_null(strstr(test_row(5), "[•___"));
	free_app(app);
	test_cells_close(&cells);
}

/* A connection cut while a new password is being typed: it is still there when
 * one has signed in again, and gone when the session ends. */
static void
test_parked(void **state)
{
	struct test_cells cells;
	struct app *app = new_app();
	struct screen *s;

	(void)state;
	test_cells_open(&cells, 24, 80);
	app_push(app, screen_signin_new(app));
	app_push(app, screen_newpass_new(app));
	s = app_top(app);
	send(app, 'x');
	send(app, K_F(1));
	s->ops->resumed(s);
	assert_string_equal(app_top(app)->ops->name, "signin");
	assert_ptr_equal(screen_newpass_new(app), s);
	app_push(app, s);
	s->ops->resumed(s);
	app_drop_parked(app);
	app_bury(app);
	s = screen_newpass_new(app);
	app_push(app, s);
	test_cells_clear();
	app_draw(app);
	assert_non_null(strstr(test_row(7), "[____"));
	free_app(app);
	test_cells_close(&cells);
}

/* The filter's own rules, before anything is asked. */
static void
test_filter(void **state)
{
	struct test_cells cells;
	struct app *app = new_app();
	struct screen_exams *x;

	(void)state;
	test_cells_open(&cells, 24, 80);
	app_push(app, new_exams(app));
	x = (struct screen_exams *)app_top(app);
	send(app, K_F(2));
	assert_int_equal(x->form.focus, EXAMS_FROM);
	send(app, K_ENTER);
	assert_string_equal(app->message, "Veuillez renseigner au minimum un critère de recherche");
	field_set(&x->from, "31/02/2016");
	send(app, K_ENTER);
	assert_non_null(strstr(app->message, "jj/mm/aaaa"));
	field_set(&x->from, "10.06.2016");
	field_set(&x->to, "2016-06-09");
	send(app, K_ENTER);
	assert_non_null(strstr(app->message, "finit avant"));
	field_set(&x->to, "2016-06-11");
	send(app, K_ENTER);
	assert_string_equal(app->message, "");
	assert_true(x->missing); /* asked, and not answered yet */
	assert_int_equal(x->asked.from_date, 20160610);
	assert_int_equal(x->asked.to_date, 20160611);
	assert_int_equal(x->asked.page, 1);
	/* letters are text in a field and keys elsewhere */
	send(app, 'o');
	assert_int_equal(x->asked.sort, EMAGE__EXAM_SORT__EXAM_SORT_DATE);
	send(app, K_ESC);
	assert_int_equal(x->form.focus, EXAMS_ROWS);
	send(app, 'o');
	assert_int_equal(x->asked.sort, EMAGE__EXAM_SORT__EXAM_SORT_ESTABLISHMENT);
	assert_true(x->asked.ascending);
	free_app(app);
	test_cells_close(&cells);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_every_size),
	    cmocka_unit_test(test_stack),
	    cmocka_unit_test(test_logout_asks),
	    cmocka_unit_test(test_no_connection),
	    cmocka_unit_test(test_parked),
	    cmocka_unit_test(test_filter),
	};

	if (!setlocale(LC_ALL, "C.UTF-8"))
		return 1;
	secret_setup();
	lang_start();
	lang_set("fr");
	return cmocka_run_group_tests_name("client screens", tests, NULL, NULL);
}
