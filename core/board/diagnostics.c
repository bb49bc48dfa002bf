/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What compiler, assembler, linker and box said about a build → findings. All of it is untrusted text. */
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/os.h"
#include "core/base/str.h"
#include "core/base/text.h"
#include "core/board/stops.h"
#include "core/board/tools.h"

enum { LOG_MAX = 4 << 20, FINDINGS_MAX = 100, SAME_LOOK_BACK = 60, HEAP_WARNING = 4096 };

struct reader {
    char sketch[64]; /* "fruit.ino" */
    struct finding_list *out;
    size_t first;    /* findings before ours */
    int errors;
};

static bool is_full(const struct reader *r)
{
    return r->out->v.n - r->first >= FINDINGS_MAX;
}

/* The compiler quotes with U+2018 and U+2019 in a UTF-8 locale: one form, so that rules can match it. */
static void plain_quotes(char *text)
{
    char *to = text;

    while (*text) {
        if (!strncmp(text, "\xe2\x80\x98", 3) || !strncmp(text, "\xe2\x80\x99", 3)) {
            *to++ = '\'';
            text += 3;
        } else {
            *to++ = *text++;
        }
    }
    *to = '\0';
}

static bool is_same(const struct finding *a, const struct finding *b)
{
    return a->line == b->line && a->severity == b->severity && str_eq(a->file, b->file) &&
           str_eq(a->message, b->message);
}

/* A prototype repeats the errors of its definition: drop what was just said about the same line. */
static struct finding *drop_repeated(struct reader *r, struct finding *f)
{
    struct finding *items = r->out->v.items;
    size_t last = r->out->v.n - 1, i = last;

    for (int n = 0; i > r->first && n < SAME_LOOK_BACK; n++) {
        if (is_same(&items[--i], f)) {
            r->out->v.n--;
            return NULL;
        }
    }
    return f;
}

static struct finding *add(struct reader *r, enum finding_severity severity, const char *file, int line,
                           int column, const char *message)
{
    struct finding *f;
    char text[800];

    if (is_full(r))
        return NULL;
    str_copy(text, sizeof(text), message);
    plain_quotes(text);
    f = finding_add(r->out, "compile", severity, FINDING_NONE, "%s", text);
    if (!f)
        return NULL;
    str_copy(f->file, sizeof(f->file), file);
    f->line = line;
    f->column = column;
    r->errors += severity == FINDING_ERROR;
    return drop_repeated(r, f);
}

/* ---- compiler: JSON ---- */

static const char *text_of(struct json_object *o, const char *key)
{
    struct json_object *v;

    return json_object_object_get_ex(o, key, &v) && json_object_is_type(v, json_type_string)
               ? json_object_get_string(v)
               : "";
}

static int number_of(struct json_object *o, const char *key)
{
    struct json_object *v;
    int n = json_object_object_get_ex(o, key, &v) ? json_object_get_int(v) : 0;

    return n > 0 ? n : 0;
}

static struct json_object *first_of(struct json_object *o, const char *key)
{
    struct json_object *v;

    if (!json_object_object_get_ex(o, key, &v) || !json_object_is_type(v, json_type_array) ||
        !json_object_array_length(v))
        return NULL;
    return json_object_array_get_idx(v, 0);
}

struct place {
    char file[64];
    int line, column;
};

/* Only the last part of a path is kept: no host path gets into a finding. */
static struct place place_of(struct json_object *o)
{
    struct json_object *location = first_of(o, "locations"), *caret;
    struct place p = {"", 0, 0};
    const char *file, *slash;

    if (!location || !json_object_object_get_ex(location, "caret", &caret))
        return p;
    file = text_of(caret, "file");
    slash = strrchr(file, '/');
    str_copy(p.file, sizeof(p.file), slash ? slash + 1 : file);
    p.line = number_of(caret, "line");
    p.column = number_of(caret, "byte-column");
    return p;
}

static int severity_of(const char *kind)
{
    if (str_eq(kind, "warning"))
        return FINDING_WARNING;
    return str_eq(kind, "note") ? FINDING_NOTE : FINDING_ERROR;
}

/* What would mend it: the compiler's own replacement, else the first candidate that it names. */
static void write_fix(struct finding *f, struct json_object *o)
{
    struct json_object *fix = first_of(o, "fixits"), *children, *child;
    char text[400] = "";

    if (fix && *text_of(fix, "string"))
        snprintf(text, sizeof(text), "Write %.100s.", text_of(fix, "string"));
    if (!*text && json_object_object_get_ex(o, "children", &children) &&
        json_object_is_type(children, json_type_array)) {
        for (size_t i = 0; i < json_object_array_length(children) && !*text; i++) {
            child = json_object_array_get_idx(children, i);
            if (str_starts(text_of(child, "message"), "candidate:"))
                snprintf(text, sizeof(text), "There is: %.180s", text_of(child, "message") + 11);
        }
    }
    plain_quotes(text);
    text_line(f->fix, sizeof(f->fix), text);
}

