/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/pipeline/remote.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/base/buf.h"
#include "core/base/os.h"
#include "core/base/path.h"
#include "core/base/str.h"
#include "core/pipeline/json.h"

enum { LINE_CAP = 8 * 1024 * 1024, PEERS_MAX = 8, WAIT_MS = 10000 };

struct peer {
    struct remote *remote;
    int fd, watch; /* fd -1 = free */
    struct buf line;
};

struct remote {
    struct loop *loop;
    struct engine *engine;
    int fd, watch;
    char path[108];
    struct peer peers[PEERS_MAX];
};

/* A socket address holds 107 bytes of path; a longer project path has no second process. */
static int socket_address(const char *folder, struct sockaddr_un *ret, struct err *err)
{
    memset(ret, 0, sizeof(*ret));
    ret->sun_family = AF_UNIX;
    if (snprintf(ret->sun_path, sizeof(ret->sun_path), "%s/.tinywright/socket", folder) >= (int)sizeof(ret->sun_path))
        return err_set(err, ERR_INVALID, "The path of the project is too long for its socket.");
    return 0;
}

/* ---- the command as one JSON line ---- */

static struct json_object *to_json(const struct command *c)
{
    struct json_object *o = json_object_new_object();

    json_put_int(o, "kind", c->kind);
    json_put_text(o, "attempt", c->attempt);
    json_put_text(o, "verb", decision_table[c->verb].id);
    json_put_text(o, "sha256", c->sha256);
    json_put_text(o, "reason", c->reason);
    json_put_text(o, "refused", c->refused);
    json_put_text(o, "from", c->from);
    json_put_text(o, "until", c->until);
    if (c->bytes)
        json_object_object_add(o, "bytes", json_object_new_string_len(c->bytes, (int)c->len));
    return o;
}

static const char *lend(struct json_object *o, const char *key)
{
    struct json_object *v;

    return json_object_object_get_ex(o, key, &v) && json_object_is_type(v, json_type_string)
               ? json_object_get_string(v)
               : NULL;
}

static struct command from_json(struct json_object *o)
{
    struct command c = {.via = "cli"};
    struct json_object *v;
    int64_t kind = json_get_int(o, "kind", COMMAND_DECIDE);

    c.kind = kind >= COMMAND_RUN && kind <= COMMAND_CANCEL ? (enum command_kind)kind : COMMAND_DECIDE;
    c.attempt = lend(o, "attempt");
    c.verb = decision_find(lend(o, "verb") ? lend(o, "verb") : "");
    c.sha256 = lend(o, "sha256");
    c.reason = lend(o, "reason");
    c.refused = lend(o, "refused");
    c.from = lend(o, "from");
    c.until = lend(o, "until");
    if (json_object_object_get_ex(o, "bytes", &v) && json_object_is_type(v, json_type_string)) {
        c.bytes = json_object_get_string(v);
        c.len = (size_t)json_object_get_string_len(v);
    }
    return c;
}

/* ---- the listening side ---- */

static void drop_peer(struct peer *p)
{
    if (p->fd < 0)
        return;
    loop_remove(p->remote->loop, p->watch);
    close(p->fd);
    p->fd = -1;
    buf_done(&p->line);
}

static void answer(struct peer *p, int code, const struct err *e)
{
    struct json_object *o = json_object_new_object();
    struct buf out;

    json_put_int(o, "code", code);
    if (code) {
        json_put_text(o, "message", e->msg);
        json_put_text(o, "hint", e->hint);
    }
    buf_init(&out, 8192);
    buf_putf(&out, "%s\n", json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN));
    json_object_put(o);
    (void)!os_write_all(p->fd, buf_text(&out), out.len);
    buf_done(&out);
}

static void handle_line(struct peer *p)
{
    struct err err = {0};
    struct json_object *o = json_read(p->line.data, p->line.len - 1, &err);
    int r = -ERR_USAGE;

    if (o) {
        struct command c = from_json(o);
        r = engine_command(p->remote->engine, &c, &err);
        json_object_put(o);
    }
    answer(p, -r, &err);
    drop_peer(p);
}

static void on_peer(void *arg, int fd, int events)
{
    struct peer *p = arg;
    char piece[65536];
    ssize_t n = recv(fd, piece, sizeof(piece), MSG_DONTWAIT);

    (void)events;
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n <= 0 || buf_put(&p->line, piece, (size_t)n))
        drop_peer(p);
    else if (p->line.data[p->line.len - 1] == '\n')
        handle_line(p);
}

static bool same_user(int fd)
{
    struct ucred cred;
    socklen_t size = sizeof(cred);

    return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &size) == 0 && cred.uid == geteuid();
}

