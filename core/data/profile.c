/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/data/profile.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <strings.h>
#include <unistd.h>

#include "core/base/os.h"
#include "core/base/path.h"
#include "core/base/str.h"
#include "core/data/csv.h"

enum { ROWS_SEEN_MAX = 2 * 1024 * 1024 }; /* hashes of rows: 32 MiB at most */

struct profiler {
    struct csv csv;
    struct profile p;
    char label[PROFILE_NAME];
    bool has_header;
    struct profile_set rows;
    int64_t ragged, ragged_line[PROFILE_RAGGED_MAX];
    int ragged_cells;
    uint64_t window_now;     /* hash of the current window's cell */
    int64_t window_rows;     /* rows of the current window so far */
    int64_t window_bad_line; /* first line of a window of another length, or torn apart */
    struct profile_set windows;
};

static uint64_t hash_text(const char *s, uint64_t h)
{
    for (; *s; s++)
        h = (h ^ (unsigned char)*s) * 0x100000001b3u;
    h ^= h >> 29;
    h *= 0xbf58476d1ce4e5b9u;
    h ^= h >> 32;
    return h ? h : 1;
}

static bool set_grow(struct profile_set *s)
{
    size_t room = s->room ? s->room * 2 : 32;
    uint64_t *slots = os_alloc(room * sizeof(*slots));

    if (!slots)
        return false;
    for (size_t i = 0; i < s->room; i++) {
        size_t k;
        if (!s->slots[i])
            continue;
        for (k = s->slots[i] & (room - 1); slots[k]; k = (k + 1) & (room - 1))
            ;
        slots[k] = s->slots[i];
    }
    free(s->slots);
    s->slots = slots;
    s->room = room;
    return true;
}

/* 1 when new, 0 when known, -1 when the set is full and does not know it. */
static int set_add(struct profile_set *s, uint64_t h)
{
    size_t k;

    if (s->n * 2 >= s->room && s->n < s->cap && !set_grow(s))
        s->cap = s->n;
    if (!s->room)
        return -1;
    for (k = h & (s->room - 1); s->slots[k]; k = (k + 1) & (s->room - 1))
        if (s->slots[k] == h)
            return 0;
    if (s->n >= s->cap)
        return -1;
    s->slots[k] = h;
    s->n++;
    return 1;
}

static int record_in(void *arg, const struct csv_record *r, struct err *err);

struct profiler *profiler_new(const char *name, const char *label)
{
    struct profiler *p = os_alloc(sizeof(*p));

    if (!p)
        return NULL;
    str_copy(p->p.name, sizeof(p->p.name), name);
    str_copy(p->label, sizeof(p->label), label ? label : "");
    csv_init(&p->csv, p->p.name, record_in, p);
    p->p.label = p->p.window = p->p.t = p->p.split = -1;
    p->rows.cap = ROWS_SEEN_MAX;
    p->windows.cap = ROWS_SEEN_MAX;
    return p;
}

void profiler_free(struct profiler *p)
{
    if (!p)
        return;
    csv_done(&p->csv);
    profile_done(&p->p);
    free(p->rows.slots);
    free(p->windows.slots);
    free(p);
}

void profile_done(struct profile *p)
{
    for (size_t i = 0; i < p->columns.n; i++) {
        free(p->columns.items[i].values);
        free(p->columns.items[i].seen.slots);
        free(p->columns.items[i].sample);
    }
    vec_done(&p->columns);
    for (int i = 0; i < p->n_first; i++)
        free(p->first[i]);
    p->n_first = 0;
}

int profile_find(const struct profile *p, const char *name)
{
    for (int pass = 0; pass < 3; pass++)
        for (size_t i = 0; i < p->columns.n; i++) {
            const struct profile_column *c = &p->columns.items[i];
            if (pass == 0 ? str_eq(c->name, name) : pass == 1 ? str_eq(c->plain, name) : !strcasecmp(c->name, name))
                return (int)i;
        }
    return -1;
}

/* ---- header ---- */