static void read_diagnostic(struct reader *r, struct json_object *o)
{
    enum finding_severity severity;
    struct finding *f;
    struct place p;

    if (!json_object_is_type(o, json_type_object))
        return;
    severity = (enum finding_severity)severity_of(text_of(o, "kind"));
    p = place_of(o);
    if (severity == FINDING_NOTE)
        return;
    if (severity == FINDING_WARNING && !str_eq(p.file, r->sketch) && !str_eq(p.file, "model.h"))
        return;
    f = add(r, severity, p.file, p.line, p.column, text_of(o, "message"));
    if (f)
        write_fix(f, o);
}

/* One object after the other, so that a list that was cut off still says what it has. */
static void read_json_line(struct reader *r, const char *p, size_t n)
{
    struct json_tokener *tok = json_tokener_new();
    const char *end = p + n;

    for (p++; tok && p < end && !is_full(r);) {
        struct json_object *o;

        json_tokener_reset(tok);
        o = json_tokener_parse_ex(tok, p, (int)(end - p));
        if (!o)
            break;
        read_diagnostic(r, o);
        json_object_put(o);
        p += json_tokener_get_parse_end(tok);
        p += strspn(p, ", ");
    }
    json_tokener_free(tok);
}

/* Assembler and compiler driver write plain lines: "{standard input}:38: Error: bad instruction". */
static const struct {
    const char *phrase, *cause;
} plain_rows[] = {
    {"File size limit exceeded", "box-disk"},
    {"File too large", "box-disk"},
    {"No space left on device", "box-disk"},
    {"out of memory", "box-memory"},
    {"virtual memory exhausted", "box-memory"},
    {"Killed signal terminated", "box-memory"},
    {"Fatal error: ", ""},
    {"fatal error: ", ""},
    {"internal compiler error: ", ""},
    {"Error: ", ""},
};

static void read_plain_line(struct reader *r, const char *line)
{
    for (size_t i = 0; i < sizeof(plain_rows) / sizeof(*plain_rows); i++) {
        const char *at = strstr(line, plain_rows[i].phrase);
        struct finding *f;

        if (!at)
            continue;
        f = add(r, FINDING_ERROR, r->sketch, 0, 0, at);
        if (f)
            str_copy(f->cause, sizeof(f->cause), plain_rows[i].cause);
        return;
    }
}

static void read_compile_line(struct reader *r, const char *line, size_t n)
{
    char text[512];

    if (n && *line == '[') {
        read_json_line(r, line, n);
        return;
    }
    snprintf(text, sizeof(text), "%.*s", (int)(n < sizeof(text) ? n : sizeof(text) - 1), line);
    read_plain_line(r, text);
}

/* ---- linker: text ---- */

/* "…/fruit.ino:12: undefined …": the number behind the sketch's name; 0 when the line does not name it. */
static int line_in_sketch(const struct reader *r, const char *text)
{
    const char *at = strstr(text, r->sketch);
    char *end;
    long n;

    if (!at || at[strlen(r->sketch)] != ':')
        return 0;
    n = strtol(at + strlen(r->sketch) + 1, &end, 10);
    return *end == ':' && n > 0 && n < 10000000 ? (int)n : 0;
}

static void add_undefined(struct reader *r, const char *text, const char *what)
{
    static const char *const mains[] = {"setup()'", "loop()'"};
    struct finding *f = add(r, FINDING_ERROR, r->sketch, line_in_sketch(r, text), 0, what);

    if (!f)
        return;
    str_copy(f->cause, sizeof(f->cause), "undefined-reference");
    for (int i = 0; i < 2; i++) {
        if (!str_ends(what, mains[i]) || what[strlen(what) - strlen(mains[i]) - 1] != '`')
            continue;
        f->category = FINDING_E4;
        str_copy(f->cause, sizeof(f->cause), "missing-main");
        snprintf(f->fix, sizeof(f->fix), "Define void %s().", i ? "loop" : "setup");
    }
}

static void add_overflow(struct reader *r, const struct board_tools *t, const char *text, struct board_size *size)
{
    bool ram = strstr(text, "region `RAM'") != NULL;
    const char *at = strstr(text, "overflowed by ");
    int64_t most = ram ? t->ram : t->flash, over = strtoll(at + strlen("overflowed by "), NULL, 10);
    struct finding *f;

    if (over <= 0 || over > INT64_C(1) << 40)
        return;
    *(ram ? &size->ram : &size->flash) = most + over;
    f = finding_add(r->out, "budget", FINDING_ERROR, FINDING_NONE,
                    "The firmware needs %lld bytes of %s; the board has %lld: %lld too many.",
                    (long long)(most + over), ram ? "RAM" : "flash", (long long)most, (long long)over);
    r->errors++;
    if (!f)
        return;
    str_copy(f->file, sizeof(f->file), r->sketch);
    str_copy(f->cause, sizeof(f->cause), ram ? "budget-ram" : "budget-flash");
    str_copy(f->fix, sizeof(f->fix), ram ? "Make the tensor arena and other buffers smaller."
                                         : "Use a smaller model or fewer libraries.");
}

static void read_link_line(struct reader *r, const struct board_tools *t, const char *text,
                           struct board_size *size)
{
    const char *at;

