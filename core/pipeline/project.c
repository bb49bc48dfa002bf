/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/pipeline/project.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/os.h"
#include "core/base/path.h"
#include "core/base/str.h"

enum { CSV_CAP = 512 * 1024 * 1024, DEFAULT_ATTEMPTS = 5, READ_PIECE = 1 << 16 };

static int find_board(struct project *p, struct err *err)
{
    const char *ids[32];
    const char *id = p->config.board;
    char known[400] = "";
    size_t used = 0;
    int n = 0;

    p->board = board_find(id);
    if (p->board)
        return 0;
    for (; n < board_count && n < 32; n++) {
        ids[n] = board_table[n].id;
        if (used < sizeof(known))
            used += (size_t)snprintf(known + used, sizeof(known) - used, "%s%s", n ? ", " : "", ids[n]);
    }
    err_at(err, ERR_INVALID, PROJECT_FILE, 0, 0, "There is no board named %s.", id);
    if (str_nearest(id, ids, (size_t)n))
        err_hint(err, "Did you mean %s? tinywright boards lists all.", str_nearest(id, ids, (size_t)n));
    else
        err_hint(err, "Known are %s; tinywright boards says more.", known);
    return -ERR_INVALID;
}

static int load_config(struct project *p, struct err *err)
{
    static struct config_errors errors; /* one thread; large for a stack */

    if (project_config_load(p->folder, &p->config, &errors) == 0)
        return 0;
    if (err)
        *err = errors.items[0];
    return -ERR_INVALID;
}

static int open_folder(struct project *p, const char *folder, const char *runtime, struct err *err)
{
    char *real = realpath(folder, NULL);
    bool fits = real && str_copy(p->folder, sizeof(p->folder), real);

    if (!real)
        return err_sys(err, ERR_INVALID, "The project folder %s cannot be opened", folder);
    free(real);
    if (!fits)
        return err_set(err, ERR_INVALID, "The project's path is too long.");
    p->folder_fd = open(p->folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (p->folder_fd < 0)
        return err_sys(err, ERR_INVALID, "The project folder %s cannot be opened", folder);
    if (runtime)
        str_copy(p->runtime, sizeof(p->runtime), runtime);
    else if (!path_user('d', p->runtime, sizeof(p->runtime)))
        return err_set(err, ERR_MACHINE, "The path of the data folder is too long.");
    return 0;
}

struct project *project_open(const char *folder, const char *runtime, struct err *err)
{
    struct project *p = os_alloc(sizeof(*p));

    if (!p) {
        err_set(err, ERR_MACHINE, "There is no memory left to open the project.");
        return NULL;
    }
    p->folder_fd = -1;
    p->repairs = true;
    buf_init(&p->csv, CSV_CAP);
    if (open_folder(p, folder, runtime, err) || load_config(p, err) || find_board(p, err)) {
        project_free(p);
        return NULL;
    }
    return p;
}

void project_free(struct project *p)
{
    if (!p)
        return;
    if (p->folder_fd >= 0)
        close(p->folder_fd);
    project_config_done(&p->config);
    board_tools_free(p->tools);
    profile_done(&p->profile);
    buf_done(&p->csv);
    free(p);
}

static int read_csv(struct project *p, struct err *err)
{
    int fd = path_open_beneath(p->folder_fd, p->config.data, err);
    char piece[READ_PIECE];
    ssize_t n;
    int r = 0;

    if (fd < 0)
        return fd;
    while (r == 0 && (n = read(fd, piece, sizeof(piece))) != 0) {
        if (n < 0)
            r = err_sys(err, ERR_INVALID, "The file %s cannot be read", p->config.data);
        else if (buf_put(&p->csv, piece, (size_t)n))
            r = err_set(err, ERR_INVALID, "The file %s is larger than %d MB.", p->config.data,
                        CSV_CAP / 1024 / 1024);
    }
    close(fd);
    return r;
}

static int profile_csv(struct project *p, struct err *err)
{
    struct profiler *profiler = profiler_new(p->config.data, p->config.label);
    int r;

    if (!profiler)
        return err_set(err, ERR_MACHINE, "There is no memory left to read %s.", p->config.data);
    r = profiler_feed(profiler, buf_text(&p->csv), p->csv.len, err);
    if (r == 0)
        r = profiler_finish(profiler, &p->profile, err);
    profiler_free(profiler);
    return r;
}

int project_data(struct project *p, struct err *err)
{
    int r;

    if (p->profiled)
        return 0;
    buf_reset(&p->csv);
    r = read_csv(p, err);
    if (r)
        return r;
    sha256_of(buf_text(&p->csv), p->csv.len, p->csv_sha);
    r = profile_csv(p, err);
    p->profiled = r == 0;
    return r;
}

int project_tools(struct project *p, struct err *err)
{
    if (!p->tools)
        p->tools = board_tools_new(p->board, p->runtime, err);
    return p->tools ? 0 : -ERR_TOOL;
}

int project_attempts(const struct project *p)
{
    return p->config.caps.attempts > 0 ? (int)p->config.caps.attempts : DEFAULT_ATTEMPTS;
}

enum state_mode project_mode(const struct project *p, const char *stage)
{
    if (p->mode_set && (p->mode == MODE_SYMBOLIC || !str_eq(stage, "train")))
        return p->mode;
    return (enum state_mode)project_config_mode(&p->config, stage);
}

const char *project_python(struct project *p, struct err *err)
{
    if (!path_join(p->python, sizeof(p->python), p->runtime, "venv/bin/python3") || !path_exists(p->python)) {
        err_set(err, ERR_TOOL, "The Python environment of the program is not there (%s).", p->python);
        err_hint(err, "./run sets it up: about 2 GB and 2 minutes.");
        return NULL;
    }
    return p->python;
}

/* The environment is named by the hash of its pinned requirements: every package version follows from it. */
static void read_python_versions(struct project *p)
{
    char path[PATH_CAP];
    struct buf key;

    buf_init(&key, 4096);
    if (path_join(path, sizeof(path), p->runtime, "venv/requirements.sha256") && path_read(path, &key, NULL) == 0)
        snprintf(p->python_versions, sizeof(p->python_versions), "Python 3.11, environment %.16s", buf_text(&key));
    else
        str_copy(p->python_versions, sizeof(p->python_versions), "Python, environment unknown");
    buf_done(&key);
}

const char *project_versions(struct project *p, const char *program)
{
    if (str_ends(program, "/python3")) {
        if (!p->python_versions[0])
            read_python_versions(p);
        return p->python_versions;
    }
    return p->tools ? board_tools_versions(p->tools) : "";
}
