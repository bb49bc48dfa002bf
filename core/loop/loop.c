/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/loop/loop.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/pidfd.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/os.h"
#include "core/base/path.h"
#include "core/base/str.h"
#include "core/base/vec.h"

enum {
    SOURCES_MAX = 4096,
    WATCH_MASK = IN_CLOSE_WRITE | IN_MODIFY | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO,
};

enum kind { DEAD, FD, TIMER, SIGNAL, CHILD, WATCH, DEFER, BEFORE };

struct source {
    enum kind kind;
    int id;
    int fd;         /* FD: borrowed; CHILD: our pidfd; WATCH: inotify's watch descriptor */
    int events;     /* FD: LOOP_*; SIGNAL: the number; WATCH: 1 = fired in this turn */
    pid_t pid;      /* CHILD */
    int64_t due_ns; /* TIMER */
    char *path;     /* WATCH: owned */
    void *arg;      /* borrowed from who added the source */
    union {
        loop_fd_fn *fd;
        loop_timer_fn *timer;
        loop_signal_fn *signal;
        loop_child_fn *child;
        loop_watch_fn *watch;
        int (*before)(void *arg);
    } fn;
};

struct loop {
    VEC(struct source *) sources; /* in the order added; swept of dead ones between turns */
    VEC(struct pollfd) polled;
    VEC(struct source *) polled_by; /* parallel to polled; NULL for our own two descriptors */
    sigset_t signals;
    int signal_fd, inotify_fd; /* -1 until first needed */
    int last_id;
    int depth; /* turns on the stack: nothing is swept under a running turn */
    bool stopped, dead_ones;
    loop_poll_fn *poll_fn;
    void *poll_arg;
};

static int plain_poll(void *arg, struct pollfd *fds, nfds_t n, int timeout_ms)
{
    (void)arg;
    return poll(fds, n, timeout_ms);
}

struct loop *loop_new(struct err *err)
{
    struct loop *l = os_alloc(sizeof(*l));

    if (!l) {
        err_set(err, ERR_MACHINE, "There is no memory left for the event loop.");
        return NULL;
    }
    sigemptyset(&l->signals);
    l->signal_fd = l->inotify_fd = -1;
    l->poll_fn = plain_poll;
    signal(SIGPIPE, SIG_IGN); /* a closed pipe is an error of write, never the end of the program */
    return l;
}

static void kill_source(struct loop *l, struct source *s);

static void sweep(struct loop *l)
{
    size_t kept = 0;

    if (!l->dead_ones || l->depth > 0)
        return;
    for (size_t i = 0; i < l->sources.n; i++) {
        struct source *s = l->sources.items[i];
        if (s->kind == DEAD)
            free(s);
        else
            l->sources.items[kept++] = s;
    }
    l->sources.n = kept;
    l->dead_ones = false;
}

void loop_free(struct loop *l)
{
    if (!l)
        return;
    for (size_t i = 0; i < l->sources.n; i++)
        kill_source(l, l->sources.items[i]);
    for (size_t i = 0; i < l->sources.n; i++)
        free(l->sources.items[i]);
    vec_done(&l->sources);
    vec_done(&l->polled);
    vec_done(&l->polled_by);
    if (l->signal_fd >= 0)
        close(l->signal_fd);
    if (l->inotify_fd >= 0)
        close(l->inotify_fd);
    free(l);
}

static struct source *add(struct loop *l, enum kind kind, void *arg)
{
    struct source *s = os_alloc(sizeof(*s));

    if (!s)
        return NULL;
    s->kind = kind;
    s->fd = -1;
    s->arg = arg;
    l->last_id = l->last_id == INT_MAX ? 1 : l->last_id + 1;
    s->id = l->last_id;
    if (!vec_push(&l->sources, s, SOURCES_MAX))
        return s;
    free(s);
    return NULL;
}

static struct source *find(struct loop *l, int id)
{
    for (size_t i = l->sources.n; i-- > 0;) {
        if (l->sources.items[i]->id == id && l->sources.items[i]->kind != DEAD)
            return l->sources.items[i];
    }
    return NULL;
}

int loop_add_fd(struct loop *l, int fd, int events, loop_fd_fn *fn, void *arg)
{
    struct source *s = add(l, FD, arg);

    if (!s)
        return -ERR_MACHINE;
    s->fd = fd;
    s->events = events;
    s->fn.fd = fn;
    return s->id;
}

