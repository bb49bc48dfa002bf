/* SPDX-License-Identifier: Apache-2.0 */
/* The rows of the feed and when they move on. The rules are in the README, section "How rows move on";
   they are written so that a sketch that polls, one that waits with delay() and one that just reads all
   get the rows one by one and never a mixture of two. */
#include "feed.h"
#include "board.h"
#include "control.h"
#include "feed_text.h"
#include <string.h>

enum {
    DEFAULT_GAP_MS = 20,
    DEFAULT_SETTLE_MS = 2000,
    STARVE_MS = 200,                     /* other samples of the row are left, nobody takes them */
    HOLD_MS = 1000,                      /* the longest that a read row waits for a reaction */
    LAST_MS = 10,                        /* hard end: this many times settle */
    POLL_MS = 2
};

struct sensor {
    const char *name;
    uint8_t values;                      /* numbers in a sample; 0: a line of text */
    float last[FEED_MAX_VALUES];         /* at rest until the feed says otherwise */
    const char *next;                    /* next line that may be one of its samples */
    uint32_t total, taken;               /* samples in this row */
    const char *byte;                    /* text only: inside the current line; NULL between lines */
    uint32_t read_ms;
    bool used;                           /* the sketch took a sample of it in this run */
    bool held;
};

static struct sensor sensors[FEED_SENSORS] = {
    [FEED_COLOR] = {.name = "color", .values = 4},
    [FEED_PROXIMITY] = {.name = "proximity", .values = 1, .last = {255}},
    [FEED_GESTURE] = {.name = "gesture", .values = 1, .last = {-1}},
    [FEED_ACCEL] = {.name = "accel", .values = 3, .last = {0, 0, 1}},
    [FEED_GYRO] = {.name = "gyro", .values = 3},
    [FEED_MAG] = {.name = "mag", .values = 3, .last = {20, 0, -40}},
    [FEED_TEMPERATURE] = {.name = "temperature", .values = 1, .last = {22}},
    [FEED_HUMIDITY] = {.name = "humidity", .values = 1, .last = {40}},
    [FEED_PRESSURE] = {.name = "pressure", .values = 1, .last = {101.325f}},
    [FEED_A0] = {.name = "a0", .values = 1},
    [FEED_A1] = {.name = "a1", .values = 1},
    [FEED_A2] = {.name = "a2", .values = 1},
    [FEED_A3] = {.name = "a3", .values = 1},
    [FEED_A4] = {.name = "a4", .values = 1},
    [FEED_A5] = {.name = "a5", .values = 1},
    [FEED_A6] = {.name = "a6", .values = 1},
    [FEED_A7] = {.name = "a7", .values = 1},
    [FEED_LINE] = {.name = "line", .values = 0},
    [FEED_USB] = {.name = "usb", .values = 0},
};

static struct {
    bool present, ended;                 /* ended: `end` was read; the row that is open is the last */
    bool open, row_reported;
    bool reacted;                        /* the sketch inferred (or printed) since the row's first sample */
    bool short_reported;
    bool has_interpreter;
    uint32_t gap_ms, settle_ms;
    uint32_t row;                        /* number of the open row */
    uint32_t next_row;
    const char *next;                    /* text of the next row */
    uint32_t take_ms;
    uint32_t activity;
    volatile uint32_t output_ms;
} feed;

bool feed_present(void)
{
    return !strncmp((const char *)FEED_BASE, FEED_MAGIC, strlen(FEED_MAGIC));
}

static void bad(const char *at, const char *why)
{
    control_begin("FEED");
    control_number("line", feed_text_line_number((const char *)FEED_BASE, at));
    control_text(why);
    control_end();
    board_exit(EXIT_FEED_BAD, "feed-bad");
}

/* ---- header ---- */

static void set_limit_ms(uint32_t v)
{
    board_time_limit(v);
}

static void set_limit_serial(uint32_t v)
{
    board_serial_limit(v);
}

static void set_gap(uint32_t v)
{
    feed.gap_ms = v;
}

static void set_settle(uint32_t v)
{
    feed.settle_ms = v;
}

static void set_first(uint32_t v)
{
    feed.next_row = v;
}

static const struct {
    const char *name;
    void (*set)(uint32_t value);
} header_keys[] = {
    {"limit-ms", set_limit_ms}, {"limit-serial", set_limit_serial}, {"gap-ms", set_gap},
    {"settle-ms", set_settle},  {"first-row", set_first},
};

static bool header_line(const char *line)
{
    for (uint32_t i = 0; i < sizeof header_keys / sizeof header_keys[0]; i++) {
        const char *value = feed_text_word(line, header_keys[i].name);
        float number;

        if (!value)
            continue;
        if (!feed_text_number(&value, &number) || number < 0)
            bad(line, "the header needs a whole number here");
        header_keys[i].set((uint32_t)number);
        return true;
    }
    return false;
}

