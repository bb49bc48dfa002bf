/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The build of a sketch as one job: compile with the precompiled header, link, measure. The script is constant;
 * what the sketch or its name could influence reaches it as bytes of files only. */
#include <string.h>

#include "core/board/ino.h"
#include "core/board/tools.h"

/* $1 compiler, $2 size tool. The folder of the job's files is taken from $0, because it differs between sandbox
 * levels. Exit codes 10, 20, 30 tell the steps apart; see diagnostics.c. */
static const char build_script[] =
    "in=${0%/*}\n"
    "\"$1\" \"@$in/compile.opt\" \"-I$in\" -c \"$in/sketch.cpp\" -o sketch.o 2>compile.log || exit 10\n"
    "\"$1\" \"@$in/link.opt\" 2>link.log || exit 20\n"
    "\"$2\" -A firmware.elf >firmware.size || exit 30\n";

/* One argument of a response file: quotes, backslashes and blanks escaped. */
static void put_arg(struct buf *b, const char *arg)
{
    for (; *arg; arg++) {
        if (strchr(" \t\\\"'", *arg))
            buf_putc(b, '\\');
        buf_putc(b, *arg);
    }
    buf_putc(b, '\n');
}

static void put_words(struct buf *b, const char *before, const struct tools_words *w)
{
    for (int i = 0; i < w->n; i++) {
        if (before)
            put_arg(b, before);
        put_arg(b, w->words[i]);
    }
}

static void put_args(struct buf *b, const char *const *args)
{
    for (; *args; args++)
        put_arg(b, *args);
}

/* The large precompiled header only for a sketch that includes what is in it: one that forgot an include must
 * fail here as it fails on the real board. */
static void compile_options(const struct board_tools *t, const char *ino, size_t n, struct buf *b)
{
    bool tflm = ino_includes(ino, n, t->pch_tflm_when);

    /* No -fmax-errors: when it is reached, this compiler drops all of its JSON. */
    put_args(b, (const char *const[]){"-Wall", "-pipe", "-fdiagnostics-format=json", NULL});
    put_words(b, NULL, &t->flags);
    put_words(b, NULL, &t->cxxflags);
    put_words(b, "-isystem", &t->includes);
    put_words(b, "-idirafter", &t->include_after);
    put_args(b, (const char *const[]){"-include", tflm ? t->pch_tflm : t->pch, NULL});
}

static void link_options(const struct board_tools *t, struct buf *b)
{
    put_words(b, NULL, &t->link);
    put_args(b, (const char *const[]){"-T", t->script, "-o", "firmware.elf", "-Wl,-Map,firmware.map", "sketch.o",
                                      "-Wl,--start-group", NULL});
    put_words(b, NULL, &t->archives);
    put_words(b, NULL, &t->libraries);
    put_arg(b, "-Wl,--end-group");
}

static int hand_over(struct job *j, const char *name, const struct buf *b, struct err *err)
{
    if (b->broken)
        return err_set(err, ERR_MACHINE, "There is no memory left to prepare the build.");
    return job_file(j, name, b->data ? b->data : "", b->len, err);
}

static int put_files(struct job *j, const struct board_tools *t, const char *name, const char *ino, size_t n,
                     struct err *err)
{
    struct buf cpp, compile, link;
    int rc;

    buf_init(&cpp, 4 * INO_CAP);
    buf_init(&compile, 64 << 10);
    buf_init(&link, 64 << 10);
    compile_options(t, ino, n, &compile);
    link_options(t, &link);
    rc = ino_to_cpp(name, ino, n, &cpp, err);
    if (!rc)
        rc = hand_over(j, "sketch.cpp", &cpp, err);
    if (!rc)
        rc = hand_over(j, "compile.opt", &compile, err);
    if (!rc)
        rc = hand_over(j, "link.opt", &link, err);
    buf_done(&cpp);
    buf_done(&compile);
    buf_done(&link);
    return rc;
}

static void set_limits(struct job *j)
{
    j->limits = (struct job_limits){
        .wall_ms = 60000,
        .cpu_s = 50,
        .memory = 1280LL << 20,
        .work = 96 << 20,
        .file = 64 << 20,
        .output = 1 << 20,
        .processes = 16,
    };
}

struct job *board_build_job(const struct board_tools *t, const char *name, const char *ino, size_t ino_len,
                            const char *model_h, size_t model_h_len, struct err *err)
{
    static const char *const outputs[] = {"firmware.elf", "firmware.size", "firmware.map", "compile.log", "link.log"};
    char title[80];
    struct job *j;
    int rc;

    snprintf(title, sizeof(title), "compile %.50s.ino", name);
    j = job_new(title);
    if (!j) {
        err_set(err, ERR_MACHINE, "There is no memory left to prepare the build.");
        return NULL;
    }
    rc = put_files(j, t, name, ino, ino_len, err);
    if (!rc)
        rc = job_file(j, "build.sh", build_script, strlen(build_script), err);
    if (!rc && model_h)
        rc = job_file(j, "model.h", model_h, model_h_len, err);
    if (!rc)
        rc = job_bind(j, t->folder, err);
    for (size_t i = 0; !rc && i < sizeof(outputs) / sizeof(*outputs); i++)
        rc = job_output(j, outputs[i], err);
    if (!rc && (job_arg(j, "/usr/bin/sh", err) || job_arg(j, "/in/build.sh", err) || job_arg(j, t->cxx, err) ||
                job_arg(j, t->size, err)))
        rc = -1;
    set_limits(j);
    if (!rc)
        return j;
    job_free(j);
    return NULL;
}
