/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/os.h"
#include "core/board/board.h"

#define FEED_MAGIC "tinywright-feed 1\n"
#define TINY 1e-12 /* the board's reader takes powers down to 10^-22; nine digits of less would not fit */
#define HUGE_VALUE 1e15

struct board_feed {
    struct buf rows;     /* finished rows */
    struct buf row;      /* the samples of the open one */
    int n_rows;
};

struct board_feed *board_feed_new(void)
{
    struct board_feed *f = os_alloc(sizeof(*f));

    if (!f)
        return NULL;
    buf_init(&f->rows, BOARD_FEED_CAP);
    buf_init(&f->row, BOARD_FEED_CAP);
    return f;
}

void board_feed_free(struct board_feed *f)
{
    if (!f)
        return;
    buf_done(&f->rows);
    buf_done(&f->row);
    free(f);
}

int board_feed_rows(const struct board_feed *f)
{
    return f->n_rows;
}

static int full(struct err *err)
{
    int rc = err_set(err, ERR_INVALID, "The sample rows do not fit the board's feed of %d MB.",
                     BOARD_FEED_CAP >> 20);

    err_hint(err, "Feed fewer rows at a time.");
    return rc;
}

static const struct board_sensor *find_sensor(const char *id)
{
    for (int i = 0; i < board_count; i++) {
        const struct board_sensor *s = board_find_sensor(&board_table[i], id);

        if (s)
            return s;
    }
    return NULL;
}

/* Channels without a value: at rest, or the sum of the others where the table says NAN (clear light). */
static void fill(const struct board_sensor *s, const double *values, int n, double out[4])
{
    double sum = 0;

    for (int i = 0; i < s->n_channels; i++) {
        out[i] = i < n && !isnan(values[i]) ? values[i] : s->rest[i];
        sum += isnan(out[i]) ? 0 : out[i];
    }
    for (int i = 0; i < s->n_channels; i++) {
        if (isnan(out[i]))
            out[i] = sum;
        if (s->whole)
            out[i] = round(out[i]);
    }
}

int board_feed_sample(struct board_feed *f, const char *sensor_id, const double *values, int n,
                      struct err *err)
{
    const struct board_sensor *s = find_sensor(sensor_id);
    double filled[4];
    int rc;

    if (!s) {
        rc = err_set(err, ERR_INVALID, "No board has a sensor \"%.40s\".", sensor_id);
        err_hint(err, "What no sensor measures comes over Serial1.");
        return rc;
    }
    if (n > s->n_channels)
        return err_set(err, ERR_INVALID, "The sensor %s has %d channels (%s), not %d.", s->id, s->n_channels,
                       s->channels, n);
    fill(s, values, n, filled);
    for (int i = 0; i < s->n_channels; i++) {
        if (!(fabs(filled[i]) <= HUGE_VALUE))
            return err_set(err, ERR_INVALID, "A value for the sensor %s is outside of what it can measure.", s->id);
    }
    buf_puts(&f->row, s->feed);
    for (int i = 0; i < s->n_channels; i++)
        buf_putf(&f->row, " %.9g", fabs(filled[i]) < TINY ? 0.0 : (double)(float)filled[i]);
    return buf_putc(&f->row, '\n') ? full(err) : 0;
}

int board_feed_line(struct board_feed *f, const char *serial1_line, struct err *err)
{
    size_t n = strlen(serial1_line);

    if (n > BOARD_LINE_MAX)
        return err_set(err, ERR_INVALID, "A line for Serial1 has %zu bytes; at most %d can be sent.", n,
                       BOARD_LINE_MAX);
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)serial1_line[i];

        if (c != '\t' && (c < ' ' || c > '~'))
            return err_set(err, ERR_INVALID, "A line for Serial1 holds the byte 0x%02x, which is not text.", c);
    }
    return buf_putf(&f->row, "line %s\n", serial1_line) ? full(err) : 0;
}

int board_feed_numbers(struct board_feed *f, const double *values, int n, struct err *err)
{
    struct buf line;
    int rc;

    buf_init(&line, BOARD_LINE_MAX);
    for (int i = 0; i < n; i++) {
        char text[64];

        if (!(fabs(values[i]) <= HUGE_VALUE)) {
            buf_done(&line);
            return err_set(err, ERR_INVALID, "A value for Serial1 is not a number that can be sent.");
        }
        snprintf(text, sizeof(text), "%.9g", values[i]);
        if (strchr(text, 'e'))
            snprintf(text, sizeof(text), fabs(values[i]) < 1 ? "%.15f" : "%.0f", values[i]);
        buf_putf(&line, "%s%s", i ? "," : "", text);
    }
    rc = line.broken ? err_set(err, ERR_INVALID, "%d values do not fit one line for Serial1.", n)
                     : board_feed_line(f, buf_text(&line), err);
    buf_done(&line);
    return rc;
}

int board_feed_end_row(struct board_feed *f, struct err *err)
{
    if (f->row.broken)
        return full(err);
    if (!f->row.len)
        return err_set(err, ERR_INVALID, "Row %d has nothing to feed to the board.", f->n_rows + 1);
    if (buf_puts(&f->rows, "row\n") || buf_put(&f->rows, f->row.data, f->row.len))
        return full(err);
    buf_reset(&f->row);
    f->n_rows++;
    return 0;
}

int board_feed_text(const struct board_feed *f, int virtual_ms, int64_t serial_bytes, struct buf *out)
{
    if (f->rows.broken)
        return -1;
    buf_puts(out, FEED_MAGIC);
    buf_putf(out, "limit-ms %d\nlimit-serial %lld\n", virtual_ms, (long long)serial_bytes);
    buf_put(out, f->rows.data ? f->rows.data : "", f->rows.len);
    return buf_puts(out, "end\n");
}
