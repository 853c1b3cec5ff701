/* SPDX-License-Identifier: MIT */
/*
 * What an operator does over the local socket: state of the service, a new
 * patient, an establishment, the release of an exam.
 */
#include "server/handle.h"

#include <string.h>

#include "common/log.h"
#include "proto/admin.pb-c.h"
#include "server/courier_link.h"
#include "server/handle/backup.h"
#include "server/handle/desk.h"
#include "server/handle/fields.h"
#include "server/handle/notice.h"
#include "server/handle/opened.h"
#include "server/handle/people.h"
#include "server/handle/pwhash.h"
#include "server/imaging_pool.h"
#include "server/policy/identifier.h"
#include "server/policy/password.h"
#include "server/server.h"

#define NAME_MAX_CHARS		100u
#define ESTABLISHMENT_MAX_CHARS 200u
#define LOCAL_NUMBER_MAX_CHARS	64u
#define MINUTE_MS		INT64_C(60000)
#define HOUR_MS			(60 * MINUTE_MS)

/* ----------------------------------------------------------------- status */

int
check_admin_status(struct request *rq)
{
	(void)rq;
	return 0;
}

/* When something was done last, and whether that is too long ago. A server that has
 * just been started is given as much time for the first one. */
static int
admin_mark(struct request *rq, struct store_conn *db, const char *name, int64_t limit_ms,
    int64_t *at_ms_r, int *late_r)
{
	int rc = store_mark_get(db, name, at_ms_r);
	const int64_t since_ms = *at_ms_r ? *at_ms_r : rq->server->started_at_ms;

	*late_r = limit_ms > 0 && rq->now_ms - since_ms > limit_ms;
	return rc;
}

static int
admin_marks(struct request *rq, struct store_conn *db, Emage__AdminStatusReply *reply)
{
	const struct settings *st = server_settings(rq->server);
	int rc = admin_mark(rq, db, MARK_BACKUP, st->backup_late_h * HOUR_MS, &reply->backup_at_ms,
	    &reply->backup_late);

	return rc ? rc
		  : admin_mark(rq, db, MARK_CHECKPOINT, st->audit_checkpoint_late_min * MINUTE_MS,
			&reply->checkpoint_at_ms, &reply->checkpoint_late);
}

int
handle_admin_status_read(struct request *rq, struct store_conn *db)
{
	struct server *server = rq->server;
	Emage__AdminStatusReply *reply = rq->reply;
	struct store_stats stats;
	const struct {
		const char *name;
		uint64_t value;
	} counters[] = {
#define X(name) {#name, atomic_load_explicit(&server->counters.name, memory_order_relaxed)},
	    COUNTERS(X)
#undef X
	};
	const size_t n_store = 4, n = ARRAY_LEN(counters) + n_store;
	Emage__Counter *rows = arena_alloc(rq->arena, n * sizeof(*rows));
	size_t k = 0;

	reply->counters = arena_alloc(rq->arena, n * sizeof(*reply->counters));
	if (rows == NULL || reply->counters == NULL)
		return -EM_E_NO_MEMORY;
	for (size_t i = 0; i < n; i++) {
		emage__counter__init(&rows[i]);
		reply->counters[i] = &rows[i];
	}
	for (; k < ARRAY_LEN(counters); k++) {
		rows[k].name = (char *)counters[k].name;
		rows[k].value = counters[k].value;
	}
	store_stats_get(server->store, &stats);
	rows[k].name = "store_commits";
	rows[k++].value = stats.commits;
	rows[k].name = "store_jobs";
	rows[k++].value = stats.jobs;
	rows[k].name = "store_jobs_failed";
	rows[k++].value = stats.failed_jobs;
	rows[k].name = "store_jobs_queued";
	rows[k++].value = stats.queued;
	reply->n_counters = k;
	reply->version = EMAGE_VERSION;
	reply->region = server_settings(server)->region_name;
	reply->started_at_ms = server->started_at_ms;
	reply->now_ms = rq->now_ms;
	reply->courier_up = courier_is_up(server->courier);
	reply->imaging_up = imaging_up(server->imaging);
	return admin_marks(rq, db, reply);
}

/* ------------------------------------------------------------ new patient */

struct patient_state {
	struct desk_secret secret;
};

/* The first field that does not look as it must, or NULL. */
static const char *
admin_patient_fault(struct request *rq, const Emage__AdminPatientAddRequest *m)
{
	const struct desk_traits traits = {.civility = m->civility,
	    .given_name = m->given_name,
	    .used_name = m->used_name,
	    .birth_name = m->birth_name,
	    .birth_date = m->birth_date,
	    .sex = m->sex,
	    .language = m->language,
	    .ipp = m->ipp,
	    .now_ms = rq->now_ms};
	const char *fault = desk_traits_fault(&traits);

	if (fault != NULL)
		return fault;
	fault = desk_addresses_fault(rq->arena, m->email, m->mobile, true);
	if (fault != NULL)
		return fault;
	if (!fields_line(m->ipp_authority, m->ipp[0] != '\0', LOCAL_NUMBER_MAX_CHARS))
		return "ipp_authority";
	if (!fields_line(m->operator_name, 0, NAME_MAX_CHARS))
		return "operator_name";
	return NULL;
}

int
check_admin_patient_add(struct request *rq)
{
	const char *field = admin_patient_fault(rq, rq->msg);

	return field == NULL ? 0 : request_invalid(rq, field);
}

