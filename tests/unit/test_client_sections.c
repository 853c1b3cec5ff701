/* SPDX-License-Identifier: MIT */
/*
 * The history of accesses and blocking, without a terminal or a server: every
 * size and language, going from section to section, what is typed wrongly.
 */
#include "tests/lib/check.h"

#include "client/lang.h"
#include "client/screen/blocks.h"
#include "client/screen/history.h"
#include "common/clock.h"
#include "tests/unit/test_client_app.h"

#define TEXT(s) ((char *)(uintptr_t)(s))

/* ------------------------------------------------------------------- filling */

static void
fill_history(struct screen *s, uint32_t n_pages)
{
	struct screen_history *h = (struct screen_history *)s;
	Emage__AccessListReply reply = EMAGE__ACCESS_LIST_REPLY__INIT;
	Emage__AccessRow rows[5];
	Emage__AccessRow *at[5];

	for (size_t i = 0; i < 5; i++) {
		emage__access_row__init(&rows[i]);
		rows[i].number = 100 - i;
		rows[i].at_ms = clock_from_paris(2017, 6, 6, 11, (int)i, 0);
		rows[i].family_name = TEXT("שם-FICTIF");
		rows[i].given_name = TEXT("Zoé 🩻");
		rows[i].profession = TEXT("Médecin");
		rows[i].specialty = TEXT("Radiodiagnostic (SM)");
		rows[i].motive = TEXT("Hospitalisé dans mon service");
		rows[i].result = (Emage__AccessResult)(i % 3);
		at[i] = &rows[i];
	}
	reply.rows = at;
	reply.n_rows = 5;
	reply.total = 5 * n_pages;
	reply.page = 1;
	reply.n_pages = n_pages;
	accesses_take(&h->model, &h->model.query, &reply);
	paging_follow(&h->paging, 1, n_pages, reply.total, 5);
	h->table.n_rows = 5;
}

static void
fill_professional(Emage__Professional *p, size_t i)
{
	static char *places[] = {TEXT("CHRU de Strasbourg"), TEXT("Clinique fictive")};

	emage__professional__init(p);
	p->professional_id = i + 1;
	p->family_name = TEXT("EXEMPLE-FICTIF");
	p->given_name = TEXT("Charlotte");
	p->profession = TEXT("Médecin");
	p->specialty = TEXT("Psychiatrie (SM)");
	p->establishments = places;
	p->n_establishments = 2;
	p->blocked_at_ms = clock_from_paris(2017, 5, 4, 14, 42, 0);
}

static void
fill_blocks(struct screen *s)
{
	struct screen_blocks *b = screen_blocks(s);
	Emage__BlockListReply reply = EMAGE__BLOCK_LIST_REPLY__INIT;
	Emage__DirectorySearchReply found = EMAGE__DIRECTORY_SEARCH_REPLY__INIT;
	Emage__Professional rows[4];
	Emage__Professional *at[4];

	for (size_t i = 0; i < 4; i++) {
		fill_professional(&rows[i], i);
		at[i] = &rows[i];
	}
	reply.rows = found.rows = at;
	reply.n_rows = found.n_rows = 4;
	reply.total = found.total = 4;
	reply.page = found.page = 1;
	reply.n_pages = found.n_pages = 1;
	blocks_take(&b->list.model, &b->list.model.query, &reply);
	paging_follow(&b->list.paging, 1, 1, 4, 4);
	b->list.table.n_rows = 4;
	rows[0].blocked_at_ms = 0;
	directory_take_found(&b->find.model, &found);
	paging_follow(&b->find.paging, 1, 1, 4, 4);
	b->find.table.n_rows = 4;
	b->find.items[FIND_ROWS].hidden = false;
	b->find.items[FIND_PAGE].hidden = b->find.items[FIND_SIZE].hidden = false;
}

static struct screen *
new_history(struct app *app)
{
	struct screen *s = screen_history_new(app);

	fill_history(s, 13);
	return s;
}

static struct screen *
new_blocks(struct app *app)
{
	struct screen *s = screen_blocks_new(app);

	fill_blocks(s);
	return s;
}

static struct screen *
new_find(struct app *app)
{
	struct screen *s = screen_blocks_new(app);

	screen_blocks_show(screen_blocks(s), BLOCKS_TAB_FIND);
	return s;
}

static struct screen *
new_found(struct app *app)
{
	struct screen *s = new_blocks(app);

	screen_blocks_show(screen_blocks(s), BLOCKS_TAB_FIND);
	return s;
}

