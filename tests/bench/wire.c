/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/bench/bench.h"

enum { EVENT_CAP = 8192, REQUEST_CAP = 1 << 20 };

struct order {
    bool close;
    int n, rate;
    char text[2048], end[32];
};

/* ---- the server ---- */

static bool put(int fd, const char *bytes, size_t n)
{
    while (n > 0) {
        ssize_t w = send(fd, bytes, n, MSG_NOSIGNAL);
        if (w <= 0)
            return false;
        bytes += w;
        n -= (size_t)w;
    }
    return true;
}

/* One SSE event as one chunk, in one send. */
static bool put_event(int fd, const char *json)
{
    char body[EVENT_CAP], all[EVENT_CAP + 32];
    int n = snprintf(body, sizeof(body), "data: %s\n\n", json), len = snprintf(all, sizeof(all), "%x\r\n%s\r\n", (unsigned)n, body);

    return put(fd, all, (size_t)len);
}

static bool put_token(int fd, const char *text, int i)
{
    char said[3000], json[4096];
    size_t n = 0;
    int k = 0;

    for (; *text && n + 2 < sizeof(said); text++) {
        if (*text == '\n' || (*text == '^' && i % 12 == 11)) {
            said[n++] = '\\';
            said[n++] = 'n';
        } else {
            said[n++] = *text == '%' ? (char)('a' + (i + k++) % 23) : *text == '^' ? ' ' : *text;
        }
    }
    said[n] = '\0';
    snprintf(json, sizeof(json), "{\"id\":\"b\",\"object\":\"chat.completion.chunk\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"%s\"}}]}", said);
    return put_event(fd, json);
}

static int64_t obey(int fd, const struct order *o)
{
    int64_t start = bench_now();

    for (int i = 0; i < o->n; i++) {
        if (o->rate) {
            int64_t due = start + (int64_t)i * 1000000000 / o->rate;
            struct timespec t = {due / 1000000000, due % 1000000000};
            clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL);
        }
        if (!put_token(fd, o->text, i))
            break;
    }
    if (o->end[0])
        put_token(fd, o->end, 0);
    return bench_now();
}

static bool take_request(int fd)
{
    static char all[REQUEST_CAP];
    size_t len = 0, need = 0;
    const char *body, *length;
    ssize_t n;

    while ((n = recv(fd, all + len, sizeof(all) - 1 - len, 0)) > 0) {
        len += (size_t)n;
        all[len] = '\0';
        body = strstr(all, "\r\n\r\n");
        length = strcasestr(all, "content-length:");
        if (!body)
            continue;
        need = length ? (size_t)strtoul(length + 15, NULL, 10) : 0;
        if (len >= (size_t)(body + 4 - all) + need)
            return true;
    }
    return false;
}

static void serve(int listener, int ask, int answer)
{
    static const char head[] = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";
    struct order o;
    int one = 1, room = 32 * 1024; /* "sent" is what has left, not what the kernel still holds for us */

    for (;;) {
        int64_t t = 0;
        int fd = accept(listener, NULL, NULL);
        if (fd < 0)
            _exit(1);
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
        setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &room, sizeof(room));
        if (take_request(fd) && put(fd, head, sizeof(head) - 1) && write(answer, &t, sizeof(t)) == sizeof(t)) {
            while (read(ask, &o, sizeof(o)) == sizeof(o) && !o.close) {
                t = obey(fd, &o);
                if (write(answer, &t, sizeof(t)) != sizeof(t))
                    _exit(1);
            }
            put_event(fd, "{\"id\":\"b\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}");
            put_event(fd, "[DONE]");
            put(fd, "0\r\n\r\n", 5);
        }
        close(fd);
    }
}

/* ---- who asks it ---- */

void wire_start(struct wire *w)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(at);
    int listener = socket(AF_INET, SOCK_STREAM, 0), ask[2], answer[2];

    if (listener < 0 || bind(listener, (struct sockaddr *)&at, len) || listen(listener, 8) ||
        getsockname(listener, (struct sockaddr *)&at, &len) || pipe(ask) || pipe(answer))
        bench_stop("no server: %s", strerror(errno));
    w->port = ntohs(at.sin_port);
    w->ask = ask[1];
    w->answer = answer[0];
    w->pid = fork();
    if (w->pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        close(ask[1]);
        close(answer[0]);
        serve(listener, ask[0], answer[1]);
    }
    close(listener);
    close(ask[0]);
    close(answer[1]);
}

void wire_stop(struct wire *w)
{
    kill(w->pid, SIGKILL);
    waitpid(w->pid, NULL, 0);
    close(w->ask);
    close(w->answer);
}

void wire_send(struct wire *w, int n, int rate, const char *text, const char *end)
{
    struct order o = {.n = n, .rate = rate};

    snprintf(o.text, sizeof(o.text), "%s", text);
    snprintf(o.end, sizeof(o.end), "%s", end);
    if (write(w->ask, &o, sizeof(o)) != sizeof(o))
        bench_stop("the server is gone");
}

int64_t wire_sent(struct wire *w)
{
    struct pollfd f = {.fd = w->answer, .events = POLLIN};
    int64_t t;

    if (poll(&f, 1, BENCH_BOUND_MS) <= 0)
        bench_stop("no request came to the model server, or its tokens were not read");
    if (read(w->answer, &t, sizeof(t)) != sizeof(t))
        bench_stop("the server is gone");
    return t;
}

void wire_await(struct wire *w)
{
    (void)wire_sent(w);
}

void wire_close(struct wire *w)
{
    struct order o = {.close = true};

    if (write(w->ask, &o, sizeof(o)) != sizeof(o))
        bench_stop("the server is gone");
}
