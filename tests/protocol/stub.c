/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/protocol/stub.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { OUT_MAX = 1 << 16, REQUEST_MAX = 8 << 20, HEADERS_MAX = 4096 };

struct out {
    int fd;
    unsigned seed;
    int least, most, pace_us;
    bool chunked, dead, counting;
    const char *nl;
    char *held;          /* with length: the whole body before it is sent */
    size_t held_len, held_room;
};

static unsigned roll(struct out *o)
{
    o->seed = o->seed * 1103515245 + 12345;
    return o->seed >> 16 & 0x7fff;
}

static void put_now(struct out *o, const char *bytes, size_t n)
{
    while (n > 0 && !o->dead) {
        ssize_t w = send(o->fd, bytes, n, MSG_NOSIGNAL);
        if (w < 0 && errno == EINTR)
            continue;
        if (w <= 0) {
            o->dead = true;
            return;
        }
        bytes += w;
        n -= (size_t)w;
    }
}

/* Splits what goes over the wire, framing of chunks included. */
static void put_wire(struct out *o, const char *bytes, size_t n)
{
    while (n > 0 && !o->dead) {
        size_t len = n;
        if (o->most > 0) {
            len = (size_t)o->least + roll(o) % (unsigned)(o->most - o->least + 1);
            len = len > n ? n : len;
        }
        put_now(o, bytes, len);
        bytes += len;
        n -= len;
        if (o->pace_us)
            usleep((useconds_t)o->pace_us);
    }
}

static void hold(struct out *o, const char *bytes, size_t n)
{
    if (o->held_len + n > o->held_room) {
        o->held_room = (o->held_len + n) * 2;
        o->held = realloc(o->held, o->held_room);
        if (!o->held)
            abort();
    }
    memcpy(o->held + o->held_len, bytes, n);
    o->held_len += n;
}

static void put_body(struct out *o, const char *bytes, size_t n)
{
    char head[32];
    int len;

    if (n == 0)
        return;
    if (o->counting) {
        hold(o, bytes, n);
        return;
    }
    if (!o->chunked) {
        put_wire(o, bytes, n);
        return;
    }
    len = snprintf(head, sizeof(head), "%zx\r\n", n);
    if (n + (size_t)len + 2 < OUT_MAX) { /* one write: a chunk is not split by accident */
        static char all[OUT_MAX];
        memcpy(all, head, (size_t)len);
        memcpy(all + len, bytes, n);
        memcpy(all + len + n, "\r\n", 2);
        put_wire(o, all, (size_t)len + n + 2);
        return;
    }
    put_wire(o, head, (size_t)len);
    put_wire(o, bytes, n);
    put_wire(o, "\r\n", 2);
}

static size_t unescape(const char *s, size_t n, char *dst)
{
    size_t len = 0;

    for (size_t i = 0; i < n; i++) {
        unsigned value;
        if (s[i] != '\\' || i + 1 == n) {
            dst[len++] = s[i];
            continue;
        }
        i++;
        if (s[i] == 'x' && i + 2 < n && sscanf(s + i + 1, "%2x", &value) == 1) {
            dst[len++] = (char)value;
            i += 2;
        } else {
            dst[len++] = s[i] == 'n' ? '\n' : s[i] == 'r' ? '\r' : s[i] == 't' ? '\t' : s[i];
        }
    }
    return len;
}

static void put_line(struct out *o, const char *head, const char *text, size_t n, int ends)
{
    char *all = malloc(strlen(head) + n + 8);
    size_t len = strlen(head);

    memcpy(all, head, len);
    memcpy(all + len, text, n);
    len += n;
    for (int i = 0; i < ends; i++) {
        memcpy(all + len, o->nl, strlen(o->nl));
        len += strlen(o->nl);
    }
    put_body(o, all, len);
    free(all);
}

static void put_content(struct out *o, const char *text, size_t n)
{
    char event[4096];
    size_t len = (size_t)snprintf(event, sizeof(event), "{\"id\":\"chatcmpl-stub\",\"object\":\"chat.completion.chunk\","
                                  "\"created\":1763000000,\"model\":\"stub-1\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"");

    for (size_t i = 0; i < n && len < sizeof(event) - 100; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c == '"' || c == '\\')
            len += (size_t)snprintf(event + len, 8, "\\%c", c);
        else if (c < 0x20)
            len += (size_t)snprintf(event + len, 8, "\\u%04x", c);
        else
            event[len++] = (char)c;
    }
    len += (size_t)snprintf(event + len, 64, "\"},\"finish_reason\":null}]}");
    put_line(o, "data: ", event, len, 2);
}

static void put_stop(struct out *o)
{
    static const char stop[] = "{\"model\":\"stub-1\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}";

    put_line(o, "data: ", stop, strlen(stop), 2);
    put_line(o, "data: ", "[DONE]", 6, 2);
}

