/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What must not happen: no byte of hostile text steers the terminal, no paste or resize breaks the screen, the
 * terminal is restored on every way out, an idle program is silent. Checked on the raw bytes of the pty.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/base/os.h"
#include "core/base/text.h"
#include "core/base/utf8.h"
#include "tests/screen/pty.h"

#define APP BUILD_FOLDER "/tests/fake_app"

static char log_file[64];

static void open_scene(struct pty *p, int cols, int rows, const char *scene, const char *const *env)
{
    const char *argv[] = {APP, scene, "--log", log_file, NULL};

    snprintf(log_file, sizeof(log_file), "/tmp/tinywright-screen-h%d.log", (int)getpid());
    pty_start(p, cols, rows, env, argv);
}

/* One escape sequence that curses or the program itself sends for this terminal; its length, 0 when it is none. */
static size_t allowed_sequence(const char *s, size_t n)
{
    static const char finals[] = "mHABCDGdJKXPLM@hlrbIZ";
    size_t i = 2;

    if (n >= 3 && s[1] == '(' && strchr("B0", s[2]))
        return 3;
    if (n >= 2 && strchr("78=>M", s[1]))
        return 2;
    if (n < 3 || s[1] != '[')
        return 0;
    while (i < n && (s[i] == '?' || s[i] == ';' || (s[i] >= '0' && s[i] <= '9')))
        i++;
    if (i < n && s[i] == '!' && i + 1 < n && s[i + 1] == 'p')
        return i + 2;
    if (i < n && s[i] == 't') /* window saves of rmcup and smcup */
        return i + 1;
    return i < n && strchr(finals, s[i]) ? i + 1 : 0;
}

/* Every byte is allowed text, a plain control, or a sequence from the list. */
static void check_raw(struct pty *p)
{
    const char *s = buf_text(&p->raw);

    for (size_t i = 0; i < p->raw.len;) {
        uint32_t cp;
        size_t used;
        if (s[i] == 0x1b) {
            used = allowed_sequence(s + i, p->raw.len - i);
            if (!used)
                fprintf(stderr, "sequence at %zu: ESC %.20s\n", i, s + i + 1);
            assert_true(used > 0);
        } else if (s[i] == '\r' || s[i] == '\n' || s[i] == '\b' || s[i] == 0x0e || s[i] == 0x0f || s[i] == '\t') {
            used = 1;
        } else {
            used = utf8_decode(s + i, p->raw.len - i, &cp);
            if (!text_allowed(cp))
                fprintf(stderr, "code point %x at %zu\n", cp, i);
            assert_true(text_allowed(cp) && !(cp == UTF8_BAD && used == 1));
        }
        i += used;
    }
    assert_null(strstr(s, "\x1b]"));
    assert_null(strstr(s, "\x1bP"));
}

static void test_escape_corpus(void **state)
{
    static const char *const keys[] = {"1", "G", "2", "G", "3", "4", "\r", "5", "G", "6", "G", "M", "\x1b", "?", "\x1b", "L", "G", "\x1b", "D", "G", "\x1b", "c", "G", "\x1b", "u", "\x1b",
                                       "\t", "\t", "H", "\r", "z", ":theme mono\r", "/title\r", "n"};
    static const int sizes[][2] = {{120, 40}, {80, 24}};

    (void)state;
    for (int i = 0; i < 2; i++) {
        struct pty p;
        open_scene(&p, sizes[i][0], sizes[i][1], "hostile", NULL);
        pty_expect(&p, "decision waits");
        for (size_t k = 0; k < sizeof(keys) / sizeof(*keys); k++) {
            pty_send(&p, keys[k]);
            pty_pump(&p, 30);
        }
        pty_send(&p, "\x1b");
        pty_pump(&p, 60);
        kill(p.pid, SIGTERM);
        pty_expect_end(&p, 128 + SIGTERM);
        check_raw(&p);
        pty_stop(&p);
    }
}

static void test_escape_corpus_linear(void **state)
{
    const char *argv[] = {APP, "hostile", "--linear", "1", NULL};
    struct pty p;

    (void)state;
    pty_start(&p, 100, 40, NULL, argv);
    pty_expect(&p, "8 quit");
    pty_pump(&p, 700);
    pty_send(&p, "3");
    pty_pump(&p, 800);
    pty_send(&p, "4");
    pty_pump(&p, 300);
    pty_send(&p, "8");
    pty_pump(&p, 50);
    kill(p.pid, SIGTERM);
    pty_pump(&p, 100);
    check_raw(&p);
    assert_null(strstr(buf_text(&p.raw), "\x1b"));
    pty_stop(&p);
}

static void test_typed_and_pasted_escapes(void **state)
{
    struct pty p;

    (void)state;
    open_scene(&p, 80, 24, "waiting", NULL);
    pty_expect(&p, "armed");
    pty_send(&p, "x");
    pty_expect(&p, "Why is sketch/2");
    pty_send(&p, "\x1b[200~\x1b]0;t\x07 \xe2\x80\xae bad \x1b[2J end\x1b[201~");
    pty_expect(&p, "end");
    pty_send(&p, "\r");
    pty_expect_log(&p, "reject");
    check_raw(&p);
    pty_stop(&p);
}

static void test_long_paste(void **state)
{
    struct buf paste;
    struct pty p;

    (void)state;
    buf_init(&paste, 8 << 20);
    buf_puts(&paste, "\x1b[200~");
    for (int i = 0; i < 10000; i++)
        buf_putf(&paste, "line %d a\r\na\r\n:quit\n\x1b[201 \x1b[200~q\n", i);
    buf_puts(&paste, "\x1b[201~");
    open_scene(&p, 80, 24, "waiting", NULL);
    pty_expect(&p, "armed");
    pty_sendn(&p, buf_text(&paste), paste.len);
    pty_expect(&p, "pasted lines were ignored");
    assert_false(pty_log_has(&p, "sketch"));
    pty_send(&p, "3");
    pty_expect(&p, "1 of 3");
    pty_stop(&p);
    buf_done(&paste);
}