void feed_start(void)
{
    const char *line = (const char *)FEED_BASE;

    feed.gap_ms = DEFAULT_GAP_MS;
    feed.settle_ms = DEFAULT_SETTLE_MS;
    feed.present = feed_present();
    if (!feed.present)
        return;
    line = feed_text_next_line(line);
    while (line && header_line(line))
        line = feed_text_next_line(line);
    if (!line || (!feed_text_word(line, "row") && !feed_text_word(line, "end")))
        bad(line ? line : (const char *)FEED_BASE, "expected a header line, row or end");
    feed.next = line;
    if (feed_text_word(line, "end"))
        feed.present = false;            /* a header alone sets limits; the sensors are at rest */
}

/* ---- rows ---- */

static struct sensor *line_sensor(const char *line)
{
    for (int i = 0; i < FEED_SENSORS; i++)
        if (feed_text_word(line, sensors[i].name))
            return &sensors[i];
    return NULL;
}

/* Opens the row at feed.next: counts the samples per sensor and finds its end. */
static void open_row(void)
{
    const char *line = feed_text_next_line(feed.next);
    uint32_t samples = 0;

    for (int i = 0; i < FEED_SENSORS; i++) {
        sensors[i].next = line;
        sensors[i].total = sensors[i].taken = 0;
        sensors[i].byte = NULL;
    }
    for (; line && !feed_text_word(line, "row") && !feed_text_word(line, "end");
         line = feed_text_next_line(line), samples++) {
        struct sensor *s = line_sensor(line);

        if (!s)
            bad(line, "unknown sensor");
        if (!s->total++)
            s->next = line;
    }
    if (!line)
        bad(feed.next, "the feed ends inside this row (no end line)");
    if (!samples)
        bad(feed.next, "a row without samples");
    feed.next = line;
    feed.ended = feed_text_word(line, "end") != NULL;
    feed.open = true;
    feed.row = feed.next_row++;
    feed.row_reported = feed.short_reported = false;
}

static bool level(const struct sensor *s)
{
    return s->values && s->total == 1;
}

static bool left(const struct sensor *s)
{
    return s->taken < s->total;
}

/* Of a last line everything but its end was read; a sketch that parses numbers leaves it there. */
static bool only_line_end(const struct sensor *s)
{
    return s->byte && *s->byte == '\n' && s->taken + 1 == s->total;
}

static bool row_taken(void)
{
    bool any = false;

    for (int i = 0; i < FEED_SENSORS; i++) {
        if (only_line_end(&sensors[i])) {
            any = true;
            continue;
        }
        if (sensors[i].used && left(&sensors[i]))
            return false;
        any |= sensors[i].taken > 0;
    }
    return any;
}

static void report_short(void)
{
    if (feed.short_reported)
        return;
    feed.short_reported = true;
    control_begin("SHORT");
    control_number("", feed.row);
    for (int i = 0; i < FEED_SENSORS; i++)
        if (sensors[i].used && left(&sensors[i]))
            control_number(sensors[i].name, sensors[i].total - sensors[i].taken);
    control_end();
}

static void finish(void)
{
    board_exit(EXIT_OK, "feed-end");
}

/* May the row that is open give way, now that `s` has nothing new in it? */
static bool may_advance(const struct sensor *s)
{
    uint32_t idle = board_ms() - feed.take_ms;

    if (!row_taken()) {
        if (idle <= STARVE_MS || !feed.row_reported)
            return false;
        report_short();
        return true;
    }
    return !level(s) || feed.reacted || idle >= HOLD_MS;
}

static void advance(void)
{
    if (feed.ended)
        finish();
    open_row();
}

static void took(struct sensor *s)
{
    s->used = true;
    feed.activity++;
    feed.take_ms = board_ms();
    if (feed.row_reported)
        return;
    feed.row_reported = true;
    feed.reacted = false;
    control_begin("ROW");
    control_number("", feed.row);
    control_number("serial", board_serial_count());
    control_number("ticks", board_ticks());
    control_end();
}

/* A sketch that asks in a loop sleeps here instead of spinning. */
static bool not_ready(void)
{
    board_sleep(POLL_MS * BOARD_TICKS_PER_MS);
    return false;
}

/* ---- samples of numbers ---- */