static void
fill_detail(struct access_detail *d)
{
	Emage__AccessGetReply r = EMAGE__ACCESS_GET_REPLY__INIT;
	Emage__AccessRow row = EMAGE__ACCESS_ROW__INIT;

	row.number = 100;
	row.at_ms = clock_from_paris(2017, 6, 6, 11, 34, 0);
	row.family_name = TEXT("EXEMPLE");
	row.given_name = TEXT("Dominique");
	row.motive = TEXT("Vu en consultation");
	r.row = &row;
	memset(d, 0, sizeof(*d));
	assert_true(access_detail_take(d, &r));
}

static struct screen *
new_access(struct app *app)
{
	app_push(app, new_history(app));
	return screen_access_new(app, app_top(app), 100);
}

static struct screen *
new_contest(struct app *app)
{
	struct access_detail d;
	struct screen *s;

	app_push(app, new_access(app));
	fill_detail(&d);
	s = screen_contest_new(app, app_top(app), &d);
	access_detail_release(&d);
	return s;
}

/* Who is to be blocked, and what it means. */
static struct screen *
new_question(struct app *app)
{
	struct screen *s = new_found(app);

	app_push(app, s);
	screen_blocks_change(screen_blocks(s), &screen_blocks(s)->find.model.rows[0]);
	return NULL;
}

static struct screen *(*const makers[])(struct app *) = {
    new_history,
    new_blocks,
    new_find,
    new_found,
    new_access,
    new_contest,
    new_question,
};

static struct app *
app_with(struct screen *(*maker)(struct app *))
{
	struct app *app = new_app();
	struct screen *s;

	open_session(app);
	app_push(app, screen_exams_new(app));
	s = maker(app);
	if (s)
		app_push(app, s);
	return app;
}

/* --------------------------------------------------------------------- tests */

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
				struct app *app = app_with(makers[m]);

				walk(app, sizes[z][0], sizes[z][1]);
				free_app(app);
			}
		}
		test_cells_close(&cells);
	}
	lang_set("fr");
}

static struct test_cells cells;

static int
open_cells(void **state)
{
	(void)state;
	test_cells_open(&cells, 24, 80);
	return 0;
}

static int
close_cells(void **state)
{
	(void)state;
	test_cells_close(&cells);
	return 0;
}

static void
draw(struct app *app)
{
	test_cells_clear();
	app_draw(app);
}

/* Whether a text is on the screen. */
static bool
shows(struct app *app, const char *text)
{
	draw(app);
	for (int y = 0; y < 24; y++)
		if (strstr(test_row(y), text))
			return true;
	return false;
}

static void
type_text(struct app *app, const char *text)
{
	size_t len = strlen(text);

	while (len > 0) {
		uint32_t cp;
		size_t n = text_decode(text, len, &cp);

		send(app, cp);
		text += n;
		len -= n;
	}
}

/* Digits go from section to section; the first one keeps its filter below. */
static void
test_sections(void **state)
{
	struct app *app = new_app();

	(void)state;
	open_session(app);
	app_push(app, screen_exams_new(app));
	assert_true(shows(app, "[1 Examens]"));
	send(app, '2');
	assert_string_equal(app_top(app)->ops->name, "history");
	assert_int_equal(app->n_stack, 2);
	assert_true(shows(app, "[2 Historique]"));
	send(app, '3');
	assert_string_equal(app_top(app)->ops->name, "blocks");
	assert_int_equal(app->n_stack, 2);
	assert_true(shows(app, "[3 Blocages]"));
	send(app, '3'); /* it is there already */
	assert_int_equal(app->n_stack, 2);
	send(app, '1');
	assert_string_equal(app_top(app)->ops->name, "exams");
	assert_int_equal(app->n_stack, 1);
	send(app, '2');
	fill_history(app_top(app), 13);
	send(app, K_ENTER);
	assert_string_equal(app_top(app)->ops->name, "access");
	assert_true(shows(app, "[2 Historique]"));
	send(app, '2'); /* back to its list */
	assert_string_equal(app_top(app)->ops->name, "history");
	send(app, K_ESC);
	assert_string_equal(app_top(app)->ops->name, "exams");
	free_app(app);
}