static void test_resize_storm(void **state)
{
    unsigned seed = 11;
    struct pty p;

    (void)state;
    open_scene(&p, 120, 40, "waiting", NULL);
    pty_expect(&p, "Approve fruit.ino");
    for (int i = 0; i < 200; i++) {
        seed = seed * 1103515245u + 12345u;
        pty_resize(&p, 1 + (int)(seed >> 16 & 255) % 200, 1 + (int)(seed >> 8 & 255) % 70);
        if (i % 7 == 0)
            pty_send(&p, "3");
        pty_pump(&p, (int)(seed >> 24) % 6);
    }
    pty_resize(&p, 39, 9);
    pty_expect(&p, "39x9 is too small");
    pty_resize(&p, 120, 40);
    pty_expect(&p, "Stages  3 of 6 passed");
    pty_expect(&p, "@@ -5,7 +5,7 @@");
    assert_false(pty_log_has(&p, "sketch"));
    pty_stop(&p);
}

/* The restore string came after everything else, and the modes are those from before. */
static void check_restored(struct pty *p, const struct termios *before)
{
    const char *s = buf_text(&p->raw), *left = NULL, *entered = NULL;
    struct termios now;

    for (const char *at = s; (at = strstr(at, "\x1b[?1049l")); at++)
        left = at;
    for (const char *at = s; (at = strstr(at, "\x1b[?1049h")); at++)
        entered = at;
    assert_non_null(left);
    assert_true(left > entered);
    assert_non_null(strstr(s, "\x1b[?2004l"));
    assert_int_equal(tcgetattr(p->fd, &now), 0);
    assert_int_equal(now.c_lflag & (ICANON | ECHO | ISIG), before->c_lflag & (ICANON | ECHO | ISIG));
}

static void test_restored_on_signals(void **state)
{
    static const int signals[] = {SIGTERM, SIGHUP, SIGINT, SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL};
    struct termios before;

    (void)state;
    for (size_t i = 0; i < sizeof(signals) / sizeof(*signals); i++) {
        struct pty p;
        open_scene(&p, 80, 24, "waiting", NULL);
        tcgetattr(p.fd, &before);
        before.c_lflag |= ICANON | ECHO | ISIG;
        pty_expect(&p, "Approve fruit.ino");
        kill(p.pid, signals[i]);
        for (int k = 0; k < 500 && !p.ended; k++) {
            pty_pump(&p, 20);
            if (waitpid(p.pid, &p.status, WNOHANG) == p.pid)
                p.ended = true;
        }
        assert_true(p.ended);
        check_restored(&p, &before);
        pty_stop(&p);
    }
}

static void test_idle_is_silent(void **state)
{
    struct pty p;

    (void)state;
    open_scene(&p, 120, 40, "waiting", NULL);
    pty_expect(&p, "armed");
    pty_quiet(&p, 100);
    assert_int_equal(pty_quiet(&p, 1500), 0);
    pty_stop(&p);
}

/* No SGR parameter that sets a color. */
static void check_no_color(struct pty *p)
{
    const char *s = buf_text(&p->raw);

    while ((s = strstr(s, "\x1b["))) {
        size_t n = strspn(s + 2, "0123456789;");
        for (const char *at = s + 2; s[2 + n] == 'm' && at < s + 2 + n; at += strspn(at, "0123456789") + 1) {
            long code = strtol(at, NULL, 10);
            assert_false((code >= 30 && code < 50) || (code >= 90 && code < 108));
        }
        s += 2;
    }
}

static void test_terminals(void **state)
{
    static const char *const vt100[] = {"TERM=vt100", NULL}, *const ascii[] = {"LC_ALL=C", NULL},
                      /* ncurses keeps memory when newterm fails */
                      *const unknown[] = {"TERM=nosuch", "ASAN_OPTIONS=detect_leaks=0", NULL}, *const dumb[] = {"TERM=dumb", NULL},
                      *const no_color[] = {"NO_COLOR=1", NULL};
    struct pty p;

    (void)state;
    open_scene(&p, 80, 24, "waiting", vt100);
    pty_expect(&p, "Approve fruit.ino");
    pty_stop(&p);
    open_scene(&p, 80, 24, "waiting", ascii);
    pty_expect(&p, "+ data  + train  + convert  ? sketch  ~ compile  . run");
    for (size_t i = 0; i < p.raw.len; i++)
        assert_true((unsigned char)p.raw.data[i] < 0x80);
    pty_stop(&p);
    open_scene(&p, 80, 24, "waiting", no_color);
    pty_expect(&p, "Approve fruit.ino");
    check_no_color(&p);
    pty_stop(&p);
    open_scene(&p, 80, 24, "waiting", unknown);
    pty_expect_end(&p, 9);
    assert_non_null(strstr(buf_text(&p.raw), "nosuch"));
    pty_stop(&p);
    open_scene(&p, 80, 24, "waiting", dumb);
    pty_expect_end(&p, 9);
    pty_stop(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_escape_corpus), cmocka_unit_test(test_escape_corpus_linear),
        cmocka_unit_test(test_typed_and_pasted_escapes),
        cmocka_unit_test(test_long_paste), cmocka_unit_test(test_resize_storm),
        cmocka_unit_test(test_restored_on_signals), cmocka_unit_test(test_idle_is_silent),
        cmocka_unit_test(test_terminals),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
