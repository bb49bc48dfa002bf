/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A scripted HTTP server on 127.0.0.1 in a child process: plays model servers, good and bad, byte by byte.
 *
 * A script is lines; one answer per request, in order, the last one again and again:
 *   status N            200 by default          header NAME: VALUE
 *   type MIME           text/event-stream       nl lf|crlf|cr     line ends of data and line
 *   pieces MIN MAX      bytes of one write      pace US           pause between writes, microseconds
 *   length              Content-Length instead of chunked transfer; the body must not contain sleep or stall
 *   data TEXT           one event "data: TEXT"  line TEXT         TEXT and a line end
 *   raw TEXT            with \n \r \t \\ \xHH   fill N C          N bytes C
 *   tokens N TEXT       N events that each carry TEXT as content, numbers in it replaced: "%d"
 *   sleep MS            stall (until the client goes)             cut (reset the connection)
 *   reply PATH          the file's text as content events of 4 bytes, then stop and [DONE]
 *   stop                a chunk with finish reason "stop", then [DONE]
 *   next                the answer to the next request follows
 */
#ifndef TESTS_PROTOCOL_STUB_H
#define TESTS_PROTOCOL_STUB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct stub {
    int pid;
    int port;
    int log_fd;   /* what clients sent, one request after the other, each ended by "\n<<end>>\n" */
    char url[64]; /* http://127.0.0.1:PORT/v1 */
};

/* Starts the child; seed decides the sizes of pieces. 0 or -1 (script line on stderr). */
int stub_start(struct stub *s, const char *script, unsigned seed);
void stub_stop(struct stub *s);
/* The requests so far, terminated; at most size - 1 bytes. */
size_t stub_requests(const struct stub *s, char *dst, size_t size);
int stub_count(const struct stub *s); /* requests so far */

/* Serves on listen_fd until killed; log_fd -1 = none. Negative when the script is wrong. */
int stub_serve(int listen_fd, int log_fd, const char *script, unsigned seed);
/* A listening socket on 127.0.0.1; port 0 = any, *ret_port gets it. */
int stub_listen(int port, int *ret_port);

#endif
