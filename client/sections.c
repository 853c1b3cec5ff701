/* SPDX-License-Identifier: MIT */
/*
 * The list of sections. Only what there is.
 */
#include "client/sections.h"

#include "client/screen/screen.h"
#include "client/tr.h"
#include "common/mem.h"

static const struct section sections_table[] = {
    {N_("1 Examens"), ACTION_SECTION_EXAMS, screen_exams_new},
    {N_("2 Historique"), ACTION_SECTION_HISTORY, screen_history_new},
    {N_("3 Blocages"), ACTION_SECTION_BLOCKS, screen_blocks_new},
    {N_("4 Paramètres"), ACTION_SECTION_SETTINGS, screen_settings_new},
    {N_("5 FAQ"), ACTION_SECTION_FAQ, screen_faq_new},
    {N_("6 Assistance"), ACTION_SECTION_SUPPORT, screen_support_new},
    {N_("0 Déconnexion"), ACTION_LOGOUT, NULL},
};

const struct section *
section_at(size_t i)
{
	return i < ARRAY_LEN(sections_table) ? &sections_table[i] : NULL;
}

const struct section *
section_of(enum action a)
{
	for (size_t i = 0; i < ARRAY_LEN(sections_table); i++)
		if (sections_table[i].action == a && sections_table[i].open)
			return &sections_table[i];
	return NULL;
}
