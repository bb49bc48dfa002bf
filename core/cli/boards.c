/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tinywright boards: the catalog. */
#include <stdio.h>

#include "core/board/board.h"
#include "core/cli/commands.h"
#include "core/pipeline/json.h"

static const struct cli_option options[] = {
    {"--json", NULL, "as JSON"},
    {NULL, NULL, NULL},
};

static void print_board(const struct board *b)
{
    printf("%s: %s\n  %s\n  clock %lld MHz, flash %lld KB, RAM %lld KB%s\n", b->id, b->name, b->help,
           (long long)b->clock_hz / 1000000, (long long)b->flash / 1024, (long long)b->ram / 1024,
           b->is_virtual ? ", virtual: emulated, times are instructions and not cycles" : "");
    for (int i = 0; i < b->n_sensors; i++)
        printf("  sensor %-12s %-28s %s, %s\n", b->sensors[i].id, b->sensors[i].library, b->sensors[i].channels,
               b->sensors[i].unit);
    for (int i = 0; i < b->n_libraries; i++)
        printf("  library %-24s %s\n", b->libraries[i].name, b->libraries[i].version);
}

static struct json_object *board_json(const struct board *b)
{
    struct json_object *o = json_object_new_object(), *sensors = json_object_new_array();

    json_put_text(o, "id", b->id);
    json_put_text(o, "name", b->name);
    json_put_flag(o, "virtual", b->is_virtual);
    json_put_int(o, "clock_hz", b->clock_hz);
    json_put_int(o, "flash", b->flash);
    json_put_int(o, "ram", b->ram);
    for (int i = 0; i < b->n_sensors; i++) {
        struct json_object *s = json_object_new_object();
        json_put_text(s, "id", b->sensors[i].id);
        json_put_text(s, "library", b->sensors[i].library);
        json_put_text(s, "channels", b->sensors[i].channels);
        json_put_text(s, "unit", b->sensors[i].unit);
        json_object_array_add(sensors, s);
    }
    json_object_object_add(o, "sensors", sensors);
    return o;
}

static int run(const struct cli_args *a, struct err *err)
{
    struct json_object *all = json_object_new_array();

    (void)err;
    for (int i = 0; i < board_count; i++) {
        if (cli_has(a, "--json"))
            json_object_array_add(all, board_json(&board_table[i]));
        else
            print_board(&board_table[i]);
    }
    if (cli_has(a, "--json"))
        cli_print_json(all);
    else
        json_object_put(all);
    return 0;
}

const struct cli_command cli_boards_command = {
    .name = "boards",
    .synopsis = "[--json]",
    .help = "lists the known boards with their sensors and libraries",
    .options = options,
    .run = run,
};
