/* SPDX-License-Identifier: MIT */
/*
 * The table of actions and the way from a key to its action.
 */
#include "client/actions.h"

#include <stdio.h>
#include <string.h>

#include "client/keys.h"
#include "client/tr.h"
#include "common/mem.h"
#include "common/text.h"

static const struct action_row actions_table[N_ACTIONS] = {
#define K(...)                                                                                     \
	{                                                                                          \
		__VA_ARGS__                                                                        \
	}
#define ACTION(name, contexts, keys, label, hint, help)                                            \
	[ACTION_##name] = {#name, contexts, keys, label, hint, help},
#include "client/actions.def"
#undef ACTION
#undef K
};

const struct action_row *
action_row(enum action a)
{
	return &actions_table[a];
}

/* Keys that write something when a text field has the focus. */
static bool
actions_is_text(uint32_t key)
{
	return key >= ' ' && key < K_BASE;
}

static enum action
actions_find(uint32_t key, unsigned contexts)
{
	for (unsigned a = ACTION_NONE + 1; a < N_ACTIONS; a++) {
		const struct action_row *row = &actions_table[a];

		if (!(row->contexts & contexts))
			continue;
		for (unsigned i = 0; i < ACTION_MAX_KEYS && row->keys[i] != K_NONE; i++) {
			if (row->keys[i] == key)
				return (enum action)a;
		}
	}
	return ACTION_NONE;
}

/* Hints print letters as capitals: those mean the small ones, too, unless they
 * are a key of their own. */
enum action
action_of_key(uint32_t key, unsigned contexts, bool text_focus)
{
	enum action a;

	if (key == K_NONE || (text_focus && actions_is_text(key)))
		return ACTION_NONE;
	a = actions_find(key, contexts);
	if (a == ACTION_NONE && key >= 'A' && key <= 'Z')
		a = actions_find(key - 'A' + 'a', contexts);
	return a;
}

struct actions_key {
	uint32_t key;
	const char *name; /* msgid */
};

static const struct actions_key actions_keys[] = {
    {K_UP, N_("↑")},
    {K_DOWN, N_("↓")},
    {K_LEFT, N_("←")},
    {K_RIGHT, N_("→")},
    {K_HOME, N_("Début")},
    {K_END, N_("Fin")},
    {K_PGUP, N_("Pg↑")},
    {K_PGDN, N_("Pg↓")},
    {K_ENTER, N_("Entrée")},
    {K_TAB, "Tab"},
    {K_BTAB, N_("Maj-Tab")},
    {K_ESC, N_("Échap")},
    {' ', N_("Espace")},
};

static void
actions_key_text(uint32_t key, char *out, size_t len)
{
	char bytes[5] = {0};

	for (size_t i = 0; i < ARRAY_LEN(actions_keys); i++) {
		if (actions_keys[i].key != key)
			continue;
		snprintf(out, len, "%s", _(actions_keys[i].name));
		return;
	}
	if (key > K_F(0) && key <= K_F(12)) {
		snprintf(out, len, "F%u", (unsigned)(key - K_F(0)));
		return;
	}
	if (key & K_CTRL(0)) {
		snprintf(out, len, _("Ctrl-%c"), (char)((key & 0xff) - 'a' + 'A'));
		return;
	}
	text_encode(key, bytes);
	snprintf(out, len, "%s", bytes);
}

void
action_keys_text(enum action a, char *out_r, size_t len)
{
	const struct action_row *row = &actions_table[a];
	size_t used = 0;

	out_r[0] = '\0';
	for (unsigned i = 0; i < ACTION_MAX_KEYS && row->keys[i] != K_NONE; i++) {
		char name[24];

		actions_key_text(row->keys[i], name, sizeof(name));
		if (used + strlen(name) + 3 > len)
			return;
		used += (size_t)snprintf(out_r + used, len - used, "%s%s", used ? ", " : "", name);
	}
}