static void make_unique(struct profile *p, struct profile_column *c)
{
    char base[PROFILE_NAME - 12];
    int number = 1;
    bool taken = true;

    str_copy(base, sizeof(base), c->plain);
    while (taken) {
        taken = false;
        for (size_t i = 0; i < p->columns.n && !taken; i++)
            taken = str_eq(p->columns.items[i].plain, c->plain);
        if (taken)
            snprintf(c->plain, sizeof(c->plain), "%s_%d", base, ++number);
    }
}

static int column_add(struct profiler *p, const struct csv_record *r, int i, struct err *err)
{
    struct profile_column c = {.seen.cap = PROFILE_DISTINCT_MAX, .sequence = true};

    if (!str_copy(c.name, sizeof(c.name), r->cells[i])) {
        err_at(err, ERR_INVALID, p->p.name, (int)r->line, i + 1, "The name of column %d is longer than %d bytes.", i + 1,
               PROFILE_NAME - 1);
        err_hint(err, "Check that the first line holds the names of the columns.");
        return -ERR_INVALID;
    }
    profile_plain_name(*c.name ? c.name : "column", c.plain, c.unit);
    make_unique(&p->p, &c);
    c.values = os_alloc(PROFILE_VALUES_MAX * sizeof(*c.values));
    if (!c.values || vec_push(&p->p.columns, c, CSV_COLUMNS_MAX)) {
        free(c.values);
        return err_set(err, ERR_MACHINE, "There is not enough memory to read %s.", p->p.name);
    }
    return 0;
}

static int refuse_headless(struct profiler *p, const struct csv_record *r, struct err *err)
{
    err_at(err, ERR_INVALID, p->p.name, (int)r->line, 0,
           "The first line holds only numbers (%.20s, %.20s%s): the file has no header.", r->cells[0], r->cells[1],
           r->n > 2 ? ", …" : "");
    err_hint(err, "Put a line with a name for each of the %d columns on top.", r->n);
    return -ERR_INVALID;
}

static int find_label(struct profiler *p, struct err *err)
{
    const char *names[CSV_COLUMNS_MAX], *near;
    int n = (int)p->p.columns.n;

    if (!*p->label)
        return 0;
    p->p.label = profile_find(&p->p, p->label);
    if (p->p.label >= 0)
        return 0;
    for (int i = 0; i < n; i++)
        names[i] = p->p.columns.items[i].name;
    near = str_nearest(p->label, names, (size_t)n);
    err_at(err, ERR_INVALID, p->p.name, 0, 0, "There is no column \"%.100s\" for the label.", p->label);
    if (near)
        err_hint(err, "Did you mean \"%.100s\"?", near);
    else
        err_hint(err, "The last of the %d columns is \"%.100s\"; name the one that holds the class.", n, names[n - 1]);
    return -ERR_INVALID;
}

static int header_in(struct profiler *p, const struct csv_record *r, struct err *err)
{
    int numbers = 0, rc = 0;
    double v;

    p->has_header = true;
    if (r->n < 2) {
        err_at(err, ERR_INVALID, p->p.name, (int)r->line, 0, "The header has only one column: \"%.60s\".", r->cells[0]);
        err_hint(err, "Columns are separated by ',', ';', '|' or a tab.");
        return -ERR_INVALID;
    }
    for (int i = 0; i < r->n; i++)
        numbers += str_to_double(r->cells[i], &v);
    if (numbers == r->n)
        return refuse_headless(p, r, err);
    for (int i = 0; i < r->n && !rc; i++)
        rc = column_add(p, r, i, err);
    if (rc)
        return rc;
    p->p.window = profile_find(&p->p, "window");
    p->p.t = profile_find(&p->p, "t");
    if (p->p.window < 0 || p->p.t < 0)
        p->p.window = p->p.t = -1;
    p->p.split = profile_find(&p->p, "split");
    return find_label(p, err);
}

/* ---- rows ---- */

