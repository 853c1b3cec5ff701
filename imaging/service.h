/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_IMAGING_SERVICE_H
#define EMAGE_IMAGING_SERVICE_H

/* Method number of emage.ImagingDecodeRequest on the socketpair. */
#define SERVICE_METHOD_DECODE 1

/*
 * Serves requests on a socket, one at a time, until the other end closes it:
 * 0 then, -EM_E_PROTOCOL or -EM_E_IO when the socket makes no sense.
 */
int service_run(int socket_fd);

#endif