void loop_set_events(struct loop *l, int id, int events)
{
    struct source *s = find(l, id);

    if (s && s->kind == FD)
        s->events = events;
}

int loop_add_timer(struct loop *l, int64_t delay_ms, loop_timer_fn *fn, void *arg)
{
    struct source *s = add(l, TIMER, arg);

    if (!s)
        return -ERR_MACHINE;
    s->due_ns = os.mono_ns() + (delay_ms > 0 ? delay_ms : 0) * 1000000;
    s->fn.timer = fn;
    return s->id;
}

int loop_defer(struct loop *l, loop_timer_fn *fn, void *arg)
{
    struct source *s = add(l, DEFER, arg);

    if (!s)
        return -ERR_MACHINE;
    s->fn.timer = fn;
    return s->id;
}

int loop_add_before(struct loop *l, int (*before)(void *arg), void *arg)
{
    struct source *s = add(l, BEFORE, arg);

    if (!s)
        return -ERR_MACHINE;
    s->fn.before = before;
    return s->id;
}

static int watch_signals(struct loop *l)
{
    int fd = signalfd(l->signal_fd, &l->signals, SFD_CLOEXEC | SFD_NONBLOCK);

    if (fd < 0)
        return -1;
    l->signal_fd = fd;
    return 0;
}

int loop_add_signal(struct loop *l, int signo, loop_signal_fn *fn, void *arg)
{
    struct source *s = add(l, SIGNAL, arg);
    sigset_t one;

    if (!s)
        return -ERR_MACHINE;
    s->events = signo;
    s->fn.signal = fn;
    sigemptyset(&one);
    sigaddset(&one, signo);
    sigaddset(&l->signals, signo);
    if (!sigprocmask(SIG_BLOCK, &one, NULL) && !watch_signals(l))
        return s->id;
    loop_remove(l, s->id);
    return -ERR_MACHINE;
}

int loop_add_child(struct loop *l, pid_t pid, loop_child_fn *fn, void *arg)
{
    struct source *s = add(l, CHILD, arg);

    if (!s)
        return -ERR_MACHINE;
    s->pid = pid;
    s->fn.child = fn;
    s->fd = pidfd_open(pid, 0); /* close-on-exec by itself */
    if (s->fd >= 0)
        return s->id;
    loop_remove(l, s->id);
    return -ERR_MACHINE;
}

static int folder_of(const char *path, char *dst, size_t size)
{
    size_t n = (size_t)(path_base(path) - path);

    if (n == 0)
        return str_copy(dst, size, ".") ? 0 : -1;
    if (n >= size)
        return -1;
    memcpy(dst, path, n);
    dst[n] = '\0';
    return 0;
}

/* Watches the folder, not the file: editors replace files by rename, and a watch would follow the old one. */
int loop_add_watch(struct loop *l, const char *path, loop_watch_fn *fn, void *arg)
{
    char folder[PATH_CAP];
    struct source *s;

    if (folder_of(path, folder, sizeof(folder)))
        return -ERR_MACHINE;
    if (l->inotify_fd < 0)
        l->inotify_fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    s = add(l, WATCH, arg);
    if (!s)
        return -ERR_MACHINE;
    s->fn.watch = fn;
    s->path = os_dup(path, strlen(path));
    if (s->path)
        s->fd = inotify_add_watch(l->inotify_fd, folder, WATCH_MASK);
    if (s->fd >= 0)
        return s->id;
    loop_remove(l, s->id);
    return -ERR_MACHINE;
}

static bool shared(struct loop *l, const struct source *s)
{
    for (size_t i = 0; i < l->sources.n; i++) {
        const struct source *o = l->sources.items[i];
        if (o == s || o->kind != s->kind)
            continue;
        if (s->kind == WATCH ? o->fd == s->fd : o->events == s->events)
            return true;
    }
    return false;
}

static void drop_signal(struct loop *l, struct source *s)
{
    sigset_t one;

    if (shared(l, s))
        return;
    sigemptyset(&one);
    sigaddset(&one, s->events);
    sigdelset(&l->signals, s->events);
    if (l->signal_fd >= 0)
        watch_signals(l);
    sigprocmask(SIG_UNBLOCK, &one, NULL);
}

