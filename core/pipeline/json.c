/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/pipeline/json.h"

#include <math.h>
#include <string.h>

#include "core/base/sha256.h"
#include "core/base/str.h"
#include "core/base/text.h"

enum { DEPTH = 16, WORDS_MAX = 64, WORD_SIZE = 32 };

struct json_object *json_read(const char *text, size_t n, struct err *err)
{
    struct json_tokener *t = json_tokener_new_ex(DEPTH);
    struct json_object *o;

    if (!t) {
        err_set(err, ERR_MACHINE, "There is no memory left to read JSON.");
        return NULL;
    }
    json_tokener_set_flags(t, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
    o = json_tokener_parse_ex(t, text, (int)n);
    if (!o || json_tokener_get_error(t) != json_tokener_success ||
        json_tokener_get_parse_end(t) != n) {
        err_set(err, ERR_INVALID, "The text is not valid JSON: %s.",
                json_tokener_error_desc(json_tokener_get_error(t)));
        json_object_put(o);
        o = NULL;
    }
    json_tokener_free(t);
    return o;
}

static struct json_object *get(struct json_object *o, const char *key, enum json_type type)
{
    struct json_object *v;

    if (!json_object_is_type(o, json_type_object) || !json_object_object_get_ex(o, key, &v))
        return NULL;
    return json_object_is_type(v, type) ? v : NULL;
}

void json_get_line(struct json_object *o, const char *key, char *dst, size_t size)
{
    struct json_object *v = get(o, key, json_type_string);

    dst[0] = '\0';
    if (v)
        text_line(dst, size, json_object_get_string(v));
}

void json_get_sha(struct json_object *o, const char *key, char dst[65])
{
    struct json_object *v = get(o, key, json_type_string);

    dst[0] = '\0';
    if (v && sha256_valid(json_object_get_string(v)))
        str_copy(dst, SHA256_HEX, json_object_get_string(v));
}

int64_t json_get_int(struct json_object *o, const char *key, int64_t preset)
{
    struct json_object *v = get(o, key, json_type_int);

    return v ? json_object_get_int64(v) : preset;
}

double json_get_number(struct json_object *o, const char *key, double preset)
{
    struct json_object *v = get(o, key, json_type_double);

    if (!v)
        v = get(o, key, json_type_int);
    return v && isfinite(json_object_get_double(v)) ? json_object_get_double(v) : preset;
}

bool json_get_flag(struct json_object *o, const char *key)
{
    struct json_object *v = get(o, key, json_type_boolean);

    return v && json_object_get_boolean(v);
}

struct json_object *json_get_array(struct json_object *o, const char *key)
{
    return get(o, key, json_type_array);
}

struct json_object *json_at(struct json_object *array, size_t i)
{
    return json_object_array_get_idx(array, i);
}

void json_put_text(struct json_object *o, const char *key, const char *text)
{
    if (text)
        json_object_object_add(o, key, json_object_new_string(text));
}

void json_put_int(struct json_object *o, const char *key, int64_t v)
{
    json_object_object_add(o, key, json_object_new_int64(v));
}

void json_put_number(struct json_object *o, const char *key, double v)
{
    json_object_object_add(o, key, json_object_new_double(v));
}

void json_put_flag(struct json_object *o, const char *key, bool v)
{
    json_object_object_add(o, key, json_object_new_boolean(v));
}

const char *json_intern(const char *word)
{
    static char words[WORDS_MAX][WORD_SIZE];
    static int n;

    for (int i = 0; i < n; i++) {
        if (str_eq(words[i], word))
            return words[i];
    }
    if (n == WORDS_MAX)
        return "other";
    text_line(words[n], WORD_SIZE, word);
    return words[n++];
}

static struct json_object *from_finding(const struct finding *f)
{
    struct json_object *o = json_object_new_object();

    json_put_text(o, "gate", f->gate);
    json_put_text(o, "severity", finding_severity_name(f->severity));
    if (f->category)
        json_put_text(o, "category", finding_categories[f->category].id);
    if (f->file[0])
        json_put_text(o, "file", f->file);
    if (f->line)
        json_put_int(o, "line", f->line);
    if (f->column)
        json_put_int(o, "column", f->column);
    if (f->cause[0])
        json_put_text(o, "cause", f->cause);
    if (f->blame[0])
        json_put_text(o, "blame", f->blame);
    json_put_text(o, "message", f->message);
    if (f->fix[0])
        json_put_text(o, "fix", f->fix);
    return o;
}

struct json_object *json_from_findings(const struct finding_list *l)
{
    struct json_object *a = json_object_new_array();

    for (size_t i = 0; i < l->v.n; i++)
        json_object_array_add(a, from_finding(&l->v.items[i]));
    return a;
}

static enum finding_severity severity_of(const char *word)
{
    if (str_eq(word, "error"))
        return FINDING_ERROR;
    return str_eq(word, "warning") ? FINDING_WARNING : FINDING_NOTE;
}

static void to_finding(struct json_object *o, struct finding_list *l)
{
    char word[32], message[sizeof(((struct finding *)0)->message)];
    struct finding *f;
    enum finding_severity severity;

    json_get_line(o, "severity", word, sizeof(word));
    severity = severity_of(word);
    json_get_line(o, "message", message, sizeof(message));
    json_get_line(o, "gate", word, sizeof(word));
    f = finding_add(l, json_intern(word), severity, FINDING_NONE, "%s", message);
    if (!f)
        return;
    json_get_line(o, "category", word, sizeof(word));
    f->category = finding_category_by_id(word);
    f->line = (int)json_get_int(o, "line", 0);
    f->column = (int)json_get_int(o, "column", 0);
    json_get_line(o, "file", f->file, sizeof(f->file));
    json_get_line(o, "cause", f->cause, sizeof(f->cause));
    json_get_line(o, "blame", f->blame, sizeof(f->blame));
    json_get_line(o, "fix", f->fix, sizeof(f->fix));
}

void json_to_findings(struct json_object *array, struct finding_list *l)
{
    size_t n = array ? json_object_array_length(array) : 0;

    for (size_t i = 0; i < n && i < FINDING_LIST_CAP; i++)
        to_finding(json_at(array, i), l);
}
