/* SPDX-License-Identifier: MIT */
/*
 * The file that one's data are written to.
 */
#include "client/model/export.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "client/tr.h"
#include "common/clock.h"
#include "common/mem.h"

void
export_default_path(int64_t now_ms, char out_r[EXPORT_PATH_LEN])
{
	struct clock_civil c = clock_paris(now_ms);

	snprintf(
	    out_r, EXPORT_PATH_LEN, "~/e-mage-export-%04d-%02d-%02d.tar", c.year, c.month, c.day);
}

static char *
export_expand(const char *path)
{
	const char *home = getenv("HOME");

	if (path[0] == '~' && path[1] == '/' && home && home[0])
		return mem_printf("%s%s", home, path + 1);
	return mem_strdup(path);
}

static void
export_forget(struct export_file *x)
{
	free(x->path);
	free(x->temp);
	*x = (struct export_file){.fd = -1};
}

/* Whether something stands where the archive shall go; 0 or the errno. */
static int
export_look(const char *path, bool may_replace)
{
	struct stat st;

	if (lstat(path, &st) < 0)
		return errno == ENOENT ? 0 : errno;
	if (S_ISDIR(st.st_mode))
		return EISDIR;
	if (!S_ISREG(st.st_mode)) /* a device, a link: never followed */
		return EACCES;
	return may_replace ? 0 : EEXIST;
}

int
export_open(struct export_file *x, const char *path, bool may_replace)
{
	char *whole = export_expand(path);
	int error = export_look(whole, may_replace);

	*x = (struct export_file){.fd = -1, .path = whole, .may_replace = may_replace};
	if (error == 0) {
		x->temp = mem_printf("%s.XXXXXX", whole);
		/* O_EXCL and mode 0600 */
		x->fd = mkostemp(x->temp, O_CLOEXEC);
		error = x->fd < 0 ? errno : 0;
	}
	if (error != 0)
		export_forget(x);
	return error;
}

static int
export_write(int fd, const uint8_t *bytes, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, bytes, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? errno : EIO;
		bytes += n;
		len -= (size_t)n;
	}
	return 0;
}

int
export_take(struct export_file *x, const Emage__ExportGetReply *part)
{
	if (x->received_bytes == 0) {
		x->total_bytes = part->total_bytes;
		x->total_files = part->total_files;
	}
	if (part->data.len > x->total_bytes - x->received_bytes)
		return EPROTO;
	x->received_bytes += part->data.len;
	return export_write(x->fd, part->data.data, part->data.len);
}

/* Its name, without ever replacing what may not be. */
static int
export_name(const struct export_file *x)
{
	if (x->may_replace)
		return rename(x->temp, x->path) < 0 ? errno : 0;
	if (renameat2(AT_FDCWD, x->temp, AT_FDCWD, x->path, RENAME_NOREPLACE) == 0)
		return 0;
	if (errno != EINVAL && errno != ENOSYS)
		return errno;
	if (link(x->temp, x->path) < 0) /* a file system that knows no better */
		return errno;
	unlink(x->temp);
	return 0;
}

static void
export_sync_folder(const char *path)
{
	char *copy = mem_strdup(path);
	int fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd >= 0) {
		fsync(fd);
		close(fd);
	}
	free(copy);
}

int
export_finish(struct export_file *x)
{
	int error = x->received_bytes == x->total_bytes ? 0 : EPROTO;

	if (error == 0 && fsync(x->fd) < 0)
		error = errno;
	if (error == 0)
		error = export_name(x);
	if (error != 0) {
		export_abort(x);
		return error;
	}
	close(x->fd);
	export_sync_folder(x->path);
	x->fd = -1;
	return 0;
}

void
export_abort(struct export_file *x)
{
	if (x->fd >= 0) {
		close(x->fd);
		unlink(x->temp);
	}
	export_forget(x);
}

unsigned
export_percent(const struct export_file *x)
{
	if (x->total_bytes == 0)
		return 0;
	return (unsigned)((double)x->received_bytes * 100.0 / (double)x->total_bytes);
}

void
export_size_text(const char *language, uint64_t bytes, char out_r[EXPORT_SIZE_LEN])
{
	static const char *const units[] = {"ko", "Mo", "Go"};
	static const char *const others[] = {"kB", "MB", "GB"};
	bool french = strcmp(language, "fr") == 0;
	bool point = strcmp(language, "en") == 0;
	size_t unit = 0;
	uint64_t tenths = (bytes + 50) / 100; /* of a kilobyte */

	while (tenths >= 10000 && unit + 1 < ARRAY_LEN(units)) {
		tenths = (tenths + 500) / 1000;
		unit++;
	}
	/* TRANSLATORS: no-break space before the unit */
	snprintf(out_r, EXPORT_SIZE_LEN, "%llu%s%llu\u00a0%s", (unsigned long long)(tenths / 10),
	    point ? "." : ",", (unsigned long long)(tenths % 10),
	    french ? units[unit] : others[unit]);
}

const char *
export_error_text(int error)
{
	switch (error) {
	case ENOENT:
	case ENOTDIR:
		return _("Ce dossier n'existe pas.");
	case EISDIR:
		return _("C'est un dossier : ajoutez le nom du fichier.");
	case EACCES:
	case EPERM:
	case EROFS:
		return _("Vous n'avez pas le droit d'écrire à cet endroit.");
	case ENOSPC:
	case EDQUOT:
	case EFBIG:
		return _("Il n'y a plus assez de place à cet endroit.");
	case ENAMETOOLONG:
		return _("Ce nom de fichier est trop long.");
	case EEXIST:
		return _("Ce fichier existe déjà.");
	case EPROTO:
		return _("L'archive reçue n'est pas complète : recommencez.");
	default:
		return _("Le fichier n'a pas pu être écrit.");
	}
}