    if ((at = strstr(text, "undefined reference to ")))
        add_undefined(r, text, at);
    else if ((at = strstr(text, "multiple definition of ")))
        add(r, FINDING_ERROR, r->sketch, line_in_sketch(r, text), 0, at);
    else if (strstr(text, "overflowed by "))
        add_overflow(r, t, text, size);
    else if ((at = strstr(text, "cannot find ")))
        add(r, FINDING_ERROR, r->sketch, 0, 0, at);
}

/* ---- sizes ---- */

static const struct {
    const char *section;
    bool flash, ram;
} sections[] = {
    {".text", true, false},         {".ARM.exidx", true, false}, {".data", true, true}, {".bss", false, true},
    {".guard", false, true},        {".stack", false, true},     {".handler_stack", false, true},
};

static void read_size_line(const char *text, struct board_size *size)
{
    char name[32];
    long long n;

    if (sscanf(text, "%31s %12lld", name, &n) != 2 || n < 0)
        return;
    for (size_t i = 0; i < sizeof(sections) / sizeof(*sections); i++) {
        if (!str_eq(name, sections[i].section))
            continue;
        size->flash += sections[i].flash ? n : 0;
        size->ram += sections[i].ram ? n : 0;
    }
}

static void check_size(struct reader *r, const struct board_size *s)
{
    const struct {
        const char *what, *cause;
        int64_t used, most;
    } rows[] = {{"flash", "budget-flash", s->flash, s->flash_max}, {"RAM", "budget-ram", s->ram, s->ram_max}};

    for (int i = 0; i < 2; i++) {
        int64_t left = rows[i].most - rows[i].used;
        struct finding *f;

        if (left >= (i ? HEAP_WARNING : 0))
            continue;
        f = finding_add(r->out, "budget", left < 0 ? FINDING_ERROR : FINDING_WARNING, FINDING_NONE,
                        left < 0 ? "The firmware needs %lld bytes of %s; the board has %lld."
                                 : "The firmware takes %lld bytes of %s; of the board's %lld almost none are left for the heap.",
                        (long long)rows[i].used, rows[i].what, (long long)rows[i].most);
        if (f)
            str_copy(f->cause, sizeof(f->cause), rows[i].cause);
    }
}

/* ---- together ---- */

enum log { COMPILE_LOG, LINK_LOG, SIZE_LOG };

static void read_line(struct reader *r, const struct board_tools *t, enum log log, const char *line, size_t n,
                      struct board_size *size)
{
    char text[1024];

    if (log == COMPILE_LOG) {
        read_compile_line(r, line, n);
        return;
    }
    snprintf(text, sizeof(text), "%.*s", (int)(n < sizeof(text) ? n : sizeof(text) - 1), line);
    if (log == LINK_LOG)
        read_link_line(r, t, text, size);
    else
        read_size_line(text, size);
}

static void read_log(struct reader *r, const struct board_tools *t, const struct job_result *result, enum log log,
                     struct board_size *size)
{
    static const char *const names[] = {"compile.log", "link.log", "firmware.size"};
    const struct job_file *f = job_result_output(result, names[log]);
    const char *p = f ? f->bytes : "";
    size_t left = f ? f->len : 0;

    left = left > LOG_MAX ? LOG_MAX : left;
    while (left) {
        const char *end = memchr(p, '\n', left);
        size_t n = end ? (size_t)(end - p) : left;

        read_line(r, t, log, p, n, size);
        n += end != NULL;
        p += n;
        left -= n;
    }
}

/* It failed and nothing said why: the start of what was written, so that the person can see it. */
static void explain_silence(struct reader *r, const struct job_result *result)
{
    const struct job_file *log = job_result_output(result, result->code == 20 ? "link.log" : "compile.log");
    const char *text = log && log->len ? log->bytes : result->err_out;
    char how[80];
    struct finding *f;

    f = finding_add(r->out, "compile", FINDING_ERROR, FINDING_NONE, "The build %s without a diagnostic: %.200s",
                    job_stop_text(result, how, sizeof(how)), text ? text : "");
    if (f)
        str_copy(f->file, sizeof(f->file), r->sketch);
}

void board_read_build(const struct board_tools *t, const char *name, const struct job_result *r,
                      struct board_size *ret_size, struct finding_list *out)
{
    struct reader reader = {.out = out, .first = out->v.n};
    bool built = r->stop == JOB_EXITED && r->code == 0;

    snprintf(reader.sketch, sizeof(reader.sketch), "%.50s.ino", name);
    *ret_size = (struct board_size){.flash_max = t->flash, .ram_max = t->ram};
    if (stops_add(out, "compile", "The build of the sketch", r))
        reader.errors++;
    read_log(&reader, t, r, COMPILE_LOG, ret_size);
    read_log(&reader, t, r, LINK_LOG, ret_size);
    if (built) {
        read_log(&reader, t, r, SIZE_LOG, ret_size);
        check_size(&reader, ret_size);
    } else if (!reader.errors && r->stop != JOB_CANCELED) {
        explain_silence(&reader, r);
    }
}