static void kill_source(struct loop *l, struct source *s)
{
    if (s->kind == SIGNAL)
        drop_signal(l, s);
    if (s->kind == WATCH && s->fd >= 0 && !shared(l, s))
        inotify_rm_watch(l->inotify_fd, s->fd);
    if (s->kind == CHILD && s->fd >= 0)
        close(s->fd);
    free(s->path);
    s->path = NULL;
    s->kind = DEAD;
    l->dead_ones = true;
}

void loop_remove(struct loop *l, int id)
{
    struct source *s = find(l, id);

    if (s)
        kill_source(l, s);
    sweep(l);
}

void loop_set_poll(struct loop *l, loop_poll_fn *poll_fn, void *arg)
{
    l->poll_fn = poll_fn ? poll_fn : plain_poll;
    l->poll_arg = arg;
}

static void poll_push(struct loop *l, int fd, short events, struct source *s)
{
    struct pollfd p = {.fd = fd, .events = events};

    if (fd < 0 || vec_push(&l->polled, p, SOURCES_MAX + 2))
        return;
    if (vec_push(&l->polled_by, s, SOURCES_MAX + 2))
        l->polled.n--;
}

static void collect(struct loop *l)
{
    l->polled.n = l->polled_by.n = 0;
    poll_push(l, l->signal_fd, POLLIN, NULL);
    poll_push(l, l->inotify_fd, POLLIN, NULL);
    for (size_t i = 0; i < l->sources.n; i++) {
        struct source *s = l->sources.items[i];
        short events = 0;
        if (s->kind == CHILD)
            events = POLLIN;
        else if (s->kind == FD)
            events = (short)((s->events & LOOP_READ ? POLLIN : 0) | (s->events & LOOP_WRITE ? POLLOUT : 0));
        /* a descriptor nobody asks about would still report its hang-up, again and again */
        if (events)
            poll_push(l, s->fd, events, s);
    }
}

static int run_befores(struct loop *l)
{
    int least = -1;

    for (size_t i = 0; i < l->sources.n; i++) {
        struct source *s = l->sources.items[i];
        int ms;
        if (s->kind != BEFORE)
            continue;
        ms = s->fn.before(s->arg);
        if (ms >= 0 && (least < 0 || ms < least))
            least = ms;
    }
    return least;
}

/* The most milliseconds to sleep: the smallest of max_ms and what timers and deferred work allow. */
static int sleep_ms(const struct loop *l, int max_ms)
{
    int64_t now = 0;

    for (size_t i = 0; i < l->sources.n; i++) {
        const struct source *s = l->sources.items[i];
        int64_t left;
        if (s->kind == DEFER)
            return 0;
        if (s->kind != TIMER)
            continue;
        if (!now)
            now = os.mono_ns();
        left = s->due_ns <= now ? 0 : (s->due_ns - now + 999999) / 1000000;
        if (max_ms < 0 || left < max_ms)
            max_ms = left > INT_MAX ? INT_MAX : (int)left;
    }
    return max_ms;
}

