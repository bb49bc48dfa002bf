/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/pipeline/signoff.h"

#include <string.h>

#include "core/base/clock.h"
#include "core/base/os.h"
#include "core/base/str.h"
#include "core/pipeline/event.h"
#include "core/pipeline/json.h"
#include "core/store/store.h"

enum { DECISIONS_MAX = 100000, SHOWN_MAX = 20 };

/* What an attempt was when its decision came. */
struct shown {
    char id[STATE_ID], artifact[64], author[24], by[64], sha[SHA256_HEX];
    struct json_object *findings; /* owned */
};

struct walk {
    struct signoff *record;
    const struct state *state;
    VEC(struct shown) shown;
    bool full;
};

#define LINE(o, key, field) json_get_line(o, key, field, sizeof(field))

static struct shown *shown_of(struct walk *w, const char *id)
{
    struct shown one = {0};

    for (size_t i = w->shown.n; i-- > 0;) {
        if (str_eq(w->shown.items[i].id, id))
            return &w->shown.items[i];
    }
    str_copy(one.id, sizeof(one.id), id);
    if (vec_push(&w->shown, one, STATE_ATTEMPTS_MAX))
        return NULL;
    return &w->shown.items[w->shown.n - 1];
}

static void note_artifact(struct walk *w, struct json_object *o, const struct store_event *e)
{
    struct shown *s = shown_of(w, e->subject);

    if (!s)
        return;
    LINE(o, "name", s->artifact);
    LINE(o, "author", s->author);
    LINE(o, "by", s->by);
    json_get_sha(o, "sha", s->sha);
}

static void note_findings(struct walk *w, struct json_object *o, const struct store_event *e)
{
    struct shown *s = shown_of(w, e->subject);

    if (!s)
        return;
    json_object_put(s->findings);
    s->findings = json_object_get(json_get_array(o, "findings"));
}

static void note_decision(struct walk *w, struct json_object *o, const struct store_event *e)
{
    struct signoff_decision d = {.seq = e->seq, .wall_ms = e->wall_ms};
    const struct attempt *a = state_find_attempt(w->state, e->subject);
    const struct shown *s = shown_of(w, e->subject);
    char verb[24];

    LINE(o, "verb", verb);
    d.verb = decision_find(verb);
    str_copy(d.attempt, sizeof(d.attempt), e->subject);
    LINE(o, "by", d.by);
    LINE(o, "via", d.via);
    LINE(o, "reason", d.reason);
    LINE(o, "rule", d.rule);
    json_get_sha(o, "sha256", d.sha);
    d.looked_ms = json_get_int(o, "looked_ms", 0);
    d.errors = (int)json_get_int(o, "shown_errors", 0);
    d.warnings = (int)json_get_int(o, "shown_warnings", 0);
    d.by_author = json_get_flag(o, "by_author");
    d.here = a && w->state->here && w->state->here(w->state->arg, d.sha, w->state->stages[a->stage].id);
    if (s) {
        str_copy(d.artifact, sizeof(d.artifact), s->artifact);
        str_copy(d.author, sizeof(d.author), s->author);
        str_copy(d.author_by, sizeof(d.author_by), s->by);
        d.findings = json_object_get(s->findings);
    }
    if (vec_push(&w->record->decisions, d, DECISIONS_MAX)) {
        json_object_put(d.findings);
        w->full = true;
    }
}

static int take_event(void *arg, const struct store_event *e)
{
    struct walk *w = arg;
    enum event_kind kind = event_find(e->kind);
    struct json_object *o;

    if (kind != EVENT_ATTEMPT_ARTIFACT && kind != EVENT_ATTEMPT_CHECKED && kind != EVENT_DECISION)
        return 0;
    o = json_read(e->body, e->body_len, NULL);
    if (!o)
        return 0; /* verify says so */
    if (kind == EVENT_ATTEMPT_ARTIFACT)
        note_artifact(w, o, e);
    else if (kind == EVENT_ATTEMPT_CHECKED)
        note_findings(w, o, e);
    else
        note_decision(w, o, e);
    json_object_put(o);
    return w->full;
}

