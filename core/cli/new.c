/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tinywright new: a project from a CSV: a commented project file, and which sensor delivers which column. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/buf.h"
#include "core/base/os.h"
#include "core/base/path.h"
#include "core/base/str.h"
#include "core/base/text.h"
#include "core/board/board.h"
#include "core/cli/commands.h"
#include "core/config/project.h"
#include "core/data/profile.h"
#include "core/data/step.h"
#include "core/generate/generate.h"

enum { YAML_CAP = 256 * 1024 };

static const struct cli_option options[] = {
    {"--data", "CSV", "the measured data; copied into the project"},
    {"--label", "COLUMN", "the column to predict"},
    {"--board", "ID", "default nano33ble-virtual; tinywright boards lists them"},
    {"--task", "TEXT", "one sentence: what the firmware is for"},
    {NULL, NULL, NULL},
};

static int find_board(const char *id, const struct board **ret, struct err *err)
{
    const char *ids[32];
    int n = 0;

    *ret = board_find(id);
    if (*ret)
        return 0;
    for (; n < board_count && n < 32; n++)
        ids[n] = board_table[n].id;
    err_set(err, ERR_INVALID, "There is no board named %s.", id);
    err_hint(err, "Known: %s%s", ids[0], n > 1 ? ", …: tinywright boards lists all." : ".");
    if (str_nearest(id, ids, (size_t)n))
        err_hint(err, "Did you mean %s?", str_nearest(id, ids, (size_t)n));
    return -ERR_INVALID;
}

static int check_args(const struct cli_args *a, struct err *err)
{
    if (cli_value(a, "--data") && cli_value(a, "--label"))
        return 0;
    err_set(err, ERR_USAGE, "A new project needs --data CSV and --label COLUMN.");
    err_hint(err, "tinywright new DIR --data measured.csv --label class --task \"…\"");
    return -ERR_USAGE;
}

/* A value as a double-quoted YAML scalar: everything from outside is quoted. */
static void put_quoted(struct buf *out, const char *text)
{
    struct buf clean;

    buf_init(&clean, YAML_CAP);
    text_sanitize(&clean, text, strlen(text), TEXT_ONE_LINE);
    buf_putc(out, '"');
    for (const char *p = buf_text(&clean); *p; p++) {
        if (*p == '"' || *p == '\\')
            buf_putc(out, '\\');
        buf_putc(out, *p);
    }
    buf_putc(out, '"');
    buf_done(&clean);
}

static void put_mapping(struct buf *out, const struct mapping *m)
{
    buf_puts(out, "\n# Which sensor delivers which column. What no sensor measures comes over Serial1.\n# sensors:\n");
    for (size_t i = 0; i < m->v.n; i++) {
        const struct mapping_item *item = &m->v.items[i];
        char reason[300];
        buf_putf(out, "#   %s: %s%s%s   # %s\n", item->feature, item->sensor[0] ? item->sensor : "serial1",
                 item->channel[0] ? "." : "", item->channel, text_line(reason, sizeof(reason), item->reason));
    }
}

static void write_yaml(struct buf *out, const char *name, const struct cli_args *a, const struct board *b,
                       const struct mapping *m)
{
    const char *task = cli_value(a, "--task");

    buf_puts(out, "# tinywright project. Yours to edit; the program never rewrites it.\n"
                  "# Keys that could move data or run programs belong into your own configuration instead.\n");
    buf_putf(out, "name: %s\ntask: ", name);
    put_quoted(out, task ? task : "Classify the measured rows.");
    buf_putf(out, "\ndata: data/%s.csv\nlabel: ", name);
    put_quoted(out, cli_value(a, "--label"));
    buf_putf(out, "\nboard: %s\n\n# symbolic: generated from the data, no model. freeform: a language model writes the "
                  "code.\nmode: symbolic\nseed: 7\n", b->id);
    put_mapping(out, m);
}

static void print_mapping(const struct mapping *m)
{
    char reason[300], feature[PROFILE_NAME];

    puts("columns and where their values come from on the board:");
    for (size_t i = 0; i < m->v.n; i++) {
        const struct mapping_item *item = &m->v.items[i];
        printf("  %-20s %s%s%-12s %s\n", text_line(feature, sizeof(feature), item->feature),
               item->sensor[0] ? item->sensor : "Serial1", item->channel[0] ? "." : "", item->channel,
               text_line(reason, sizeof(reason), item->reason));
    }
}

