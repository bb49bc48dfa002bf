/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a run on the virtual board left: the bytes of Serial and the control lines of core/board/platform/README.md
 * → report and findings. A line that does not parse is skipped. */
#include <stdlib.h>
#include <string.h>

#include "core/base/os.h"
#include "core/base/str.h"
#include "core/base/text.h"
#include "core/board/board.h"
#include "core/board/stops.h"

enum { TICKS_PER_MS = 25000, INVOKES_MAX = 200000, LINE_MAX_LEN = 2048, SAID_MAX = 3 };

/* How a run ended, by the word of its EXIT line. severity NOTE: a good end. */
static const struct ending {
    const char *word;
    enum finding_severity severity;
    const char *cause, *sentence, *fix;
} endings[] = {
    {"feed-end", FINDING_NOTE, "", "", ""},
    {"main-returned", FINDING_ERROR, "run-ended", "the program ended by itself", ""},
    {"reset", FINDING_ERROR, "run-ended", "the sketch reset the board", ""},
    {"exit", FINDING_ERROR, "run-ended", "the sketch called exit()", "Let loop() return instead."},
    {"time-limit", FINDING_ERROR, "run-time", "the time limit of the run was reached",
     "Look for long delays and loops that never end."},
    {"output-limit", FINDING_ERROR, "run-flood", "it printed without end on Serial",
     "Print once for each sample, not in every loop()."},
    {"feed-bad", FINDING_ERROR, "run-feed", "the board could not read the sample rows", ""},
    {"refused", FINDING_ERROR, "model-refused", "the board refused the model", ""},
    {"abort", FINDING_ERROR, "fault-abort", "abort() was called", ""},
    {"assert", FINDING_ERROR, "fault-abort", "an assertion failed", ""},
    {"stack-overflow", FINDING_ERROR, "fault-stack", "the stack overflowed",
     "Make large local arrays static or global."},
    {"memory-protection", FINDING_ERROR, "fault-memory", "it used memory that is not there or not its own",
     "Look for indexes out of range and writes to constants."},
    {"bus-error", FINDING_ERROR, "fault-memory", "it used an address without memory",
     "Look for wild pointers and indexes out of range."},
    {"division-by-zero", FINDING_ERROR, "fault-division", "it divided a whole number by zero", ""},
    {"illegal-instruction", FINDING_ERROR, "fault-instruction", "it ran something that is no code",
     "Look for functions without return and wild function pointers."},
    {"unaligned-access", FINDING_ERROR, "fault-unaligned", "it read memory at an address that is not aligned",
     "Declare the model and the tensor arena with alignas(16)."},
    {"null-pointer", FINDING_ERROR, "fault-null", "it used a null pointer",
     "Check that the interpreter was made and AllocateTensors() returned kTfLiteOk."},
    {"hard-fault", FINDING_ERROR, "fault-other", "the processor faulted", ""},
    {"unexpected-interrupt", FINDING_ERROR, "fault-other", "an interrupt came that nothing handles", ""},
    {"pure-virtual-call", FINDING_ERROR, "fault-other", "it called a function of an object that was gone", ""},
    {"heap-end", FINDING_ERROR, "fault-heap", "the heap is full", "Use static buffers, or smaller ones."},
};

struct reader {
    struct board_report *report;
    struct finding_list *out;
    VEC(struct board_row) rows;
    VEC(int64_t) starts;  /* bytes of Serial before each row */
    VEC(int64_t) ticks;   /* of each inference */
    const struct ending *ending;
    char fault[160];      /* " at 0x… (address 0x…)" */
    int64_t serial_end;
    int fed, shorts, failed_invokes, logs;
    bool memory_short;
};

/* ---- the words of a line ---- */

/* The text behind " key="; NULL. */
static const char *field(const char *line, const char *key)
{
    size_t n = strlen(key);

    for (const char *p = strchr(line, ' '); p; p = strchr(p + 1, ' ')) {
        if (!strncmp(p + 1, key, n) && p[1 + n] == '=')
            return p + 2 + n;
    }
    return NULL;
}

