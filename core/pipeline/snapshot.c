/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/pipeline/snapshot.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/os.h"
#include "core/base/str.h"
#include "core/pipeline/json.h"
#include "snapshot_stamp.h"

enum { HASH_DIGITS = SHA256_HEX - 1, SAME_LEAST = 4, MESSAGES_MAX = 100000 };

static const struct {
    char source[SHA256_HEX]; /* hash of the files that say what the bytes mean */
    uint32_t order, sizes[6];
} stamp = {SNAPSHOT_STAMP, 0x01020304,
           {sizeof(void *), sizeof(struct state), sizeof(struct attempt), sizeof(struct step), sizeof(struct finding),
            sizeof(struct state_output)}};

/* What each image is compared with: the one written or read before it, row by row. */
struct images {
    struct attempt attempt;
    struct step step;
    struct finding finding;
    struct state_message message;
    struct state_input inputs[STATE_INPUTS_MAX];
    struct state_output outputs[STATE_OUTPUTS_MAX];
    struct state_metric metrics[STATE_METRICS_MAX];
};

/* ---- one image: runs of (same as before, then a hash or other bytes) ---- */

static void put_number(struct buf *out, uint64_t v)
{
    for (; v >= 128; v >>= 7)
        buf_putc(out, (char)(v | 128));
    buf_putc(out, (char)v);
}