/* Approved by its author, and by nobody else. */
static bool own_only(const struct signoff *s, const struct signoff_decision *d)
{
    if (d->verb != DECISION_APPROVE || !d->by_author)
        return false;
    for (size_t i = 0; i < s->decisions.n; i++) {
        const struct signoff_decision *other = &s->decisions.items[i];
        if (other->verb == DECISION_APPROVE && str_eq(other->sha, d->sha) && !str_eq(other->by, d->by))
            return false;
    }
    return true;
}

int signoff_read(struct engine *e, struct signoff *ret, struct err *err)
{
    const struct state *s = engine_state(e);
    struct walk w = {.record = ret, .state = s};
    int r;

    memset(ret, 0, sizeof(*ret));
    str_copy(ret->project, sizeof(ret->project), s->project);
    str_copy(ret->project_id, sizeof(ret->project_id), s->project_id);
    str_copy(ret->board, sizeof(ret->board), s->board_name);
    ret->wall_ms = os.wall_ms();
    (void)engine_verify(e, &ret->verify, &ret->verdict);
    r = store_each(engine_store(e), 0, take_event, &w, err);
    for (size_t i = 0; i < w.shown.n; i++)
        json_object_put(w.shown.items[i].findings);
    vec_done(&w.shown);
    if (r == 0 && w.full)
        r = err_set(err, ERR_MACHINE, "The history has more than %d decisions.", DECISIONS_MAX);
    for (size_t i = 0; i < ret->decisions.n; i++)
        ret->own_only += own_only(ret, &ret->decisions.items[i]);
    return r;
}

void signoff_done(struct signoff *s)
{
    for (size_t i = 0; i < s->decisions.n; i++)
        json_object_put(s->decisions.items[i].findings);
    vec_done(&s->decisions);
}

/* ---- Markdown ---- */

#define CLAIMS "Names are claims of the installation that wrote them: nothing here is signed. A decision that another installation\n" \
               "made counts for nothing on this one until it is made again here.\n"

/* Text of others: no markup of theirs. */
static void put(struct buf *out, const char *text)
{
    for (; *text; text++) {
        if (strchr("\\`*_[]<>#|!~&$", *text))
            buf_putc(out, '\\');
        buf_putc(out, *text);
    }
}

static void put_line(struct buf *out, const char *label, const char *text)
{
    if (!*text)
        return;
    buf_putf(out, "- %s: ", label);
    put(out, text);
    buf_putc(out, '\n');
}

static void put_shown(struct buf *out, const struct signoff_decision *d)
{
    size_t n = d->findings ? json_object_array_length(d->findings) : 0;
    char severity[16], message[400];

    buf_putf(out, "- shown: %d errors, %d warnings\n", d->errors, d->warnings);
    for (size_t i = 0; i < n && i < SHOWN_MAX; i++) {
        struct json_object *f = json_at(d->findings, i);
        LINE(f, "severity", severity);
        LINE(f, "message", message);
        buf_puts(out, "  - ");
        put(out, severity);
        buf_puts(out, ": ");
        put(out, message);
        buf_putc(out, '\n');
    }
    if (n > SHOWN_MAX)
        buf_putf(out, "  - and %zu more\n", n - SHOWN_MAX);
}

static void put_decision(struct buf *out, const struct signoff_decision *d)
{
    char when[40], span[32];

    buf_puts(out, "\n### ");
    put(out, d->attempt);
    buf_putf(out, " %s\n\n", decision_table[d->verb].past);
    put_line(out, "artifact", d->artifact);
    put_line(out, "written by", d->author);
    put_line(out, "written by the person (claimed)", d->author_by);
    if (d->sha[0])
        buf_putf(out, "- SHA-256: `%s`\n", d->sha);
    put_line(out, "decided by (claimed)", d->by);
    buf_putf(out, "- when: %s, event %lld, via ", clock_iso(d->wall_ms, when, sizeof(when)), (long long)d->seq);
    put(out, d->via);
    buf_putf(out, "\n- looked at: %s\n", d->looked_ms > 0 ? clock_span(d->looked_ms, span, sizeof(span)) : "not measured");
    put_shown(out, d);
    put_line(out, "rule", d->rule);
    put_line(out, "reason", d->reason);
    if (d->verb == DECISION_APPROVE)
        buf_putf(out, "- counts here: %s\n", d->here ? "yes, this installation's ledger has it" : "no, claimed, not verified here");
    if (d->by_author)
        buf_puts(out, "- the name that decided is the name that wrote the bytes\n");
}