static int run_signals(struct loop *l)
{
    struct signalfd_siginfo info;
    int ran = 0;

    while (l->signal_fd >= 0 && read(l->signal_fd, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
        size_t n = l->sources.n;
        for (size_t i = 0; i < n; i++) {
            struct source *s = l->sources.items[i];
            if (s->kind != SIGNAL || s->events != (int)info.ssi_signo)
                continue;
            s->fn.signal(s->arg, s->events);
            ran++;
        }
    }
    return ran;
}

static void mark_watches(struct loop *l, const struct inotify_event *e)
{
    for (size_t i = 0; i < l->sources.n; i++) {
        struct source *s = l->sources.items[i];
        if (s->kind != WATCH)
            continue;
        if ((e->mask & IN_Q_OVERFLOW) || (s->fd == e->wd && e->len && str_eq(e->name, path_base(s->path))))
            s->events = 1;
    }
}

static int run_watches(struct loop *l)
{
    char bytes[4096] __attribute__((aligned(__alignof__(struct inotify_event))));
    ssize_t got;
    size_t n = l->sources.n;
    int ran = 0;

    while (l->inotify_fd >= 0 && (got = read(l->inotify_fd, bytes, sizeof(bytes))) > 0) {
        for (char *p = bytes; p < bytes + got;) {
            struct inotify_event *e = (struct inotify_event *)(void *)p;
            mark_watches(l, e);
            p += sizeof(*e) + e->len;
        }
    }
    for (size_t i = 0; i < n; i++) {
        struct source *s = l->sources.items[i];
        if (s->kind != WATCH || !s->events)
            continue;
        s->events = 0;
        s->fn.watch(s->arg, s->path);
        ran++;
    }
    return ran;
}

static int run_child(struct loop *l, struct source *s)
{
    int status = 0;
    pid_t got = waitpid(s->pid, &status, WNOHANG);
    loop_child_fn *fn = s->fn.child;
    void *arg = s->arg;
    pid_t pid = s->pid;

    if (got == 0)
        return 0;
    if (got < 0)
        status = 0xff00; /* somebody else reaped it: exit code 255 is the least wrong answer */
    kill_source(l, s);
    fn(arg, pid, status);
    return 1;
}

static int run_fd(struct source *s, short revents)
{
    int events = 0;

    if (revents & POLLNVAL) {
        s->events = 0; /* closed without loop_remove: a bug of the owner, but not a reason to spin */
        return 0;
    }
    if (revents & POLLIN)
        events |= LOOP_READ;
    if (revents & POLLOUT)
        events |= LOOP_WRITE;
    if (revents & (POLLHUP | POLLERR))
        events |= LOOP_HANGUP;
    s->fn.fd(s->arg, s->fd, events);
    return 1;
}

static int run_ready(struct loop *l)
{
    int ran = 0;

    for (size_t i = 0; i < l->polled.n && i < l->polled_by.n; i++) {
        struct source *s = l->polled_by.items[i];
        short revents = l->polled.items[i].revents;
        if (!revents)
            continue;
        if (!s)
            ran += l->polled.items[i].fd == l->signal_fd ? run_signals(l) : run_watches(l);
        else if (s->kind == CHILD)
            ran += run_child(l, s);
        else if (s->kind == FD)
            ran += run_fd(s, revents);
    }
    return ran;
}

static int run_once(struct loop *l, struct source *s)
{
    loop_timer_fn *fn = s->fn.timer;
    void *arg = s->arg;

    kill_source(l, s);
    fn(arg);
    return 1;
}

static struct source *next_due(struct loop *l, int last_id, int64_t now)
{
    struct source *first = NULL;

    for (size_t i = 0; i < l->sources.n; i++) {
        struct source *s = l->sources.items[i];
        if (s->kind == TIMER && s->id <= last_id && s->due_ns <= now && (!first || s->due_ns < first->due_ns))
            first = s;
    }
    return first;
}

/* Only what was there before: a callback that adds the next one gets the next turn. */
static int run_timers(struct loop *l)
{
    int last_id = l->last_id, ran = 0;
    int64_t now = 0;
    size_t n = l->sources.n;
    struct source *s;

    for (size_t i = 0; i < n && !now; i++) {
        if (l->sources.items[i]->kind == TIMER)
            now = os.mono_ns();
    }
    while (now && (s = next_due(l, last_id, now)))
        ran += run_once(l, s);
    for (size_t i = 0; i < n; i++) {
        if (l->sources.items[i]->kind == DEFER && l->sources.items[i]->id <= last_id)
            ran += run_once(l, l->sources.items[i]);
    }
    return ran;
}

int loop_turn(struct loop *l, int max_ms)
{
    int ms, ran = 0;

    l->depth++;
    ms = run_befores(l);
    if (ms < 0 || (max_ms >= 0 && max_ms < ms))
        ms = max_ms;
    ms = l->stopped ? 0 : sleep_ms(l, ms);
    collect(l);
    if (l->poll_fn(l->poll_arg, l->polled.items, l->polled.n, ms) > 0)
        ran += run_ready(l);
    ran += run_timers(l);
    l->depth--;
    sweep(l);
    return ran;
}

void loop_run(struct loop *l)
{
    l->stopped = false;
    while (!l->stopped)
        loop_turn(l, -1);
}

void loop_stop(struct loop *l)
{
    l->stopped = true;
}

void loop_child_reset(void)
{
    sigset_t none;

    for (int signo = 1; signo < NSIG; signo++)
        signal(signo, SIG_DFL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}
