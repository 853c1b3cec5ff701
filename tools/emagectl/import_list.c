/* SPDX-License-Identifier: MIT */
/*
 * Finding the files of an import.
 */
#include <dirent.h>
#include <errno.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "common/err.h"
#include "common/mem.h"
#include "tools/emagectl/ctl.h"
#include "tools/emagectl/import.h"

#define IMPORT_DEPTH_MAX 64 /* folders in folders */

static void
import_list_append(struct import_list *l, const char *path, bool is_named)
{
	if (l->n == l->cap) {
		l->cap = l->cap ? 2 * l->cap : 64;
		l->files = mem_grow(l->files, l->cap, sizeof(*l->files));
	}
	l->files[l->n++] = (struct import_file){mem_strdup(path), is_named};
}

static bool
import_is_dicomdir(const char *path)
{
	const char *slash = strrchr(path, '/');

	return strcasecmp(slash ? slash + 1 : path, "DICOMDIR") == 0;
}

static int
import_fault(const char *path)
{
	int e = errno;
	char *clean = ctl_clean(path);

	ctl_fail("%s: %s", clean, strerror(e));
	free(clean);
	return -EM_E_IO;
}

static int
import_walk(struct import_list *l, const char *path, int depth)
{
	struct dirent **entries;
	int n = scandir(path, &entries, NULL, alphasort), rc = 0;

	if (n < 0)
		return import_fault(path);
	for (int i = 0; i < n; i++) {
		const char *name = entries[i]->d_name;
		bool slash = path[strlen(path) - 1] == '/';
		char *child = mem_printf("%s%s%s", path, slash ? "" : "/", name);
		struct stat st;

		/* links are not followed: a folder is what lies in it */
		if (name[0] == '.') {
			/* hidden, itself or its parent */
		} else if (lstat(child, &st) < 0) {
			rc = import_fault(child);
		} else if (S_ISDIR(st.st_mode) && depth < IMPORT_DEPTH_MAX) {
			if (import_walk(l, child, depth + 1) < 0)
				rc = -EM_E_IO;
		} else if (S_ISREG(st.st_mode) && !import_is_dicomdir(child)) {
			import_list_append(l, child, false);
		}
		free(child);
		free(entries[i]);
	}
	free(entries);
	return rc;
}

int
import_list_add(struct import_list *l, const char *path)
{
	struct stat st;
	char *copy;
	int rc;

	if (stat(path, &st) < 0)
		return import_fault(path);
	if (S_ISDIR(st.st_mode))
		return import_walk(l, path, 0);
	if (import_is_dicomdir(path)) {
		copy = mem_strdup(path);
		rc = import_walk(l, dirname(copy), 0);
		free(copy);
		return rc;
	}
	import_list_append(l, path, true);
	return 0;
}

void
import_list_release(struct import_list *l)
{
	for (size_t i = 0; i < l->n; i++)
		free(l->files[i].path);
	free(l->files);
	*l = (struct import_list){.n = 0};
}

bool
import_looks_like_dicom(const unsigned char *bytes, size_t len)
{
	if (len >= 132 && memcmp(bytes + 128, "DICM", 4) == 0)
		return true;
	/* without preamble: group 0002 or 0008, element 0000 to 00ff, either order */
	return len >= 8 &&
	       (((bytes[0] == 2 || bytes[0] == 8) && bytes[1] == 0 && bytes[3] == 0) ||
		   (bytes[0] == 0 && (bytes[1] == 2 || bytes[1] == 8) && bytes[2] == 0));
}