static void value_in(struct profile_column *c, const char *cell, uint64_t h)
{
    int added, i = 0;

    if (c->values) {
        for (; i < c->n_values && c->values[i].hash != h; i++)
            ;
        if (i < c->n_values) {
            c->values[i].count++;
            return;
        }
    }
    added = set_add(&c->seen, h);
    c->distinct_more |= added < 0;
    if (added != 1 || !c->values)
        return;
    if (c->n_values == PROFILE_VALUES_MAX) { /* too many to keep: no longer a list of classes */
        free(c->values);
        c->values = NULL;
        c->n_values = 0;
        return;
    }
    str_copy(c->values[i].text, PROFILE_VALUE, cell);
    c->values[i].hash = h;
    c->values[i].count = 1;
    c->n_values++;
}

/* Reservoir sampling; the choice is a hash of the position, so that the same file always gives the same shape. */
static void sample_in(struct profile_column *c, double v, int64_t n)
{
    uint64_t h = (uint64_t)n * 0x9e3779b97f4a7c15u;

    if (!c->sample && !(c->sample = os_alloc(PROFILE_SAMPLE * sizeof(*c->sample))))
        return;
    h = (h ^ h >> 30) * 0xbf58476d1ce4e5b9u;
    h = (h ^ h >> 27) * 0x94d049bb133111ebu;
    h = (h ^ h >> 31) % (uint64_t)n;
    if (c->n_sample < PROFILE_SAMPLE)
        c->sample[c->n_sample++] = v;
    else if (h < PROFILE_SAMPLE)
        c->sample[h] = v;
}

static void number_in(struct profile_column *c, double v, bool comma)
{
    double delta;
    int64_t n = c->numbers + c->with_unit;

    if (n == 1) {
        c->min = c->max = v;
    } else {
        c->min = v < c->min ? v : c->min;
        c->max = v > c->max ? v : c->max;
        c->sequence &= v == c->last + 1;
    }
    delta = v - c->mean;
    c->mean += delta / (double)n;
    c->sum_squares += delta * (v - c->mean);
    c->last = v;
    c->integers += v == floor(v) && fabs(v) < 9e15;
    c->commas += comma;
    sample_in(c, v, n);
}

static void cell_in(struct profile *p, struct profile_column *c, const char *cell)
{
    const char *unit = "";
    bool comma = false;
    double v = 0;

    if (profile_word_missing(cell)) {
        c->missing++;
        c->sequence = false;
        p->missing_words |= *cell != '\0';
        return;
    }
    value_in(c, cell, hash_text(cell, 0xcbf29ce484222325u));
    if (!profile_number(cell, &v, &unit, &comma)) {
        c->texts++;
        c->sequence = false;
        return;
    }
    if (!*unit) {
        c->numbers++;
    } else if (!c->with_unit && !*c->unit) {
        str_copy(c->unit, sizeof(c->unit), unit);
        c->with_unit++;
    } else if (str_eq(c->unit, unit)) {
        c->with_unit++;
    } else { /* another unit than the one seen first: not comparable */
        c->texts++;
        return;
    }
    number_in(c, v, comma);
}

static void window_in(struct profiler *p, const struct csv_record *r)
{
    uint64_t h = hash_text(r->cells[p->p.window], 0xcbf29ce484222325u);

    if (h == p->window_now) {
        p->window_rows++;
        return;
    }
    if (p->p.windows == 1)
        p->p.window_length = p->window_rows;
    else if (p->p.windows > 1 && p->window_rows != p->p.window_length && !p->window_bad_line)
        p->window_bad_line = r->line - 1;
    if (set_add(&p->windows, h) == 0 && !p->window_bad_line)
        p->window_bad_line = r->line;
    p->window_now = h;
    p->window_rows = 1;
    p->p.windows++;
}

static void keep_first(struct profile *p, const struct csv_record *r)
{
    size_t size = 0, at = 0;
    char *row;

    if (p->n_first == PROFILE_FIRST_ROWS)
        return;
    for (int i = 0; i < r->n; i++)
        size += strlen(r->cells[i]) + 1;
    row = os_alloc(size);
    if (!row)
        return;
    for (int i = 0; i < r->n; i++) {
        size_t n = strlen(r->cells[i]) + 1;
        memcpy(row + at, r->cells[i], n);
        at += n;
    }
    p->first[p->n_first++] = row;
}

