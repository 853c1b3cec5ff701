/* SPDX-License-Identifier: MIT */
/*
 * Administration, 6 Service: whether it is well.
 */
#include "client/screen/admin.h"

#include <stdio.h>
#include <stdlib.h>

#include "client/lang.h"
#include "client/model/dates.h"
#include "client/screen/sheet.h"
#include "client/tr.h"
#include "common/err.h"
#include "common/mem.h"
#include "proto/admin.pb-c.h"

enum service_item { SERVICE_AGAIN };

struct screen_service {
	struct sheet sheet;
	Emage__AdminStatusReply *status; /* NULL until it came */
	bool missing;
};

static struct screen_service *
screen_service(void *s)
{
	return s;
}

static void
service_release(struct sheet *s)
{
	if (screen_service(s)->status)
		emage__admin_status_reply__free_unpacked(screen_service(s)->status, NULL);
	screen_service(s)->status = NULL;
}

static void
service_done(
    struct screen *s, int err, const ProtobufCMessage *msg, const Emage__Error *e, bool more)
{
	struct screen_service *v = screen_service(s);

	(void)more;
	if (err == -EM_E_CLOSED) {
		v->missing = true;
	} else if (err < 0) {
		app_message_error(s->app, err, e);
	} else {
		service_release(&v->sheet);
		v->status = (Emage__AdminStatusReply *)admin_keep(msg);
	}
}

static void
service_load(struct screen_service *v)
{
	Emage__AdminStatusRequest r = EMAGE__ADMIN_STATUS_REQUEST__INIT;

	v->missing = app_call(&v->sheet.base, METHOD_admin_status, &r.base, CALL_WAIT,
			 service_done) == 0;
}

static void
service_resumed(struct screen *s)
{
	if (screen_service(s)->missing)
		service_load(screen_service(s));
}

static const char *
service_up(bool up)
{
	return up ? _("en marche") : _("ARRÊTÉ");
}

static void
service_counters(const Emage__AdminStatusReply *r, struct sheet_flow *f)
{
	/* room for what stands above and below */
	size_t n = r->n_counters < SHEET_MAX_LINES - 8 ? r->n_counters : SHEET_MAX_LINES - 8;
	char value[24];

	for (size_t i = 0; i < n; i++) {
		snprintf(value, sizeof(value), "%llu", (unsigned long long)r->counters[i]->value);
		sheet_row(f, r->counters[i]->name, value, SHEET_NONE);
	}
}

static void
service_lines(struct sheet *s, struct sheet_flow *f)
{
	const Emage__AdminStatusReply *r = screen_service(s)->status;
	char since[DATES_LEN];

	if (!r) {
		sheet_text(f, STYLE_PLAIN, "%s", _("Chargement…"));
		return;
	}
	dates_time(lang_now(), r->started_at_ms, since);
	sheet_text(f, STYLE_TITLE, _("%1$s · e-mage %2$s"), r->region, r->version);
	sheet_row(f, _("En service depuis"), since, SHEET_NONE);
	sheet_row(f, _("Envoi des messages"), service_up(r->courier_up), SHEET_NONE);
	sheet_row(f, _("Lecture des images"), service_up(r->imaging_up), SHEET_NONE);
	sheet_gap(f);
	service_counters(r, f);
	sheet_gap(f);
	sheet_buttons(f, SERVICE_AGAIN, 1);
}

static void
service_pressed(struct sheet *s, size_t item)
{
	(void)item;
	if (!app_waits(&s->base))
		service_load(screen_service(s));
}

static const struct sheet_ops service_sheet = {
    .lines = service_lines,
    .pressed = service_pressed,
    .release = service_release,
};

static const struct screen_ops service_ops = {
    .name = "admin-service",
    .title = N_("Service"),
    .about = N_("Si le service va bien : ses parties, et ce qu'il a compté depuis son début. Les "
		"mots sont ceux d'emagectl status."),
    .contexts = CTX_SHEET | CTX_FORM | CTX_SPACE,
    .section = ACTION_SECTION_SERVICE,
    .free = sheet_free,
    .draw = sheet_draw,
    .event = sheet_event,
    .act = sheet_act,
    .wants_text = sheet_wants_text,
    .resumed = service_resumed,
};

struct screen *
screen_admin_service_new(struct app *app)
{
	struct screen_service *v = mem_new(sizeof(*v));

	sheet_init(&v->sheet, app, &service_ops, &service_sheet);
	sheet_add_button(&v->sheet, SERVICE_AGAIN, N_("Actualiser"));
	service_load(v);
	return &v->sheet.base;
}