/* The number behind " key=", or the first word behind the line's own when key is ""; fallback when it is none. */
static int64_t number(const char *line, const char *key, int64_t fallback)
{
    const char *at = *key ? field(line, key) : strchr(line, ' ');
    char text[24];
    int64_t n;

    if (!at)
        return fallback;
    at += *key ? 0 : 1;
    snprintf(text, sizeof(text), "%.*s", (int)strcspn(at, " "), at);
    return str_to_long(text, &n) && n >= 0 ? n : fallback;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static int read_hex(const char *p, uint8_t *bytes, int most)
{
    int n = 0;

    for (; p && n < most; p += 2, n++) {
        int high = hex_digit(p[0]), low = high < 0 ? -1 : hex_digit(p[1]);

        if (low < 0)
            break;
        bytes[n] = (uint8_t)(high << 4 | low);
    }
    return n;
}

static struct finding *say(struct reader *r, enum finding_severity severity, const char *cause, const char *text)
{
    struct finding *f = finding_add(r->out, "run", severity, FINDING_NONE, "%s", text);

    if (f)
        str_copy(f->cause, sizeof(f->cause), cause);
    return f;
}

/* ---- one function a word ---- */

static void read_row(struct reader *r, const char *line)
{
    struct board_row row = {.ms = number(line, "ticks", 0) / TICKS_PER_MS};
    int64_t at = number(line, "serial", -1);
    int64_t before = r->starts.n ? r->starts.items[r->starts.n - 1] : 0;

    if (number(line, "", -1) != (int64_t)r->rows.n || at < before || r->rows.n == BOARD_ROWS_MAX)
        return;
    if (vec_push(&r->starts, at, BOARD_ROWS_MAX) || vec_push(&r->rows, row, BOARD_ROWS_MAX))
        r->memory_short = true;
}

static void read_invoke(struct reader *r, const char *line)
{
    int64_t ticks = number(line, "ticks", -1);
    struct board_row *row = r->rows.n ? &r->rows.items[r->rows.n - 1] : NULL;

    r->report->invokes++;
    r->failed_invokes += number(line, "status", 0) != 0;
    r->report->arena_used = number(line, "arena", r->report->arena_used);
    if (ticks >= 0 && ticks < INT64_MAX / 5 && r->ticks.n < INVOKES_MAX && vec_push(&r->ticks, ticks, INVOKES_MAX))
        r->memory_short = true;
    if (!row)
        return;
    row->invokes++;
    row->n_output = read_hex(field(line, "out"), row->output, BOARD_OUTPUT_MAX);
}

static void read_arena(struct reader *r, const char *line)
{
    r->report->arena_used = number(line, "used", -1);
    r->report->arena_size = number(line, "size", -1);
}

static void read_boot(struct reader *r, const char *line)
{
    r->fed = strstr(line, " feed=yes") != NULL;
}

static void read_stack(struct reader *r, const char *line)
{
    r->report->stack_high = number(line, "used", -1);
}

static void read_heap(struct reader *r, const char *line)
{
    r->report->heap_high = number(line, "used", -1);
}

static void read_short(struct reader *r, const char *line)
{
    struct finding *f;

    if (r->shorts++ >= SAID_MAX)
        return;
    f = finding_add(r->out, "run", FINDING_WARNING, FINDING_NONE,
                    "The sketch left row %lld before it had read all of its samples (left:%.100s).",
                    (long long)number(line, "", -1) + 1, line + strcspn(line + 6, " ") + 6);
    if (f)
        str_copy(f->cause, sizeof(f->cause), "row-short");
}

/* Messages of the runtime; an operator that the board lacks has to be dealt with where the model is made. */
static void read_log(struct reader *r, const char *line)
{
    char text[300];
    struct finding *f;

    if (r->logs++ >= SAID_MAX)
        return;
    snprintf(text, sizeof(text), "The runtime says: %.250s", line + 4);
    if (!strstr(line, "Didn't find op")) {
        say(r, FINDING_WARNING, "runtime-message", text);
        return;
    }
    f = say(r, FINDING_ERROR, "operator-missing", text);
    if (f) {
        f->category = FINDING_E1;
        str_copy(f->blame, sizeof(f->blame), "convert");
    }
}

static const struct {
    const char *word;
    enum finding_severity severity;
    const char *text, *fix;
} notes[] = {
    {"color-engine-off", FINDING_ERROR,
     "The sketch reads the color sensor without asking colorAvailable(): it gets zeros, as on the real board.",
     "Call APDS.colorAvailable() until it is true, then APDS.readColor()."},
    {"allocate-failed", FINDING_ERROR, "AllocateTensors() failed: the network cannot run.",
     "Look at the runtime's message; often the tensor arena is too small."},
    {"ble-without-radio", FINDING_NOTE, "The virtual board has no radio: no Bluetooth central ever connects.", ""},
};

static void read_note(struct reader *r, const char *line)
{
    for (size_t i = 0; i < sizeof(notes) / sizeof(*notes); i++) {
        struct finding *f;

        if (strncmp(line + 5, notes[i].word, strlen(notes[i].word)) || r->logs++ >= 4 * SAID_MAX)
            continue;
        f = say(r, notes[i].severity, notes[i].word, notes[i].text);
        if (f)
            str_copy(f->fix, sizeof(f->fix), notes[i].fix);
        return;
    }
}

static void read_refused(struct reader *r, const char *line)
{
    snprintf(r->fault, sizeof(r->fault), ": %.140s", line + 8);
}

static void read_fault(struct reader *r, const char *line)
{
    const char *pc = field(line, "pc"), *address = field(line, "address");
    struct buf b;

    buf_init(&b, sizeof(r->fault));
    if (pc)
        buf_putf(&b, ", at instruction %.*s", (int)strcspn(pc, " "), pc);
    if (address)
        buf_putf(&b, ", address %.*s", (int)strcspn(address, " "), address);
    str_copy(r->fault, sizeof(r->fault), buf_text(&b));
    buf_done(&b);
}

static void read_feed(struct reader *r, const char *line)
{
    snprintf(r->fault, sizeof(r->fault), " (%.140s)", line);
}

/* EXIT 120 time-limit ms=… serial=… */
static void read_exit(struct reader *r, const char *line)
{
    static const struct ending unknown = {"", FINDING_ERROR, "fault-other", "it ended in an unknown way", ""};
    const char *word = strchr(line + 5, ' ');
    size_t n = word ? strcspn(++word, " ") : 0;

    r->ending = &unknown;
    r->report->virtual_ms = number(line, "ms", 0);
    r->serial_end = number(line, "serial", -1);
    for (size_t i = 0; i < sizeof(endings) / sizeof(*endings) && word; i++) {
        if (strlen(endings[i].word) == n && !strncmp(endings[i].word, word, n))
            r->ending = &endings[i];
    }
}

static const struct {
    const char *word;
    void (*read)(struct reader *r, const char *line);
} words[] = {
    {"BOOT", read_boot}, {"ROW", read_row},         {"INVOKE", read_invoke}, {"ARENA", read_arena},
    {"STACK", read_stack}, {"HEAP", read_heap},     {"SHORT", read_short},   {"LOG", read_log},
    {"NOTE", read_note}, {"REFUSED", read_refused}, {"FAULT", read_fault},   {"FEED", read_feed},
    {"EXIT", read_exit},
};

static void read_line(struct reader *r, const char *line)
{
    for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
        size_t n = strlen(words[i].word);

        if (!strncmp(line, words[i].word, n) && line[n] == ' ') {
            words[i].read(r, line);
            return;
        }
    }
}

