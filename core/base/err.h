/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The one error shape: a negative code as return value and a `struct err *` last.
 * Codes are the exit codes of the program (design section 9), so the top layer needs no translation.
 *
 * Contract: a function writes its err only when it fails; err may be NULL; the message is one full
 * sentence that can be shown as it is, the hint says what to do next. Text is not sanitized here:
 * the boundary that shows it does that.
 */
#ifndef CORE_BASE_ERR_H
#define CORE_BASE_ERR_H

#include <stdarg.h>
#include <stddef.h>

enum err_code {
    ERR_NONE = 0,
    ERR_STAGE = 1,    /* a stage failed, check has findings, out/ differs */
    ERR_USAGE = 2,    /* wrong usage */
    ERR_INVALID = 3,  /* project, configuration or data invalid */
    ERR_DECISION = 4, /* a decision is needed */
    ERR_PROVIDER = 5, /* the model provider failed */
    ERR_TOOL = 6,     /* a tool is missing */
    ERR_CAP = 7,      /* a cap on tokens, money or time reached */
    ERR_DAMAGED = 8,  /* history damaged */
    ERR_MACHINE = 9,  /* the machine refused: disk full, I/O, memory, no sandbox, no terminal */
    ERR_LOCKED = 10,  /* locked by another process */
};

struct err {
    int code;         /* enum err_code, positive */
    int line, column; /* 1-based; 0 when unknown */
    char file[256];   /* "" when no file is concerned */
    char msg[512];
    char hint[512]; /* "" when there is none */
};

/* Sets code and message; returns -code so that `return err_set(…)` is the whole idiom. */
__attribute__((format(printf, 3, 4))) int err_set(struct err *e, int code, const char *fmt, ...);

/* As err_set, with errno's text appended ("…: No space left on device"). */
__attribute__((format(printf, 3, 4))) int err_sys(struct err *e, int code, const char *fmt, ...);

/* As err_set, with a place; line and column 1-based, 0 for unknown. */
__attribute__((format(printf, 6, 7))) int err_at(struct err *e, int code, const char *file,
                                                 int line, int column, const char *fmt, ...);

/* Adds what to do next to an err that is set; no effect on NULL. */
__attribute__((format(printf, 2, 3))) void err_hint(struct err *e, const char *fmt, ...);

/* Writes "file:line:column: message" into dst (always terminated); returns dst. */
const char *err_text(const struct err *e, char *dst, size_t size);

void err_reset(struct err *e);

#endif
