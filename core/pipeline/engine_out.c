/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * out/: the approved results as plain files, written when a run reaches its end, compared by verify.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/base/os.h"
#include "core/base/path.h"
#include "core/base/str.h"
#include "core/pipeline/engine_private.h"
#include "core/pipeline/report.h"
#include "core/pipeline/verify.h"

enum { KEPT_MAX = 99 }; /* versions of one file that somebody else wrote */

/* "model.h=NAME/model.h": output, then its place below out/ with NAME for the project's name. */
static void place_of(const struct engine *e, const char *row, char *name, size_t name_size, char *place,
                     size_t place_size)
{
    const char *equals = strchr(row, '=');
    const char *path = equals ? equals + 1 : row;

    snprintf(name, name_size, "%.*s", equals ? (int)(equals - row) : (int)strlen(row), row);
    if (str_starts(path, "NAME/"))
        snprintf(place, place_size, "%s%s", e->state.project, path + 4);
    else
        str_copy(place, place_size, path);
    if (str_ends(place, "/NAME.ino"))
        snprintf(place, place_size, "%s/%s.ino", e->state.project, e->state.project);
}

/* ---- what somebody else wrote into out/ is never overwritten ---- */

/* Is there a file whose bytes the history never held? Then a person or another program changed it. ret: its hash. */
static int is_foreign(struct engine *e, const char *path, char ret_hex[SHA256_HEX], struct err *err)
{
    struct buf bytes;
    int known;

    ret_hex[0] = '\0';
    if (!path_exists(path))
        return 0;
    buf_init(&bytes, ENGINE_BLOB_CAP);
    if (path_read(path, &bytes, NULL) == 0)
        sha256_of(buf_text(&bytes), bytes.len, ret_hex);
    buf_done(&bytes);
    if (!ret_hex[0])
        return 1;
    known = store_has_blob(e->store, ret_hex, NULL, err);
    return known < 0 ? known : known == 0;
}

static int say_kept(struct engine *e, const char *place, const char *kept, struct err *err)
{
    struct json_object *body = json_object_new_object();
    char text[400];

    snprintf(text, sizeof(text), "out/%.120s was changed by somebody else: that version is kept as %.120s. To use it, take it "
             "over: it is checked and waits for a decision.", place, path_base(kept));
    json_put_text(body, "severity", "warning");
    json_put_text(body, "text", text);
    return engine_emit(e, EVENT_MESSAGE, "", body, STORE_NORMAL, err);
}

/* Behind the name, not before it: the Arduino IDE compiles every .ino of a folder. */
static int keep_aside(struct engine *e, const char *path, const char *place, struct err *err)
{
    char kept[PATH_CAP + 16];

    for (int i = 1; i <= KEPT_MAX; i++) {
        snprintf(kept, sizeof(kept), "%s.yours-%d", path, i);
        if (path_exists(kept))
            continue;
        if (os.rename(path, kept))
            return err_set(err, ERR_MACHINE, "out/%s was changed by somebody else and cannot be kept aside: %s.", place,
                           strerror(errno));
        return say_kept(e, place, kept, err);
    }
    err_set(err, ERR_MACHINE, "out/%s was changed by somebody else, and %d such versions are kept already.", place, KEPT_MAX);
    err_hint(err, "Delete those you do not need: out/%s.yours-1 and so on.", place);
    return -ERR_MACHINE;
}

/* Makes room for bytes of that hash: 1 the file is as it shall be, 0 it may be written. */
static int make_room(struct engine *e, const char *place, const char *sha, struct err *err)
{
    char path[PATH_CAP], hex[SHA256_HEX];
    int r;

    if (snprintf(path, sizeof(path), "%s/out/%s", e->project->folder, place) >= (int)sizeof(path))
        return err_set(err, ERR_INVALID, "The path of out/%s is too long.", place);
    r = is_foreign(e, path, hex, err);
    if (r <= 0)
        return r < 0 ? r : str_eq(hex, sha);
    return keep_aside(e, path, place, err);
}