static void
test_history_filter(void **state)
{
	struct app *app = app_with(new_history);
	struct screen_history *h = (struct screen_history *)app_top(app);

	(void)state;
	send(app, K_F(2));
	assert_int_equal(h->form.focus, HISTORY_FROM);
	send(app, K_ENTER);
	assert_string_equal(app->message, "Veuillez renseigner au minimum un critère de recherche");
	field_set(&h->who, " - ");
	send(app, K_ENTER);
	assert_string_equal(app->message, "Veuillez renseigner au minimum un critère de recherche");
	field_set(&h->to, "30/02/2017");
	send(app, K_ENTER);
	assert_non_null(strstr(app->message, "jj/mm/aaaa"));
	assert_int_equal(h->form.focus, HISTORY_TO);
	assert_string_equal(field_text(&h->to), "30/02/2017"); /* to be mended */
	field_set(&h->from, "02/06/2017");
	field_set(&h->to, "01/06/2017");
	send(app, K_ENTER);
	assert_non_null(strstr(app->message, "finit avant"));
	assert_int_equal(h->form.focus, HISTORY_FROM);
	field_set(&h->to, "03.06.2017");
	field_set(&h->who, "מולר");
	send(app, K_ENTER);
	assert_string_equal(app->message, "");
	assert_true(h->missing); /* asked, and not answered */
	assert_int_equal(h->asked.from_date, 20170602);
	assert_int_equal(h->asked.to_date, 20170603);
	assert_string_equal(h->asked.professional, "מולר");
	send(app, K_ESC);
	assert_int_equal(h->form.focus, HISTORY_ROWS);
	free_app(app);
}

static void
turn_to_the_end(struct app *app, uint32_t key)
{
	for (size_t i = 0; i < 5; i++) {
		send(app, key);
		draw(app);
		if (app->message[0] != '\0')
			return;
	}
}

static void
test_pages(void **state)
{
	struct app *app = app_with(new_history);
	struct screen_history *h = (struct screen_history *)app_top(app);
	static const char *const wrong[] = {"0", "14", "9999", "999999", ""};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		form_focus(&h->form, HISTORY_PAGE);
		field_set(&h->paging.page, wrong[i]);
		send(app, K_ENTER);
		assert_string_equal(
		    app->message, "Page inconnue : choisissez un nombre de 1 à 13.");
		assert_int_equal(h->form.focus, HISTORY_PAGE);
		assert_int_equal(h->asked.page, 1);
	}
	field_set(&h->paging.page, "13");
	send(app, K_ENTER);
	assert_int_equal(h->asked.page, 13);
	fill_history(app_top(app), 1);
	field_set(&h->paging.page, "2");
	send(app, K_ENTER);
	assert_string_equal(app->message, "Il n'y a qu'une page.");
	form_focus(&h->form, HISTORY_ROWS);
	draw(app);
	/* first what of the page is below the screen */
	turn_to_the_end(app, K_PGDN);
	assert_string_equal(app->message, "Dernière page.");
	assert_int_equal(h->table.top + h->table.shown, 5);
	turn_to_the_end(app, K_PGUP);
	assert_string_equal(app->message, "Première page.");
	assert_int_equal(h->table.top, 0);
	free_app(app);
}

/* A megabyte in a field: as much as it holds, and words for the rest. */
static void
test_paste(void **state)
{
	struct app *app = app_with(new_history);
	struct screen_history *h = (struct screen_history *)app_top(app);

	(void)state;
	form_focus(&h->form, HISTORY_WHO);
	for (size_t i = 0; i < 1 << 20; i++) {
		struct event ev = {.type = EVENT_PASTE, .key = i % 2 ? 'x' : 0x1fa7b};

		app_event(app, &ev);
	}
	assert_int_equal(h->who.n_chars, 100);
	assert_string_equal(
	    app->message, "Ce champ est plein : il contient au plus 100 caractères.");
	assert_int_equal(h->form.focus, HISTORY_WHO);
	draw(app);
	check_frame(24, 80);
	send(app, K_BACKSPACE);
	assert_string_equal(app->message, "");
	free_app(app);
}

/* As many lines a row as its texts need, so that none is cut. */
static void
test_history_rows(void **state)
{
	struct app *app = app_with(new_history);
	struct screen_history *h = (struct screen_history *)app_top(app);
	struct event press = {.type = EVENT_MOUSE, .mouse = MOUSE_PRESS, .button = 1, .x = 5};

	(void)state;
	assert_true(shows(app, "Hospitalisé"));
	assert_true(shows(app, "mon service"));
	assert_true(h->table.lines > 1);
	/* every line of a row is the row */
	press.y = h->table.place.y + 3;
	app_event(app, &press);
	assert_int_equal(h->table.selected, 1);
	assert_string_equal(app_top(app)->ops->name, "access");
	free_app(app);
}

