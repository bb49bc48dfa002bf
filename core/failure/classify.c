/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/failure/classify.h"

#include <ctype.h>
#include <string.h>

#include "core/base/str.h"

enum { LINE = 1000, PART = 96 };

/* The compiler quotes with ' or with typographic quotes, depending on the locale. */
static const char *first_quoted(const char *message, size_t *ret_len)
{
    const char *p = strpbrk(message, "'`");
    const char *curly = strstr(message, "\xE2\x80\x98");

    if (curly && (!p || curly < p))
        p = curly + 2;
    *ret_len = p ? strcspn(p + 1, "'\xE2") : 0;
    return p ? p + 1 : NULL;
}

static bool first_quoted_is_upper(const char *message)
{
    size_t n, letters = 0;
    const char *p = first_quoted(message, &n);

    for (size_t i = 0; p && i < n; i++) {
        if (!isupper((unsigned char)p[i]) && !isdigit((unsigned char)p[i]) && p[i] != '_')
            return false;
        letters += isupper((unsigned char)p[i]) != 0;
    }
    return p && letters >= 2 && memchr(p, '_', n);
}

static bool part_holds(const char *message, const char *part)
{
    if (part[0] == '!')
        return !strcasestr(message, part + 1);
    if (!strcmp(part, "@upper"))
        return first_quoted_is_upper(message);
    return strcasestr(message, part) != NULL;
}

/* Bytes that the pattern demands, 0 when it does not match. */
static int match(const char *message, const char *pattern)
{
    int score = 0;

    for (;;) {
        char part[PART];
        size_t n = strcspn(pattern, "&");
        if (n >= sizeof(part))
            return 0;
        memcpy(part, pattern, n);
        part[n] = '\0';
        if (!part_holds(message, part))
            return 0;
        score += part[0] == '!' ? 0 : (int)n;
        if (!pattern[n])
            return score;
        pattern += n + 1;
    }
}

static int best_pattern(const char *message, const struct failure_cause *c)
{
    int best = 0;

    for (int i = 0; i < FAILURE_PATTERNS && c->patterns[i]; i++) {
        int score = match(message, c->patterns[i]);
        best = score > best ? score : best;
    }
    return best;
}

const struct failure_cause *failure_cause_find(const char *id)
{
    for (int i = 0; i < failure_cause_count; i++) {
        if (str_eq(failure_causes[i].id, id))
            return &failure_causes[i];
    }
    return NULL;
}

static bool better(const struct failure_cause *a, int score, const struct failure_cause *b,
                   int best)
{
    if (!b || a->rank != b->rank)
        return !b || a->rank > b->rank;
    if (score != best)
        return score > best;
    return strcmp(a->id, b->id) < 0;
}

const struct failure_cause *failure_cause_of(const char *message)
{
    const struct failure_cause *found = NULL;
    int best = 0;

    for (int i = 0; i < failure_cause_count; i++) {
        int score = best_pattern(message, &failure_causes[i]);
        if (score && better(&failure_causes[i], score, found, best)) {
            found = &failure_causes[i];
            best = score;
        }
    }
    return found;
}

int failure_classify(struct finding *f)
{
    const struct failure_cause *specific = failure_cause_of(f->message);
    const struct failure_cause *c = failure_cause_find(f->cause);

    /* "The script failed" is only where it was seen; what the message says goes deeper. */
    if (!c || (specific && f->category == FINDING_NONE && specific->rank > c->rank))
        c = specific;
    if (!c) {
        if (f->category == FINDING_NONE)
            f->category = FINDING_OTHER;
        return 1;
    }
    str_copy(f->cause, sizeof(f->cause), c->id);
    if (f->category == FINDING_NONE)
        f->category = c->category;
    if (!f->fix[0])
        str_copy(f->fix, sizeof(f->fix), c->fix);
    if (!f->blame[0])
        str_copy(f->blame, sizeof(f->blame), c->blame);
    return 0;
}

void failure_classify_list(struct finding_list *l)
{
    for (size_t i = 0; i < l->v.n; i++)
        failure_classify(&l->v.items[i]);
}

void failure_verdict_of(const struct finding_list *l, struct failure_verdict *ret)
{
    memset(ret, 0, sizeof(*ret));
    ret->index = -1;
    for (size_t i = 0; i < l->v.n; i++) {
        struct finding f = l->v.items[i];
        const struct failure_cause *c;
        int rank;
        if (f.severity != FINDING_ERROR)
            continue;
        failure_classify(&f);
        c = failure_cause_find(f.cause);
        rank = c ? c->rank : 1;
        if (rank <= ret->rank)
            continue;
        ret->rank = rank;
        ret->index = (int)i;
        ret->category = f.category;
        str_copy(ret->cause, sizeof(ret->cause), f.cause);
    }
}

/* Only lines that report something count: a listing of source beside a diagnostic is not a second
 * error. */
static bool reports(const char *line)
{
    static const char *const marks[] = {"error",         "exception",   "undefined reference",
                                        "overflowed",    "cannot find", "fail",
                                        "included from", "refused",     "unavailable",
                                        "no such file",  "timed out",   "traceback",
                                        "missing",       "did not",     "could not",
                                        "unable",        "too small",   "didn't find"};

    for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
        if (strcasestr(line, marks[i]))
            return true;
    }
    return false;
}

void failure_classify_text(const char *text, size_t n, struct failure_verdict *ret)
{
    char line[LINE];
    int number = 0;

    memset(ret, 0, sizeof(*ret));
    ret->index = -1;
    for (size_t at = 0; at < n;) {
        const char *nl = memchr(text + at, '\n', n - at);
        size_t len = nl ? (size_t)(nl - text) - at : n - at, m = len < LINE - 1 ? len : LINE - 1;
        const struct failure_cause *c;
        memcpy(line, text + at, m);
        line[m] = '\0';
        at += len + 1;
        number++;
        c = reports(line) ? failure_cause_of(line) : NULL;
        if (!c || c->rank <= ret->rank)
            continue;
        ret->rank = c->rank;
        ret->index = number;
        ret->category = c->category;
        str_copy(ret->cause, sizeof(ret->cause), c->id);
    }
}
