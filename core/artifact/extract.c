/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/artifact/extract.h"

#include <ctype.h>
#include <string.h>

#include "core/artifact/fence.h"
#include "core/artifact/json.h"
#include "core/artifact/source.h"
#include "core/base/str.h"

#define GATE "extract"

struct work {
    enum artifact_kind kind;
    const char *reply;
    size_t n;
    struct fence_reply r;
    struct finding_list *findings;
};

/* cause must be one of core/failure's table; the tests of that table read them from here. */
static int refuse(struct work *w, int line, const char *cause, const char *fix, const char *message)
{
    struct finding *f = finding_add(w->findings, GATE, FINDING_ERROR, FINDING_A2, "%s", message);

    if (f) {
        f->line = line;
        str_copy(f->cause, sizeof(f->cause), cause);
        str_copy(f->fix, sizeof(f->fix), fix);
    }
    return 1;
}

static bool word_in(const char *word, const char *list)
{
    size_t n = strlen(word);

    for (const char *p = list; n && (p = strstr(p, word)) != NULL; p += n) {
        if ((p == list || p[-1] == ' ') && (p[n] == ' ' || !p[n]))
            return true;
    }
    return false;
}

static bool contains(const char *text, size_t n, const char *word)
{
    return memmem(text, n, word, strlen(word)) != NULL;
}

/* The text could be a whole artifact of that kind, judged by what no artifact of the kind lacks. */
static bool plausible(enum artifact_kind kind, const char *text, size_t n)
{
    switch (kind) {
    case ARTIFACT_SKETCH:
        return contains(text, n, "setup") && contains(text, n, "loop") && contains(text, n, "{");
    case ARTIFACT_HEADER:
        return contains(text, n, "#") && contains(text, n, ";");
    case ARTIFACT_PYTHON:
        return (contains(text, n, "import ") || contains(text, n, "def ") ||
                contains(text, n, "print(")) &&
               !contains(text, n, "#include");
    case ARTIFACT_JSON:
        while (n && isspace((unsigned char)*text)) {
            text++;
            n--;
        }
        return n && *text == '{';
    default:
        return n > 0;
    }
}

/* ---- bytes out ---- */

static void put_lines(const struct fence_block *b, struct buf *out)
{
    const char *p = b->text, *end = b->text + b->len;

    while (p < end) {
        const char *nl = memchr(p, '\n', (size_t)(end - p));
        const char *stop = nl ? nl : end;
        for (size_t i = 0; i < b->indent && p < stop && (*p == ' ' || *p == '\t'); i++)
            p++;
        if (stop > p && stop[-1] == '\r')
            buf_put(out, p, (size_t)(stop - p) - 1);
        else
            buf_put(out, p, (size_t)(stop - p));
        buf_putc(out, '\n');
        p = nl ? nl + 1 : end;
    }
}

static bool blank(const char *p, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (!isspace((unsigned char)p[i]))
            return false;
    }
    return true;
}

/* ---- completeness ---- */

static const char *const elisions[] = {
    "rest of the code",    "rest of your code",  "rest of code",       "remaining code",
    "existing code",       "remains the same",   "remain the same",    "same as before",
    "same as above",       "unchanged code",     "code unchanged",     "previous code",
    "omitted for brevity", "rest of the sketch", "rest of the script", "rest remains",
};

static bool elided_comment(const char *p, size_t n)
{
    char low[256];
    size_t m = n < sizeof(low) - 1 ? n : sizeof(low) - 1;

    for (size_t i = 0; i < m; i++)
        low[i] = (char)tolower((unsigned char)p[i]);
    low[m] = '\0';
    for (size_t i = 0; i < sizeof(elisions) / sizeof(elisions[0]); i++) {
        if (strstr(low, elisions[i]))
            return true;
    }
    return false;
}

/* A comment that stands for code the model left out: the line of it, 0 when there is none. */
static int elided_line(enum artifact_kind kind, const char *text, size_t n)
{
    struct source s;
    int line = 0;

    if (kind != ARTIFACT_PYTHON && kind != ARTIFACT_SKETCH && kind != ARTIFACT_HEADER)
        return 0;
    if (source_init(&s, kind == ARTIFACT_PYTHON ? SOURCE_PY : SOURCE_CPP, text, n))
        return 0;
    for (size_t i = 0; i < s.comments.n && !line; i++) {
        const struct source_comment *c = &s.comments.items[i];
        /* "# same as before" as a remark beside code is fine; alone on its line it replaces code.
         */
        size_t start = s.lines.items[c->line - 1];
        if (blank(text + start, c->start - start) &&
            elided_comment(text + c->start, c->end - c->start))
            line = c->line;
    }
    source_done(&s);
    return line;
}

