/* SPDX-License-Identifier: MIT */
/*
 * emage-courier: sends messages for emaged, which starts it with a socketpair
 * on descriptor 3 and tells it there how. It has no database and listens to
 * nobody else.
 */
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/confine.h"
#include "common/err.h"
#include "common/log.h"
#include "common/secret.h"
#include "courier/serve.h"

#define SERVER_FD 3

int
main(int argc, char **argv)
{
	enum confine_mode mode = CONFINE_STRICT;
	struct stat st;
	int rc;

	if (argc > 2 || (argc == 2 && !confine_mode_parse(argv[1], &mode)) ||
	    fstat(SERVER_FD, &st) < 0 || !S_ISSOCK(st.st_mode)) {
		(void)fputs("emage-courier is started by emaged(8)\n", stderr);
		return 2;
	}
	(void)umask(077);
	secret_setup();
	rc = serve_run(SERVER_FD, mode);
	if (rc < 0)
		log_error("courier.end", "cause=%s", err_name(rc));
	return rc < 0;
}
