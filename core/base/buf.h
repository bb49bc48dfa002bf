/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A growing byte buffer with a mandatory cap, so that hostile input cannot eat the memory.
 *
 * Invariants: data[len] is always '\0' when data is not NULL; len <= cap. When an append would pass
 * the cap or memory is short, the buffer is marked broken, keeps what it had, and every later append
 * fails too: check `broken` once at the end. buf_text never returns NULL.
 */
#ifndef CORE_BASE_BUF_H
#define CORE_BASE_BUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

struct buf {
    char *data;  /* owned; NULL while empty */
    size_t len;  /* bytes in use, terminator not counted */
    size_t room; /* bytes allocated */
    size_t cap;  /* most bytes this buffer may ever hold */
    bool broken; /* an append failed */
};

void buf_init(struct buf *b, size_t cap);
void buf_done(struct buf *b);
void buf_reset(struct buf *b); /* empties, keeps memory, clears broken */

/* Appends; 0, or -1 when the buffer is or becomes broken. */
int buf_put(struct buf *b, const void *bytes, size_t n);
int buf_puts(struct buf *b, const char *text);
int buf_putc(struct buf *b, char c);
__attribute__((format(printf, 2, 3))) int buf_putf(struct buf *b, const char *fmt, ...);
int buf_putv(struct buf *b, const char *fmt, va_list ap);

/* Removes the first n bytes. */
void buf_drop(struct buf *b, size_t n);

/* The bytes as a string, borrowed until the next change; "" while empty. */
const char *buf_text(const struct buf *b);

/* Hands the bytes over (caller frees with free(); never NULL unless memory is short); b is empty after. */
char *buf_take(struct buf *b);

#endif