static void take_sample(struct sensor *s, float *values)
{
    const char *text;

    while (!(text = feed_text_word(s->next, s->name)))
        s->next = feed_text_next_line(s->next);
    for (int i = 0; i < s->values; i++)
        if (!feed_text_number(&text, &s->last[i]))
            bad(s->next, "a sample needs as many numbers as its sensor has");
    if (*text != '\n')
        bad(s->next, "something follows the last number");
    s->next = feed_text_next_line(s->next);
    s->taken++;
    s->read_ms = board_ms();
    took(s);
    memcpy(values, s->last, s->values * sizeof *values);
}


bool feed_has(enum feed_sensor sensor)
{
    if (feed.present && !feed.open)
        open_row();
    return feed.present && sensors[sensor].total;
}

bool feed_ready(enum feed_sensor sensor)
{
    struct sensor *s = &sensors[sensor];
    uint32_t idle;

    if (!feed.present)
        return true;
    if (!feed.open)
        open_row();
    if (left(s) || !s->total)
        return true;
    idle = board_ms() - feed.take_ms;
    if (may_advance(s)) {
        if (idle < (feed.ended ? feed.settle_ms / 4 : feed.gap_ms))
            return not_ready();
        advance();
        return left(s) || !s->total;
    }
    if (level(s) && board_ms() - s->read_ms >= feed.gap_ms)
        return true;                     /* the same thing still lies before the sensor */
    return not_ready();
}

void feed_read(enum feed_sensor sensor, float *values)
{
    struct sensor *s = &sensors[sensor];

    if (feed.present && !feed.open)
        open_row();
    if (feed.present && s->total && !left(s) && may_advance(s))
        advance();
    if (feed.present && left(s)) {
        take_sample(s, values);
        return;
    }
    s->read_ms = board_ms();
    memcpy(values, s->last, s->values * sizeof *values);
}

/* ---- lines of text ---- */

/* The next byte of the row's lines, or NULL. Each line ends in '\n', which is delivered too. */
static const char *next_byte(struct sensor *s)
{
    const char *text;

    if (s->byte)
        return s->byte;
    if (!left(s))
        return NULL;
    while (!(text = feed_text_word(s->next, s->name)))
        s->next = feed_text_next_line(s->next);
    return text;
}

static const char *find_byte(struct sensor *s)
{
    const char *byte;

    if (!feed.present)
        return NULL;
    if (!feed.open)
        open_row();
    byte = next_byte(s);
    if (byte || !s->total || s->held || !may_advance(s))
        return byte;
    if (board_ms() - feed.take_ms < (feed.ended ? feed.settle_ms / 4 : feed.gap_ms))
        return NULL;
    advance();
    return next_byte(s);
}

int feed_bytes_ready(enum feed_sensor port)
{
    enum { RECEIVE_BUFFER = 256 };
    const char *byte = find_byte(&sensors[port]);
    int count = 0;

    if (!byte) {
        not_ready();
        return 0;
    }
    while (count < RECEIVE_BUFFER && byte[count++] != '\n') {
    }
    return count;
}

int feed_bytes_peek(enum feed_sensor port)
{
    const char *byte = find_byte(&sensors[port]);

    if (!byte)
        not_ready();
    return byte ? (uint8_t)*byte : -1;
}

int feed_bytes_read(enum feed_sensor port)
{
    struct sensor *s = &sensors[port];
    const char *byte = find_byte(s);

    if (!byte) {
        not_ready();
        return -1;
    }
    if (*byte == '\n') {
        s->byte = NULL;
        s->next = feed_text_next_line(s->next);
        s->taken++;
    } else {
        s->byte = byte + 1;
    }
    took(s);
    return (uint8_t)*byte;
}

void feed_hold(enum feed_sensor port, bool same_message)
{
    sensors[port].held = same_message;
}

/* ---- what the sketch does with a row ---- */

uint32_t feed_activity(void)
{
    return feed.activity;
}

void feed_saw_output(void)
{
    feed.activity++;
    feed.output_ms = board_ms();
    if (!feed.has_interpreter)
        feed.reacted = true;
}

void feed_saw_interpreter(void)
{
    feed.has_interpreter = true;
}

void feed_saw_invoke(void)
{
    feed.reacted = true;
}

static uint32_t later(uint32_t a, uint32_t b)
{
    return a > b ? a : b;
}

/* The end for sketches that neither poll nor read again: quiet for a while after the last row. */
void feed_tick(void)
{
    uint32_t now, quiet_since;

    if (!feed.present || !feed.ended || !feed.row_reported || board_in_invoke() || !row_taken())
        return;
    now = board_ms();
    quiet_since = later(later(feed.take_ms, feed.output_ms), board_invoke_end_ms());
    if (now - quiet_since >= feed.settle_ms || now - feed.take_ms >= LAST_MS * feed.settle_ms)
        finish();
}
