/* SPDX-License-Identifier: MIT */
/*
 * A server with one patient and her exams, and the client as she uses it.
 */
#include "tests/lib/pty_stage.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "client/rpc.h"
#include "common/clock.h"
#include "common/err.h"
#include "common/mem.h"
#include "common/secret.h"
#include "db/store.h"
#include "server/server.h"
#include "tests/lib/check.h"
#include "tests/lib/file.h"
#include "tests/lib/pty_stage_people.h"
#include "tests/lib/wire.h"

#define STAGE_UID	"1.2.826.0.1.3680043.10.474.9"
#define STAGE_IMAGES	5	    /* index of the exam that has them */
#define STAGE_FINESS	"679900019" /* of what fixture_import() imports */
#define STAGE_ARGS_MAX	32
#define STAGE_ENV_MAX	16
#define STAGE_CLOCK_MIN (14 * 60 + 32) /* of the day, Paris */

struct stage_exam {
	const char *at; /* "2016-06-10 10:22" */
	const char *place, *modality, *description;
};

static const struct stage_exam stage_exams[] = {
    {"2016-06-10 10:22", STAGE_PLACE, "US", "ECHO-DOPPLER ARTÈRES TEMPORALES"},
    {"2016-02-18 23:37", STAGE_PLACE, "CT", "CRANE ABDOMINO PELVIEN"},
    {"2016-02-18 11:11", STAGE_PLACE, "CT", "BODY SCAN"},
    {"2016-02-16 11:28", STAGE_PLACE, "CT", "ABDOMINAL"},
    {"2015-12-25 23:37", STAGE_PLACE, "CT", "BODY SCAN"},
    {"2015-12-24 15:58", STAGE_PLACE, "CT", "THORAX"},
    {"2015-12-24 13:35", STAGE_PLACE, "DX", "THORAX"},
    {"2015-12-11 12:33", STAGE_PLACE, "NM", "SCINTIGRAPHIE OSSEUSE CORPS ENTIER : IMAGES"},
    {"2015-12-11 12:23", STAGE_PLACE, "ECG", "ECG"},
    {"2015-12-11 11:55", STAGE_PLACE, "CT", "CONTRÔLE THROMBOLYSE"},
    {"2015-06-02 09:05", "Clinique de l’Œil fictive", "MR", "IRM ORBITES"},
    {"2015-03-29 03:30", "Cabinet d'imagerie du Parc", "CR", "GENOU DROIT FACE ET PROFIL"},
};

static const char stage_report[] =
    "Indication : douleurs thoraciques.\n\n"
    "Technique : acquisition hélicoïdale sans injection de produit de contraste, "
    "reconstructions en fenêtres parenchymateuse et médiastinale.\n\n"
    "Résultats : pas de nodule pulmonaire suspect. Pas d'épanchement pleural. "
    "Médiastin en place, sans adénopathie de taille pathologique. "
    "Cœur de volume normal. Cadre osseux sans lésion visible.\n\n"
    "Les bases sont bien aérées. Pas de condensation. Pas de pneumothorax.\n\n"
    "Conclusion : examen sans particularité.\n";

/* ------------------------------------------------------------------- the exams */

static int64_t
stage_when_ms(const char *at)
{
	int year, month, day, hour, minute;

	if (sscanf(at, "%d-%d-%d %d:%d", &year, &month, &day, &hour, &minute) != 5)
		die("stage: no date: %s", at);
	return clock_from_paris(year, month, day, hour, minute, 0);
}

/* One exam with its report, of the thirty. */
static int
stage_exam_add(struct store_conn *db, const struct pty_stage *s, unsigned i, uint64_t *exam_id_r)
{
	const struct stage_exam *last = &stage_exams[ARRAY_LEN(stage_exams) - 1];
	struct stage_exam e = i < ARRAY_LEN(stage_exams) ? stage_exams[i] : *last;
	const struct store_report report = {
	    .title = "Compte rendu de radiologie",
	    .author = "Dr Alix FICTIF",
	    .text = stage_report,
	    .text_len = sizeof(stage_report) - 1,
	    .signed_at_ms = stage_when_ms(e.at) + 86400000,
	    .is_final = true,
	};
	char study[64], series[80], sop[80], at[32], description[64];
	uint64_t instance, place = 0;
	bool existed;
	int rc;

	if (i >= ARRAY_LEN(stage_exams)) {
		snprintf(at, sizeof(at), "%u-05-%02u 08:%02u", 2014 - i / 4, 1 + i % 28, i);
		snprintf(
		    description, sizeof(description), "CONTRÔLE ANNUEL N° %u", STAGE_N_EXAMS - i);
		e.at = at;
		e.description = description;
	}
	snprintf(study, sizeof(study), STAGE_UID ".%u", i);
	snprintf(series, sizeof(series), "%s.99", study);
	snprintf(sop, sizeof(sop), "%s.99.1", study);
	rc = store_establishment_by_name(db, e.place, &place);
	if (rc == -EM_E_NOT_FOUND)
		rc = store_establishment_add(db, "", e.place, &place, &existed);
	return rc < 0 ? rc
		      : store_instance_add(db,
			    &(struct store_instance_new){
				.patient_id = s->patient.patient_id,
				.establishment_id = place,
				.study_uid = study,
				.accession_number = "",
				.study_description = e.description,
				.taken_at_ms = stage_when_ms(e.at),
				.series_uid = series,
				.series_description = "Compte rendu",
				.modality = e.modality,
				.body_part = "",
				.series_number = 99,
				.sop_class_uid = "1.2.840.10008.5.1.4.1.1.88.11",
				.sop_uid = sop,
				.transfer_syntax_uid = "1.2.840.10008.1.2.1",
				.instance_number = 1,
				.report = &report,
				.release = true,
				.now_ms = stage_when_ms(e.at),
			    },
			    &instance, exam_id_r);
}

