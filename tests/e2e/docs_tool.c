/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Prints docs/configuration.md from the tables that read the two files. docs_test.sh compares the two. */
#include <stdio.h>

#include "core/base/buf.h"
#include "core/base/str.h"
#include "core/config/project.h"
#include "core/config/user.h"

enum { PAGE_CAP = 1 << 20 };

static const char head[] =
    "# Configuration reference\n\n"
    "This page is printed by `docs_tool` (`tests/e2e/docs_tool.c`) from the tables that read the files. Do not edit it:\n"
    "change the tables and print it again. `docs_test` fails when it is out of date.\n\n"
    "Both files are YAML without aliases, anchors, tags, tabs and second documents. Unknown keys, duplicate keys and wrong\n"
    "values are errors with file, line and column, and the nearest known key. A file has at most 256 KiB.\n\n"
    "## Keys without an effect yet\n\n"
    "These keys are read and checked, and nothing uses them in this version:\n\n"
    "- project: `split`, `ignore`, `window.column`, `window.order`, and of `caps` all but `attempts`;\n"
    "- user: `provider.max_tokens`, `provider.temperature`, `prices`, `mouse`, `escape_ms`, `caps`.\n\n"
    "`provider.key_command` is refused when it is needed: this version runs no program for a key. The mode `guided` is read,\n"
    "and is not built yet. A policy file is refused: only the built-in names work.\n";

static const char project_head[] =
    "\n## The project: `tinywright.yaml`\n\n"
    "You write it; `tinywright new` makes the first version, and the program never changes it again. It is untrusted: keys\n"
    "that could move data or run programs are refused.\n\n";

static const char user_head[] =
    "\n## The user: `config.yaml`\n\n"
    "`$XDG_CONFIG_HOME/tinywright/config.yaml`, by default `~/.config/tinywright/config.yaml`. It need not be there. It is\n"
    "refused when other users could have written it.\n\n";

static const char *type_of(const struct config_field *row)
{
    static const char *const names[] = {
        [CONFIG_STRING] = "text", [CONFIG_BOOL] = "true or false", [CONFIG_INT] = "whole number",
        [CONFIG_NUMBER] = "number", [CONFIG_CHOICE] = "one of", [CONFIG_STRINGS] = "list of texts",
        [CONFIG_MAP] = "mapping", [CONFIG_SECTION] = "section",
    };

    if ((size_t)row->type < sizeof(names) / sizeof(*names) && names[row->type])
        return names[row->type];
    return "list of sections";
}

static void put_values(struct buf *out, const struct config_field *row)
{
    buf_puts(out, type_of(row));
    for (int i = 0; row->type == CONFIG_CHOICE && row->choices[i]; i++)
        buf_putf(out, "%s`%s`", i ? ", " : " ", row->choices[i]);
    if (row->min != 0 || row->max != 0)
        buf_putf(out, ", %.10g to %.10g", row->min, row->max);
}

static void put_rows(struct buf *out, const char *prefix, const struct config_field *rows)
{
    for (const struct config_field *row = rows; row->key; row++) {
        char name[80];
        if (row->forbidden)
            continue;
        snprintf(name, sizeof(name), "%s%s", prefix, row->key);
        buf_putf(out, "| `%s` | ", name);
        put_values(out, row);
        buf_putf(out, " | %s%s%s | %s |\n", row->preset ? "`" : "", row->preset ? row->preset : row->required ? "required" : "",
                 row->preset ? "`" : "", row->help);
        if (row->section) {
            snprintf(name, sizeof(name), "%s%s.", prefix, row->key);
            put_rows(out, name, row->section);
        }
    }
}

static void put_file(struct buf *out, const char *text, const struct config_field *rows)
{
    buf_puts(out, text);
    buf_puts(out, "| key | value | default | meaning |\n| --- | --- | --- | --- |\n");
    put_rows(out, "", rows);
    buf_puts(out, "\nThese keys are known and refused here:\n\n| key | why |\n| --- | --- |\n");
    for (const struct config_field *row = rows; row->key; row++) {
        if (row->forbidden)
            buf_putf(out, "| `%s` | %s |\n", row->key, row->forbidden);
    }
}

int main(void)
{
    struct buf out;
    int r;

    buf_init(&out, PAGE_CAP);
    buf_puts(&out, head);
    put_file(&out, project_head, project_fields);
    put_file(&out, user_head, user_fields);
    r = out.broken || fputs(buf_text(&out), stdout) < 0 || fflush(stdout);
    buf_done(&out);
    return r ? 1 : 0;
}