void signoff_put_markdown(const struct signoff *s, struct buf *out)
{
    char when[40];

    buf_puts(out, "# Review record of ");
    put(out, s->project);
    buf_puts(out, "\n\n" CLAIMS "\n");
    buf_putf(out, "- written: %s by tinywright " TINYWRIGHT_VERSION "\n", clock_iso(s->wall_ms, when, sizeof(when)));
    put_line(out, "project", s->project_id);
    put_line(out, "board", s->board);
    buf_putf(out, "- head of the chain: `%s` after %lld events\n", s->verify.history.head, (long long)s->verify.history.events);
    if (s->verdict.code)
        put_line(out, "verify", s->verdict.msg);
    else
        buf_putf(out, "- verify: chain unbroken, %lld blobs match their hashes, %d files in out/ are what was made\n",
                 (long long)s->verify.history.blobs, s->verify.n_files);
    buf_putf(out, "- decisions: %zu, of which %lld approvals were made elsewhere (claims)\n", s->decisions.n,
             (long long)s->verify.claims);
    buf_putf(out, "- approved only by the name that wrote them: %d\n\n## Decisions\n", s->own_only);
    for (size_t i = 0; i < s->decisions.n; i++)
        put_decision(out, &s->decisions.items[i]);
}

/* ---- JSON ---- */

static struct json_object *decision_json(const struct signoff_decision *d)
{
    struct json_object *o = json_object_new_object();
    char when[40];

    json_put_int(o, "event", d->seq);
    json_put_text(o, "when", clock_iso(d->wall_ms, when, sizeof(when)));
    json_put_text(o, "attempt", d->attempt);
    json_put_text(o, "decision", decision_table[d->verb].id);
    json_put_text(o, "by", d->by);
    json_put_text(o, "via", d->via);
    json_put_text(o, "rule", d->rule);
    json_put_text(o, "reason", d->reason);
    json_put_text(o, "sha256", d->sha);
    json_put_text(o, "artifact", d->artifact);
    json_put_text(o, "author", d->author);
    json_put_text(o, "author_name", d->author_by);
    json_put_flag(o, "author_is_decider", d->by_author);
    json_put_flag(o, "verified_here", d->here);
    json_put_int(o, "looked_ms", d->looked_ms);
    json_put_int(o, "shown_errors", d->errors);
    json_put_int(o, "shown_warnings", d->warnings);
    json_object_object_add(o, "shown", d->findings ? json_object_get(d->findings) : json_object_new_array());
    return o;
}

struct json_object *signoff_to_json(const struct signoff *s)
{
    struct json_object *o = json_object_new_object(), *verify = json_object_new_object(),
                       *decisions = json_object_new_array();
    char when[40];

    json_put_text(o, "schema", "tinywright.review/1");
    json_put_text(o, "written", clock_iso(s->wall_ms, when, sizeof(when)));
    json_put_text(o, "project", s->project);
    json_put_text(o, "project_id", s->project_id);
    json_put_text(o, "board", s->board);
    json_put_flag(o, "signed", false);
    json_put_text(o, "names", "claims of the installation that wrote them");
    json_put_int(verify, "code", s->verdict.code);
    json_put_text(verify, "sentence", s->verdict.code ? s->verdict.msg : NULL);
    json_put_text(verify, "head", s->verify.history.head);
    json_put_int(verify, "events", s->verify.history.events);
    json_put_int(verify, "blobs", s->verify.history.blobs);
    json_put_int(verify, "claims", s->verify.claims);
    json_object_object_add(o, "verify", verify);
    json_put_int(o, "approved_only_by_author", s->own_only);
    for (size_t i = 0; i < s->decisions.n; i++)
        json_object_array_add(decisions, decision_json(&s->decisions.items[i]));
    json_object_object_add(o, "decisions", decisions);
    return o;
}