static int digit(unsigned char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool is_hash(const unsigned char *p, size_t n)
{
    if (n < HASH_DIGITS)
        return false;
    for (int i = 0; i < HASH_DIGITS; i++) {
        if (digit(p[i]) < 0)
            return false;
    }
    return true;
}

static size_t same_run(const unsigned char *a, const unsigned char *b, size_t n)
{
    size_t i = 0;

    while (i < n && a[i] == b[i])
        i++;
    return i;
}

/* How many bytes from p on go as they are: until enough of the same or a hash follows. */
static size_t literal_run(const unsigned char *before, const unsigned char *p, size_t n)
{
    size_t i = 1;

    while (i < n && !is_hash(p + i, n - i) && same_run(before + i, p + i, n - i < SAME_LEAST ? n - i : SAME_LEAST) < SAME_LEAST)
        i++;
    return i;
}

static void put_hash(struct buf *out, const unsigned char *p)
{
    unsigned char raw[HASH_DIGITS / 2];

    for (size_t i = 0; i < sizeof(raw); i++)
        raw[i] = (unsigned char)(digit(p[2 * i]) << 4 | digit(p[2 * i + 1]));
    put_number(out, 1);
    buf_put(out, raw, sizeof(raw));
}

/* before becomes what now is. */
static void put_image(struct buf *out, void *before_image, const void *now_image, size_t n)
{
    unsigned char *before = before_image;
    const unsigned char *now = now_image;

    for (size_t i = 0; i < n;) {
        size_t len = same_run(before + i, now + i, n - i);
        put_number(out, len);
        i += len;
        if (i == n)
            break;
        if (is_hash(now + i, n - i)) {
            put_hash(out, now + i);
            i += HASH_DIGITS;
            continue;
        }
        len = literal_run(before + i, now + i, n - i);
        put_number(out, len << 1);
        buf_put(out, now + i, len);
        i += len;
    }
    memcpy(before, now, n);
}

struct reader {
    const unsigned char *p, *end;
    bool bad;
};

static uint64_t get_number(struct reader *r)
{
    uint64_t v = 0;

    for (int shift = 0; shift < 64 && r->p < r->end; shift += 7) {
        unsigned char c = *r->p++;
        v |= (uint64_t)(c & 127) << shift;
        if (c < 128)
            return v;
    }
    r->bad = true;
    return 0;
}

static size_t get_count(struct reader *r, size_t most)
{
    uint64_t n = get_number(r);

    if (n > most)
        r->bad = true;
    return r->bad ? 0 : (size_t)n;
}

static void get_bytes(struct reader *r, void *dst, size_t n)
{
    if ((size_t)(r->end - r->p) < n) {
        r->bad = true;
        return;
    }
    memcpy(dst, r->p, n);
    r->p += n;
}

static void get_hash(struct reader *r, unsigned char *dst)
{
    static const char digits[] = "0123456789abcdef";
    unsigned char raw[HASH_DIGITS / 2] = {0};

    get_bytes(r, raw, sizeof(raw));
    for (size_t i = 0; i < sizeof(raw); i++) {
        dst[2 * i] = (unsigned char)digits[raw[i] >> 4];
        dst[2 * i + 1] = (unsigned char)digits[raw[i] & 15];
    }
}

/* Turns the image before into the next one, in place. */
static void get_image(struct reader *r, void *image, size_t n)
{
    unsigned char *at = image;

    for (size_t i = 0; !r->bad && i < n;) {
        size_t code;
        i += get_count(r, n - i);
        if (i == n || r->bad)
            break;
        code = get_count(r, 2 * (n - i));
        if (code == 1 && n - i >= HASH_DIGITS) {
            get_hash(r, at + i);
            i += HASH_DIGITS;
        } else if (code > 0 && code % 2 == 0) {
            get_bytes(r, at + i, code / 2);
            i += code / 2;
        } else {
            r->bad = true;
        }
    }
}

/* ---- the parts of the state ---- */

static void put_finding(struct buf *out, struct images *m, const struct finding *f)
{
    struct finding image = *f;
    size_t n = f->gate ? strlen(f->gate) : 0;

    image.gate = NULL;
    put_number(out, n);
    buf_put(out, f->gate, n);
    put_image(out, &m->finding, &image, sizeof(image));
}

static void clear_attempt(struct attempt *image)
{
    image->inputs = NULL;
    image->outputs = NULL;
    image->metrics = NULL;
    memset(&image->findings, 0, sizeof(image->findings));
}

static void put_attempt(struct buf *out, struct images *m, const struct attempt *a)
{
    static struct attempt image;

    image = *a;
    clear_attempt(&image);
    put_image(out, &m->attempt, &image, sizeof(image));
    for (int i = 0; i < a->n_inputs; i++)
        put_image(out, &m->inputs[i], &a->inputs[i], sizeof(*a->inputs));
    for (int i = 0; i < a->n_outputs; i++)
        put_image(out, &m->outputs[i], &a->outputs[i], sizeof(*a->outputs));
    for (int i = 0; i < a->n_metrics; i++)
        put_image(out, &m->metrics[i], &a->metrics[i], sizeof(*a->metrics));
    put_number(out, a->findings.v.n);
    for (size_t i = 0; i < a->findings.v.n; i++)
        put_finding(out, m, &a->findings.v.items[i]);
}

static void put_step(struct buf *out, struct images *m, const struct step *p)
{
    struct step image = *p;

    memset(&image.attempts, 0, sizeof(image.attempts)); /* follow from the attempts */
    put_image(out, &m->step, &image, sizeof(image));
}

/* The part of a state that events make; what follows in the struct is given to it from outside. */
enum { HEAD_SIZE = offsetof(struct state, blob) };

/* What that part owns, or has from elsewhere, emptied. */
static void clear_links(struct state *image)
{
    memset(image->folder, 0, sizeof(image->folder));
    memset(&image->steps, 0, sizeof(image->steps));
    memset(&image->attempts, 0, sizeof(image->attempts));
    memset(&image->messages, 0, sizeof(image->messages));
    memset(&image->live, 0, sizeof(image->live));
    for (int i = 0; i < STATE_STAGES_MAX; i++)
        memset(&image->stages[i].steps, 0, sizeof(image->stages[i].steps));
}

static void put_head(struct buf *out, const struct state *s)
{
    static struct state image, zero;

    image = *s;
    clear_links(&image);
    memset(&zero, 0, sizeof(zero));
    put_image(out, &zero, &image, HEAD_SIZE);
    for (int i = 0; i < s->n_stages; i++) {
        put_number(out, s->stages[i].steps.n);
        for (size_t k = 0; k < s->stages[i].steps.n; k++)
            put_number(out, (uint64_t)s->stages[i].steps.items[k]);
    }
}

int snapshot_write(const struct state *s, uint64_t mark, struct buf *out)
{
    struct images *m = os_alloc(sizeof(*m));

    if (!m)
        return -1;
    buf_put(out, &stamp, sizeof(stamp));
    buf_put(out, &mark, sizeof(mark));
    put_head(out, s);
    put_number(out, s->steps.n);
    for (size_t i = 0; i < s->steps.n; i++)
        put_step(out, m, &s->steps.items[i]);
    put_number(out, s->messages.n);
    for (size_t i = 0; i < s->messages.n; i++)
        put_image(out, &m->message, &s->messages.items[i], sizeof(m->message));
    put_number(out, s->attempts.n);
    for (size_t i = 0; i < s->attempts.n; i++)
        put_attempt(out, m, s->attempts.items[i]);
    free(m);
    return out->broken ? -1 : 0;
}

/* ---- reading ---- */

static void get_finding(struct reader *r, struct images *m, struct finding *ret)
{
    char gate[64] = "";
    size_t n = get_count(r, sizeof(gate) - 1);

    get_bytes(r, gate, n);
    get_image(r, &m->finding, sizeof(m->finding));
    *ret = m->finding;
    ret->gate = json_intern(gate);
}

/* n rows, each in place of the one before at its index. */
static void *get_rows(struct reader *r, void *images, int n, size_t most, size_t size)
{
    unsigned char *rows = n > 0 && (size_t)n <= most ? os_alloc((size_t)n * size) : NULL, *image = images;

    if (!rows && n != 0)
        r->bad = true;
    for (int i = 0; i < n && !r->bad; i++) {
        get_image(r, image + (size_t)i * size, size);
        memcpy(rows + (size_t)i * size, image + (size_t)i * size, size);
    }
    return rows;
}

static void get_findings(struct reader *r, struct images *m, struct finding_list *l)
{
    size_t n = get_count(r, FINDING_LIST_CAP);

    if (n == 0)
        return;
    l->v.items = os_alloc(n * sizeof(*l->v.items));
    if (!l->v.items) {
        r->bad = true;
        return;
    }
    l->v.n = l->v.room = n;
    for (size_t i = 0; i < n && !r->bad; i++)
        get_finding(r, m, &l->v.items[i]);
}

static struct attempt *get_attempt(struct reader *r, struct images *m)
{
    struct attempt *a = os_alloc(sizeof(*a));

    get_image(r, &m->attempt, sizeof(m->attempt));
    if (!a || r->bad) {
        free(a);
        r->bad = true;
        return NULL;
    }
    clear_attempt(&m->attempt);
    *a = m->attempt;
    a->inputs = get_rows(r, m->inputs, a->n_inputs, STATE_INPUTS_MAX, sizeof(*a->inputs));
    a->outputs = get_rows(r, m->outputs, a->n_outputs, STATE_OUTPUTS_MAX, sizeof(*a->outputs));
    a->metrics = get_rows(r, m->metrics, a->n_metrics, STATE_METRICS_MAX, sizeof(*a->metrics));
    get_findings(r, m, &a->findings);
    return a;
}

static void get_attempts(struct reader *r, struct images *m, struct state *s)
{
    size_t n = get_count(r, STATE_ATTEMPTS_MAX);

    for (size_t i = 0; i < n && !r->bad; i++) {
        struct attempt *a = get_attempt(r, m);
        if (!a)
            return;
        if (vec_push(&s->attempts, a, STATE_ATTEMPTS_MAX)) {
            attempt_free(a);
            r->bad = true;
        } else if (a->stage < 0 || a->stage >= s->n_stages || a->step < 0 || (size_t)a->step >= s->steps.n) {
            r->bad = true;
        } else if (vec_push(&s->steps.items[a->step].attempts, (int)i, STATE_ATTEMPTS_MAX)) {
            r->bad = true;
        }
    }
}

static void get_stage_steps(struct reader *r, struct state *s)
{
    if (s->n_stages < 0 || s->n_stages > STATE_STAGES_MAX) {
        s->n_stages = 0;
        r->bad = true;
    }
    for (int i = 0; !r->bad && i < s->n_stages; i++) {
        size_t n = get_count(r, STATE_STEPS_MAX);
        for (size_t k = 0; k < n && !r->bad; k++) {
            int step = (int)get_count(r, STATE_ATTEMPTS_MAX);
            r->bad |= vec_push(&s->stages[i].steps, step, STATE_STEPS_MAX) != 0;
        }
    }
}

/* Stages name steps by number: known only once all steps are there. */
static void check_steps(struct reader *r, const struct state *s)
{
    for (int i = 0; i < s->n_stages; i++) {
        for (size_t k = 0; k < s->stages[i].steps.n; k++)
            r->bad |= (size_t)s->stages[i].steps.items[k] >= s->steps.n;
    }
}

static void get_lists(struct reader *r, struct images *m, struct state *s)
{
    size_t n = get_count(r, STATE_ATTEMPTS_MAX);

    for (size_t i = 0; i < n && !r->bad; i++) {
        get_image(r, &m->step, sizeof(m->step));
        memset(&m->step.attempts, 0, sizeof(m->step.attempts));
        r->bad |= vec_push(&s->steps, m->step, STATE_ATTEMPTS_MAX) != 0;
    }
    check_steps(r, s);
    n = get_count(r, MESSAGES_MAX);
    for (size_t i = 0; i < n && !r->bad; i++) {
        get_image(r, &m->message, sizeof(m->message));
        r->bad |= vec_push(&s->messages, m->message, MESSAGES_MAX) != 0;
    }
}

/* What s was given from outside, into the state that takes its place. */
static void keep_links(struct state *image, struct state *s)
{
    memcpy(image->folder, s->folder, sizeof(s->folder));
    image->live = s->live;
    if (image->run_seq == 0) /* no run yet: what is at work is what this process was given */
        memcpy(image->provider, s->provider, sizeof(s->provider));
    memset(&s->live, 0, sizeof(s->live));
    state_done(s);
    memcpy(s, image, HEAD_SIZE);
    s->generation++;
}

int snapshot_read(struct state *s, const char *bytes, size_t n, uint64_t *ret_mark)
{
    struct reader r = {(const unsigned char *)bytes, (const unsigned char *)bytes + n, false};
    struct images *m;
    static struct state image;

    if (n < sizeof(stamp) + sizeof(*ret_mark) || memcmp(bytes, &stamp, sizeof(stamp)) != 0)
        return -1;
    m = os_alloc(sizeof(*m));
    if (!m)
        return -1;
    r.p += sizeof(stamp);
    get_bytes(&r, ret_mark, sizeof(*ret_mark));
    memset(&image, 0, sizeof(image));
    get_image(&r, &image, HEAD_SIZE);
    clear_links(&image);
    get_stage_steps(&r, &image);
    get_lists(&r, m, &image);
    get_attempts(&r, m, &image);
    free(m);
    if (r.bad || r.p != r.end) {
        state_done(&image);
        return -1;
    }
    keep_links(&image, s);
    return 0;
}
