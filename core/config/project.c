/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/config/project.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/os.h"
#include "core/base/path.h"
#include "core/base/str.h"

static const char *const modes[] = {"symbolic", "freeform", "guided", "manual", NULL};
static const char *const stage_modes[] = {"project", "symbolic", "freeform", "guided", "manual", NULL};
static const char *const quantize[] = {"int8", "float", NULL};
static const char *const tensors[] = {"int8", "float32", "uint8", NULL};

static const char *check_name(const char *value)
{
    size_t n = strlen(value);

    if (n == 0 || n > 32 || !isalpha((unsigned char)*value))
        return "a name has 1 to 32 characters and starts with a letter.";
    for (; *value; value++) {
        if (!isalnum((unsigned char)*value) && *value != '_' && *value != '-')
            return "a name is made of letters a-z, digits, '_' and '-'.";
    }
    return NULL;
}

static const char *check_path(const char *value)
{
    if (!*value)
        return "a path cannot be empty.";
    if (*value == '/' || *value == '~')
        return "paths in a project are relative to its folder; copy the file into data/.";
    for (const char *p = value; p; p = strchr(p, '/')) {
        p += *p == '/';
        if (str_eq(p, "..") || str_starts(p, "../"))
            return "a path must not lead out of the project with '..'.";
    }
    return NULL;
}

static const char *check_some(const char *value)
{
    return *value ? NULL : "it cannot be empty.";
}

static const char *check_board(const char *value)
{
    for (const char *p = value; *p; p++) {
        if (!islower((unsigned char)*p) && !isdigit((unsigned char)*p) && *p != '-' && *p != '_')
            return "a board's id is made of a-z, 0-9, '-' and '_'; `tinywright boards` lists them.";
    }
    return check_some(value);
}

static const char *check_sensor(const char *value)
{
    const char *dot = strchr(value, '.');

    if (str_eq(value, "serial"))
        return NULL;
    if (!dot || dot == value || !dot[1] || strchr(dot + 1, '.') || strpbrk(value, " /:"))
        return "a sensor is written SENSOR.CHANNEL as in color.r, or serial for a value sent over Serial1.";
    return NULL;
}

#define ROW(STRUCT, MEMBER, TYPE) .key = #MEMBER, .type = TYPE, .offset = offsetof(struct STRUCT, MEMBER)

static const struct config_field mode_fields[] = {
    {ROW(project_modes, data, CONFIG_CHOICE), .choices = stage_modes, .preset = "project",
     .help = "Scripts that prepare the data."},
    {ROW(project_modes, train, CONFIG_CHOICE), .choices = stage_modes, .preset = "project",
     .help = "The training script."},
    {ROW(project_modes, convert, CONFIG_CHOICE), .choices = stage_modes, .preset = "project",
     .help = "The conversion script."},
    {ROW(project_modes, sketch, CONFIG_CHOICE), .choices = stage_modes, .preset = "project",
     .help = "The firmware."},
    {.key = NULL},
};

static const struct config_field convert_fields[] = {
    {ROW(project_convert, quantize, CONFIG_CHOICE), .choices = quantize, .preset = "int8",
     .help = "Numbers of the model on the board."},
    {ROW(project_convert, input, CONFIG_CHOICE), .choices = tensors, .preset = "int8",
     .help = "Type of the model's input."},
    {ROW(project_convert, output, CONFIG_CHOICE), .choices = tensors, .preset = "int8",
     .help = "Type of the model's output."},
    {ROW(project_convert, samples, CONFIG_INT), .min = 1, .max = 100000, .preset = "200",
     .help = "Training samples shown to the converter, for the ranges of values."},
    {.key = NULL},
};

static const struct config_field window_fields[] = {
    {ROW(project_window, column, CONFIG_STRING), .check = check_some,
     .help = "Column that numbers the windows; left out: windows are cut from the recording."},
    {ROW(project_window, order, CONFIG_STRING), .check = check_some,
     .help = "Column with the position inside a window; left out: order of the file."},
    {ROW(project_window, length, CONFIG_INT), .min = 0, .max = 100000, .preset = "0",
     .help = "Rows of a window; 0: every row is a sample of its own."},
    {ROW(project_window, stride, CONFIG_INT), .min = 0, .max = 100000, .preset = "0",
     .help = "Rows between the starts of two windows that are cut; 0: the length."},
    {.key = NULL},
};