static int record_in(void *arg, const struct csv_record *r, struct err *err)
{
    struct profiler *p = arg;
    uint64_t row = 0xcbf29ce484222325u;
    int added;

    if (!p->has_header)
        return header_in(p, r, err);
    if (r->n != (int)p->p.columns.n) {
        if (p->ragged < PROFILE_RAGGED_MAX)
            p->ragged_line[p->ragged] = r->line;
        if (!p->ragged++)
            p->ragged_cells = r->n;
        return 0;
    }
    p->p.rows++;
    keep_first(&p->p, r);
    for (int i = 0; i < r->n; i++) {
        row = hash_text(r->cells[i], row + 0x9e3779b97f4a7c15u);
        cell_in(&p->p, &p->p.columns.items[i], r->cells[i]);
    }
    added = set_add(&p->rows, row);
    p->p.duplicates += added == 0;
    p->p.duplicates_more |= added < 0;
    if (p->p.window >= 0)
        window_in(p, r);
    return 0;
}

/* ---- end ---- */

static int refuse_ragged(struct profiler *p, struct err *err)
{
    char lines[128] = "";
    size_t len = 0;
    int n = p->ragged < PROFILE_RAGGED_MAX ? (int)p->ragged : PROFILE_RAGGED_MAX;

    for (int i = 0; i < n; i++)
        len += (size_t)snprintf(lines + len, sizeof(lines) - len, "%s%lld", i ? ", " : "", (long long)p->ragged_line[i]);
    err_at(err, ERR_INVALID, p->p.name, (int)p->ragged_line[0], 0,
           "%lld %s not the %zu cells of the header, for example line%s %s (%d cells).", (long long)p->ragged,
           p->ragged == 1 ? "line has" : "lines have", p->p.columns.n, n == 1 ? "" : "s", lines, p->ragged_cells);
    err_hint(err, "Mend or remove %s; a cell that holds '%c' must stand in quotes.",
             p->ragged == 1 ? "that line" : "those lines", p->csv.separator);
    return -ERR_INVALID;
}

static enum profile_type type_of(const struct profile_column *c)
{
    int64_t known = c->numbers + c->with_unit, all = known + c->texts;

    if (!all)
        return PROFILE_EMPTY;
    if (known * 10 < all * 9) /* up to a tenth of junk is treated as missing */
        return PROFILE_TEXT;
    if (c->with_unit)
        return PROFILE_UNIT;
    return c->integers == known ? PROFILE_INTEGER : PROFILE_NUMBER;
}

static void column_finish(struct profile_column *c, int64_t rows)
{
    int64_t n = c->numbers + c->with_unit;

    c->type = type_of(c);
    c->std = n > 1 ? sqrt(c->sum_squares / (double)n) : 0;
    c->distinct = (int64_t)c->seen.n;
    c->decimal_comma = c->commas > 0;
    c->sequence &= n == rows && rows > 2;
}

static int check_windows(struct profiler *p, struct err *err)
{
    if (p->p.window < 0)
        return 0;
    if (p->p.windows == 1)
        p->p.window_length = p->window_rows;
    else if (p->window_rows != p->p.window_length && !p->window_bad_line)
        p->window_bad_line = p->csv.line;
    if (!p->window_bad_line)
        return 0;
    err_at(err, ERR_INVALID, p->p.name, (int)p->window_bad_line, 0,
           "The windows are not all %lld rows long, or the rows of a window do not follow each other.",
           (long long)p->p.window_length);
    err_hint(err, "Sort by window and t, and cut every window to the same number of rows.");
    return -ERR_INVALID;
}