/* Nothing counts after an EXIT line: the board writes none. */
static void read_control(struct reader *r, const struct job_file *f)
{
    const char *p = f->bytes, *end = p + f->len;
    char line[LINE_MAX_LEN];

    while (p < end && !r->ending) {
        const char *stop = memchr(p, '\n', (size_t)(end - p));
        size_t n = (size_t)((stop ? stop : end) - p);

        if (n < sizeof(line)) {
            memcpy(line, p, n);
            line[n] = '\0';
            read_line(r, line);
        }
        p += n + 1;
    }
}

/* ---- rows ---- */

static int cut_rows(struct reader *r)
{
    struct board_report *ret = r->report;
    int64_t last = (int64_t)ret->serial_len;

    if (r->serial_end >= 0 && r->serial_end < last)
        last = r->serial_end;
    for (size_t i = 0; i < r->rows.n; i++) {
        int64_t from = r->starts.items[i], to = i + 1 < r->rows.n ? r->starts.items[i + 1] : last;

        from = from > last ? last : from;
        to = to > last ? last : to;
        to = to < from ? from : to;
        r->rows.items[i].len = (size_t)(to - from);
        r->rows.items[i].text = os_dup(ret->serial + from, (size_t)(to - from));
        if (!r->rows.items[i].text)
            return -1;
    }
    return 0;
}