static int check_json(struct work *w, const char *text, size_t n, int line)
{
    size_t skip = 0, used, bad = 0;
    char message[160];

    while (skip < n && isspace((unsigned char)text[skip]))
        skip++;
    used = json_object_span(text + skip, n - skip, &bad);
    if (used && blank(text + skip + used, n - skip - used))
        return 0;
    for (size_t i = 0; i < skip + (used ? used : bad) && i < n; i++)
        line += text[i] == '\n';
    snprintf(message, sizeof(message), "%s",
             used ? "More text follows the JSON object; exactly one object is expected."
                  : "The reply's JSON is malformed here, so nothing is taken from it.");
    return refuse(w, line, "reply-json",
                  "Ask for one JSON object without comments or trailing commas.", message);
}

static int check_whole(struct work *w, const struct buf *text, int line)
{
    int elided;

    if (blank(buf_text(text), text->len))
        return refuse(w, line, "reply-empty", "Ask again for the complete file.",
                      "The code block is empty.");
    if (memchr(text->data, '\0', text->len))
        return refuse(w, line, "reply-nul", "Ask again; code holds no NUL bytes.",
                      "The code block holds NUL bytes.");
    if (w->kind == ARTIFACT_JSON)
        return check_json(w, text->data, text->len, line + 1);
    elided = elided_line(w->kind, text->data, text->len);
    if (elided)
        return refuse(
            w, line + elided, "reply-elided", "Ask for the complete file, nothing left out.",
            "A comment stands in for code that was left out, so the file is not complete.");
    return 0;
}

/* ---- choosing a block ---- */

/* Every line of part also stands, in this order and without a gap, in whole. */
static bool is_part_of(const struct fence_block *part, const struct fence_block *whole)
{
    size_t n = part->len;

    while (n && isspace((unsigned char)part->text[n - 1]))
        n--;
    return n && memmem(whole->text, whole->len, part->text, n) != NULL;
}

static bool prose_offers_choice(const struct fence_reply *r)
{
    static const char *const words[] = {"option ", "alternative", "version ", "approach ",
                                        "variant", "choose ",     "pick one", "either "};
    char low[160];

    for (size_t i = 0; i < r->prose.n; i++) {
        const struct fence_prose *p = &r->prose.items[i];
        size_t n = p->len < sizeof(low) - 1 ? p->len : sizeof(low) - 1;
        for (size_t k = 0; k < n; k++)
            low[k] = (char)tolower((unsigned char)p->text[k]);
        low[n] = '\0';
        for (size_t k = 0; k < sizeof(words) / sizeof(words[0]); k++) {
            if (strstr(low, words[k]))
                return true;
        }
    }
    return false;
}

static int refuse_several(struct work *w, int n, int line)
{
    char message[200];

    if (prose_offers_choice(&w->r)) {
        snprintf(message, sizeof(message),
                 "The reply offers %d alternatives and leaves the choice open.", n);
        return refuse(w, line, "reply-alternatives", "Ask for one complete file, no alternatives.",
                      message);
    }
    snprintf(message, sizeof(message),
             "The reply holds %d code blocks that could each be the %s; exactly one is expected.",
             n, artifact_kinds[w->kind].id);
    return refuse(w, line, "reply-several", "Ask for the complete file in a single code block.",
                  message);
}

static bool is_candidate(const struct work *w, const struct fence_block *b)
{
    if (word_in(b->word, artifact_kinds[w->kind].fences))
        return true;
    if (b->word[0])
        return false;
    return w->r.blocks.n == 1 || plausible(w->kind, b->text, b->len);
}

/* The one block that all other candidates are parts of; NULL with a finding when there is none. */
static const struct fence_block *choose(struct work *w)
{
    const struct fence_block *best = NULL, *other = NULL;
    int n = 0;

    for (size_t i = 0; i < w->r.blocks.n; i++) {
        const struct fence_block *b = &w->r.blocks.items[i];
        if (!is_candidate(w, b))
            continue;
        n++;
        if (!best || b->len > best->len)
            best = b;
    }
    for (size_t i = 0; i < w->r.blocks.n && n > 1; i++) {
        const struct fence_block *b = &w->r.blocks.items[i];
        if (b != best && is_candidate(w, b) && !is_part_of(b, best))
            other = b;
    }
    if (other) {
        refuse_several(w, n, other->line);
        return NULL;
    }
    if (!best)
        refuse(w, w->r.blocks.items[0].line, "reply-no-block",
               "Ask for the file in one code block with its language.",
               "No code block of the reply is of the kind that was asked for.");
    return best;
}

static int take_block(struct work *w, const struct fence_block *b, struct buf *out)
{
    struct buf text;
    int rc;

    if (b->nested_line)
        return refuse(
            w, b->nested_line, "reply-nested",
            "Ask for the file in a single code block, not wrapped in another.",
            "A code block opens inside another one, so where the file ends is uncertain.");
    if (!b->closed)
        return refuse(w, b->line, "reply-cut-off",
                      "Raise the reply's token limit or ask for a shorter file.",
                      "The code block that opens here never ends: the reply was cut off.");
    buf_init(&text, SOURCE_MAX);
    put_lines(b, &text);
    if (text.broken)
        rc = refuse(w, b->line, "reply-too-large", "Ask for a shorter file.",
                    "The code block is too large.");
    else
        rc = check_whole(w, &text, b->line);
    if (!rc && buf_put(out, buf_text(&text), text.len))
        rc = refuse(w, b->line, "reply-too-large", "Ask for a shorter file.",
                    "The code block is too large.");
    buf_done(&text);
    return rc;
}