static void on_connect(void *arg, int listen_fd, int events)
{
    struct remote *r = arg;
    int fd = accept4(listen_fd, NULL, NULL, SOCK_CLOEXEC);

    (void)events;
    if (fd < 0)
        return;
    for (int i = 0; i < PEERS_MAX && same_user(fd); i++) {
        struct peer *p = &r->peers[i];
        if (p->fd >= 0)
            continue;
        p->fd = fd;
        p->remote = r;
        buf_init(&p->line, LINE_CAP);
        p->watch = loop_add_fd(r->loop, fd, LOOP_READ, on_peer, p);
        return;
    }
    close(fd);
}

static int bind_socket(struct remote *r, const struct sockaddr_un *at, struct err *err)
{
    mode_t old;
    int bad;

    r->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (r->fd < 0)
        return err_sys(err, ERR_MACHINE, "No socket can be made");
    unlink(at->sun_path); /* the project's lock is ours: whoever made it is gone */
    old = umask(0177);
    bad = bind(r->fd, (const struct sockaddr *)at, sizeof(*at)) < 0 || listen(r->fd, 4) < 0;
    umask(old);
    return bad ? err_sys(err, ERR_MACHINE, "The socket %s cannot be made", at->sun_path) : 0;
}

struct remote *remote_listen(struct loop *l, struct engine *engine, const char *folder, struct err *err)
{
    struct remote *r = os_alloc(sizeof(*r));
    struct sockaddr_un at;

    if (!r) {
        err_set(err, ERR_MACHINE, "There is no memory left for the socket.");
        return NULL;
    }
    r->loop = l;
    r->engine = engine;
    r->fd = -1;
    for (int i = 0; i < PEERS_MAX; i++)
        r->peers[i].fd = -1;
    if (socket_address(folder, &at, err) || bind_socket(r, &at, err)) {
        remote_free(r);
        return NULL;
    }
    str_copy(r->path, sizeof(r->path), at.sun_path);
    r->watch = loop_add_fd(l, r->fd, LOOP_READ, on_connect, r);
    return r;
}

void remote_free(struct remote *r)
{
    if (!r)
        return;
    for (int i = 0; i < PEERS_MAX; i++)
        drop_peer(&r->peers[i]);
    if (r->watch > 0)
        loop_remove(r->loop, r->watch);
    if (r->fd >= 0)
        close(r->fd);
    if (r->path[0])
        unlink(r->path);
    free(r);
}

/* ---- the sending side ---- */

static int wait_answer(int fd, struct buf *line, struct err *err)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};
    char piece[4096];
    ssize_t n;

    while (poll(&p, 1, WAIT_MS) > 0) {
        n = recv(fd, piece, sizeof(piece), 0);
        if (n <= 0)
            return line->len ? 0 : err_set(err, ERR_LOCKED, "The other process closed the connection.");
        if (buf_put(line, piece, (size_t)n) || line->data[line->len - 1] == '\n')
            return 0;
    }
    return err_set(err, ERR_LOCKED, "The other process did not answer within %d s.", WAIT_MS / 1000);
}

static int read_answer(const struct buf *line, struct err *err)
{
    struct json_object *o = json_read(buf_text(line), line->len ? line->len - 1 : 0, err);
    char text[500];
    int code;

    if (!o)
        return -ERR_LOCKED;
    code = (int)json_get_int(o, "code", ERR_MACHINE);
    if (code) {
        json_get_line(o, "message", text, sizeof(text));
        err_set(err, code, "%s", text);
        json_get_line(o, "hint", text, sizeof(text));
        err_hint(err, "%s", text);
    }
    json_object_put(o);
    return -code;
}

static int send_command(int fd, const struct command *c, struct err *err)
{
    struct json_object *o = to_json(c);
    struct buf line;
    int r;

    buf_init(&line, LINE_CAP);
    buf_putf(&line, "%s\n", json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN));
    json_object_put(o);
    r = os_write_all(fd, buf_text(&line), line.len) ? err_sys(err, ERR_LOCKED, "The other process does not listen") : 0;
    buf_reset(&line);
    if (r == 0)
        r = wait_answer(fd, &line, err);
    if (r == 0)
        r = read_answer(&line, err);
    buf_done(&line);
    return r;
}

int remote_send(const char *folder, const struct command *c, struct err *err)
{
    struct sockaddr_un at;
    int fd, r;

    if (socket_address(folder, &at, NULL))
        return REMOTE_NOBODY;
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return err_sys(err, ERR_MACHINE, "No socket can be made");
    if (connect(fd, (const struct sockaddr *)&at, sizeof(at)) < 0) {
        close(fd);
        return REMOTE_NOBODY;
    }
    r = send_command(fd, c, err);
    close(fd);
    return r;
}