static int map_columns(const struct profile *p, const struct board *b, const char *label, int64_t seed,
                       struct mapping *ret, struct err *err)
{
    struct data_options o = {.seed = seed};
    struct data_steps steps = {0};
    struct data_names columns = {0}, features = {0};
    int r = data_steps_propose(p, &o, &steps, err);

    if (r == 0)
        r = data_steps_columns(p, steps.v.items, (int)steps.v.n, &columns);
    if (r == 0)
        r = data_features(&columns, data_names_have(&columns, label) ? label : p->columns.items[p->label].plain, &features);
    if (r == 0)
        r = mapping_propose(&features, p, b->sensors, b->n_sensors, NULL, 0, ret, err);
    data_names_done(&columns);
    data_names_done(&features);
    data_steps_done(&steps);
    return r;
}

static int copy_csv(const char *from, const char *to, struct err *err)
{
    char piece[65536];
    int in = open(from, O_RDONLY | O_CLOEXEC), out, r = 0;
    ssize_t n;

    if (in < 0)
        return err_sys(err, ERR_INVALID, "The file %s cannot be opened", from);
    out = os.open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (out < 0)
        r = err_sys(err, ERR_MACHINE, "The file %s cannot be made", to);
    while (r == 0 && (n = read(in, piece, sizeof(piece))) != 0) {
        if (n < 0 || os_write_all(out, piece, (size_t)n))
            r = err_sys(err, ERR_MACHINE, "The data cannot be copied to %s", to);
    }
    if (out >= 0 && r == 0 && os.fsync(out))
        r = err_sys(err, ERR_MACHINE, "The data cannot be copied to %s", to);
    if (out >= 0)
        close(out);
    close(in);
    if (r && out >= 0)
        os.unlink(to);
    return r;
}

static int make_folder(const char *folder, const char *name, const char *csv, const struct buf *yaml, struct err *err)
{
    char data[PATH_CAP], path[PATH_CAP];
    int r;

    if (!path_join(path, sizeof(path), folder, PROJECT_FILE) ||
        snprintf(data, sizeof(data), "%s/data", folder) >= (int)sizeof(data))
        return err_set(err, ERR_INVALID, "The path of the project is too long.");
    if (path_exists(path))
        return err_set(err, ERR_USAGE, "There is a project in %s already.", folder);
    r = path_make(data, 0755, err);
    if (r == 0 && snprintf(data, sizeof(data), "%s/data/%s.csv", folder, name) < (int)sizeof(data))
        r = copy_csv(csv, data, err);
    return r ? r : path_write(path, buf_text(yaml), yaml->len, 0644, err);
}

static int run(const struct cli_args *a, struct err *err)
{
    const char *folder = a->words[0], *csv = cli_value(a, "--data"), *label = cli_value(a, "--label");
    const struct board *board;
    struct mapping mapping = {0};
    struct profile profile = {0};
    struct buf yaml;
    char name[40], real[PATH_CAP];
    int r = check_args(a, err);

    if (r == 0)
        r = find_board(cli_value(a, "--board") ? cli_value(a, "--board") : "nano33ble-virtual", &board, err);
    if (r)
        return r;
    str_copy(real, sizeof(real), folder);
    while (str_ends(real, "/") && real[1])
        real[strlen(real) - 1] = '\0';
    generate_identifier(path_base(real), name);
    buf_init(&yaml, YAML_CAP);
    r = profile_file(csv, label, &profile, err);
    if (r == 0)
        r = map_columns(&profile, board, label, 7, &mapping, err);
    if (r == 0) {
        write_yaml(&yaml, name, a, board, &mapping);
        r = make_folder(folder, name, csv, &yaml, err);
    }
    if (r == 0) {
        print_mapping(&mapping);
        printf("made %s; next: tinywright %s, or tinywright run %s\n", folder, folder, folder);
    }
    mapping_done(&mapping);
    profile_done(&profile);
    buf_done(&yaml);
    return r;
}

const struct cli_command cli_new_command = {
    .name = "new",
    .synopsis = "DIR --data CSV --label COLUMN [--board ID] [--task TEXT]",
    .help = "makes a project from a CSV and shows which sensor delivers which column",
    .options = options,
    .min_words = 1,
    .max_words = 1,
    .run = run,
};
