/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The board catalogue: clock, flash, RAM, sensors, libraries with real signatures, toolchain, runner.
 * Pure data and functions that describe jobs and read their results; nothing here runs anything.
 */
#ifndef CORE_BOARD_BOARD_H
#define CORE_BOARD_BOARD_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/buf.h"
#include "core/base/err.h"
#include "core/base/job.h"
#include "core/finding/finding.h"

struct board_sensor {
    const char *id;        /* "color", "acc", "temperature" */
    const char *library;   /* "Arduino_APDS9960" */
    const char *header;    /* "Arduino_APDS9960.h" */
    const char *channels;  /* space-separated: "r g b c" */
    const char *unit;      /* "counts 0..65535" */
    const char *calls;     /* how a sketch reads it: "IMU.accelerationAvailable(), IMU.readAcceleration(x, y, z)" */
    const char *feed;      /* its name in the sensor feed, see core/board/platform/README.md */
    int n_channels;        /* 1..4 */
    bool whole;            /* the sketch gets whole numbers: the board rounds to the nearest */
    double rest[4];        /* what a channel reads that nothing feeds; NAN: the sum of the others (clear light) */
};

/* An operator of the runtime: what BOARD_OPERATORS in core/board/platform/tflm/board_kernels.h says. */
struct board_op {
    const char *name;      /* "CONV_2D", as in the model's schema */
    const char *method;    /* "Conv2D": resolver.AddConv2D() */
    int newest;            /* newest version of it that the runtime runs */
};

struct board_library {
    const char *name, *version, *header;
    const char *signatures; /* real signatures, one per line: goes into prompts and API findings */
};

struct board {
    const char *id, *name;     /* "nano33ble-virtual", "Arduino Nano 33 BLE Sense (virtual, QEMU)" */
    bool is_virtual;
    int64_t clock_hz, flash, ram; /* hertz, bytes */
    const struct board_sensor *sensors; int n_sensors;
    const struct board_library *libraries; int n_libraries;
    const char *runtime_ops;   /* space-separated operators that the runtime supports */
    const struct board_op *ops; int n_ops; /* the same with versions */
    const char *fqbn;          /* for arduino-cli users */
    const char *help;
};

const struct board *board_find(const char *id); /* NULL when unknown */
extern const struct board board_table[];
extern const int board_count;

/* All borrowed from the table; NULL when unknown. */
const struct board_sensor *board_find_sensor(const struct board *b, const char *id);
const struct board_op *board_find_op(const struct board *b, const char *name);
/* "color.r" → the sensor and the channel's index; -1 when there is no such channel. */
int board_find_channel(const struct board *b, const char *name, const struct board_sensor **ret_sensor);

/* ---- compile: sketch.ino → prototypes (ctags job) → compile job → link job ---- */

struct board_tools; /* resolved paths of one installation: compiler, runtime folder, build.txt */

/* Looks for the toolchain and the runtime; ERR_TOOL names what is missing and how to get it. */
struct board_tools *board_tools_new(const struct board *b, const char *runtime_folder, struct err *err);
void board_tools_free(struct board_tools *t);
/* "arm-none-eabi-g++ 12.2.1, tflm 0.1.0 (HASH), …": recorded with each execution; borrowed from t. */
const char *board_tools_versions(const struct board_tools *t);

/* The whole build as one job inside the box where that is possible: sketch and model.h in, elf and map out.
 * Files: NAME.ino, model.h (and others). Outputs: firmware.elf, firmware.size (text of size -A). */
struct job *board_build_job(const struct board_tools *t, const char *name, const char *ino, size_t ino_len,
                            const char *model_h, size_t model_h_len, struct err *err);

struct board_size {
    int64_t flash, ram;       /* bytes used */
    int64_t flash_max, ram_max;
};

/* Compiler, linker and box output → findings on the sketch's own lines (file NAME.ino), -Wall as warnings,
 * "region overflowed" as budget errors; sizes filled when it linked. */
void board_read_build(const struct board_tools *t, const char *name, const struct job_result *r,
                      struct board_size *ret_size, struct finding_list *out);

/* ---- run on the board ---- */

struct board_feed;  /* rows for sensors and Serial1; format: core/board/platform/README.md */

enum { BOARD_FEED_CAP = 15 << 20, BOARD_LINE_MAX = 4096 }; /* bytes of a feed, of one Serial1 line */