static int
stage_exams_add(struct store_conn *db, void *arg)
{
	const struct pty_stage *s = arg;
	uint64_t exam_id, newest_id = 0;
	int rc = 0;

	for (unsigned i = 0; i < STAGE_N_EXAMS && rc == 0; i++) {
		rc = stage_exam_add(db, s, i, &exam_id);
		newest_id = i == 0 ? exam_id : newest_id;
	}
	return rc < 0 ? rc : pty_stage_people_add(db, s->patient.patient_id, newest_id);
}

/* The server is down meanwhile: the database has one process. */
static void
stage_fill(struct pty_stage *s)
{
	char *path = mem_printf("%s/" SERVER_DATABASE, s->fixture->storage);
	struct store_options o = {
	    .path = path,
	    .cache_bytes = 8 << 20,
	    .queue_max = 8,
	    .batch_max = 8,
	};
	struct store *store;

	fixture_stop(s->fixture);
	if (store_open(&o, &store) != 0 || store_run(store, stage_exams_add, s) != 0)
		die("stage: cannot fill %s", path);
	store_close(&store);
	free(path);
	fixture_start(s->fixture);
}

static void
stage_images(struct pty_stage *s)
{
	char *script = fixture_source("tests/ui/make_exam.py");
	char *folder = mem_printf("%s/dicom", s->fixture->folder);
	char *study = mem_printf(STAGE_UID ".%d", STAGE_IMAGES);
	const char *make[] = {"/usr/bin/python3", script, folder, study, NULL};
	const char *paths[] = {folder, NULL};

	if (mkdir(folder, 0700) != 0)
		die("stage: %s", folder);
	fixture_must_run(s->fixture, make, NULL);
	fixture_import(s->fixture, &s->patient, paths);
	free(script);
	free(folder);
	free(study);
}

struct pty_stage *
pty_stage_new(bool own_password)
{
	static const char *const sets[] = {"limits.source_signins=100000", NULL};
	struct pty_stage *s = mem_new(sizeof(*s));

	secret_setup();
	s->fixture = fixture_new(sets);
	fixture_start(s->fixture);
	fixture_add_patient(s->fixture, "Camille", "camille@example.org", &s->patient);
	fixture_add_establishment(s->fixture, STAGE_FINESS, STAGE_PLACE);
	if (own_password)
		wire_first_sign_in(s->fixture, &s->patient);
	stage_fill(s);
	stage_images(s);
	s->mailbox = fixture_mailbox(s->fixture);
	return s;
}

int
pty_stage_set_up(void **state)
{
	*state = pty_stage_new(true);
	return 0;
}

int
pty_stage_tear_down(void **state)
{
	struct pty_stage *s = *state;

	pty_stage_free(&s);
	return 0;
}

void
pty_stage_next_day(struct pty_stage *s)
{
	fixture_advance(s->fixture, 25 * 3600 * 1000);
}

void
pty_stage_new_mailbox(struct pty_stage *s)
{
	mailbox_free(&s->mailbox);
	s->mailbox = fixture_mailbox(s->fixture);
}

void
pty_stage_withhold(struct pty_stage *s)
{
	fixture_stop(s->fixture);
	fixture_sql(s->fixture, "UPDATE exam SET released_at_ms = 0 WHERE taken_at_ms ="
				" (SELECT max(taken_at_ms) FROM exam)");
	fixture_start(s->fixture);
}

void
pty_stage_free(struct pty_stage **sp)
{
	struct pty_stage *s = *sp;

	*sp = NULL;
	if (s == NULL)
		return;
	mailbox_free(&s->mailbox);
	fixture_free(&s->fixture);
	free(s);
}

/* ------------------------------------------------------------------ the client */

char *
pty_stage_regions(const struct pty_stage *s)
{
	const struct fixture *f = s->fixture;
	char *path = mem_printf("%s/regions.conf", f->folder);
	char *text = mem_printf("[alsace]\nname = Alsace\nserver = 127.0.0.1:%s\nca = %s\n"
				"[lorraine]\nname = Lorraine\nserver = 127.0.0.1:%s\nca = %s\n",
	    f->port, f->ca, f->port, f->ca);

	file_write(text, "%s", path);
	free(text);
	return path;
}