const struct config_field project_cap_fields[] = {
    {ROW(project_caps, attempts, CONFIG_INT), .min = 0, .max = 100, .preset = "0",
     .help = "Most attempts at a step; 0: the built-in cap of 5."},
    {ROW(project_caps, tokens, CONFIG_INT), .min = 0, .max = 1e12, .preset = "0",
     .help = "Most tokens of the project, in and out; 0: no cap."},
    {ROW(project_caps, money, CONFIG_NUMBER), .min = 0, .max = 1e6, .preset = "0",
     .help = "Most US dollars of the project; 0: no cap."},
    {ROW(project_caps, seconds, CONFIG_INT), .min = 0, .max = 1e7, .preset = "0",
     .help = "Most seconds of one run; 0: no cap."},
    {.key = NULL},
};

#define USER_FILE "a project cannot choose it; it belongs into your own config.yaml (`tinywright doctor` names it)."
#define BOX "how strictly things are boxed in is never up to a project; `tinywright doctor` shows the level."
#define FOLDERS "boards and libraries come from the catalog only; `tinywright boards` lists them."

const struct config_field project_fields[] = {
    {ROW(project_config, name, CONFIG_STRING), .required = true, .check = check_name,
     .help = "Name of the project and of its sketch."},
    {ROW(project_config, task, CONFIG_STRING), .check = check_some,
     .help = "What the firmware is for, in a sentence; people and models read it."},
    {ROW(project_config, data, CONFIG_STRING), .required = true, .check = check_path,
     .help = "The CSV file with the data, inside the project's folder."},
    {ROW(project_config, label, CONFIG_STRING), .required = true, .check = check_some,
     .help = "Column to predict."},
    {ROW(project_config, split, CONFIG_STRING), .check = check_some,
     .help = "Column that says train or test; left out: rows are drawn with the seed."},
    {ROW(project_config, ignore, CONFIG_STRINGS), .check = check_some,
     .help = "Columns that are neither features nor label."},
    {ROW(project_config, board, CONFIG_STRING), .check = check_board, .preset = "nano33ble-virtual",
     .help = "Board to build for; `tinywright boards` lists them."},
    {ROW(project_config, mode, CONFIG_CHOICE), .choices = modes, .preset = "symbolic",
     .help = "How artifacts come to be: from rules, from a model's code, from a spec a model fills in, by hand."},
    {ROW(project_config, modes, CONFIG_SECTION), .section = mode_fields, .help = "The same for single stages."},
    {ROW(project_config, seed, CONFIG_INT), .min = 0, .max = 4294967295.0, .preset = "7",
     .help = "Seed of everything random."},
    {ROW(project_config, sensors, CONFIG_MAP), .check = check_sensor,
     .help = "Which sensor channel of the board measures a column; columns not named come over Serial1."},
    {ROW(project_config, test_fraction, CONFIG_NUMBER), .min = 0.01, .max = 0.9, .preset = "0.2",
     .help = "Share of the samples that is held back to test with."},
    {ROW(project_config, board_rows, CONFIG_INT), .min = 1, .max = 10000, .preset = "50",
     .help = "Samples that are fed to the board and compared."},
    {ROW(project_config, model, CONFIG_STRING), .check = check_path,
     .help = "A .keras or .tflite file of your own, inside the project's folder; left out: one is trained."},
    {ROW(project_config, convert, CONFIG_SECTION), .section = convert_fields,
     .help = "How the model is made small."},
    {ROW(project_config, window, CONFIG_SECTION), .section = window_fields,
     .help = "For data that is a recording over time."},
    {ROW(project_config, caps, CONFIG_SECTION), .section = project_cap_fields, .help = "Hard limits."},
    {.key = "provider", .forbidden = USER_FILE},
    {.key = "providers", .forbidden = USER_FILE},
    {.key = "url", .forbidden = USER_FILE},
    {.key = "base_url", .forbidden = USER_FILE},
    {.key = "headers", .forbidden = USER_FILE},
    {.key = "proxy", .forbidden = USER_FILE},
    {.key = "key", .forbidden = "keys never stand in a project; set the environment variable or a 0600 key file."},
    {.key = "api_key", .forbidden = "keys never stand in a project; set the environment variable or a 0600 key file."},
    {.key = "policy", .forbidden = "name a policy on the command line (--policy) or in your own config.yaml."},
    {.key = "rules", .forbidden = "name a policy on the command line (--policy) or in your own config.yaml."},
    {.key = "sandbox", .forbidden = BOX},
    {.key = "permissions", .forbidden = BOX},
    {.key = "editor", .forbidden = USER_FILE},
    {.key = "pager", .forbidden = USER_FILE},
    {.key = "program", .forbidden = USER_FILE},
    {.key = "toolchain", .forbidden = FOLDERS},
    {.key = "board_folders", .forbidden = FOLDERS},
    {.key = "library_folders", .forbidden = FOLDERS},
    {.key = NULL},
};

