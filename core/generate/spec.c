/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/generate/spec.h"

#include <json-c/json.h>
#include <math.h>

#include "core/base/os.h"
#include "core/base/str.h"
#include "core/base/utf8.h"

static void *at(const void *base, size_t offset)
{
    return (char *)(uintptr_t)base + offset;
}

/* ---- reading ---- */

struct reader {
    const char *name; /* of the spec */
    const char *key;  /* now */
    struct err *err;
};

__attribute__((format(printf, 2, 3))) static int refuse(const struct reader *r, const char *fmt, ...)
{
    char text[400];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    return err_set(r->err, ERR_INVALID, "The field \"%.60s\" of %.60s %s.", r->key, r->name, text);
}

static int memory(const struct reader *r)
{
    return err_set(r->err, ERR_MACHINE, "There is not enough memory for %.60s.", r->name);
}

static int read_text(const struct reader *r, const struct spec_field *f, struct json_object *o, char **ret)
{
    size_t cap = f->max > 0 ? (size_t)f->max : SPEC_TEXT_MAX, n;
    const char *s;

    if (!json_object_is_type(o, json_type_string))
        return refuse(r, "must be text");
    s = json_object_get_string(o);
    n = (size_t)json_object_get_string_len(o);
    if (n > cap || n < (size_t)f->min)
        return refuse(r, "must have %d to %zu bytes", (int)f->min, cap);
    for (size_t i = 0; i < n;) {
        uint32_t cp;
        i += utf8_decode(s + i, n - i, &cp);
        if (cp < 0x20 || cp == 0x7f || cp == UTF8_BAD || (cp >= 0x80 && cp < 0xa0))
            return refuse(r, "holds a control character or is not UTF-8");
    }
    *ret = os_dup(s, n);
    return *ret ? 0 : memory(r);
}

static int read_number(const struct reader *r, const struct spec_field *f, struct json_object *o, double *ret)
{
    bool whole = f->type == SPEC_INT || f->type == SPEC_INTS;
    bool limited = f->type == SPEC_INT || f->type == SPEC_NUMBER;

    if (!json_object_is_type(o, json_type_int) && (whole || !json_object_is_type(o, json_type_double)))
        return refuse(r, whole ? "must be a whole number" : "must be a number");
    *ret = json_object_get_double(o);
    if (!isfinite(*ret) || (whole && fabs(*ret) > 9e15))
        return refuse(r, "is out of range");
    if (limited && (f->min != 0 || f->max != 0) && (*ret < f->min || *ret > f->max))
        return refuse(r, "must lie between %g and %g", f->min, f->max);
    return 0;
}

static int read_choice(const struct reader *r, const struct spec_field *f, struct json_object *o, int *ret)
{
    const char *s = json_object_is_type(o, json_type_string) ? json_object_get_string(o) : "";
    size_t n = 0;
    const char *near;

    for (; f->choices[n]; n++)
        if (str_eq(f->choices[n], s)) {
            *ret = (int)n;
            return 0;
        }
    near = str_nearest(s, f->choices, n);
    refuse(r, "must be one of %zu words and not \"%.60s\"", n, s);
    err_hint(r->err, "%s \"%s\".", near ? "Did you mean" : "The first of them is", near ? near : f->choices[0]);
    return -ERR_INVALID;
}

static int read_rows(struct reader *r, const struct spec_field *rows, void *target, struct json_object *o);

static int read_item(struct reader *r, const struct spec_field *f, void *list, int i, struct json_object *o)
{
    double v = 0;
    int rc;

    switch (f->type) {
    case SPEC_TEXTS:
        return read_text(r, &(struct spec_field){.type = SPEC_TEXT}, o, &((struct data_names *)list)->items[i]);
    case SPEC_LIST:
        return read_rows(r, f->rows, at(((struct spec_list *)list)->items, f->size * (size_t)i), o);
    default:
        rc = read_number(r, f, o, &v);
        if (f->type == SPEC_INTS)
            ((struct spec_ints *)list)->items[i] = (int64_t)v;
        else
            ((struct spec_numbers *)list)->items[i] = v;
        return rc;
    }
}

static size_t item_size(const struct spec_field *f)
{
    return f->type == SPEC_TEXTS ? sizeof(char *) : f->type == SPEC_LIST ? f->size : sizeof(int64_t);
}