static int by_value(const void *a, const void *b)
{
    const int64_t *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

static void count_instructions(struct reader *r)
{
    if (!r->ticks.n)
        return;
    qsort(r->ticks.items, r->ticks.n, sizeof(*r->ticks.items), by_value);
    r->report->instructions = r->ticks.items[r->ticks.n / 2] * 5 / 2;
}

/* ---- findings about the whole run ---- */

static void judge_ending(struct reader *r)
{
    const struct ending *e = r->ending;
    char sentence[400];
    struct finding *f;

    if (!e || e->severity == FINDING_NOTE)
        return;
    snprintf(sentence, sizeof(sentence), "The run stopped after %zu rows: %s%s.", r->rows.n, e->sentence, r->fault);
    text_line(r->report->fault, sizeof(r->report->fault), sentence);
    f = say(r, e->severity, e->cause, sentence);
    if (f)
        str_copy(f->fix, sizeof(f->fix), e->fix);
}

static void judge_rows(struct reader *r)
{
    struct finding *f = NULL;

    if (r->failed_invokes) {
        f = finding_add(r->out, "run", FINDING_ERROR, FINDING_E1, "Invoke() failed %d times.", r->failed_invokes);
        if (f)
            str_copy(f->cause, sizeof(f->cause), "invoke-failed");
    }
    if (!r->fed || !r->ending || r->ending->severity != FINDING_NOTE)
        return;
    if (!r->rows.n)
        say(r, FINDING_ERROR, "no-row", "The sketch never read the sensor or Serial1: no sample row was taken.");
    else if (!r->report->invokes)
        say(r, FINDING_ERROR, "no-invoke", "The sketch read samples but never ran the network (no Invoke()).");
}

/* The emulator went away without a last word: the processor locked up, or the box stopped it. */
static void judge_silence(struct reader *r, const struct job_result *result)
{
    char how[80], sentence[200];

    if (r->ending || result->stop == JOB_CANCELED)
        return;
    if (result->stop != JOB_SIGNALED && stops_add(r->out, "run", "The run on the virtual board", result)) {
        str_copy(r->report->fault, sizeof(r->report->fault), "The run was stopped from outside.");
        return;
    }
    snprintf(sentence, sizeof(sentence), "The virtual board went down after %zu rows (the emulator %s).", r->rows.n,
             job_stop_text(result, how, sizeof(how)));
    str_copy(r->report->fault, sizeof(r->report->fault), sentence);
    say(r, FINDING_ERROR, "fault-lockup", sentence);
}

static void reset(struct board_report *ret)
{
    *ret = (struct board_report){.arena_used = -1, .arena_size = -1, .instructions = -1, .stack_high = -1,
                                 .heap_high = -1};
}

int board_read_run(const struct board_tools *t, const struct job_result *r, struct board_report *ret,
                   struct finding_list *out, struct err *err)
{
    struct reader reader = {.report = ret, .out = out, .serial_end = -1};
    const struct job_file *control = job_result_output(r, "control.txt");

    (void)t;
    reset(ret);
    ret->serial = os_dup(r->out ? r->out : "", r->out ? r->out_len : 0);
    ret->serial_len = ret->serial && r->out ? r->out_len : 0;
    if (control)
        read_control(&reader, control);
    reader.memory_short |= !ret->serial || cut_rows(&reader);
    count_instructions(&reader);
    ret->rows = reader.rows.items;
    ret->n_rows = (int)reader.rows.n;
    ret->feed_done = reader.ending && reader.ending->severity == FINDING_NOTE;
    judge_silence(&reader, r);
    judge_ending(&reader);
    judge_rows(&reader);
    vec_done(&reader.starts);
    vec_done(&reader.ticks);
    if (reader.memory_short)
        return err_set(err, ERR_MACHINE, "There is no memory left to read what the board printed.");
    return 0;
}

void board_report_done(struct board_report *r)
{
    for (int i = 0; i < r->n_rows; i++)
        free(r->rows[i].text);
    free(r->rows);
    free(r->serial);
    reset(r);
}
