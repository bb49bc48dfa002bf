/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A push parser for CSV from outside: RFC 4180 quoting, separator found from the first record, bounded memory.
 *
 * Bytes come in pieces of any size; every record is handed to a callback as soon as it is complete. It reads what
 * pandas reads: blank lines are skipped, spaces after a separator are dropped, CR, LF and CRLF end a record, text
 * after a closing quote is kept. Refused with the line: NUL bytes, invalid UTF-8, a quote that is never closed, a
 * cell or record past its cap.
 */
#ifndef CORE_DATA_CSV_H
#define CORE_DATA_CSV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/buf.h"
#include "core/base/err.h"
#include "core/base/vec.h"

enum {
    CSV_COLUMNS_MAX = 1000,
    CSV_RECORD_MAX = 256 * 1024, /* bytes of one record */
};

struct csv_record {
    const char *const *cells; /* valid UTF-8, trimmed of ASCII space; borrowed for the call */
    int n;
    int64_t line;             /* 1-based line on which it begins */
};

/* 0 to go on; negative (with err) ends the parse. */
typedef int csv_record_fn(void *arg, const struct csv_record *r, struct err *err);

struct csv {
    csv_record_fn *fn;
    void *arg;
    char name[200];          /* file name for messages */
    char separator;          /* 0 until the first record is complete */
    bool bom, crlf;          /* seen */
    int64_t line, begin, quote_line, bytes;
    int state;
    bool in_head, pending_cr;
    struct buf head;         /* first record, until the separator is known */
    struct buf text;         /* cells of the record, each with its terminator */
    VEC(size_t) starts;
    VEC(const char *) cells;
};

/* name is for messages and copied. Caller storage; csv_done releases it. */
void csv_init(struct csv *c, const char *name, csv_record_fn *fn, void *arg);
void csv_done(struct csv *c);
int csv_feed(struct csv *c, const char *bytes, size_t n, struct err *err);
int csv_finish(struct csv *c, struct err *err); /* the last record may lack its newline */

#endif
