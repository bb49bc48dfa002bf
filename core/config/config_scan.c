/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/config/config_scan.h"

#include <stdio.h>
#include <string.h>

#include "core/base/text.h"
#include "core/base/utf8.h"

enum { EVENTS_MAX = 20000 };

struct err *config_errors_next(struct config_errors *errors)
{
    return errors->n < CONFIG_ERRORS_MAX ? &errors->items[errors->n++] : NULL;
}

int config_errors_add(struct config_errors *errors, const char *name, int line, int column, const char *fmt,
                      ...)
{
    char text[400];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    return err_at(config_errors_next(errors), ERR_INVALID, name, line, column, "%s", text);
}

int config_errors_parser(struct config_errors *errors, const char *name, const yaml_parser_t *p)
{
    const char *problem = p->problem ? p->problem : "it cannot be read";

    if (p->error == YAML_MEMORY_ERROR)
        return err_set(config_errors_next(errors), ERR_MACHINE, "There is not enough memory to read %s.",
                       name);
    return config_errors_add(errors, name, (int)p->problem_mark.line + 1, (int)p->problem_mark.column + 1,
                             "This is not YAML: %s.", problem);
}

const char *config_show(char *dst, size_t size, const char *text)
{
    return text_line(dst, size, text);
}

/* NUL, invalid UTF-8, and tabs where indentation belongs. */
static int scan_bytes(const char *name, const char *text, size_t n, struct config_errors *errors)
{
    int line = 1, column = 1, before = errors->n;
    bool indent = true;
    uint32_t cp;

    for (size_t i = 0, used; i < n; i += used, column++) {
        used = utf8_decode(text + i, n - i, &cp);
        if (text[i] == '\0' || (cp == UTF8_BAD && used == 1)) {
            config_errors_add(errors, name, line, column, text[i] ? "This byte is not UTF-8 text."
                                                                  : "There is a NUL byte here.");
            return -ERR_INVALID;
        }
        if (text[i] == '\n') {
            line++;
            column = 0;
            indent = true;
        } else if (text[i] == '\t' && indent) {
            config_errors_add(errors, name, line, column, "Indentation is made of spaces, not of tabs.");
            indent = false;
        } else if (text[i] != ' ') {
            indent = false;
        }
    }
    return errors->n > before ? -ERR_INVALID : 0;
}

static const char *refusal_of(const yaml_event_t *e)
{
    const yaml_char_t *anchor = NULL, *tag = NULL;

    switch (e->type) {
    case YAML_ALIAS_EVENT:
        return "Aliases (*name) are not used here: write the value out.";
    case YAML_SCALAR_EVENT:
        anchor = e->data.scalar.anchor;
        tag = e->data.scalar.tag;
        break;
    case YAML_SEQUENCE_START_EVENT:
        anchor = e->data.sequence_start.anchor;
        tag = e->data.sequence_start.tag;
        break;
    case YAML_MAPPING_START_EVENT:
        anchor = e->data.mapping_start.anchor;
        tag = e->data.mapping_start.tag;
        break;
    case YAML_DOCUMENT_START_EVENT:
        if (e->data.document_start.tag_directives.start != e->data.document_start.tag_directives.end)
            return "Tag directives (%TAG) are not used here.";
        break;
    default:
        break;
    }
    if (anchor)
        return "Anchors (&name) are not used here: write the value out.";
    return tag ? "Tags (!name) are not used here." : NULL;
}

struct scan {
    int depth, events, documents;
};

static const char *look_at(struct scan *s, const yaml_event_t *e)
{
    const char *why = refusal_of(e);

    if (e->type == YAML_MAPPING_START_EVENT || e->type == YAML_SEQUENCE_START_EVENT)
        s->depth++;
    else if (e->type == YAML_MAPPING_END_EVENT || e->type == YAML_SEQUENCE_END_EVENT)
        s->depth--;
    else if (e->type == YAML_DOCUMENT_START_EVENT)
        s->documents++;
    if (why)
        return why;
    if (s->depth > CONFIG_DEPTH_MAX)
        return "This is nested too deeply.";
    if (++s->events > EVENTS_MAX)
        return "The file has too many entries.";
    return s->documents > 1 ? "A second document (---) is not read: one file, one document." : NULL;
}

static int scan_events(const char *name, yaml_parser_t *p, struct config_errors *errors)
{
    struct scan s = {0};
    yaml_event_t e;
    const char *why;
    bool end = false;

    while (!end) {
        if (!yaml_parser_parse(p, &e))
            return config_errors_parser(errors, name, p);
        why = look_at(&s, &e);
        if (why)
            config_errors_add(errors, name, (int)e.start_mark.line + 1, (int)e.start_mark.column + 1, "%s",
                              why);
        end = e.type == YAML_STREAM_END_EVENT;
        yaml_event_delete(&e);
        if (why)
            return -ERR_INVALID;
    }
    return 0;
}

int config_scan(const char *name, const char *text, size_t n, struct config_errors *errors)
{
    yaml_parser_t p;
    int r;

    if (n > CONFIG_SIZE_MAX)
        return config_errors_add(errors, name, 0, 0, "The file is larger than %d KiB.",
                                 CONFIG_SIZE_MAX / 1024);
    r = scan_bytes(name, text, n, errors);
    if (r)
        return r;
    if (!yaml_parser_initialize(&p))
        return err_set(config_errors_next(errors), ERR_MACHINE, "There is not enough memory to read %s.",
                       name);
    yaml_parser_set_encoding(&p, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&p, (const unsigned char *)text, n);
    r = scan_events(name, &p, errors);
    yaml_parser_delete(&p);
    return r;
}
