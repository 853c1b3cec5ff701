/* SPDX-License-Identifier: MIT */
/*
 * emage-courier: sends messages for emaged, which starts it with a socketpair
 * on descriptor 3. It has no database and listens to nobody else.
 *
 *	emage-courier BACKEND ARGUMENT
 */
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/log.h"
#include "common/secret.h"
#include "courier/backend.h"
#include "courier/sandbox.h"
#include "courier/serve.h"

#define SERVER_FD 3

int
main(int argc, char **argv)
{
	const struct backend *b = argc == 3 ? backend_by_name(argv[1]) : NULL;
	struct stat st;
	void *state = NULL;
	int rc;

	if (b == NULL || fstat(SERVER_FD, &st) < 0 || !S_ISSOCK(st.st_mode)) {
		(void)fputs("emage-courier is started by emaged(8)\n", stderr);
		return 2;
	}
	(void)umask(077);
	secret_setup();
	if (b->open(argv[2], &state) != 0 ||
	    sandbox_enter(b->folder ? argv[2] : NULL, b->network) != 0)
		return 1;
	rc = serve_run(SERVER_FD, b, state);
	b->close(state);
	if (rc < 0)
		log_error("courier.end", "cause=%s", err_name(rc));
	return rc < 0;
}
