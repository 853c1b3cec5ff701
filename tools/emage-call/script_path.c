/* SPDX-License-Identifier: MIT */
/*
 * Paths of scripts into replies and variables.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "common/err.h"
#include "common/mem.h"
#include "tools/emage-call/script_int.h"

/* Strings joined, anything else as a list. */
static json_t *
script_join(json_t *list)
{
	char *text = NULL;
	size_t len = 0, i;
	FILE *out;
	json_t *item, *joined;

	json_array_foreach(list, i, item) if (!json_is_string(item)) return list;
	out = open_memstream(&text, &len);
	if (!out)
		die("out of memory");
	json_array_foreach(list, i, item) fputs(json_string_value(item), out);
	if (fclose(out) != 0)
		die("out of memory");
	joined = json_string(text);
	free(text);
	json_decref(list);
	return joined;
}

static json_t *script_walk(struct script *s, json_t *at, const char *path, const char *whole);

/* "[]": the rest of the path in every element. */
static json_t *
script_walk_all(struct script *s, json_t *at, const char *rest, const char *whole)
{
	json_t *all = json_array(), *item, *found;
	size_t i;

	json_array_foreach(at, i, item)
	{
		found = script_walk(s, item, rest, whole);
		if (!found) {
			json_decref(all);
			return NULL;
		}
		json_array_append_new(all, found);
	}
	return script_join(all);
}

static json_t *
script_walk_index(struct script *s, json_t *at, const char *path, const char *whole)
{
	char *end;
	long index = strtol(path + 1, &end, 10);
	json_t *item;

	if (!json_is_array(at)) {
		script_fault(s, "%s: no list before [", whole);
		return NULL;
	}
	if (path[1] == ']')
		return script_walk_all(s, at, path + 2, whole);
	if (end == path + 1 || *end != ']') {
		script_fault(s, "%s: [ wants a number and ]", whole);
		return NULL;
	}
	if (index < 0)
		index += (long)json_array_size(at);
	item = index < 0 ? NULL : json_array_get(at, (size_t)index);
	if (!item) {
		script_fault(s, "%s: the list has %zu", whole, json_array_size(at));
		return NULL;
	}
	return script_walk(s, item, end + 1, whole);
}

static json_t *
script_walk_name(struct script *s, json_t *at, const char *path, const char *whole)
{
	size_t len = script_name_len(path);
	char *name = mem_printf("%.*s", (int)len, path);
	json_t *item = json_object_get(at, name), *found = NULL;

	if (item)
		found = script_walk(s, item, path + len, whole);
	else if (strcmp(name, "length") == 0 && path[len] == '\0' && json_is_array(at))
		found = json_integer((json_int_t)json_array_size(at));
	else if (strcmp(name, "length") == 0 && path[len] == '\0' && json_is_string(at))
		found = json_integer((json_int_t)json_string_length(at));
	else
		script_fault(s, "%s: no \"%s\"", whole, name);
	free(name);
	return found;
}

/* New reference. */
static json_t *
script_walk(struct script *s, json_t *at, const char *path, const char *whole)
{
	if (*path == '\0')
		return json_incref(at);
	if (*path == '[')
		return script_walk_index(s, at, path, whole);
	if (*path == '.')
		path++;
	return script_walk_name(s, at, path, whole);
}

json_t *
script_path_get(struct script *s, const char *path)
{
	size_t len = script_name_len(path);
	json_t *at;

	if (*path == '$') {
		len = script_name_len(path + 1);
		at = script_var(s, path + 1, len);
		return at ? script_walk(s, at, path + 1 + len, path) : NULL;
	}
	if (len == strlen("replies") && strncmp(path, "replies", len) == 0)
		return script_walk(s, s->replies, path + len, path);
	if (len == strlen("error") && strncmp(path, "error", len) == 0 && s->error)
		return script_walk(s, s->error, path + len, path);
	at = json_array_get(s->replies, 0);
	if (!at) {
		script_fault(s, "%s: there is no reply to look into", path);
		return NULL;
	}
	return script_walk(s, at, path, path);
}