static void
test_find(void **state)
{
	struct app *app = app_with(new_find);
	struct screen_blocks *b = screen_blocks(app_top(app));

	(void)state;
	assert_true(shows(app, "Veuillez renseigner au minimum un critère de recherche"));
	assert_int_equal(b->find.form.focus, FIND_FAMILY);
	send(app, K_ENTER);
	assert_string_equal(app->message, "Veuillez renseigner au minimum un critère de recherche");
	type_text(app, "d’été 🩻");
	send(app, K_TAB);
	type_text(app, "3"); /* text, no section */
	send(app, K_ENTER);
	assert_string_equal(b->find.asked.family_name, "d’été 🩻");
	assert_string_equal(b->find.asked.given_name, "3");
	assert_true(b->find.missing);
	/* what was typed is still there behind the other tab */
	send(app, K_F(6));
	assert_int_equal(b->tab, BLOCKS_TAB_LIST);
	send(app, 'a');
	assert_int_equal(b->tab, BLOCKS_TAB_FIND);
	assert_true(shows(app, "[d’été 🩻"));
	free_app(app);
}

/* Blocking and unblocking ask first; Enter at once changes nothing. */
static void
test_change_asks(void **state)
{
	struct app *app = app_with(new_found);
	struct screen_blocks *b = screen_blocks(app_top(app));

	(void)state;
	b->list.model.emergency_overrides = false;
	assert_int_equal(b->find.form.focus, FIND_ROWS);
	send(app, K_ENTER);
	assert_string_equal(app_top(app)->ops->name, "dialog");
	assert_true(shows(app, "Charlotte EXEMPLE-FICTIF (Médecin, Psychiatrie"));
	assert_true(shows(app, "Même en urgence"));
	assert_true(shows(app, ">[ Ne rien changer ]"));
	send(app, K_ENTER);
	assert_string_equal(app_top(app)->ops->name, "blocks");
	b->list.model.emergency_overrides = true;
	send(app, K_ENTER);
	assert_true(shows(app, "Un accès en urgence restera possible"));
	send(app, K_ESC);
	/* who is blocked already is unblocked from here as well */
	send(app, K_DOWN);
	send(app, K_ENTER);
	assert_true(shows(app, "pourra"));
	send(app, K_RIGHT);
	send(app, K_ENTER); /* without a connection: told, nothing lost */
	assert_string_equal(app_top(app)->ops->name, "blocks");
	assert_int_equal(b->find.model.n_rows, 4);
	free_app(app);
}

static void
test_sort(void **state)
{
	struct app *app = app_with(new_blocks);
	struct screen_blocks *b = screen_blocks(app_top(app));

	(void)state;
	send(app, 'o');
	assert_int_equal(b->list.asked.sort, EMAGE__BLOCK_SORT__BLOCK_SORT_PROFESSION);
	assert_false(b->list.asked.descending);
	b->list.model.query = b->list.asked;
	send(app, 'o');
	assert_int_equal(b->list.asked.sort, EMAGE__BLOCK_SORT__BLOCK_SORT_DATE);
	assert_true(b->list.asked.descending);
	b->list.model.query = b->list.asked;
	send(app, 's');
	assert_false(b->list.asked.descending);
	free_app(app);
}

static void
test_question(void **state)
{
	struct app *app = app_with(new_contest);

	(void)state;
	type_text(app, " trop peu ");
	send(app, K_ENTER);
	assert_string_equal(app_top(app)->ops->name, "contest");
	assert_string_equal(app->message, "Posez votre question en 10 à 500 caractères.");
	type_text(app, "de mots ?");
	draw(app);
	send(app, K_ENTER);
	assert_string_equal(app_top(app)->ops->name, "dialog");
	assert_true(shows(app, ">[ Ne pas envoyer ]"));
	send(app, K_ENTER);
	assert_string_equal(app_top(app)->ops->name, "contest");
	assert_true(shows(app, "trop peu de mots ?"));
	free_app(app);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_cells, close_cells)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_every_size),
	    TEST(test_sections),
	    TEST(test_history_filter),
	    TEST(test_pages),
	    TEST(test_paste),
	    TEST(test_history_rows),
	    TEST(test_find),
	    TEST(test_change_asks),
	    TEST(test_sort),
	    TEST(test_question),
	};

	if (!setlocale(LC_ALL, "C.UTF-8"))
		return 1;
	secret_setup();
	lang_start();
	lang_set("fr");
	return cmocka_run_group_tests_name("client sections", tests, NULL, NULL);
}
