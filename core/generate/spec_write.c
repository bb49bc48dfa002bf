/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A spec as JSON, as JSON schema, and as the Python literal at the top of a script. */
#include <json-c/json.h>
#include <math.h>

#include "core/base/str.h"
#include "core/base/text.h"
#include "core/base/utf8.h"
#include "core/generate/spec.h"

static const void *at(const void *base, size_t offset)
{
    return (const char *)base + offset;
}

static const char *text_at(const void *place)
{
    const char *s = *(char *const *)place;

    return s ? s : "";
}

/* The shortest decimal that reads back as the same double, always marked as a number with a fraction. */
static void number_text(double v, char dst[40])
{
    double back = 0;

    for (int digits = 6; digits <= 17; digits++) {
        snprintf(dst, 40, "%.*g", digits, v);
        if (str_to_double(dst, &back) && back == v)
            break;
    }
    if (!strpbrk(dst, ".en"))
        snprintf(dst + strlen(dst), 40 - strlen(dst), ".0");
}

static struct json_object *number_json(double v)
{
    char text[40];

    number_text(v, text);
    return json_object_new_double_s(v, text);
}

static struct json_object *list_json(const struct spec_field *f, const void *place)
{
    const struct spec_list *l = place;
    struct json_object *a = json_object_new_array();

    for (int i = 0; i < l->n; i++)
        switch (f->type) {
        case SPEC_TEXTS:
            json_object_array_add(a, json_object_new_string(((char *const *)l->items)[i]));
            break;
        case SPEC_INTS:
            json_object_array_add(a, json_object_new_int64(((const int64_t *)l->items)[i]));
            break;
        case SPEC_NUMBERS:
            json_object_array_add(a, number_json(((const double *)l->items)[i]));
            break;
        default:
            json_object_array_add(a, spec_to_object(f->rows, at(l->items, f->size * (size_t)i)));
            break;
        }
    return a;
}

struct json_object *spec_to_object(const struct spec_field *rows, const void *spec)
{
    struct json_object *o = json_object_new_object(), *v;

    for (; rows->key; rows++) {
        const void *place = at(spec, rows->offset);

        switch (rows->type) {
        case SPEC_TEXT:
            v = json_object_new_string(text_at(place));
            break;
        case SPEC_INT:
            v = json_object_new_int64(*(const int64_t *)place);
            break;
        case SPEC_NUMBER:
            v = number_json(*(const double *)place);
            break;
        case SPEC_CHOICE:
            v = json_object_new_string(rows->choices[*(const int *)place]);
            break;
        case SPEC_SECTION:
            v = spec_to_object(rows->rows, place);
            break;
        default:
            v = list_json(rows, place);
        }
        json_object_object_add(o, rows->key, v);
    }
    return o;
}

static int put_json(struct json_object *o, struct buf *out)
{
    const char *s = json_object_to_json_string_ext(
        o, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED | JSON_C_TO_STRING_NOSLASHESCAPE);

    buf_puts(out, s ? s : "");
    buf_putc(out, '\n');
    json_object_put(o);
    return s && !out->broken ? 0 : -1;
}

int spec_to_text(const struct spec_field *rows, const void *spec, struct buf *out)
{
    return put_json(spec_to_object(rows, spec), out);
}

/* ---- schema ---- */

static struct json_object *schema_rows(const struct spec_field *rows);

static struct json_object *schema_type(const char *type)
{
    struct json_object *o = json_object_new_object();

    json_object_object_add(o, "type", json_object_new_string(type));
    return o;
}

static void schema_limit(struct json_object *o, const struct spec_field *f, const char *low, const char *high)
{
    if (f->min == 0 && f->max == 0)
        return;
    json_object_object_add(o, low, f->min == floor(f->min) ? json_object_new_int64((int64_t)f->min) : number_json(f->min));
    json_object_object_add(o, high, f->max == floor(f->max) ? json_object_new_int64((int64_t)f->max) : number_json(f->max));
}

static struct json_object *schema_field(const struct spec_field *f)
{
    struct json_object *o, *words;

    switch (f->type) {
    case SPEC_TEXT:
        o = schema_type("string");
        schema_limit(o, f, "minLength", "maxLength");
        return o;
    case SPEC_INT:
    case SPEC_NUMBER:
        o = schema_type(f->type == SPEC_INT ? "integer" : "number");
        schema_limit(o, f, "minimum", "maximum");
        return o;
    case SPEC_CHOICE:
        o = schema_type("string");
        words = json_object_new_array();
        for (int i = 0; f->choices[i]; i++)
            json_object_array_add(words, json_object_new_string(f->choices[i]));
        json_object_object_add(o, "enum", words);
        return o;
    case SPEC_SECTION:
        return schema_rows(f->rows);
    default:
        o = schema_type("array");
        schema_limit(o, f, "minItems", "maxItems");
        json_object_object_add(o, "items", f->type == SPEC_LIST ? schema_rows(f->rows)
                                           : schema_type(f->type == SPEC_TEXTS  ? "string"
                                                         : f->type == SPEC_INTS ? "integer" : "number"));
        return o;
    }
}

