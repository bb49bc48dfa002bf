/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Measures the workbench from outside and prints a table: bench_screen WORKBENCH SLOW-WORKBENCH SMALL LARGE REPOSITORY
 * SMALL is a project without a history, LARGE one with 1,000 attempts whose last reply has 100,000 lines; both are
 * changed by it, so they are copies. It is started by tests/bench/run, which sets the environment.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/bench/bench.h"

enum { STARTS = 21, KEYS = 150, FAST = 20000, STEADY = 1000, GROWTH = 4000, ROUNDS = 3 };

static struct wire wire;
static struct screen screen;
static const char *workbench, *slow, *small, *large, *repository;
static const char ready[] = " search"; /* of the last line, which every screen has */
static const char first_text[] = "BEGUN\n";

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return x < y ? -1 : x > y;
}

/* Of sorted values. */
static double at(const double *v, int n, double part)
{
    return v[(int)((n - 1) * part + 0.5)];
}

static double median(double *v, int n)
{
    qsort(v, (size_t)n, sizeof(*v), compare);
    return at(v, n, 0.5);
}

/* verdict: whether the number is within the bar. */
static void row(const char *what, double value, const char *unit, double bar, const char *fmt, ...)
{
    char beside[200];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(beside, sizeof(beside), fmt, ap);
    va_end(ap);
    printf("%-58s %9.3f %-8s bar %8.3f  %-4s  %s\n", what, value, unit, bar, value <= bar ? "ok" : "OVER", beside);
    fflush(stdout);
}

static void write_config(void)
{
    char path[4096];
    FILE *f;

    snprintf(path, sizeof(path), "%s/tinywright/config.yaml", getenv("XDG_CONFIG_HOME"));
    f = fopen(path, "w");
    if (!f)
        bench_stop("cannot write %s", path);
    fprintf(f, "provider:\n  kind: openai\n  base_url: http://127.0.0.1:%d/v1\n  model: bench\n", wire.port);
    fclose(f);
}

static void open_project(const char *program, const char *project)
{
    const char *argv[] = {program, project, NULL};

    screen_start(&screen, "/", argv);
    screen_wait(&screen, ready);
}

/* Opens the project and has a reply begin. */
static void begin_stream(const char *program, const char *project)
{
    open_project(program, project);
    screen_send(&screen, "o");
    wire_await(&wire);
    wire_send(&wire, 0, 0, "", first_text);
    wire_sent(&wire);
    screen_wait(&screen, "BEGUN");
}

static void end_stream(void)
{
    screen_end(&screen);
    wire_close(&wire);
}

/* ---- start ---- */

static double first_frame(const char *folder, const char *const *argv, const char *marker)
{
    double ms;

    screen_start(&screen, folder, argv);
    ms = (double)(screen_wait(&screen, marker) - screen.begun) / 1e6;
    screen_end(&screen);
    return ms;
}

static void measure_start(void)
{
    const char *ours[] = {workbench, large, NULL}, *empty[] = {workbench, small, NULL}, *tig[] = {"/usr/bin/tig", NULL};
    double a[STARTS], b[STARTS], c[STARTS];
    bool has_tig = access(tig[0], X_OK) == 0 && repository[0];

    first_frame("/", ours, ready); /* once, so that derived state is there as after any use */
    for (int i = 0; i < STARTS; i++) {
        a[i] = first_frame("/", ours, ready);
        b[i] = first_frame("/", empty, ready);
        c[i] = has_tig ? first_frame(repository, tig, "[main]") : 0;
    }
    median(a, STARTS);
    median(b, STARTS);
    median(c, STARTS);
    row("exec to first painted frame, 1,000 attempts (median)", at(a, STARTS, 0.5), "ms", 12,
        "least %.1f, p95 %.1f; no attempts %.1f; tig %s%.1f, least %.1f", a[0], at(a, STARTS, 0.95), at(b, STARTS, 0.5),
        has_tig ? "" : "not here ", at(c, STARTS, 0.5), c[0]);
}

/* ---- tokens ---- */