static void do_tokens(struct out *o, const char *arg)
{
    int count = 0, skip = 0;

    sscanf(arg, "%d %n", &count, &skip);
    for (int i = 0; i < count && !o->dead; i++) {
        char text[300], number[16];
        const char *mark = strstr(arg + skip, "%d");
        size_t head = mark ? (size_t)(mark - arg - skip) : strlen(arg + skip);
        snprintf(number, sizeof(number), "%03d", i % 1000);
        snprintf(text, sizeof(text), "%.*s%s%s", (int)(head > 100 ? 100 : head), arg + skip,
                 mark ? number : "", mark ? mark + 2 : "");
        put_content(o, text, strlen(text));
    }
}

static void do_reply(struct out *o, const char *path)
{
    FILE *f = fopen(path, "rb");
    static char text[1 << 20];
    size_t n = f ? fread(text, 1, sizeof(text), f) : 0;

    if (f)
        fclose(f);
    for (size_t i = 0; i < n;) {
        size_t len = n - i < 4 ? n - i : 4;
        while (i + len < n && ((unsigned char)text[i + len] & 0xC0) == 0x80)
            len++;
        put_content(o, text + i, len);
        i += len;
    }
    put_stop(o);
}

static void do_fill(struct out *o, const char *arg)
{
    static char block[4096];
    int n = 0;
    char c = 'x';

    sscanf(arg, "%d %c", &n, &c);
    memset(block, c, sizeof(block));
    while (n > 0 && !o->dead) {
        size_t len = n < (int)sizeof(block) ? (size_t)n : sizeof(block);
        put_body(o, block, len);
        n -= (int)len;
    }
}

static void do_stall(struct out *o)
{
    struct pollfd p = {.fd = o->fd, .events = POLLIN};
    char c;

    while (poll(&p, 1, -1) < 0 || recv(o->fd, &c, 1, MSG_DONTWAIT) > 0)
        ;
    o->dead = true;
}

static void do_cut(struct out *o)
{
    struct linger hard = {.l_onoff = 1};

    /* let what was sent arrive: a reset throws unread bytes away */
    for (int i = 0; i < 100; i++) {
        struct tcp_info info;
        socklen_t len = sizeof(info);
        if (getsockopt(o->fd, IPPROTO_TCP, TCP_INFO, &info, &len) || info.tcpi_unacked == 0)
            break;
        usleep(1000);
    }
    usleep(50000);
    setsockopt(o->fd, SOL_SOCKET, SO_LINGER, &hard, sizeof(hard));
    o->dead = true;
}

static bool is(const char *line, size_t word, const char *name)
{
    return word == strlen(name) && memcmp(line, name, word) == 0;
}

/* Body commands; false when the word is unknown. */
static bool body_line(struct out *o, const char *line, size_t word, const char *arg)
{
    size_t n = strlen(arg);

    if (is(line, word, "data")) {
        put_line(o, "data: ", arg, n, 2);
    } else if (is(line, word, "line")) {
        put_line(o, "", arg, n, 1);
    } else if (is(line, word, "raw")) {
        char *text = malloc(n + 1);
        put_body(o, text, unescape(arg, n, text));
        free(text);
    } else if (is(line, word, "fill")) {
        do_fill(o, arg);
    } else if (is(line, word, "tokens")) {
        do_tokens(o, arg);
    } else if (is(line, word, "reply")) {
        do_reply(o, arg);
    } else if (is(line, word, "stop")) {
        put_stop(o);
    } else if (is(line, word, "sleep")) {
        int ms = 0;
        sscanf(arg, "%d", &ms);
        usleep((useconds_t)ms * 1000);
    } else if (is(line, word, "stall")) {
        do_stall(o);
    } else if (is(line, word, "cut")) {
        do_cut(o);
    } else {
        return false;
    }
    return true;
}

struct answer {
    int status;
    char type[128], headers[HEADERS_MAX];
};

/* Settings before the body; false when the word is none. */
static bool head_line(struct out *o, struct answer *a, const char *line, size_t word, const char *arg)
{
    size_t used = strlen(a->headers);

    if (is(line, word, "status"))
        return sscanf(arg, "%d", &a->status) == 1;
    if (is(line, word, "type"))
        return snprintf(a->type, sizeof(a->type), "%s", arg) > 0;
    if (is(line, word, "header"))
        return snprintf(a->headers + used, sizeof(a->headers) - used, "%s\r\n", arg) > 0;
    if (is(line, word, "nl")) {
        o->nl = strcmp(arg, "cr") == 0 ? "\r" : strcmp(arg, "crlf") == 0 ? "\r\n" : "\n";
        return true;
    }
    if (is(line, word, "pieces"))
        return sscanf(arg, "%d %d", &o->least, &o->most) == 2;
    if (is(line, word, "pace"))
        return sscanf(arg, "%d", &o->pace_us) == 1;
    if (is(line, word, "length")) {
        o->counting = true;
        o->chunked = false;
        return true;
    }
    return false;
}

static void put_head(struct out *o, const struct answer *a, size_t length)
{
    char head[HEADERS_MAX + 512];
    int n = snprintf(head, sizeof(head), "HTTP/1.1 %d Stub\r\nContent-Type: %s\r\n%s", a->status, a->type, a->headers);

    if (o->chunked)
        n += snprintf(head + n, sizeof(head) - (size_t)n, "Transfer-Encoding: chunked\r\n");
    else
        n += snprintf(head + n, sizeof(head) - (size_t)n, "Content-Length: %zu\r\n", length);
    n += snprintf(head + n, sizeof(head) - (size_t)n, "Connection: close\r\n\r\n");
    put_wire(o, head, (size_t)n);
}

