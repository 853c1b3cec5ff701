/* SPDX-License-Identifier: MIT */
/*
 * Files of an import on their way in: pieces in order into a nameless file of
 * the media folder, kept by the connection. They go with it.
 */
#include "server/handle/import_upload.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/log.h"
#include "proto/admin.pb-c.h"
#include "server/handle.h"
#include "server/handle/media.h"
#include "server/handle/opened.h"
#include "server/server.h"

#define UPLOADS_MAX	 8u /* of one connection at a time */
#define UPLOAD_MAX_BYTES ((uint64_t)2 << 30)

struct upload {
	uint32_t id; /* 0 = free */
	int fd;
	uint64_t total, received;
};
struct uploads {
	uint32_t last_id;
	struct upload of[UPLOADS_MAX];
};

static void
import_close(struct upload *u)
{
	if (u->id != 0)
		(void)close(u->fd);
	*u = (struct upload){.fd = -1};
}

static void
import_release(void *data)
{
	struct uploads *all = data;

	for (size_t i = 0; i < UPLOADS_MAX; i++)
		import_close(&all->of[i]);
	free(all);
}

/* The connection's uploads, made when there are none. */
static struct uploads *
import_uploads(struct request *rq)
{
	struct uploads *all = request_attached(rq);

	if (all == NULL) {
		all = mem_new(sizeof(*all));
		request_attach(rq, all, import_release);
	}
	return all;
}

/* id 0 finds a free one. */
static struct upload *
import_find(struct uploads *all, uint32_t id)
{
	for (size_t i = 0; all != NULL && i < UPLOADS_MAX; i++) {
		if (all->of[i].id == id)
			return &all->of[i];
	}
	return NULL;
}

int
check_admin_import_open(struct request *rq)
{
	const Emage__AdminImportOpenRequest *m = rq->msg;

	if (m->total_bytes == 0)
		return request_invalid(rq, "total_bytes");
	if (m->total_bytes > UPLOAD_MAX_BYTES) {
		request_refuse(rq, EM_E_TOO_LARGE, "total_bytes", 0, 0);
		return -EM_E_TOO_LARGE;
	}
	return 0;
}

int
handle_admin_import_open_local(struct request *rq)
{
	const Emage__AdminImportOpenRequest *m = rq->msg;
	Emage__AdminImportOpenReply *reply = rq->reply;
	struct uploads *all = import_uploads(rq);
	struct upload *u = import_find(all, 0);
	int fd;

	if (u == NULL)
		return -EM_E_BUSY;
	fd = media_temp(rq->server->media_fd);
	if (fd < 0)
		return fd;
	if (++all->last_id == 0)
		all->last_id = 1;
	*u = (struct upload){.id = all->last_id, .fd = fd, .total = m->total_bytes};
	reply->upload_id = u->id;
	return 0;
}

int
check_admin_import_data(struct request *rq)
{
	const Emage__AdminImportDataRequest *m = rq->msg;

	if (m->upload_id == 0)
		return request_invalid(rq, "upload_id");
	return m->data.len == 0 ? request_invalid(rq, "data") : 0;
}

int
handle_admin_import_data_local(struct request *rq)
{
	const Emage__AdminImportDataRequest *m = rq->msg;
	struct upload *u = import_find(request_attached(rq), m->upload_id);
	size_t done = 0;

	if (u == NULL)
		return -EM_E_NOT_FOUND;
	if (m->offset != u->received)
		return request_invalid(rq, "offset");
	if (m->data.len > u->total - u->received)
		return request_invalid(rq, "data");
	while (done < m->data.len) {
		ssize_t n = pwrite(
		    u->fd, m->data.data + done, m->data.len - done, (off_t)(u->received + done));

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			log_error("import.write", "cause=%s", strerrorname_np(errno));
			import_close(u);
			return -EM_E_UNAVAILABLE;
		}
		done += (size_t)n;
	}
	u->received += done;
	return 0;
}

int
check_admin_import_abort(struct request *rq)
{
	const Emage__AdminImportAbortRequest *m = rq->msg;

	return m->upload_id == 0 ? request_invalid(rq, "upload_id") : 0;
}

int
handle_admin_import_abort_local(struct request *rq)
{
	const Emage__AdminImportAbortRequest *m = rq->msg;
	struct upload *u = import_find(request_attached(rq), m->upload_id);

	if (u == NULL)
		return -EM_E_NOT_FOUND;
	import_close(u);
	return 0;
}

int
import_take_upload(struct request *rq, uint32_t id, bool *whole_r)
{
	struct upload *u = import_find(request_attached(rq), id);
	int fd;

	if (u == NULL)
		return -EM_E_NOT_FOUND;
	fd = u->fd;
	*whole_r = u->received == u->total;
	*u = (struct upload){.fd = -1};
	return fd;
}