static int check_label(const struct profile *p, struct err *err)
{
    const struct profile_column *c;

    if (p->label < 0)
        return 0;
    c = &p->columns.items[p->label];
    if (c->distinct == 0) {
        err_at(err, ERR_INVALID, p->name, 0, 0, "The label column \"%.100s\" is empty.", c->name);
        err_hint(err, "Name the column that holds the class of each row.");
    } else if (c->distinct == 1) {
        err_at(err, ERR_INVALID, p->name, 0, 0, "The label column \"%.100s\" holds only one class, \"%.60s\".", c->name,
               c->values ? c->values[0].text : "");
        err_hint(err, "A classifier needs at least two classes: add rows of another one.");
    } else if (c->distinct > PROFILE_CLASSES_MAX) {
        err_at(err, ERR_INVALID, p->name, 0, 0, "The label column \"%.100s\" holds %lld%s different values.", c->name,
               (long long)c->distinct, c->distinct_more ? " or more" : "");
        err_hint(err, "At most %d classes are supported; is this a measured value and not a class?", PROFILE_CLASSES_MAX);
    } else {
        return 0;
    }
    return -ERR_INVALID;
}

/* A split column counts only when it says train and test; another one gets out of the way of ours. */
static void check_split(struct profile *p)
{
    struct profile_column *c;
    bool ours;

    if (p->split < 0)
        return;
    c = &p->columns.items[p->split];
    ours = c->n_values == 2 && c->missing == 0;
    for (int i = 0; ours && i < 2; i++)
        ours = str_eq(c->values[i].text, "train") || str_eq(c->values[i].text, "test");
    if (ours)
        return;
    p->split = -1;
    if (str_eq(c->plain, "split"))
        str_copy(c->plain, sizeof(c->plain), "split_given");
}

int profiler_feed(struct profiler *p, const char *bytes, size_t n, struct err *err)
{
    p->p.bytes += (int64_t)n;
    return csv_feed(&p->csv, bytes, n, err);
}

int profiler_finish(struct profiler *p, struct profile *ret, struct err *err)
{
    int rc = csv_finish(&p->csv, err);

    if (rc)
        return rc;
    if (!p->has_header || (!p->p.rows && !p->ragged)) {
        err_at(err, ERR_INVALID, p->p.name, 0, 0, p->has_header ? "The file has a header but no rows." : "The file is empty.");
        err_hint(err, "A header line and at least some rows of each class are needed.");
        return -ERR_INVALID;
    }
    if (p->ragged)
        return refuse_ragged(p, err);
    for (size_t i = 0; i < p->p.columns.n; i++)
        column_finish(&p->p.columns.items[i], p->p.rows);
    p->p.separator = p->csv.separator;
    p->p.bom = p->csv.bom;
    p->p.crlf = p->csv.crlf;
    check_split(&p->p);
    rc = check_windows(p, err);
    if (!rc)
        rc = check_label(&p->p, err);
    if (rc)
        return rc;
    *ret = p->p;
    memset(&p->p, 0, sizeof(p->p));
    return 0;
}

int profile_fd(int fd, const char *name, const char *label, struct profile *ret, struct err *err)
{
    struct profiler *p = profiler_new(name, label);
    char *piece = os_alloc(64 * 1024);
    ssize_t n = 1;
    int rc = 0;

    if (!p || !piece)
        rc = err_set(err, ERR_MACHINE, "There is not enough memory to read %s.", name);
    while (!rc && n) {
        n = read(fd, piece, 64 * 1024);
        if (n < 0 && errno == EINTR)
            continue;
        rc = n < 0 ? err_sys(err, errno == EISDIR ? ERR_INVALID : ERR_MACHINE, "Cannot read %s", name) : n ? profiler_feed(p, piece, (size_t)n, err) : 0;
    }
    if (!rc)
        rc = profiler_finish(p, ret, err);
    profiler_free(p);
    free(piece);
    return rc;
}

int profile_file(const char *path, const char *label, struct profile *ret, struct err *err)
{
    int fd = os.open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY, 0), rc;

    if (fd < 0) {
        err_sys(err, ERR_INVALID, "Cannot open the data file %s", path);
        err_hint(err, "Give the path of a CSV file.");
        return -ERR_INVALID;
    }
    rc = profile_fd(fd, path_base(path), label, ret, err);
    close(fd);
    return rc;
}