int project_config_read(const char *name, const char *text, size_t n, struct project_config *ret,
                        struct config_errors *errors)
{
    memset(ret, 0, sizeof(*ret));
    return config_read(name, text, n, project_fields, ret, errors);
}

static int read_open(int fd, struct buf *out, struct err *err)
{
    char piece[16384];
    struct stat st;
    ssize_t n;

    if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
        return err_set(err, ERR_INVALID, "%s is not a regular file.", PROJECT_FILE);
    while ((n = read(fd, piece, sizeof(piece))) != 0) {
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return err_sys(err, ERR_MACHINE, "%s cannot be read", PROJECT_FILE);
        if (buf_put(out, piece, (size_t)n))
            return err_set(err, ERR_INVALID, "%s is larger than %d KiB.", PROJECT_FILE, CONFIG_SIZE_MAX / 1024);
    }
    return 0;
}

static int fail(struct config_errors *errors, const struct err *e)
{
    errors->items[0] = *e;
    errors->n = 1;
    return -e->code;
}

int project_config_load(const char *folder, struct project_config *ret, struct config_errors *errors)
{
    struct err err = {0};
    struct buf text;
    int fd, r, root = os.open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC, 0);

    memset(ret, 0, sizeof(*ret));
    errors->n = 0;
    if (root < 0) {
        err_sys(&err, ERR_INVALID, "The project folder %s cannot be opened", folder);
        return fail(errors, &err);
    }
    fd = path_open_beneath(root, PROJECT_FILE, &err);
    close(root);
    if (fd < 0) {
        err_hint(&err, "Is %s a project? `tinywright new` makes one.", folder);
        return fail(errors, &err);
    }
    buf_init(&text, CONFIG_SIZE_MAX);
    r = read_open(fd, &text, &err);
    close(fd);
    if (r == 0)
        r = project_config_read(PROJECT_FILE, buf_text(&text), text.len, ret, errors);
    else
        r = fail(errors, &err);
    buf_done(&text);
    return r;
}

void project_config_done(struct project_config *c)
{
    config_done(project_fields, c);
}

enum project_mode project_config_mode(const struct project_config *c, const char *stage)
{
    const struct {
        const char *stage;
        int mode;
    } own[] = {
        {"data", c->modes.data},
        {"train", c->modes.train},
        {"convert", c->modes.convert},
        {"sketch", c->modes.sketch},
    };

    for (size_t i = 0; i < sizeof(own) / sizeof(*own); i++) {
        if (str_eq(own[i].stage, stage) && own[i].mode > 0)
            return (enum project_mode)(own[i].mode - 1);
    }
    return (enum project_mode)c->mode;
}

const char *project_mode_name(enum project_mode m)
{
    return modes[m];
}

const char *project_config_sensor(const struct project_config *c, const char *column)
{
    for (int i = 0; i < c->sensors.n; i++) {
        if (str_eq(c->sensors.items[i].key, column))
            return c->sensors.items[i].value;
    }
    return NULL;
}
