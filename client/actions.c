/* SPDX-License-Identifier: MIT */
/*
 * The table of actions and the way from a key to its action.
 */
#include "client/actions.h"

#include "client/keys.h"
#include "client/tr.h"

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

enum action
action_of_key(uint32_t key, unsigned contexts, bool text_focus)
{
	if (key == K_NONE || (text_focus && actions_is_text(key)))
		return ACTION_NONE;
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
