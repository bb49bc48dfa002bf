/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/base/buf.h"
#include "core/base/path.h"
#include "core/base/str.h"
#include "core/base/text.h"
#include "core/cli/commands.h"
#include "core/config/project.h"

const char *cli_project(const struct cli_args *a, int i)
{
    return i < a->n_words ? a->words[i] : ".";
}

int cli_open(struct cli_session *s, const char *folder, bool read_only, const struct engine_options *more, struct err *err)
{
    struct engine_options o = {.mode = -1};

    if (more)
        o = *more;
    memset(s, 0, sizeof(*s));
    s->loop = o.loop ? o.loop : loop_new(err);
    if (!s->loop)
        return -ERR_MACHINE;
    o.loop = s->loop;
    o.folder = folder;
    o.read_only = read_only;
    s->engine = engine_open(&o, err);
    if (s->engine)
        return 0;
    if (!more || !more->loop)
        loop_free(s->loop);
    s->loop = NULL;
    return err ? -err->code : -ERR_MACHINE;
}

int cli_close(struct cli_session *s, struct err *err)
{
    int r = engine_close(s->engine, err);

    loop_free(s->loop);
    memset(s, 0, sizeof(*s));
    return r;
}

void cli_print_text(const char *bytes, size_t n)
{
    struct buf b;

    buf_init(&b, 64 * 1024 * 1024);
    text_sanitize(&b, bytes, n, TEXT_PLAIN);
    fwrite(buf_text(&b), 1, b.len, stdout);
    if (b.len && b.data[b.len - 1] != '\n')
        putchar('\n');
    buf_done(&b);
}

int cli_read(const char *path, struct buf *out, struct err *err)
{
    char piece[65536];
    ssize_t n;

    if (!str_eq(path, "-"))
        return path_read(path, out, err);
    while ((n = read(STDIN_FILENO, piece, sizeof(piece))) > 0) {
        if (buf_put(out, piece, (size_t)n))
            return err_set(err, ERR_INVALID, "Standard input holds more than %zu bytes.", out->cap);
    }
    return n < 0 ? err_sys(err, ERR_MACHINE, "Standard input cannot be read") : 0;
}

void cli_print_json(struct json_object *o)
{
    puts(json_object_to_json_string_ext(o, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_NOSLASHESCAPE));
    json_object_put(o);
}

void cli_print_findings(const struct finding_list *l)
{
    for (size_t i = 0; i < l->v.n; i++) {
        const struct finding *f = &l->v.items[i];
        printf("%s:%d:%d: %s: %s [%s%s%s%s%s]\n", f->file[0] ? f->file : "artifact", f->line, f->column,
               finding_severity_name(f->severity), f->message, f->gate, f->category ? " " : "",
               finding_categories[f->category].id, f->cause[0] ? " " : "", f->cause);
        if (f->fix[0])
            printf("    fix: %s\n", f->fix);
    }
}