/* All lists begin with a pointer and a count. */
static int read_list(struct reader *r, const struct spec_field *f, void *list, struct json_object *o)
{
    struct spec_list *l = list;
    size_t n, cap = f->max > 0 ? (size_t)f->max : SPEC_ITEMS_MAX;
    int rc = 0;

    if (!json_object_is_type(o, json_type_array))
        return refuse(r, "must be a list");
    n = json_object_array_length(o);
    if (n > cap || n < (size_t)f->min)
        return refuse(r, "must have %d to %zu items", (int)f->min, cap);
    if (!n)
        return 0;
    l->items = os_alloc(n * item_size(f));
    if (!l->items)
        return memory(r);
    l->n = (int)n;
    for (int i = 0; i < l->n && !rc; i++)
        rc = read_item(r, f, list, i, json_object_array_get_idx(o, (size_t)i));
    return rc;
}

static int read_field(struct reader *r, const struct spec_field *f, void *place, struct json_object *o)
{
    double v = 0;
    int rc;

    r->key = f->key;
    switch (f->type) {
    case SPEC_TEXT:
        return read_text(r, f, o, place);
    case SPEC_INT:
        rc = read_number(r, f, o, &v);
        *(int64_t *)place = (int64_t)v;
        return rc;
    case SPEC_NUMBER:
        return read_number(r, f, o, place);
    case SPEC_CHOICE:
        return read_choice(r, f, o, place);
    case SPEC_SECTION:
        return read_rows(r, f->rows, place, o);
    default:
        return read_list(r, f, place, o);
    }
}

static int refuse_unknown(struct reader *r, const struct spec_field *rows, struct json_object *o)
{
    json_object_object_foreach(o, key, value) {
        const char *words[64], *near;
        size_t n = 0;
        bool known = false;

        (void)value;
        for (; rows[n].key && n < 64; n++) {
            words[n] = rows[n].key;
            known |= str_eq(rows[n].key, key);
        }
        if (known)
            continue;
        near = str_nearest(key, words, n);
        err_set(r->err, ERR_INVALID, "There is no field \"%.60s\" in %.60s.", key, r->name);
        err_hint(r->err, near ? "Did you mean \"%s\"?" : "The first field is \"%s\".", near ? near : words[0]);
        return -ERR_INVALID;
    }
    return 0;
}

static int read_rows(struct reader *r, const struct spec_field *rows, void *target, struct json_object *o)
{
    int rc;

    if (!json_object_is_type(o, json_type_object))
        return refuse(r, "must be an object");
    rc = refuse_unknown(r, rows, o);
    for (; rows->key && !rc; rows++) {
        struct json_object *v;
        r->key = rows->key;
        if (json_object_object_get_ex(o, rows->key, &v) && v)
            rc = read_field(r, rows, at(target, rows->offset), v);
        else if (!rows->optional)
            rc = refuse(r, "is missing");
    }
    return rc;
}

int spec_from_object(const struct spec_field *rows, void *target, struct json_object *o, const char *name,
                     struct err *err)
{
    struct reader r = {.name = name, .key = name, .err = err};

    return read_rows(&r, rows, target, o);
}

int spec_from_text(const struct spec_field *rows, void *target, const char *json, size_t n, const char *name,
                   struct err *err)
{
    struct json_tokener *t;
    struct json_object *o = NULL;
    int rc;

    if (n > SPEC_JSON_MAX)
        return err_set(err, ERR_INVALID, "The text of %.60s is larger than %d KiB.", name, SPEC_JSON_MAX / 1024);
    t = json_tokener_new_ex(16);
    if (t) {
        json_tokener_set_flags(t, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
        o = json_tokener_parse_ex(t, json, (int)n);
        if (!o && json_tokener_get_error(t) == json_tokener_continue)
            o = json_tokener_parse_ex(t, "", 1); /* the end of the text */
    }
    if (o) {
        rc = spec_from_object(rows, target, o, name, err);
    } else {
        rc = err_set(err, ERR_INVALID, "The text of %.60s is not JSON: %s.", name,
                     t ? json_tokener_error_desc(json_tokener_get_error(t)) : "no memory");
        err_hint(err, "It must be one JSON object and nothing else.");
    }
    json_object_put(o);
    if (t)
        json_tokener_free(t);
    return rc;
}

void spec_done(const struct spec_field *rows, void *spec)
{
    for (; rows->key; rows++) {
        void *place = at(spec, rows->offset);
        struct spec_list *l = place;

        if (rows->type == SPEC_TEXT) {
            free(*(char **)place);
            *(char **)place = NULL;
        } else if (rows->type == SPEC_SECTION) {
            spec_done(rows->rows, place);
        } else if (rows->type >= SPEC_TEXTS && rows->type <= SPEC_LIST) {
            for (int i = 0; i < l->n && rows->type == SPEC_TEXTS; i++)
                free(((char **)l->items)[i]);
            for (int i = 0; i < l->n && rows->type == SPEC_LIST; i++)
                spec_done(rows->rows, at(l->items, rows->size * (size_t)i));
            free(l->items);
            l->items = NULL;
            l->n = 0;
        }
    }
}
