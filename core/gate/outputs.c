/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a script was to leave behind, looked at itself: its exit code and its own words are not
 * taken for it. A script that prints "saved" and writes nothing is the classic silent failure of
 * data steps.
 */
#include <stdio.h>
#include <string.h>

#include "core/artifact/json.h"
#include "core/base/path.h"
#include "core/base/str.h"
#include "core/gate/gates.h"

#define ID "outputs"

enum { LINE = 300 };

static const struct gate_note failed = {"script-failed", FINDING_ERROR, FINDING_NONE,
                                        "Correct the line that the message names.", NULL},
                              missing = {"output-missing", FINDING_ERROR, FINDING_OTHER,
                                         "Write the declared file into the current folder.", NULL},
                              lied = {"output-missing", FINDING_ERROR, FINDING_OTHER,
                                      "Write the file before saying so.", NULL},
                              empty = {"output-empty", FINDING_ERROR, FINDING_OTHER,
                                       "Write the data into the declared file.", NULL},
                              wrong = {"output-format", FINDING_ERROR, FINDING_OTHER,
                                       "Write the format that the file's name says.", NULL},
                              marker = {"error-marker", FINDING_WARNING, FINDING_OTHER,
                                        "Let the script end with an error when something failed.",
                                        NULL};

/* The last line of text that is not blank. */
static const char *last_line(const char *text, char *dst, size_t size)
{
    size_t n = text ? strlen(text) : 0, from;

    while (n && strchr(" \t\r\n", text[n - 1]))
        n--;
    from = n;
    while (from && text[from - 1] != '\n')
        from--;
    n = n - from < size - 1 ? n - from : size - 1;
    memcpy(dst, text ? text + from : "", n);
    dst[n] = '\0';
    return dst;
}

/* The innermost traceback line in the script itself:  File "/in/NAME", line N  */
static int traceback_line(const struct gate_artifact *a, const char *text)
{
    char mark[256];
    int64_t line = 0;

    snprintf(mark, sizeof(mark), "/%s\", line ", a->name ? path_base(a->name) : "");
    for (const char *p = text; p && (p = strstr(p, mark)) != NULL;) {
        char digits[12];
        size_t n;
        p += strlen(mark);
        n = strspn(p, "0123456789");
        if (n && n < sizeof(digits)) {
            memcpy(digits, p, n);
            digits[n] = '\0';
            str_to_long(digits, &line);
        }
    }
    return line > 0 && line < INT32_MAX ? (int)line : 0;
}

static void check_exit(const struct gate_artifact *a, const struct job_result *r,
                       struct finding_list *out)
{
    char line[LINE];

    if (r->stop != JOB_EXITED)
        return; /* the box gate says why */
    if (r->code) {
        last_line(r->err_out, line, sizeof(line));
        if (!line[0])
            last_line(r->out, line, sizeof(line));
        gate_say(out, ID, &failed, a, traceback_line(a, r->err_out), 0, "It ended with code %d: %s",
                 r->code, line[0] ? line : "it printed nothing.");
    } else if (r->err_out && strstr(r->err_out, "Traceback (most recent call last)")) {
        gate_say(out, ID, &marker, a, traceback_line(a, r->err_out), 0,
                 "It ended well, but printed a traceback: %s",
                 last_line(r->err_out, line, sizeof(line)));
    }
}

static bool claims_success(const struct job_result *r)
{
    static const char *const words[] = {"saved", "success", "written", "wrote", "done", "complete"};

    for (size_t i = 0; r->out && i < sizeof(words) / sizeof(words[0]); i++) {
        if (strcasestr(r->out, words[i]))
            return true;
    }
    return false;
}

/* NULL when the bytes are what the name says. */
static const char *format_trouble(const char *name, const struct job_file *f)
{
    const char *p = f->bytes;

    if (str_ends(name, ".tflite") && (f->len < 8 || memcmp(p + 4, "TFL3", 4)))
        return "is no TensorFlow Lite model";
    if (str_ends(name, ".keras") && (f->len < 4 || memcmp(p, "PK\3\4", 4)))
        return "is no Keras model";
    if (str_ends(name, ".json") && (f->len < 2 || (p[0] != '[' && p[0] != '{') ||
                                    (p[0] == '{' && !json_object_span(p, f->len, NULL))))
        return "is no JSON";
    if (str_ends(name, ".elf") && (f->len < 4 || memcmp(p, "\177ELF", 4)))
        return "is no firmware";
    return NULL;
}

static void check_output(const struct gate_artifact *a, const struct job_result *r,
                         const char *name, struct finding_list *out)
{
    const struct job_file *f = job_result_output(r, name);
    const char *trouble;

    if (!f && r->stop == JOB_EXITED && !r->code && claims_success(r))
        gate_say(out, ID, &lied, a, 0, 0, "It says that it succeeded, but never wrote %s.", name);
    else if (!f)
        gate_say(out, ID, &missing, a, 0, 0, "It did not write %s.", name);
    else if (!f->len)
        gate_say(out, ID, &empty, a, 0, 0, "The file %s that it wrote is empty.", name);
    else if ((trouble = format_trouble(name, f)) != NULL)
        gate_say(out, ID, &wrong, a, 0, 0, "The file %s that it wrote %s.", name, trouble);
}

static void check(const struct gate_artifact *a, const struct gate_context *c,
                  const struct job_result *result, struct finding_list *out)
{
    (void)result;
    if (!c->execution || c->execution->stop == JOB_NOT_STARTED)
        return;
    check_exit(a, c->execution, out);
    for (int i = 0; i < c->n_outputs; i++)
        check_output(a, c->execution, c->outputs[i], out);
}

const struct gate gate_outputs = {
    ID,
    "The script ended well and every declared output exists, is not empty and has its format.",
    GATE_AFTER,
    1u << ARTIFACT_PYTHON,
    NULL,
    check,
};
