/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/gate/gate.h"

#include <stdarg.h>
#include <stdio.h>

#include "core/base/path.h"
#include "core/base/str.h"
#include "core/gate/gates.h"

const struct gate *const gate_table[] = {
    &gate_format, &gate_paths, &gate_structure, &gate_semantics, &gate_contract, &gate_operators,
    &gate_syntax, &gate_box,   &gate_outputs,   &gate_csv,       &gate_budget,   NULL,
};

const struct gate *gate_find(const char *id)
{
    for (int i = 0; gate_table[i]; i++) {
        if (str_eq(gate_table[i]->id, id))
            return gate_table[i];
    }
    return NULL;
}

void gate_check_all(enum gate_when when, const struct gate_artifact *a,
                    const struct gate_context *c, struct finding_list *out)
{
    for (int i = 0; gate_table[i]; i++) {
        const struct gate *g = gate_table[i];
        if (g->when == when && !g->job && (g->kinds & 1u << a->kind))
            g->check(a, c, NULL, out);
    }
}

void gate_say(struct finding_list *out, const char *gate, const struct gate_note *note,
              const struct gate_artifact *a, int line, int column, const char *fmt, ...)
{
    char message[800];
    struct finding *f;
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(message, sizeof(message), fmt, ap);
    va_end(ap);
    f = finding_add(out, gate, note->severity, note->category, "%s", message);
    if (!f)
        return;
    f->line = line;
    f->column = column;
    str_copy(f->file, sizeof(f->file), line && a->name ? path_base(a->name) : "");
    str_copy(f->cause, sizeof(f->cause), note->cause);
    str_copy(f->blame, sizeof(f->blame), note->blame ? note->blame : "");
    str_copy(f->fix, sizeof(f->fix), note->fix);
}
