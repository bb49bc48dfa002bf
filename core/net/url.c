/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/net/url.h"

#include <arpa/inet.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "core/base/str.h"

static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._";
static const char path_letters[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/%:=+,;!@";

static int refuse(struct err *err, const char *why)
{
    err_set(err, ERR_INVALID, "The base URL is not usable: %s.", why);
    err_hint(err, "Write it like https://api.example.org/v1, or http://127.0.0.1:8080/v1 for this machine.");
    return -ERR_INVALID;
}

static int read_port(struct url *u, const char *p, size_t n, struct err *err)
{
    char digits[8];
    int64_t port;

    if (n == 0 || n > 5 || strspn(p, "0123456789") < n)
        return refuse(err, "the port is not a number");
    memcpy(digits, p, n);
    digits[n] = '\0';
    if (!str_to_long(digits, &port) || port < 1 || port > 65535)
        return refuse(err, "the port is not between 1 and 65535");
    u->port = (int)port;
    u->port_given = true;
    return 0;
}

static int read_host(struct url *u, const char *p, size_t n, struct err *err)
{
    if (n == 0)
        return refuse(err, "it names no host");
    if (n >= sizeof(u->host))
        return refuse(err, "the host is too long");
    memcpy(u->host, p, n);
    u->host[n] = '\0';
    return 0;
}

/* host, host:port, [v6], [v6]:port */
static int read_authority(struct url *u, const char *p, size_t n, struct err *err)
{
    size_t host = p[0] == '[' ? strcspn(p, "]") : strspn(p, letters);
    struct in6_addr six;
    const char *rest;

    if (p[0] == '[') {
        if (host >= n || read_host(u, p + 1, host - 1, err) || inet_pton(AF_INET6, u->host, &six) != 1)
            return refuse(err, "the address in brackets is no IPv6 address");
        rest = p + host + 1;
        u->loopback = IN6_IS_ADDR_LOOPBACK(&six);
    } else {
        if (host > n)
            host = n;
        if (read_host(u, p, host, err))
            return -ERR_INVALID;
        rest = p + host;
    }
    if (rest == p + n)
        return 0;
    if (*rest != ':')
        return refuse(err, "the host holds a character that is not allowed");
    return read_port(u, rest + 1, (size_t)(p + n - rest - 1), err);
}

static bool local_name(const char *host)
{
    struct in_addr four;

    if (strcasecmp(host, "localhost") == 0)
        return true;
    return inet_pton(AF_INET, host, &four) == 1 && ntohl(four.s_addr) >> 24 == 127;
}

int url_read(struct url *u, const char *text, struct err *err)
{
    const char *p, *end;

    memset(u, 0, sizeof(*u));
    if (strncasecmp(text, "https://", 8) == 0) {
        u->https = true;
        u->port = 443;
        p = text + 8;
    } else if (strncasecmp(text, "http://", 7) == 0) {
        u->port = 80;
        p = text + 7;
    } else {
        return refuse(err, "it does not start with https://");
    }
    end = p + strcspn(p, "/?#");
    if (strspn(end, path_letters) != strlen(end))
        return refuse(err, "the path holds a character that is not allowed");
    if (read_authority(u, p, (size_t)(end - p), err))
        return -ERR_INVALID;
    if (local_name(u->host))
        u->loopback = true;
    if (!u->https && !u->loopback)
        return refuse(err, "plain http is allowed to this machine only, because the key would travel readable");
    return 0;
}
