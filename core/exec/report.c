/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/exec/report.h"

#include <string.h>

#include "core/base/os.h"

void report_init(struct report *r, const struct job *job, const struct job_limits *limits, struct job_result *result)
{
    memset(r, 0, sizeof(*r));
    r->job = job;
    r->result = result;
    r->file_cap = limits->file;
    r->room = limits->work;
}

static bool first_answer(struct report *r, uint32_t at)
{
    if (!r->ended || at >= (uint32_t)r->job->n_outputs || (r->answered & (1ull << at)))
        return false;
    r->answered |= 1ull << at;
    return true;
}

/* Says the first refusal: a job whose output is a link or too large deserves a sentence. */
static bool take_refusal(struct report *r, uint32_t at, int64_t why)
{
    static const char *const reasons[] = {
        [BOX_NOT_A_FILE] = "is not a regular file",
        [BOX_LINKED] = "is a link or has a second name",
        [BOX_TOO_LARGE] = "is larger than the limit",
        [BOX_UNREADABLE] = "cannot be opened",
    };

    if (!first_answer(r, at) || why < BOX_MISSING || why > BOX_UNREADABLE)
        return false;
    if (why != BOX_MISSING && !r->result->error.code) {
        err_set(&r->result->error, ERR_INVALID, "The output %s was not taken: it %s.", r->job->outputs[at], reasons[why]);
        err_hint(&r->result->error, "The program has to write %s itself, as a plain file.", r->job->outputs[at]);
    }
    return true;
}

static bool start_output(struct report *r, uint32_t at, int64_t size)
{
    const char *name = r->job->outputs[at < JOB_OUTPUTS_MAX ? at : 0];
    struct job_file *f = &r->result->outputs[r->result->n_outputs];

    if (!first_answer(r, at) || size < 0 || size > r->file_cap || size > r->room)
        return false;
    r->room -= size;
    f->name = os_dup(name, strlen(name));
    f->bytes = os_alloc((size_t)size + 1); /* terminated for those who read it as text */
    f->len = (size_t)size;
    r->result->n_outputs++;
    r->file = f;
    r->file_len = 0;
    r->wants = size > 0 ? REPORT_BYTES : REPORT_HEAD;
    return f->name && f->bytes;
}

static bool take_head(struct report *r, const struct box_head *h)
{
    switch (h->tag) {
    case BOX_NOTE:
        r->noted |= h->at;
        return !r->ended;
    case BOX_FAILED:
        r->failed_step = (int)h->at;
        r->failed_error = (int)h->value;
        r->done = true;
        return !r->ended && h->at >= BOX_STEP_LIMITS && h->at <= BOX_STEP_EXEC;
    case BOX_ENDED:
        r->wants = REPORT_END;
        return !r->ended;
    case BOX_OUTPUT:
        return start_output(r, h->at, h->value);
    case BOX_REFUSED:
        return take_refusal(r, h->at, h->value);
    case BOX_DONE:
        r->done = true;
        return r->ended;
    default:
        return false;
    }
}

static size_t feed_part(struct report *r, const char *bytes, size_t n)
{
    size_t whole = r->wants == REPORT_HEAD ? sizeof(struct box_head) : sizeof(struct box_end);
    size_t use = whole - r->part_len < n ? whole - r->part_len : n;

    memcpy((char *)&r->part + r->part_len, bytes, use);
    r->part_len += use;
    if (r->part_len < whole)
        return use;
    r->part_len = 0;
    if (r->wants == REPORT_HEAD) {
        struct box_head head = r->part.head;
        r->broken = !take_head(r, &head);
        return use;
    }
    r->end = r->part.end;
    r->ended = true;
    r->wants = REPORT_HEAD;
    r->broken = r->end.cpu_ms < 0 || r->end.max_rss < 0;
    return use;
}

static size_t feed_bytes(struct report *r, const char *bytes, size_t n)
{
    size_t left = r->file->len - r->file_len;
    size_t use = left < n ? left : n;

    memcpy((char *)r->file->bytes + r->file_len, bytes, use);
    r->file_len += use;
    if (r->file_len == r->file->len)
        r->wants = REPORT_HEAD;
    return use;
}

void report_feed(struct report *r, const char *bytes, size_t n)
{
    while (n > 0 && !r->broken) {
        size_t used;
        if (r->done) {
            r->broken = true;
            return;
        }
        used = r->wants == REPORT_BYTES ? feed_bytes(r, bytes, n) : feed_part(r, bytes, n);
        bytes += used;
        n -= used;
    }
}
