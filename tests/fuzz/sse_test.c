/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Damaged streams: each file of the corpus, mutated many times, means the same in one piece and in small ones, and
 * never breaks a sanitizer's rule. TINYWRIGHT_FUZZ_ROUNDS raises the number of mutations per file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <dirent.h>

#include "core/base/os.h"
#include "core/base/path.h"
#include "core/base/str.h"
#include "core/llm/openai_stream.h"

enum { CAP = 64 * 1024, ROUNDS = 400 };

static uint32_t seed = 1;

static uint32_t roll(uint32_t below)
{
    seed = seed * 1664525 + 1013904223;
    return below ? (seed >> 8) % below : 0;
}

struct heard {
    struct buf text, reasoning;
};

static void on_text(void *arg, const char *bytes, size_t n, bool reasoning)
{
    struct heard *h = arg;

    assert_true(n > 0);
    buf_put(reasoning ? &h->reasoning : &h->text, bytes, n);
}

static const struct provider_events events = {.text = on_text};

static void play(const char *in, size_t n, uint32_t most, struct heard *h, struct provider_outcome *out)
{
    struct reply r;
    struct openai_stream s;

    buf_init(&h->text, CAP * 4);
    buf_init(&h->reasoning, CAP * 4);
    reply_init(&r, &events, h, 0);
    openai_stream_init(&s, &r, "");
    for (size_t i = 0; i < n;) {
        size_t len = most ? 1 + roll(most) : n;
        if (len > n - i)
            len = n - i;
        if (openai_stream_feed(&s, in + i, len))
            break;
        i += len;
    }
    openai_stream_end(&s);
    *out = r.outcome;
    openai_stream_done(&s);
    reply_done(&r);
}

static void done(struct heard *h)
{
    buf_done(&h->text);
    buf_done(&h->reasoning);
}

static bool valid(const struct buf *b)
{
    struct buf copy;
    bool same;

    buf_init(&copy, CAP * 8);
    wire_valid(buf_text(b), b->len, &copy);
    same = copy.len == b->len && memcmp(buf_text(&copy), buf_text(b), b->len) == 0;
    buf_done(&copy);
    return same;
}

static void compare(const char *in, size_t n)
{
    struct heard whole, cut;
    struct provider_outcome a, b;

    play(in, n, 0, &whole, &a);
    for (uint32_t most = 1; most < 12; most += 5) {
        play(in, n, most, &cut, &b);
        assert_int_equal(a.end, b.end);
        assert_int_equal(whole.text.len, cut.text.len);
        assert_string_equal(buf_text(&whole.text), buf_text(&cut.text));
        assert_string_equal(buf_text(&whole.reasoning), buf_text(&cut.reasoning));
        assert_string_equal(a.error.msg, b.error.msg);
        assert_int_equal(a.usage.input_tokens, b.usage.input_tokens);
        done(&cut);
    }
    assert_true(valid(&whole.text) && valid(&whole.reasoning));
    done(&whole);
}

static size_t mutate(char *dst, const char *in, size_t n)
{
    static const char *const pieces[] = {"\r", "\n", "\r\n", "\n\n", "data: ", "{", "}", "\"", "\\", "\\ud83d", "\\ude00",
                                         "\xEF\xBB\xBF", "\xFF", "[DONE]", "<think>", "</think>", "null", "[", "]", ":", "1e999"};
    uint32_t edits = 1 + roll(4);

    memcpy(dst, in, n);
    for (uint32_t e = 0; e < edits && n > 1; e++) {
        size_t at = roll((uint32_t)n), len;
        const char *piece = pieces[roll(sizeof(pieces) / sizeof(*pieces))];
        switch (roll(5)) {
        case 0:
            dst[at] = (char)roll(256);
            break;
        case 1: /* cut off */
            n = at + 1;
            break;
        case 2: /* take out */
            len = 1 + roll(20);
            len = len > n - at ? n - at : len;
            memmove(dst + at, dst + at + len, n - at - len);
            n -= len;
            break;
        case 3: /* put in */
            len = strlen(piece);
            memmove(dst + at + len, dst + at, n - at);
            memcpy(dst + at, piece, len);
            n += len;
            break;
        default: /* repeat */
            len = 1 + roll(200);
            len = len > n - at ? n - at : len;
            memmove(dst + at + len, dst + at, n - at);
            n += len;
            break;
        }
    }
    return n;
}

static int rounds(void)
{
    const char *text = getenv("TINYWRIGHT_FUZZ_ROUNDS");
    int64_t n = ROUNDS;

    if (text)
        str_to_long(text, &n);
    return (int)n;
}

static void corpus(void **state)
{
    const char *folder = SOURCE_FOLDER "/tests/fuzz/corpus/sse";
    DIR *d = opendir(folder);
    struct dirent *e;
    int files = 0, n = rounds();

    (void)state;
    assert_non_null(d);
    while ((e = readdir(d)) != NULL) {
        static char mutant[CAP * 2];
        char path[PATH_CAP];
        struct buf bytes;
        if (e->d_name[0] == '.')
            continue;
        buf_init(&bytes, CAP);
        path_join(path, sizeof(path), folder, e->d_name);
        assert_int_equal(path_read(path, &bytes, NULL), 0);
        compare(buf_text(&bytes), bytes.len);
        for (int i = 0; i < n; i++)
            compare(mutant, mutate(mutant, buf_text(&bytes), bytes.len));
        buf_done(&bytes);
        files++;
    }
    closedir(d);
    assert_true(files >= 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(corpus)};

    return cmocka_run_group_tests_name("damaged streams", tests, NULL, NULL);
}