static struct json_object *schema_rows(const struct spec_field *rows)
{
    struct json_object *o = schema_type("object"), *fields = json_object_new_object(), *need = json_object_new_array();

    for (; rows->key; rows++) {
        struct json_object *f = schema_field(rows);
        json_object_object_add(f, "description", json_object_new_string(rows->help));
        json_object_object_add(fields, rows->key, f);
        if (!rows->optional)
            json_object_array_add(need, json_object_new_string(rows->key));
    }
    json_object_object_add(o, "properties", fields);
    json_object_object_add(o, "required", need);
    json_object_object_add(o, "additionalProperties", json_object_new_boolean(0));
    return o;
}

int spec_schema(const struct spec_field *rows, const char *title, struct buf *out)
{
    struct json_object *o = schema_rows(rows);

    json_object_object_add(o, "title", json_object_new_string(title));
    return put_json(o, out);
}

/* ---- Python ---- */

static void py_text(struct buf *out, const char *s)
{
    size_t n = strlen(s);

    buf_putc(out, '"');
    for (size_t i = 0; i < n;) {
        uint32_t cp;
        size_t used = utf8_decode(s + i, n - i, &cp);

        if (cp == '"' || cp == '\\')
            buf_putf(out, "\\%c", (int)cp);
        else if (cp == UTF8_BAD || cp < 0x20 || !text_allowed(cp))
            buf_putf(out, cp > 0xffff ? "\\U%08x" : "\\u%04x", (unsigned)cp);
        else
            buf_put(out, s + i, used);
        i += used;
    }
    buf_putc(out, '"');
}

static void py_number(struct buf *out, double v)
{
    char text[40];

    number_text(v, text);
    buf_puts(out, text);
}

static void py_rows(struct buf *out, const struct spec_field *rows, const void *spec, int indent);

static void py_item(struct buf *out, const struct spec_field *f, const struct spec_list *l, int i, int indent)
{
    switch (f->type) {
    case SPEC_TEXTS:
        py_text(out, ((char *const *)l->items)[i]);
        break;
    case SPEC_INTS:
        buf_putf(out, "%lld", (long long)((const int64_t *)l->items)[i]);
        break;
    case SPEC_NUMBERS:
        py_number(out, ((const double *)l->items)[i]);
        break;
    default:
        py_rows(out, f->rows, at(l->items, f->size * (size_t)i), indent);
    }
}

/* Items follow each other until the line is full; lists of dicts take a line each. */
static void py_list(struct buf *out, const struct spec_field *f, const struct spec_list *l, int indent)
{
    size_t line = out->len;

    buf_putc(out, '[');
    for (int i = 0; i < l->n; i++) {
        bool wrap = f->type == SPEC_LIST || out->len - line > 76;
        if (i)
            buf_putc(out, ',');
        if (wrap) {
            line = out->len + 1;
            buf_putf(out, "\n%*s", indent + 4, "");
        } else if (i) {
            buf_putc(out, ' ');
        }
        py_item(out, f, l, i, indent + 4);
    }
    if (f->type == SPEC_LIST && l->n)
        buf_putf(out, ",\n%*s", indent, "");
    buf_putc(out, ']');
}

static void py_value(struct buf *out, const struct spec_field *f, const void *place, int indent)
{
    switch (f->type) {
    case SPEC_TEXT:
        py_text(out, text_at(place));
        break;
    case SPEC_INT:
        buf_putf(out, "%lld", (long long)*(const int64_t *)place);
        break;
    case SPEC_NUMBER:
        py_number(out, *(const double *)place);
        break;
    case SPEC_CHOICE:
        py_text(out, f->choices[*(const int *)place]);
        break;
    case SPEC_SECTION:
        py_rows(out, f->rows, place, indent);
        break;
    default:
        py_list(out, f, place, indent);
    }
}

static void py_rows(struct buf *out, const struct spec_field *rows, const void *spec, int indent)
{
    bool nested = indent > 0;

    buf_puts(out, "{");
    for (int i = 0; rows[i].key; i++) {
        if (nested)
            buf_puts(out, i ? ", " : "");
        else
            buf_puts(out, "\n    ");
        buf_putf(out, "\"%s\": ", rows[i].key);
        py_value(out, &rows[i], at(spec, rows[i].offset), indent + 4);
        if (!nested)
            buf_putc(out, ',');
    }
    buf_puts(out, nested ? "}" : "\n}");
}

int spec_to_python(const struct spec_field *rows, const void *spec, struct buf *out)
{
    py_rows(out, rows, spec, 0);
    return out->broken ? -1 : 0;
}
