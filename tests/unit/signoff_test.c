/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Sign-off on a scripted project: what verify names after each kind of tampering, what the review record and the trace
 * say, that four eyes hold as far as names go, and that a known key never reaches the disk.
 */
#include "tests/unit/tiny_project.h"

#include <dirent.h>
#include <fcntl.h>
#include <sqlite3.h>

#include "core/pipeline/retention.h"
#include "core/pipeline/search.h"
#include "core/pipeline/signoff.h"
#include "core/pipeline/trace.h"
#include "core/store/store_db.h"

static struct err err;
static struct verify_result result;

static int set_up(void **state)
{
    static struct tiny t;

    tiny_with_model = true;
    tiny_check_fails = false;
    tiny_make_text = "made";
    tiny_who = "tester";
    tiny_user = NULL;
    tiny_make_project(&t);
    *state = &t;
    return 0;
}

static int tear_down(void **state)
{
    tiny_done(*state);
    return 0;
}

static void open_or_fail(struct tiny *t, const char *policy)
{
    err_reset(&err);
    if (tiny_open(t, policy, &err))
        fail_msg("%s", err.msg);
}

static void run_expecting(struct tiny *t, int code)
{
    int got;

    err_reset(&err);
    got = tiny_run(t, &err);
    if (got != code)
        fail_msg("the run ended with %d, wanted %d: %s", got, code, err.msg);
}

static void whole_run(struct tiny *t)
{
    open_or_fail(t, "trust-clean");
    run_expecting(t, 0);
    assert_int_equal(tiny_close(t, &err), 0);
}

static int verify(struct tiny *t)
{
    int r;

    open_or_fail(t, NULL);
    err_reset(&err);
    r = engine_verify(t->engine, &result, &err);
    tiny_close(t, NULL);
    return r;
}

/* ---- somebody with an SQL prompt ---- */

static sqlite3 *database(const struct tiny *t)
{
    char path[200];
    sqlite3 *db = NULL;

    snprintf(path, sizeof(path), "%s/.tinywright/history.db", t->folder);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    return db;
}

static void tamper(const struct tiny *t, const char *sql)
{
    sqlite3 *db = database(t);
    char *why = NULL;

    if (sqlite3_exec(db, sql, NULL, NULL, &why) != SQLITE_OK)
        fail_msg("%s: %s", sql, why);
    assert_true(sqlite3_changes(db) > 0);
    sqlite3_close(db);
}

/* A forger who knows how the chain is made: all values after the change are right again. */
static void chain_again(const struct tiny *t)
{
    sqlite3 *db = database(t);
    sqlite3_stmt *list = NULL, *set = NULL;
    char chain[SHA256_HEX], next[SHA256_HEX];

    memset(chain, '0', SHA256_HEX - 1);
    chain[SHA256_HEX - 1] = '\0';
    assert_int_equal(sqlite3_prepare_v2(db, "SELECT seq, version, wall_ms, kind, subject, body FROM event ORDER BY seq", -1,
                                        &list, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, "UPDATE event SET chain = ?1 WHERE seq = ?2", -1, &set, NULL), SQLITE_OK);
    while (sqlite3_step(list) == SQLITE_ROW) {
        struct store_event e = {.seq = sqlite3_column_int64(list, 0),
                                .version = sqlite3_column_int(list, 1),
                                .wall_ms = sqlite3_column_int64(list, 2),
                                .kind = (const char *)sqlite3_column_text(list, 3),
                                .subject = (const char *)sqlite3_column_text(list, 4),
                                .body = sqlite3_column_blob(list, 5),
                                .body_len = (size_t)sqlite3_column_bytes(list, 5)};
        store_db_chain(chain, &e, next);
        memcpy(chain, next, sizeof(chain));
        sqlite3_bind_text(set, 1, chain, -1, SQLITE_STATIC);
        sqlite3_bind_int64(set, 2, e.seq);
        assert_int_equal(sqlite3_step(set), SQLITE_DONE);
        sqlite3_reset(set);
    }
    sqlite3_finalize(list);
    sqlite3_finalize(set);
    sqlite3_close(db);
}