/* CPU seconds per 1,000 tokens of curl reading the same. */
static double curl_cpu(int n, int rate)
{
    struct rusage u;
    char url[64];
    pid_t pid;
    int status;

    if (access("/usr/bin/curl", X_OK))
        return 0;
    snprintf(url, sizeof(url), "http://127.0.0.1:%d/v1/chat/completions", wire.port);
    pid = fork();
    if (pid == 0) {
        execl("/usr/bin/curl", "curl", "-s", "-N", "-o", "/dev/null", "-X", "POST", "-d", "x", url, (char *)NULL);
        _exit(127);
    }
    wire_await(&wire);
    wire_send(&wire, n, rate, "%%%^", "");
    wire_sent(&wire);
    wire_close(&wire);
    if (wait4(pid, &status, 0, &u) != pid || status)
        bench_stop("curl failed");
    return ((double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) + (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6) *
           1000 / n;
}

/* Streams n tokens; returns CPU seconds per 1,000, and how long after the last one it was on the screen. */
static double stream_cpu(int n, int rate, double *ret_lag_ms)
{
    int64_t cpu, seen, sent;

    begin_stream(workbench, small);
    cpu = screen_cpu(&screen);
    wire_send(&wire, n, rate, "%%%^", "ZQXJ");
    seen = screen_wait(&screen, "ZQXJ");
    sent = wire_sent(&wire);
    cpu = screen_cpu(&screen) - cpu;
    end_stream();
    *ret_lag_ms = (double)(seen - sent) / 1e6;
    return (double)cpu / 1e9 * 1000 / n;
}

static void measure_stream(int n, int rate, int rounds, double bar)
{
    double ours[ROUNDS], curl[ROUNDS], lag[ROUNDS], a, b;
    char what[80];

    for (int i = 0; i < rounds; i++) {
        ours[i] = stream_cpu(n, rate, &lag[i]);
        curl[i] = curl_cpu(n, rate);
    }
    a = median(ours, rounds);
    b = median(curl, rounds);
    snprintf(what, sizeof(what), "CPU per 1,000 tokens, %s", rate ? "100 tokens/s" : "unlimited speed");
    row(what, a, "s", bar, "curl -N %.4f, ratio %.2f (bar %s)", b, b > 0 ? a / b : 0, rate ? "-" : "3");
    snprintf(what, sizeof(what), "last token sent to last token on screen, %s", rate ? "100 tokens/s" : "unlimited");
    a = median(lag, rounds);
    row(what, a, "ms", 35, "most %.1f", at(lag, rounds, 1));
}

/* ---- keys ---- */

/* Types letters that nothing else on the screen has; ms from the write of a key to the read of its echo. */
static void type_keys(double *ms, int n)
{
    static const char letters[] = "QWVZ";

    screen_send(&screen, ":");
    bench_pause(50);
    for (int i = 0; i < n; i++) {
        char key[2] = {letters[i % 4], 0};
        int64_t t;
        if (i % 40 == 39) {
            screen_send(&screen, "\x15");
            bench_pause(40);
        }
        screen_forget(&screen);
        t = bench_now();
        screen_send(&screen, key);
        ms[i] = (double)(screen_wait(&screen, key) - t) / 1e6;
        bench_pause(17 + i * 7 % 13);
    }
    screen_send(&screen, "\x03");
}

static void press_keys(double *ms, int n, const char *down, const char *up)
{
    for (int i = 0; i < n; i++) {
        int64_t t;
        screen_forget(&screen);
        t = bench_now();
        screen_send(&screen, i / 20 % 2 ? up : down);
        ms[i] = (double)(screen_wait(&screen, "") - t) / 1e6;
        bench_pause(17 + i * 7 % 13);
    }
}

static void key_row(const char *what, double *ms, int n, double bar)
{
    qsort(ms, (size_t)n, sizeof(*ms), compare);
    row(what, at(ms, n, 0.95), "ms", bar, "p50 %.3f, most %.3f", at(ms, n, 0.5), ms[n - 1]);
}

static void measure_idle_keys(void)
{
    const char *tig[] = {"/usr/bin/tig", NULL};
    double ms[KEYS];

    open_project(workbench, large);
    type_keys(ms, KEYS);
    key_row("key to screen p95, idle: a letter typed", ms, KEYS, 0.5);
    screen_send(&screen, "\x1b");
    bench_pause(200);
    screen_send(&screen, "1");
    bench_pause(100);
    press_keys(ms, KEYS, "j", "k");
    key_row("key to screen p95, idle: j k in 100,000 lines", ms, KEYS, 0.5);
    screen_end(&screen);
    if (access(tig[0], X_OK) || !repository[0])
        return;
    screen_start(&screen, repository, tig);
    screen_wait(&screen, "[main]");
    bench_pause(300);
    press_keys(ms, KEYS, "j", "k");
    key_row("    tig: j k in its log", ms, KEYS, 0.5);
    screen_end(&screen);
}

static void measure_stream_keys(const char *program, const char *what)
{
    double ms[KEYS];

    begin_stream(program, small);
    wire_send(&wire, KEYS * 4, 100, "%%%^", "");
    bench_pause(300);
    type_keys(ms, KEYS);
    key_row(what, ms, KEYS, 2);
    wire_sent(&wire);
    end_stream();
}

/* ---- memory, sleep, growth ---- */

static void measure_rest(void)
{
    int64_t wakes, bytes;

    open_project(workbench, small);
    screen_idle(&screen, 1500);
    row("resident memory, idle", (double)screen_status(&screen, "VmRSS") / 1024, "MB", 14, " ");
    wakes = screen_status(&screen, "voluntary_ctxt_switches");
    bytes = screen_idle(&screen, 10000);
    row("wake-ups in 10 s idle", (double)(screen_status(&screen, "voluntary_ctxt_switches") - wakes), "", 0, " ");
    row("bytes to the terminal in 10 s idle", (double)bytes, "B", 0, " ");
    screen_end(&screen);
    open_project(workbench, large);
    screen_send(&screen, "1");
    screen_idle(&screen, 500);
    screen_send(&screen, "G");
    screen_idle(&screen, 1000);
    row("resident memory, 100,000 lines shown, 1,000 attempts", (double)screen_status(&screen, "VmRSS") / 1024, "MB", 24,
        " ");
    screen_end(&screen);
}

static double grow_to(int lines, int *have)
{
    static const char ten[] = "%% %% %%\n%% %% %%\n%% %% %%\n%% %% %%\n%% %% %%\n%% %% %%\n%% %% %%\n%% %% %%\n%% %% %%\n%% %% %%\n";
    int64_t cpu;

    wire_send(&wire, (lines - *have) / 10, 0, ten, "ZQXJ\n");
    screen_wait(&screen, "ZQXJ");
    wire_sent(&wire);
    *have = lines;
    screen_idle(&screen, 200);
    screen_forget(&screen);
    cpu = screen_cpu(&screen);
    wire_send(&wire, GROWTH, 2000, "%%%\n", "XJZQ\n");
    screen_wait(&screen, "XJZQ");
    wire_sent(&wire);
    *have += GROWTH;
    cpu = screen_cpu(&screen) - cpu;
    screen_idle(&screen, 100);
    screen_forget(&screen);
    return (double)cpu / 1000 / GROWTH;
}

static void measure_growth(void)
{
    int have = 0;
    double ten, thousand, ten_thousand, most;

    begin_stream(workbench, large);
    ten = grow_to(10, &have);
    thousand = grow_to(10000, &have);
    ten_thousand = grow_to(50000, &have);
    most = grow_to(100000, &have);
    row("CPU per token at 100,000 lines / at 10 lines", most / ten, "times", 1.25,
        "%.1f us at 10, %.1f at 10,000, %.1f at 50,000, %.1f at 100,000 lines (2,000 tokens/s)", ten, thousand,
        ten_thousand, most);
    row("resident memory, 100,000 lines streamed, 1,000 attempts", (double)screen_status(&screen, "VmRSS") / 1024, "MB", 24,
        " ");
    end_stream();
}

int main(int argc, char **argv)
{
    const char *only = argc > 6 ? argv[6] : "start stream keys rest growth";

    if (argc < 6) {
        fprintf(stderr, "usage: bench_screen WORKBENCH SLOW-WORKBENCH SMALL LARGE REPOSITORY [start|stream|keys|rest|growth]\n");
        return 2;
    }
    workbench = argv[1], slow = argv[2], small = argv[3], large = argv[4], repository = argv[5];
    wire_start(&wire);
    write_config();
    if (strstr(only, "start"))
        measure_start();
    if (strstr(only, "stream")) {
        measure_stream(FAST, 0, ROUNDS, 0.02);
        measure_stream(STEADY, 100, 1, 0.15);
    }
    if (strstr(only, "keys")) {
        measure_idle_keys();
        measure_stream_keys(workbench, "key to screen p95, 100 tokens/s arriving");
        measure_stream_keys(slow, "key to screen p95, the same with a 20 ms fsync");
    }
    if (strstr(only, "rest"))
        measure_rest();
    if (strstr(only, "growth"))
        measure_growth();
    wire_stop(&wire);
    return 0;
}