static void run_line(struct out *o, struct answer *a, bool *head_done, const char *from, size_t len)
{
    char *line = malloc(len + 1);
    size_t word;
    const char *arg;

    memcpy(line, from, len);
    line[len] = '\0';
    word = strcspn(line, " ");
    arg = line[word] ? line + word + 1 : line + word;
    if (line[0] && line[0] != '#' && !head_line(o, a, line, word, arg)) {
        if (!*head_done && !o->counting)
            put_head(o, a, 0);
        *head_done = true;
        if (!body_line(o, line, word, arg)) {
            fprintf(stderr, "stub: unknown word: %s\n", line);
            _exit(9);
        }
    }
    free(line);
}

/* Plays one answer; returns where the next one starts in the script, or from itself when it is the last. */
static const char *play(struct out *o, const char *from)
{
    struct answer a = {.status = 200, .type = "text/event-stream"};
    bool head_done = false;
    const char *p = from;

    while (*p) {
        size_t len = strcspn(p, "\n");
        if (len == 4 && memcmp(p, "next", 4) == 0)
            break;
        if (!o->dead)
            run_line(o, &a, &head_done, p, len);
        p += len + (p[len] == '\n');
    }
    if (o->counting) {
        o->counting = false;
        put_head(o, &a, o->held_len);
        put_wire(o, o->held, o->held_len);
    } else if (!head_done) {
        put_head(o, &a, 0);
    }
    if (o->chunked)
        put_wire(o, "0\r\n\r\n", 5);
    free(o->held);
    return *p ? p + strcspn(p, "\n") + 1 : from;
}

/* Reads head and body of one request; bytes read. */
static size_t read_request(int fd, char *dst)
{
    size_t n = 0, want = 0;

    while (n < REQUEST_MAX - 1) {
        ssize_t r = recv(fd, dst + n, REQUEST_MAX - 1 - n, 0);
        const char *end, *length;
        if (r <= 0)
            break;
        n += (size_t)r;
        dst[n] = '\0';
        end = strstr(dst, "\r\n\r\n");
        length = strcasestr(dst, "\r\nContent-Length:");
        if (end)
            want = (size_t)(end + 4 - dst) + (length && length < end ? strtoul(length + 17, NULL, 10) : 0);
        if (want && n >= want)
            break;
    }
    return n;
}

int stub_serve(int listen_fd, int log_fd, const char *script, unsigned seed)
{
    const char *at = script;
    char *request = malloc(REQUEST_MAX);
    int one = 1;

    while (request) {
        int fd = accept(listen_fd, NULL, NULL);
        struct out o = {.fd = fd, .seed = seed, .chunked = true, .nl = "\n"};
        size_t n;
        if (fd < 0)
            continue;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
        n = read_request(fd, request);
        if (n > 0) {
            if (log_fd >= 0 && (write(log_fd, request, n) < 0 || write(log_fd, "\n<<end>>\n", 9) < 0))
                return -1;
            at = play(&o, at);
        }
        if (!o.dead)
            shutdown(fd, SHUT_WR);
        close(fd);
        seed++;
    }
    return -1;
}

int stub_listen(int port, int *ret_port)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    socklen_t len = sizeof(a);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int one = 1;

    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
    if (fd < 0 || bind(fd, (struct sockaddr *)&a, sizeof(a)) || listen(fd, 16) ||
        getsockname(fd, (struct sockaddr *)&a, &len))
        return -1;
    *ret_port = ntohs(a.sin_port);
    return fd;
}

int stub_start(struct stub *s, const char *script, unsigned seed)
{
    int fd = stub_listen(0, &s->port);

    s->log_fd = memfd_create("requests", MFD_CLOEXEC);
    if (fd < 0 || s->log_fd < 0)
        return -1;
    snprintf(s->url, sizeof(s->url), "http://127.0.0.1:%d/v1", s->port);
    s->pid = fork();
    if (s->pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        signal(SIGPIPE, SIG_IGN);
        stub_serve(fd, s->log_fd, script, seed);
        _exit(9);
    }
    close(fd);
    return s->pid > 0 ? 0 : -1;
}

void stub_stop(struct stub *s)
{
    kill(s->pid, SIGKILL);
    waitpid(s->pid, NULL, 0);
    close(s->log_fd);
}

size_t stub_requests(const struct stub *s, char *dst, size_t size)
{
    ssize_t n = pread(s->log_fd, dst, size - 1, 0);

    dst[n > 0 ? n : 0] = '\0';
    return n > 0 ? (size_t)n : 0;
}

int stub_count(const struct stub *s)
{
    static char all[1 << 20];
    int count = 0;

    stub_requests(s, all, sizeof(all));
    for (const char *p = all; (p = strstr(p, "\n<<end>>\n")) != NULL; p += 9)
        count++;
    return count;
}