static int write_out(struct engine *e, const char *place, const void *bytes, size_t n, struct err *err)
{
    char path[PATH_CAP], folder[PATH_CAP];
    char *slash;

    if (snprintf(path, sizeof(path), "%s/out/%s", e->project->folder, place) >= (int)sizeof(path))
        return err_set(err, ERR_INVALID, "The path of out/%s is too long.", place);
    str_copy(folder, sizeof(folder), path);
    slash = strrchr(folder, '/');
    *slash = '\0';
    if (path_make(folder, 0755, err))
        return -ERR_MACHINE;
    return path_write(path, bytes, n, 0644, err);
}

static const char *sha_of(const struct engine *e, int stage, const char *name)
{
    const struct attempt *a = stage_approved(&e->context, e->stages[stage]->id);
    const struct state_output *o = a ? state_output(a, name) : NULL;

    if (a && str_eq(name, "artifact"))
        return a->blob;
    return o ? o->sha : NULL;
}

typedef int out_fn(struct engine *e, void *arg, const char *place, const char *sha, struct err *err);

/* fn for every file that belongs into out/ now. */
static int each_file(struct engine *e, int until, out_fn *fn, void *arg, struct err *err)
{
    char name[80], place[200];
    int r = 0;

    for (int i = 0; e->stages[i] && i <= until && r == 0; i++) {
        const char *const *rows = e->stages[i]->out_files;
        for (; rows && *rows && r == 0; rows++) {
            const char *sha;
            place_of(e, *rows, name, sizeof(name), place, sizeof(place));
            sha = sha_of(e, i, name);
            if (sha && sha[0])
                r = fn(e, arg, place, sha, err);
        }
    }
    return r;
}

static int write_file(struct engine *e, void *arg, const char *place, const char *sha, struct err *err)
{
    struct buf bytes;
    int r = make_room(e, place, sha, err);

    (void)arg;
    if (r)
        return r < 0 ? r : 0;
    buf_init(&bytes, ENGINE_BLOB_CAP);
    r = store_get_blob(e->store, sha, &bytes, err);
    if (r == 0)
        r = write_out(e, place, buf_text(&bytes), bytes.len, err);
    buf_done(&bytes);
    return r;
}

static int check_file(struct engine *e, void *arg, const char *place, const char *sha, struct err *err)
{
    struct verify_result *v = arg;
    char path[PATH_CAP], hex[SHA256_HEX] = "";
    struct buf bytes;

    (void)err;
    buf_init(&bytes, ENGINE_BLOB_CAP);
    if (snprintf(path, sizeof(path), "%s/out/%s", e->project->folder, place) < (int)sizeof(path) &&
        path_read(path, &bytes, NULL) == 0)
        sha256_of(buf_text(&bytes), bytes.len, hex);
    buf_done(&bytes);
    v->n_files++;
    if (!str_eq(hex, sha) && v->n_changed < VERIFY_CHANGED_MAX)
        snprintf(v->changed[v->n_changed++], sizeof(v->changed[0]), "out/%s%s", place, hex[0] ? "" : " (missing)");
    return 0;
}

int engine_verify(struct engine *e, struct verify_result *ret, struct err *err)
{
    char folder[PATH_CAP];
    int r;

    memset(ret, 0, sizeof(*ret));
    r = store_verify(e->store, &ret->history, err);
    if (r == 0)
        r = engine_verify_events(e, ret, err);
    if (r)
        return r;
    if (!path_join(folder, sizeof(folder), e->project->folder, "out") || !path_exists(folder))
        return 0; /* nothing was written yet */
    each_file(e, e->state.n_stages, check_file, ret, err);
    if (ret->n_changed == 0)
        return 0;
    err_set(err, ERR_STAGE, "%s is not what the history says was made%s.", ret->changed[0],
            ret->n_changed > 1 ? " (and others)" : "");
    err_hint(err, "tinywright run writes the approved results again.");
    return -ERR_STAGE;
}

int engine_write_out(struct engine *e, struct err *err)
{
    struct buf report;
    int r = each_file(e, e->until, write_file, NULL, err);

    if (r)
        return r;
    buf_init(&report, 4 * 1024 * 1024);
    r = report_write(&e->state, &report, err);
    if (r == 0)
        r = write_out(e, "report.md", buf_text(&report), report.len, err);
    buf_done(&report);
    return r;
}