/* From now to the next 14:32:00, so that clocks on screens say 14:32. */
static char *
stage_clock(void)
{
	const int64_t day_ms = 86400000, minute_ms = 60000;
	int64_t now_ms = clock_now_ms();
	struct clock_civil c = clock_paris(now_ms);
	int64_t at_ms =
	    (int64_t)(c.hour * 60 + c.minute) * minute_ms + c.second * 1000 + now_ms % 1000;
	int64_t shift_ms = STAGE_CLOCK_MIN * minute_ms - at_ms;

	return mem_printf(
	    "EMAGE_TEST_CLOCK=+%lld", (long long)(shift_ms < 0 ? shift_ms + day_ms : shift_ms));
}

/* Appends to a list that ends with NULL. */
static void
stage_append(const char **list, size_t n, size_t max, const char *const *more)
{
	for (; more != NULL && *more != NULL && n + 1 < max; more++)
		list[n++] = *more;
}

struct pty *
pty_stage_client(const struct pty_stage *s, const struct pty_stage_options *o)
{
	static const struct pty_stage_options usual = {.term = NULL};
	char *program = mem_printf("%s/emage", getenv("EMAGE_BUILD"));
	char *server = mem_printf("127.0.0.1:%s", s->fixture->port);
	char *clock = stage_clock();
	const char *argv[STAGE_ARGS_MAX] = {program};
	const char *connect[] = {"--server", server, "--ca", s->fixture->ca, NULL};
	const char *env[STAGE_ENV_MAX] = {clock};
	struct pty *p;

	o = o != NULL ? o : &usual;
	if (!o->bare)
		stage_append(argv, 1, ARRAY_LEN(argv), connect);
	stage_append(argv, o->bare ? 1 : 5, ARRAY_LEN(argv), o->args);
	stage_append(env, 1, ARRAY_LEN(env), o->env);
	p = pty_start(&(struct pty_options){
	    .argv = argv,
	    .env = env,
	    .term = o->term,
	    .language = o->language,
	    .rows = o->rows,
	    .columns = o->columns,
	    .baud = o->baud,
	    .ignore_hup = o->ignore_hup,
	    .mute = o->mute,
	});
	free(program);
	free(server);
	free(clock);
	return p;
}

/* ---------------------------------------------------------------------- a person */

bool
pty_stage_fill_in(struct pty *p, const char *identifier, const char *password)
{
	if (!pty_wait_screen(p, "signin"))
		return false;
	pty_send(p, identifier);
	pty_key(p, PTY_KEY_TAB);
	pty_send(p, password);
	return pty_wait_idle(p);
}

bool
pty_stage_password(struct pty *p, const char *identifier, const char *password)
{
	if (!pty_stage_fill_in(p, identifier, password))
		return false;
	pty_key(p, PTY_KEY_ENTER);
	return true;
}

bool
pty_stage_code(struct pty *p, const struct pty_stage *s)
{
	char code[16];

	if (!pty_wait_screen(p, "code"))
		return false;
	fixture_next_code(s->mailbox, code);
	pty_send(p, code);
	pty_key(p, PTY_KEY_ENTER);
	return true;
}

bool
pty_stage_sign_in(struct pty *p, const struct pty_stage *s)
{
	return pty_stage_password(p, s->patient.identifier, s->patient.password) &&
	       pty_stage_code(p, s) && pty_wait_screen(p, "exams") &&
	       pty_wait_text(p, "ECHO-DOPPLER");
}

bool
pty_stage_choose(struct pty *p, const char *row)
{
	unsigned want, at, column;

	for (unsigned step = 0; step < pty_screen_rows(pty_view(p)); step++) {
		bool shown = pty_find(p, row, &want, &column);

		pty_screen_cursor(pty_view(p), &at, &column);
		if (shown && at == want)
			return true;
		pty_key(p, !shown || at < want ? PTY_KEY_DOWN : PTY_KEY_UP);
		if (!pty_wait_idle(p))
			return false;
	}
	pty_print(p, row);
	return false;
}

bool
pty_stage_log_out(struct pty *p)
{
	pty_send(p, "0");
	if (!pty_wait_screen(p, "dialog"))
		return false;
	pty_key(p, PTY_KEY_RIGHT);
	if (!pty_wait_idle(p))
		return false;
	pty_key(p, PTY_KEY_ENTER);
	return true;
}

struct pty *
pty_stage_staff(struct pty_stage *s, const struct pty_stage_options *o,
    const struct fixture_patient *person, const char *first_screen)
{
	struct pty *p;

	pty_stage_next_day(s);
	pty_stage_new_mailbox(s);
	p = pty_stage_client(s, o);
	assert_true(pty_stage_password(p, person->identifier, person->password));
	assert_true(pty_stage_code(p, s));
	assert_true(pty_wait_screen(p, first_screen));
	return p;
}
