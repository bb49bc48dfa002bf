/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Typed, tolerant access to the JSON of event bodies and back; a missing or mistyped field is the default,
 * never a crash. Getters lend; json_put_* add to an object that owns what it is given.
 */
#ifndef CORE_PIPELINE_JSON_H
#define CORE_PIPELINE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <json-c/json.h>

#include "core/base/err.h"
#include "core/finding/finding.h"

/* Parses strictly (no trailing bytes, depth 16); caller puts it; NULL + err. */
struct json_object *json_read(const char *text, size_t n, struct err *err);

/* Sanitized one-line copy into a fixed field; "" when missing. */
void json_get_line(struct json_object *o, const char *key, char *dst, size_t size);
/* As json_get_line, for multi-line text is not offered: long texts are blobs. */
void json_get_sha(struct json_object *o, const char *key, char dst[65]); /* "" unless 64 hex digits */
int64_t json_get_int(struct json_object *o, const char *key, int64_t preset);
double json_get_number(struct json_object *o, const char *key, double preset);
bool json_get_flag(struct json_object *o, const char *key);
struct json_object *json_get_array(struct json_object *o, const char *key); /* NULL when not an array */
struct json_object *json_at(struct json_object *array, size_t i);

void json_put_text(struct json_object *o, const char *key, const char *text); /* NULL text adds nothing */
void json_put_int(struct json_object *o, const char *key, int64_t v);
void json_put_number(struct json_object *o, const char *key, double v);
void json_put_flag(struct json_object *o, const char *key, bool v);

struct json_object *json_from_findings(const struct finding_list *l);
void json_to_findings(struct json_object *array, struct finding_list *l); /* appends */

/* Gate ids come from the history as text; the same id always gives the same static pointer. */
const char *json_intern(const char *word);

#endif
