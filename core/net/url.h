/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A base URL taken apart strictly, before anything is sent: scheme, host, port, path. What two parsers could
 * read differently (user names, escapes in the host, other number forms of addresses) is refused.
 */
#ifndef CORE_NET_URL_H
#define CORE_NET_URL_H

#include <stdbool.h>

#include "core/base/err.h"

struct url {
    bool https;
    bool loopback;   /* localhost, 127.0.0.0/8 or ::1, written as such */
    char host[128];  /* without brackets */
    int port;        /* as written, or 80/443 */
    bool port_given;
};

/* 0, or -ERR_INVALID with a sentence; plain http to anything but this machine is refused here. */
int url_read(struct url *u, const char *text, struct err *err);

#endif