int
handle_admin_patient_add_read(struct request *rq, struct store_conn *db)
{
	const Emage__AdminPatientAddRequest *m = rq->msg;
	uint64_t patient_id;
	int rc = -EM_E_NOT_FOUND;

	rq->state = arena_alloc(rq->arena, sizeof(struct patient_state));
	if (rq->state == NULL)
		return -EM_E_NO_MEMORY;
	if (m->ipp[0] != '\0')
		rc = store_patient_by_ipp(db, m->ipp_authority, m->ipp, &patient_id);
	if (rc == 0) {
		request_refuse(rq, EM_E_EXISTS, "ipp", 0, 0);
		return -EM_E_EXISTS;
	}
	return rc == -EM_E_NOT_FOUND ? 0 : rc;
}

int
handle_admin_patient_add_work(struct request *rq)
{
	struct patient_state *st = rq->state;

	return desk_secret_make(rq, "", &st->secret);
}

/* What the letter says beside the login. */
static int
admin_patient_letter(struct request *rq, struct store_conn *db, const char *language,
    Emage__AdminPatientAddReply *reply)
{
	const Emage__AdminPatientAddRequest *m = rq->msg;
	struct store_house house;
	int rc;

	reply->region = server_settings(rq->server)->region_name;
	reply->support_address = desk_support(rq, language);
	if (reply->support_address == NULL)
		return -EM_E_NO_MEMORY;
	if (m->establishment_id == 0)
		return 0;
	rc = store_establishment_get(db, rq->arena, m->establishment_id, &house);
	if (rc == 0)
		reply->establishment = (char *)(uintptr_t)house.name;
	return rc;
}

int
handle_admin_patient_add_write(struct request *rq, struct store_conn *db)
{
	const Emage__AdminPatientAddRequest *m = rq->msg;
	const struct patient_state *st = rq->state;
	Emage__AdminPatientAddReply *reply = rq->reply;
	struct desk_identifier id;
	struct store_patient_new p = {
	    .identifier = id.kept,
	    .civility = m->civility,
	    .given_name = m->given_name,
	    .used_name = m->used_name,
	    .birth_name = m->birth_name,
	    .sex = m->sex,
	    .birth_date = m->birth_date,
	    .email = m->email,
	    .mobile = desk_mobile(rq->arena, m->mobile),
	    .language = m->language[0] != '\0' ? m->language : "fr",
	    .temp_hash = st->secret.hash,
	    .temp_expires_at_ms = rq->now_ms + POLICY_TEMP_LETTER_MS,
	    .ipp = m->ipp,
	    .ipp_authority = m->ipp_authority,
	    .establishment_id = m->establishment_id,
	    .operator_name = m->operator_name,
	    .now_ms = rq->now_ms,
	};
	uint64_t account_id;
	int rc = p.mobile == NULL ? -EM_E_NO_MEMORY : desk_identifier_draw(rq, db, &id);

	if (rc == 0)
		rc = store_patient_add(db, &p, &reply->patient_id, &account_id);
	if (rc == -EM_E_INVALID) /* the row refers to no establishment */
		request_refuse(rq, EM_E_INVALID, "establishment_id", 0, 0);
	if (rc == 0)
		rc = people_audit(rq, db,
		    &(struct store_audit){
			.event = "patient.added", .patient_id = reply->patient_id});
	if (rc < 0)
		return rc;
	reply->identifier = arena_strdup(rq->arena, id.shown);
	reply->temporary_password = arena_strdup(rq->arena, st->secret.temporary);
	if (reply->identifier == NULL || reply->temporary_password == NULL)
		return -EM_E_NO_MEMORY;
	reply->temporary_until_ms = p.temp_expires_at_ms;
	return admin_patient_letter(rq, db, p.language, reply);
}

/* ------------------------------------------------- establishment, release */

int
check_admin_establishment_add(struct request *rq)
{
	const Emage__AdminEstablishmentAddRequest *m = rq->msg;

	if (!fields_finess(m->finess))
		return request_invalid(rq, "finess");
	if (!fields_line(m->name, 1, ESTABLISHMENT_MAX_CHARS))
		return request_invalid(rq, "name");
	if (m->contact[0] != '\0' && !fields_email(m->contact))
		return request_invalid(rq, "contact");
	return 0;
}

int
handle_admin_establishment_add_write(struct request *rq, struct store_conn *db)
{
	const Emage__AdminEstablishmentAddRequest *m = rq->msg;
	Emage__AdminEstablishmentAddReply *reply = rq->reply;
	bool existed = false;
	int rc =
	    store_establishment_add(db, m->finess, m->name, &reply->establishment_id, &existed);

	if (rc == 0 && m->contact[0] != '\0')
		rc = store_establishment_set_contact(db, reply->establishment_id, m->contact);
	if (rc < 0)
		return rc;
	reply->existed = existed;
	if (existed && m->contact[0] == '\0')
		return 0;
	return people_audit(rq, db,
	    &(struct store_audit){
		.event = existed ? "establishment.contact" : "establishment.added",
		.detail = m->finess,
	    });
}

int
check_admin_release(struct request *rq)
{
	const Emage__AdminReleaseRequest *m = rq->msg;

	return m->exam_id == 0 ? request_invalid(rq, "exam_id") : 0;
}

int
handle_admin_release_write(struct request *rq, struct store_conn *db)
{
	const Emage__AdminReleaseRequest *m = rq->msg;
	Emage__AdminReleaseReply *reply = rq->reply;
	bool was = false;
	int rc = store_exam_release(db, m->exam_id, rq->now_ms, &was);

	if (rc < 0)
		return rc;
	reply->was_released = was;
	if (!was) {
		const struct notice_from from = notice_from(rq);

		rc = notice_report_of(&from, db, m->exam_id);
		rq->cleanup = notice_wake;
	}
	if (rc < 0)
		return rc;
	return people_audit(rq, db,
	    &(struct store_audit){.event = "exam.released",
		.exam_id = m->exam_id,
		.detail = was ? "was released already" : ""});
}
