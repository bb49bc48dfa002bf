/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Configuration files from the corpus and seeded mutations of them: no crash, no leak, bounded time, and whatever is
 * accepted is sound (one line, valid text, names and paths that keep their rules).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/os.h"
#include "core/base/path.h"
#include "core/base/str.h"
#include "core/base/text.h"
#include "core/base/utf8.h"
#include "core/config/project.h"
#include "core/config/user.h"

enum { ROUNDS = 2000, SEED = 20261121, FILES_MAX = 100, SLOW_MS = 2000 };

static struct buf corpus[FILES_MAX];
static size_t files;
static uint64_t random_state = SEED;

static size_t draw(size_t below)
{
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return below ? (size_t)(random_state >> 33) % below : 0;
}

static int load_corpus(void **state)
{
    glob_t g;

    (void)state;
    if (glob(TESTS_DATA "/fuzz/config/*", 0, NULL, &g) != 0)
        return -1;
    for (size_t i = 0; i < g.gl_pathc && files < FILES_MAX; i++, files++) {
        buf_init(&corpus[files], CONFIG_SIZE_MAX);
        if (path_read(g.gl_pathv[i], &corpus[files], NULL))
            return -1;
    }
    globfree(&g);
    return 0;
}

static int free_corpus(void **state)
{
    (void)state;
    for (size_t i = 0; i < files; i++)
        buf_done(&corpus[i]);
    return 0;
}

static void sound_string(const char *text)
{
    size_t n = text ? strlen(text) : 0;
    uint32_t cp;

    for (size_t i = 0, used; i < n; i += used) {
        used = utf8_decode(text + i, n - i, &cp);
        assert_true(text_allowed(cp));
    }
}

static void sound_errors(const struct config_errors *errors)
{
    assert_in_range(errors->n, 1, CONFIG_ERRORS_MAX);
    for (int i = 0; i < errors->n; i++) {
        assert_true(errors->items[i].code == ERR_INVALID);
        assert_true(*errors->items[i].msg && errors->items[i].line >= 0);
        sound_string(errors->items[i].msg);
        sound_string(errors->items[i].hint);
    }
}

static void sound_project(const struct project_config *c)
{
    assert_non_null(c->name);
    assert_true(strspn(c->name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") ==
                strlen(c->name));
    assert_true(*c->data != '/' && !strstr(c->data, "../") && !str_eq(c->data, ".."));
    assert_true(c->test_fraction >= 0.01 && c->test_fraction <= 0.9);
    assert_true(c->seed >= 0 && c->mode >= 0 && c->mode <= PROJECT_MANUAL);
    sound_string(c->label);
    sound_string(c->task);
    for (int i = 0; i < c->sensors.n; i++) {
        sound_string(c->sensors.items[i].key);
        sound_string(c->sensors.items[i].value);
        for (int j = 0; j < i; j++)
            assert_string_not_equal(c->sensors.items[i].key, c->sensors.items[j].key);
    }
}

/* 1 when the project reader took it. */
static int try_both(const char *text, size_t n)
{
    static struct config_errors errors;
    struct project_config p;
    struct user_config u;
    int64_t start = os_mono_ms();
    int r = project_config_read("fuzz", text, n, &p, &errors);

    if (r == 0)
        sound_project(&p);
    else
        sound_errors(&errors);
    project_config_done(&p);
    if (user_config_read("fuzz", text, n, &u, &errors))
        sound_errors(&errors);
    user_config_done(&u);
    assert_true(os_mono_ms() - start < SLOW_MS);
    return r == 0;
}

static void corpus_is_handled(void **state)
{
    int taken = 0;

    (void)state;
    assert_true(files >= 20);
    for (size_t i = 0; i < files; i++)
        taken += try_both(buf_text(&corpus[i]), corpus[i].len);
    print_message("# %zu corpus files, %d accepted\n", files, taken);
    assert_in_range(taken, 1, 5);
}

static void mutate(struct buf *b)
{
    static const char *const bits[] = {"\t", "&a ", "*a", "!!str ", "- ", ": ", "\"", "'", "[", "{", "}", "---\n",
                                       "\\x1b", "\0", "\xff", "|\n", ">-\n", "~", "\n", "99999999999", "? ", "#"};
    const char *bit = bits[draw(sizeof(bits) / sizeof(*bits))];
    size_t at = draw(b->len + 1), n = strlen(bit) ? strlen(bit) : 1;
    char tail[4096];

    switch (draw(4)) {
    case 0: /* flip a bit */
        if (b->len)
            b->data[draw(b->len)] ^= (char)(1 << draw(8));
        break;
    case 1: /* cut */
        if (b->len)
            b->data[b->len = at < b->len ? at : b->len - 1] = '\0';
        break;
    case 2: /* overwrite */
        if (at + n <= b->len)
            memcpy(b->data + at, bit, n);
        break;
    default: /* repeat a piece at the end */
        n = draw(sizeof(tail));
        if (at + n > b->len)
            n = b->len - at;
        memcpy(tail, buf_text(b) + at, n);
        buf_put(b, tail, n);
        break;
    }
}

static void mutations_are_handled(void **state)
{
    int taken = 0;
    struct buf b;

    (void)state;
    for (int i = 0; i < ROUNDS; i++) {
        const struct buf *from = &corpus[draw(files)];
        buf_init(&b, CONFIG_SIZE_MAX + 8192);
        buf_put(&b, buf_text(from), from->len > 8192 ? 8192 : from->len);
        for (size_t n = 1 + draw(6); n > 0; n--)
            mutate(&b);
        taken += try_both(buf_text(&b), b.len);
        buf_done(&b);
    }
    print_message("# %d mutations with seed %d, %d accepted\n", ROUNDS, SEED, taken);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(corpus_is_handled),
        cmocka_unit_test(mutations_are_handled),
    };

    return cmocka_run_group_tests_name("config fuzz", tests, load_corpus, free_corpus);
}