/* ---- replies without a fence ---- */

/* A sentence: begins like one, several words, ends like one, and has nothing that code has. */
static bool reads_like_prose(const char *p, size_t n)
{
    int words = 1;

    while (n && isspace((unsigned char)*p)) {
        p++;
        n--;
    }
    if (n < 12 || !isupper((unsigned char)*p))
        return false;
    for (size_t i = 0; i < n; i++) {
        words += p[i] == ' ';
        if (strchr("{}=<>#[]/_\"", p[i]) && p[i])
            return false;
    }
    return words >= 4 && strchr(".:!?", p[n - 1]);
}

static size_t common_prefix_of_raw(const struct work *w, const char **ret)
{
    const struct fence_prose *first = NULL, *last = NULL;

    for (size_t i = 0; i < w->r.prose.n; i++) {
        const struct fence_prose *p = &w->r.prose.items[i];
        if (!p->len)
            continue;
        first = first ? first : p;
        last = p;
    }
    *ret = first ? first->text : w->reply;
    return first ? (size_t)(last->text + last->len - first->text) : 0;
}

static int prose_line_outside_comments(const struct work *w, const char *text, size_t n)
{
    struct source s;
    int line = 0;

    if (w->kind == ARTIFACT_JSON ||
        source_init(&s, w->kind == ARTIFACT_PYTHON ? SOURCE_PY : SOURCE_CPP, text, n))
        return 0;
    for (size_t i = 0; i < s.tokens.n && !line; i++) {
        const struct source_token *t = &s.tokens.items[i];
        size_t from = s.lines.items[t->line - 1];
        const char *nl = memchr(text + from, '\n', n - from);
        if (t->first && reads_like_prose(text + from, (nl ? (size_t)(nl - text) : n) - from))
            line = t->line;
    }
    source_done(&s);
    return line;
}

static int take_raw(struct work *w, struct buf *out)
{
    struct fence_block b = {.closed = true, .line = 0};
    bool code =
        w->kind == ARTIFACT_SKETCH || w->kind == ARTIFACT_PYTHON || w->kind == ARTIFACT_HEADER;

    b.len = common_prefix_of_raw(w, &b.text);
    if (!b.len)
        return refuse(
            w, 0, w->r.thinking ? "reply-cut-off" : "reply-empty",
            "Ask again for the complete file.",
            w->r.thinking
                ? "The reply is reasoning that never ends: it was cut off before the file."
                : "The reply is empty.");
    if (!plausible(w->kind, b.text, b.len) || reads_like_prose(b.text, strcspn(b.text, "\r\n")) ||
        (code && prose_line_outside_comments(w, b.text, b.len)))
        return refuse(w, 0, "reply-no-block",
                      "Ask for the file in one code block with its language.",
                      "The reply holds no code block, and the whole of it is not the file itself.");
    return take_block(w, &b, out);
}

/* JSON in prose: taken when exactly one line opens an object, and that object is whole. */
static int take_bare_json(struct work *w, struct buf *out)
{
    struct fence_block b = {.closed = true};
    const char *end = w->reply + w->n;
    int n = 0;

    for (size_t i = 0; i < w->r.prose.n; i++) {
        const struct fence_prose *p = &w->r.prose.items[i];
        size_t used;
        if (!p->len || p->text[0] != '{' || (n && p->text < b.text + b.len))
            continue;
        used = json_object_span(p->text, (size_t)(end - p->text), NULL);
        n++;
        b.text = p->text;
        b.len = used ? used : (size_t)(end - p->text);
        b.line = p->line - 1;
    }
    if (n > 1)
        return refuse_several(w, n, b.line + 1);
    return n ? take_block(w, &b, out) : take_raw(w, out);
}

int extract_artifact(enum artifact_kind kind, const char *reply, size_t n, struct buf *out,
                     struct finding_list *findings)
{
    struct work w = {.kind = kind, .findings = findings};
    const struct fence_block *b;
    int rc = 1;

    if (n >= 3 && !memcmp(reply, "\xEF\xBB\xBF", 3)) {
        reply += 3;
        n -= 3;
    }
    w.reply = reply;
    w.n = n;
    if (fence_read(&w.r, reply, n)) {
        refuse(&w, 0, "reply-too-large", "Ask for one file in one code block.",
               "The reply has too many lines or code blocks to be looked at.");
        goto out;
    }
    if (w.r.blocks.n) {
        b = choose(&w);
        rc = b ? take_block(&w, b, out) : 1;
    } else if (kind == ARTIFACT_JSON) {
        rc = take_bare_json(&w, out);
    } else {
        rc = take_raw(&w, out);
    }
out:
    fence_done(&w.r);
    return rc;
}