static void clean_is_clean(void **state)
{
    struct tiny *t = *state;

    whole_run(t);
    assert_int_equal(verify(t), 0);
    assert_true(result.named >= 12);
    assert_true(result.decisions >= 4);
    assert_int_equal(result.claims, 0);
    chain_again(t); /* the forger's own tool is right: the tests below are about what it cannot hide */
    assert_int_equal(verify(t), 0);
}

/* Another first digit of the hash behind key, in the first event of the kind. */
#define OTHER_DIGIT(key, last, kind)                                                                                  \
    "UPDATE event SET body = CAST(substr(CAST(body AS TEXT), 1, instr(CAST(body AS TEXT), '" key "') + " last ") ||"   \
    " CASE substr(CAST(body AS TEXT), instr(CAST(body AS TEXT), '" key "') + " last " + 1, 1)"                         \
    " WHEN 'f' THEN '0' ELSE 'f' END ||"                                                                              \
    " substr(CAST(body AS TEXT), instr(CAST(body AS TEXT), '" key "') + " last " + 2) AS BLOB)"                        \
    " WHERE seq = (SELECT min(seq) FROM event WHERE kind = '" kind "')"

static void one_byte_is_named(void **state)
{
    static const struct {
        const char *sql, *says;
        bool chain;
    } rows[] = {
        {"UPDATE event SET body = CAST(replace(CAST(body AS TEXT), '\"approve\"', '\"approvf\"') AS BLOB) WHERE seq ="
         " (SELECT min(seq) FROM event WHERE kind = 'decision')", "(decision) of the history was changed", false},
        {"UPDATE event SET wall_ms = wall_ms + 1 WHERE seq = 5", "Event 5 (", false},
        {"DELETE FROM event WHERE seq = 7", "has event 8 where event 7 should be", false},
        {"UPDATE blob SET bytes = CAST('Made' || substr(CAST(bytes AS TEXT), 5) AS BLOB) WHERE id ="
         " (SELECT min(id) FROM blob WHERE CAST(bytes AS TEXT) LIKE 'make%')", "stored under the hash", false},
        {"DELETE FROM blob WHERE id = (SELECT min(id) FROM blob WHERE CAST(bytes AS TEXT) LIKE 'make%')",
         "that was never stored", false},
        {OTHER_DIGIT("\"sha256\":\"", "9", "decision"), "a hash that the attempt did not have", true},
        {OTHER_DIGIT("\"sha\":\"", "6", "attempt.artifact"), "another hash than its bytes have", true},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        static struct tiny t;
        int r;
        tiny_make_project(&t);
        whole_run(&t);
        tamper(&t, rows[i].sql);
        if (rows[i].chain)
            chain_again(&t);
        r = verify(&t);
        if (r != -ERR_DAMAGED || !strstr(err.msg, rows[i].says))
            fail_msg("row %zu: %d %s", i, r, err.msg);
        tiny_done(&t);
    }
}

/* ---- the ledger ---- */

static void ledger_path(const struct tiny *t, char *dst, size_t size)
{
    snprintf(dst, size, "%s/state/tinywright/ledger", t->root);
}

static void without_the_ledger_all_are_claims(void **state)
{
    struct tiny *t = *state;
    char path[200];
    static struct signoff s;

    whole_run(t);
    ledger_path(t, path, sizeof(path));
    assert_int_equal(unlink(path), 0);
    open_or_fail(t, NULL);
    assert_int_equal(engine_verify(t->engine, &result, &err), 0);
    assert_int_equal(result.claims, 4);
    assert_int_equal(signoff_read(t->engine, &s, &err), 0);
    for (size_t i = 0; i < s.decisions.n; i++)
        assert_false(s.decisions.items[i].here);
    signoff_done(&s);
    assert_int_equal(tiny_attempt(t, "make.1/1")->state, ATTEMPT_WAITING);
    run_expecting(t, ERR_DECISION); /* and are asked again */
    tiny_close(t, NULL);
}

