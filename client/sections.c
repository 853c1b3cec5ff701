/* SPDX-License-Identifier: MIT */
/*
 * The list of sections. Only what there is; whose they are, their actions say.
 */
#include "client/sections.h"

#include "client/screen/screen.h"
#include "client/tr.h"
#include "common/mem.h"

static const struct section sections_table[] = {
    {N_("1 Examens"), ACTION_SECTION_EXAMS, screen_exams_new},
    {N_("2 Historique"), ACTION_SECTION_HISTORY, screen_history_new},
    {N_("3 Blocages"), ACTION_SECTION_BLOCKS, screen_blocks_new},
    {N_("1 Patients"), ACTION_SECTION_RECORD, screen_record_new},
    {N_("2 Examens"), ACTION_SECTION_RECORD_EXAMS, screen_record_exams_new},
    {N_("1 Patients"), ACTION_SECTION_DESK, screen_desk_new},
    {N_("2 Nouveau patient"), ACTION_SECTION_DESK_NEW, screen_desk_register_new},
    {N_("1 Comptes"), ACTION_SECTION_ACCOUNTS, screen_admin_accounts_new},
    {N_("2 Sessions"), ACTION_SECTION_SESSIONS, screen_admin_sessions_new},
    {N_("3 Établissements"), ACTION_SECTION_PLACES, screen_admin_places_new},
    {N_("4 Contestations"), ACTION_SECTION_CONTESTS, screen_admin_contests_new},
    {N_("5 Journal"), ACTION_SECTION_TRAIL, screen_admin_trail_new},
    {N_("6 Service"), ACTION_SECTION_SERVICE, screen_admin_service_new},
    {N_("7 Paramètres"), ACTION_SECTION_OWN, screen_settings_own_new},
    {N_("4 Paramètres"), ACTION_SECTION_SETTINGS, screen_settings_new},
    {N_("5 FAQ"), ACTION_SECTION_FAQ, screen_faq_new},
    {N_("6 Assistance"), ACTION_SECTION_SUPPORT, screen_support_new},
    {N_("0 Déconnexion"), ACTION_LOGOUT, NULL},
};

static const struct {
	Emage__Role role;
	unsigned contexts;
} sections_roles[] = {
    {EMAGE__ROLE__ROLE_PATIENT, CTX_OF_PATIENT},
    {EMAGE__ROLE__ROLE_RECEPTION, CTX_OF_DESK},
    {EMAGE__ROLE__ROLE_PROFESSIONAL, CTX_OF_DOCTOR},
    {EMAGE__ROLE__ROLE_ADMIN, CTX_OF_ADMIN},
};

unsigned
section_contexts(Emage__Role role)
{
	for (size_t i = 0; i < ARRAY_LEN(sections_roles); i++)
		if (sections_roles[i].role == role)
			return CTX_SPACE | sections_roles[i].contexts;
	return CTX_SPACE;
}

const struct section *
section_at(Emage__Role role, size_t i)
{
	unsigned contexts = section_contexts(role);

	for (size_t k = 0; k < ARRAY_LEN(sections_table); k++)
		if (action_row(sections_table[k].action)->contexts & contexts && i-- == 0)
			return &sections_table[k];
	return NULL;
}

const struct section *
section_of(enum action a)
{
	for (size_t i = 0; i < ARRAY_LEN(sections_table); i++)
		if (sections_table[i].action == a && sections_table[i].open)
			return &sections_table[i];
	return NULL;
}