/* Heap, empty; NULL when memory is short. Sensor ids mean the same on every board of the catalogue. */
struct board_feed *board_feed_new(void);
void board_feed_free(struct board_feed *f); /* NULL is fine */

/* One sample of a sensor in the current row; values in the order of its channels. A NAN, and a channel beyond n,
 * reads what it reads at rest. ERR_INVALID: unknown sensor, too many values, a number outside ±1e15, or a
 * full feed. Values are written as the nearest float; below 1e-12 they become 0. */
int board_feed_sample(struct board_feed *f, const char *sensor_id, const double *values, int n,
                      struct err *err);
/* One line that arrives on Serial1, without its line end; printable ASCII and tabs only. */
int board_feed_line(struct board_feed *f, const char *serial1_line, struct err *err);
/* The same from numbers, comma-separated, without exponents (Serial1.parseFloat() does not know them). */
int board_feed_numbers(struct board_feed *f, const double *values, int n, struct err *err);
/* Ends the row; ERR_INVALID for a row without samples. */
int board_feed_end_row(struct board_feed *f, struct err *err);
int board_feed_rows(const struct board_feed *f); /* rows ended so far */

/* Appends the finished text for the emulator: limits, rows, end. An unfinished row is left out. */
int board_feed_text(const struct board_feed *f, int virtual_ms, int64_t serial_bytes, struct buf *out);

enum { BOARD_SERIAL_MAX = 1 << 20, BOARD_OUTPUT_MAX = 64, BOARD_ROWS_MAX = 200000, BOARD_CLASSES_MAX = 256 };

/* The firmware in the emulator, fed with the rows; ends by itself after the last one, and after virtual_ms of the
 * board's own time at the latest. ERR_INVALID: an empty or too large firmware, or time. */
struct job *board_run_job(const struct board_tools *t, const void *elf, size_t elf_len,
                          const struct board_feed *feed, int virtual_ms, struct err *err);

struct board_row {          /* what the sketch printed while row i was being worked on */
    char *text;             /* owned by the report; raw, untrusted */
    size_t len;
    int64_t ms;             /* virtual milliseconds at its first sample */
    int invokes;            /* inferences in this row */
    uint8_t output[BOARD_OUTPUT_MAX]; /* output tensor of the last of them, whatever the sketch made of it */
    int n_output;           /* its first bytes; 0 when there was none */
};

struct board_report {
    struct board_row *rows; int n_rows;
    char *serial; size_t serial_len;  /* everything printed; owned */
    int64_t arena_used;               /* bytes, -1 unknown */
    int64_t arena_size;               /* bytes, -1 unknown */
    int64_t instructions;             /* per inference, median; instructions, not cycles; -1 unknown */
    int64_t invokes;                  /* inferences seen */
    int64_t stack_high;               /* bytes, -1 unknown */
    int64_t heap_high;                /* bytes, -1 unknown */
    int64_t virtual_ms;
    bool feed_done;                   /* every row was consumed */
    char fault[200];                  /* "" = none; sanitized sentence */
};

/* What the emulator left → report and findings (gate "run"): faults, limits, refusals, rows not taken, no
 * inference at all. Nothing in it is trusted: a sketch can forge control lines, which then tell wrong things
 * about a sketch that lies. Fails (ERR_MACHINE) only without memory. Report owned by the caller:
 * board_report_done, also after a failure. */
int board_read_run(const struct board_tools *t, const struct job_result *r, struct board_report *ret,
                   struct finding_list *out, struct err *err);
void board_report_done(struct board_report *r);

/* The class that a row's text names: its index in classes[0..n), -1 when none or not clear.
 *
 * A class is named by its whole word or words, ASCII letters in any case; at one place the longest name counts
 * ("dark red" is not "red"); "1" is not named by "0.1", "1.5", "-1" or "10". Then, in this order:
 * 1. the last line that names exactly one class in a text ("Class: Apple", "It is an apple (97 %)");
 * 2. lines that hold nothing but a class and a number, or one line where each class is followed by its number:
 *    when every class has one, the class with the largest; when they all are the same class, that one;
 * 3. otherwise unclear: a tie, a list that lacks a class, several names without numbers.
 * Only the last 64 KiB of the row and at most BOARD_CLASSES_MAX classes are looked at. */
int board_row_class(const struct board_row *row, const char *const *classes, int n);

#endif