static void a_flipped_byte_in_the_ledger_voids_its_line(void **state)
{
    struct tiny *t = *state;
    char path[200], byte;
    int fd;

    whole_run(t);
    ledger_path(t, path, sizeof(path));
    fd = open(path, O_RDWR | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(pread(fd, &byte, 1, 40), 1);
    byte ^= 1;
    assert_int_equal(pwrite(fd, &byte, 1, 40), 1);
    close(fd);
    assert_int_equal(verify(t), 0);
    assert_int_equal(result.claims, 1);
}

/* ---- four eyes ---- */

static void an_author_is_not_the_only_approver(void **state)
{
    struct tiny *t = *state;
    char path[200], sha[SHA256_HEX];
    static const char yaml[] = "second_reviewer: true\nrules:\n  - {name: ask, decide: ask}\n";
    struct command c = {.kind = COMMAND_DECIDE, .attempt = "make.1/1", .verb = DECISION_EDIT, .bytes = "mine\n", .len = 5,
                        .via = "script"};
    static struct signoff s;
    struct buf out;

    snprintf(path, sizeof(path), "%s/lab.yaml", t->root);
    assert_int_equal(path_write(path, yaml, strlen(yaml), 0600, NULL), 0);
    open_or_fail(t, path);
    run_expecting(t, ERR_DECISION);
    assert_int_equal(engine_command(t->engine, &c, &err), 0);
    assert_string_equal(tiny_attempt(t, "make.1/1")->author_by, "tester");
    str_copy(sha, sizeof(sha), tiny_attempt(t, "make.1/1")->sha);
    assert_int_equal(tiny_decide(t, "make.1/1", DECISION_APPROVE, sha, NULL, &err), -ERR_DECISION);
    assert_non_null(strstr(err.msg, "second reviewer"));
    assert_non_null(strstr(err.hint, "claims"));
    tiny_settle_down(t, &err);
    tiny_close(t, NULL);

    open_or_fail(t, NULL); /* the run said so: leaving the policy away changes nothing */
    assert_int_equal(tiny_decide(t, "make.1/1", DECISION_APPROVE, sha, NULL, &err), -ERR_DECISION);
    tiny_close(t, NULL);

    tiny_who = "other";
    open_or_fail(t, NULL);
    assert_int_equal(tiny_decide(t, "make.1/1", DECISION_APPROVE, sha, NULL, &err), 0);
    assert_false(tiny_attempt(t, "make.1/1")->decision.by_author);
    assert_int_equal(signoff_read(t->engine, &s, &err), 0);
    assert_int_equal(s.own_only, 0);
    buf_init(&out, 1 << 20);
    signoff_put_markdown(&s, &out);
    assert_non_null(strstr(buf_text(&out), "decided by (claimed): other"));
    assert_non_null(strstr(buf_text(&out), "nothing here is signed"));
    buf_done(&out);
    signoff_done(&s);
    tiny_settle_down(t, &err);
    tiny_close(t, NULL);
}

static void approving_ones_own_bytes_is_recorded(void **state)
{
    struct tiny *t = *state;
    struct command c = {.kind = COMMAND_DECIDE, .attempt = "make.1/1", .verb = DECISION_EDIT, .bytes = "# x | `y`\n",
                        .len = 10, .via = "script"};
    static struct signoff s;
    struct json_object *o;

    open_or_fail(t, NULL);
    run_expecting(t, ERR_DECISION);
    assert_int_equal(engine_command(t->engine, &c, &err), 0);
    assert_int_equal(tiny_decide(t, "make.1/1", DECISION_APPROVE, tiny_attempt(t, "make.1/1")->sha,
                                 "it is | # mine <b>", &err), 0);
    assert_int_equal(signoff_read(t->engine, &s, &err), 0);
    assert_int_equal(s.own_only, 1);
    assert_int_equal(s.decisions.n, 2);
    assert_true(s.decisions.items[1].by_author && s.decisions.items[1].here);
    o = signoff_to_json(&s);
    assert_int_equal(json_object_array_length(json_get_array(o, "decisions")), 2);
    assert_int_equal(json_get_int(o, "approved_only_by_author", -1), 1);
    json_object_put(o);
    signoff_done(&s);
    tiny_settle_down(t, &err);
    tiny_close(t, NULL);
}

/* ---- keys ---- */

#define KEY "tiny/secret\"key-0123456789"

static void say_key(void *arg)
{
    struct tiny_provider *p = arg;
    struct provider_outcome o = {.end = PROVIDER_COMPLETE, .first_token_ms = 1, .total_ms = 1, .usage = {3, 5, -1, -1}};
    static const char *const pieces[] = {"Here:\n```text\nthe key is tiny/sec", "ret\"key-01234", "56789\nBearer abcdef0123456789",
                                         "xyz\n```\nnow: " KEY "\n", NULL};

    p->deferred = 0;
    for (int i = 0; pieces[i]; i++)
        p->events->text(p->arg, pieces[i], strlen(pieces[i]), false);
    str_copy(o.model, sizeof(o.model), "model " KEY);
    p->events->done(p->arg, &o);
}

static int start_key(struct provider *provider, const struct provider_request *r, const struct provider_events *ev,
                     void *arg, struct err *e)
{
    struct tiny_provider *p = (struct tiny_provider *)provider;

    (void)r;
    (void)e;
    p->events = ev;
    p->arg = arg;
    p->deferred = loop_defer(p->loop, say_key, p);
    return 0;
}

static const struct provider_ops key_ops = {"tiny", start_key, tiny_cancel, tiny_free};

/* Bytes of all files of the folder that hold what; finds "[redacted]" too. */
static int files_with(const char *folder, const char *what)
{
    DIR *d = opendir(folder);
    struct dirent *entry;
    int n = 0;

    assert_non_null(d);
    while ((entry = readdir(d))) {
        char path[512];
        struct buf bytes;
        if (entry->d_name[0] == '.')
            continue;
        snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
        buf_init(&bytes, 64 * 1024 * 1024);
        if (path_read(path, &bytes, NULL) == 0 && memmem(buf_text(&bytes), bytes.len, what, strlen(what)))
            n++;
        buf_done(&bytes);
    }
    closedir(d);
    return n;
}

static void a_key_never_reaches_the_disk(void **state)
{
    struct tiny *t = *state;
    char folder[200];

    t->provider.base.ops = &key_ops;
    t->provider.base.key = KEY;
    snprintf(folder, sizeof(folder), "%s/.tinywright", t->folder);
    open_or_fail(t, "trust-clean");
    run_expecting(t, 0);
    /* While it is open the log holds what was written, spooled and dropped again. */
    for (int closed = 0; closed < 2; closed++) {
        assert_int_equal(files_with(folder, KEY), 0);
        assert_int_equal(files_with(folder, "tiny/secret\\\"key"), 0);
        assert_int_equal(files_with(folder, "tiny\\/secret\\\"key"), 0);
        assert_true(files_with(folder, "the key is [redacted]") > 0);
        assert_true(files_with(folder, "Bearer [redacted]") > 0); /* in what is only read */
        assert_true(files_with(folder, "Bearer abcdef0123456789xyz") > 0); /* an artifact loses known keys only */
        if (!closed)
            tiny_close(t, NULL);
    }
    assert_int_equal(verify(t), 0);
}

/* ---- reading ---- */

static int count_hit(void *arg, const struct search_hit *hit)
{
    char (*roles)[200] = arg;

    assert_true(strlen(*roles) < 150);
    snprintf(*roles + strlen(*roles), 40, "%s ", hit->role);
    assert_non_null(strcasestr(hit->line, "WRITTEN"));
    return 0;
}

static void trace_and_search(void **state)
{
    struct tiny *t = *state;
    const char *words[] = {"Written", "PROVIDER"};
    char roles[200] = "";
    struct trace trace;
    struct json_object *o, *spans, *attributes = NULL;

    whole_run(t);
    open_or_fail(t, NULL);
    assert_int_equal(trace_read(t->engine, &trace, &err), 0);
    assert_int_equal(trace.calls.n, 2);
    assert_string_equal(trace.calls.items[0].attempt, "write/1");
    assert_string_equal(trace.calls.items[1].end, "complete");
    assert_int_equal(trace.calls.items[1].tokens_in, 3);
    assert_int_equal(trace.calls.items[1].tokens_out, 5);
    assert_false(trace.calls.items[1].estimated);
    assert_true(trace.calls.items[1].prompt_bytes > 0);
    assert_int_equal(trace.calls.items[1].reply_bytes, 42);
    o = trace_to_json(&trace, engine_state(t->engine));
    spans = json_get_array(o, "spans");
    assert_int_equal(json_object_array_length(spans), 2);
    assert_true(json_object_object_get_ex(json_at(spans, 1), "attributes", &attributes));
    assert_int_equal(json_get_int(attributes, "gen_ai.usage.output_tokens", -1), 5);
    assert_false(json_object_object_get_ex(attributes, "gen_ai.request.model", NULL)); /* nobody said one */
    json_object_put(o);
    trace_done(&trace);
    assert_int_equal(search_history(t->engine, words, 2, count_hit, &roles, &err), 0);
    assert_string_equal(roles, "reply artifact ");
    tiny_close(t, NULL);
}

static void prune_keeps_what_was_decided(void **state)
{
    struct tiny *t = *state;
    struct retention survey;
    struct err why = {0};
    struct store_verdict v;
    static const char yaml[] = "name: tiny\ndata: data.csv\nlabel: class\nboard: nano33ble-virtual\n";
    char file[200], folder[200];
    int64_t freed = 0;

    whole_run(t);
    open_or_fail(t, NULL);
    assert_int_equal(retention_survey(t->engine, &survey, &err), 0);
    assert_true(survey.may_go >= 2); /* prompt and reply of write/1, which was no artifact */
    assert_int_equal(retention_prune(t->engine, &survey, &freed, &err), 0);
    assert_int_equal(freed, survey.may_go_bytes);
    retention_done(&survey);
    assert_int_equal(engine_verify(t->engine, &result, &why), 0);
    assert_true(result.history.missing_blobs >= 2);
    assert_int_equal(retention_survey(t->engine, &survey, &err), 0);
    assert_int_equal(survey.may_go, 0);
    retention_done(&survey);
    snprintf(file, sizeof(file), "%s/export.db", t->root);
    assert_int_equal(store_export(engine_store(t->engine), file, &err), 0);
    run_expecting(t, 0); /* nothing that is needed went */
    assert_int_equal(tiny_attempt(t, "write/2")->state, ATTEMPT_PASSED);
    tiny_close(t, NULL);

    /* On another installation all of it is claims. */
    snprintf(folder, sizeof(folder), "%s/second", t->root);
    assert_int_equal(path_make(folder, 0755, NULL), 0);
    snprintf(t->folder, sizeof(t->folder), "%s", folder);
    snprintf(folder, sizeof(folder), "%s/second/tinywright.yaml", t->root);
    assert_int_equal(path_write(folder, yaml, strlen(yaml), 0644, NULL), 0);
    snprintf(folder, sizeof(folder), "%s/.tinywright", t->folder);
    assert_int_equal(store_import(file, folder, &v, &err), 0);
    snprintf(folder, sizeof(folder), "%s/elsewhere", t->root);
    setenv("XDG_STATE_HOME", folder, 1);
    assert_int_equal(verify(t), 0);
    assert_int_equal(result.claims, 4);
    open_or_fail(t, NULL);
    run_expecting(t, ERR_DECISION);
    tiny_close(t, NULL);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(clean_is_clean),
        TEST(one_byte_is_named),
        TEST(without_the_ledger_all_are_claims),
        TEST(a_flipped_byte_in_the_ledger_voids_its_line),
        TEST(an_author_is_not_the_only_approver),
        TEST(approving_ones_own_bytes_is_recorded),
        TEST(a_key_never_reaches_the_disk),
        TEST(trace_and_search),
        TEST(prune_keeps_what_was_decided),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
