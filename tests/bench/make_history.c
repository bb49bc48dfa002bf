/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Gives a project folder a history for measurements: make_history PROJECT ATTEMPTS LINES
 * Real events through core/store, as the engine writes them; the attempts themselves never happened. All of them
 * failed, so that the history asks nothing; the reply of the last one has LINES lines.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/os.h"
#include "core/base/path.h"
#include "core/pipeline/event.h"
#include "core/pipeline/json.h"
#include "core/pipeline/stage_table.h"
#include "core/store/store.h"

enum { GROUP = 500, STEPS = 4, REPLY_CAP = 64 * 1024 * 1024 };

static const char *const steps[STEPS] = {"data.1", "train", "convert", "sketch"};
static const char *const names[STEPS] = {"01_drop.py", "train.py", "convert.py", "fruit.ino"};
static const char *const kinds[STEPS] = {"python", "python", "python", "sketch"};
static int64_t clock_ms = 1760000000000;

static void stop(const struct err *err)
{
    fprintf(stderr, "make_history: %s\n", err->msg);
    exit(1);
}

static void emit(struct store *s, enum event_kind kind, const char *subject, struct json_object *body)
{
    struct err err = {0};
    size_t n;
    const char *text = json_object_to_json_string_length(body, JSON_C_TO_STRING_PLAIN, &n);
    struct store_event e = {.version = EVENT_VERSION, .wall_ms = clock_ms += 700, .kind = event_table[kind].name,
                            .subject = subject, .body = text, .body_len = n};

    if (store_append(s, &e, STORE_NORMAL, NULL, NULL, NULL, &err))
        stop(&err);
    json_object_put(body);
}

static void put_blob(struct store *s, struct json_object *body, const char *key, const char *text, size_t n)
{
    char hex[SHA256_HEX];
    struct err err = {0};

    if (store_put_blob(s, text, n, hex, &err))
        stop(&err);
    json_put_text(body, key, hex);
}

static void add_project(struct store *s)
{
    struct json_object *body = json_object_new_object(), *stages = json_object_new_array();

    json_put_text(body, "id", "00112233445566778899aabbccddeeff");
    emit(s, EVENT_PROJECT_CREATED, "", body);
    body = json_object_new_object();
    json_put_text(body, "name", "bench");
    json_put_text(body, "board", "nano33ble-virtual");
    for (int i = 0; stage_table[i]; i++) {
        struct json_object *row = json_object_new_object();
        json_put_text(row, "id", stage_table[i]->id);
        json_put_text(row, "title", stage_table[i]->title);
        json_object_array_add(stages, row);
    }
    json_object_object_add(body, "stages", stages);
    emit(s, EVENT_PROJECT_LOADED, "", body);
}

static void add_steps(struct store *s)
{
    for (int i = 0; i < STEPS; i++) {
        struct json_object *body = json_object_new_object(), *list = json_object_new_array(),
                           *row = json_object_new_object();
        char stage[16];
        snprintf(stage, sizeof(stage), "%.*s", (int)strcspn(steps[i], "."), steps[i]);
        json_put_text(body, "stage", stage);
        json_put_text(row, "id", steps[i]);
        json_put_text(row, "title", names[i]);
        json_put_text(row, "name", names[i]);
        json_put_text(row, "kind", kinds[i]);
        json_put_text(row, "mode", "freeform");
        json_object_array_add(list, row);
        json_object_object_add(body, "steps", list);
        emit(s, EVENT_STAGE_PLANNED, "", body);
    }
}

static struct json_object *about(const char *id)
{
    struct json_object *body = json_object_new_object();

    json_put_text(body, "id", id);
    return body;
}

static void add_start(struct store *s, const char *id, int step, int number, int i)
{
    struct json_object *body = about(id), *inputs = json_object_new_array(), *row = json_object_new_object();
    char stage[16], text[64];

    snprintf(stage, sizeof(stage), "%.*s", (int)strcspn(steps[step], "."), steps[step]);
    json_put_text(body, "stage", stage);
    json_put_text(body, "step", steps[step]);
    json_put_int(body, "number", number);
    json_put_text(body, "mode", "freeform");
    json_put_text(body, "provider", "bench on 127.0.0.1");
    json_put_text(body, "how", number > 1 ? "error" : "first");
    json_put_text(row, "name", "data.csv");
    put_blob(s, row, "sha", text, (size_t)snprintf(text, sizeof(text), "data %d", i / 100));
    json_object_array_add(inputs, row);
    json_object_object_add(body, "inputs", inputs);
    emit(s, EVENT_ATTEMPT_STARTED, id, body);
}

static void add_reply(struct store *s, const char *id, int i, int lines)
{
    struct json_object *body = about(id);
    struct buf text;

    buf_init(&text, REPLY_CAP);
    buf_putf(&text, "The prompt of attempt %d", i);
    put_blob(s, body, "prompt", buf_text(&text), text.len);
    emit(s, EVENT_ATTEMPT_PROMPTED, id, body);
    body = about(id);
    buf_reset(&text);
    for (int line = 1; line <= lines; line++)
        buf_putf(&text, "%d: a line of what attempt %d said\n", line, i);
    put_blob(s, body, "reply", buf_text(&text), text.len);
    json_put_text(body, "end", "complete");
    json_put_int(body, "tokens_in", 900);
    json_put_int(body, "tokens_out", 7L * lines);
    json_put_int(body, "first_ms", 120);
    emit(s, EVENT_ATTEMPT_REPLIED, id, body);
    buf_done(&text);
}

static void add_artifact(struct store *s, const char *id, int step, int i)
{
    struct json_object *body = about(id);
    char text[200];
    int n = snprintf(text, sizeof(text), "// artifact of attempt %d\nvoid setup() {}\nvoid loop() {}\n", i);

    put_blob(s, body, "sha", text, (size_t)n);
    put_blob(s, body, "blob", text, (size_t)n);
    json_put_text(body, "name", names[step]);
    json_put_text(body, "author", "model");
    json_put_text(body, "kind", kinds[step]);
    json_put_int(body, "size", n);
    json_put_int(body, "lines", 3);
    emit(s, EVENT_ATTEMPT_ARTIFACT, id, body);
    emit(s, EVENT_ATTEMPT_CHECKED, id, about(id));
    body = about(id);
    json_put_text(body, "verb", "approve");
    json_put_text(body, "by", "bench");
    json_put_text(body, "via", "cli");
    put_blob(s, body, "sha256", text, (size_t)n);
    emit(s, EVENT_DECISION, id, body);
}

static void add_run(struct store *s, const char *id, int i)
{
    struct json_object *body = about(id), *list;
    struct finding_list findings;
    char text[100];

    json_put_text(body, "box", "bubblewrap");
    json_put_text(body, "versions", "python 3.11.2, tensorflow 2.14.1, arm-none-eabi-gcc 12.2.1");
    json_put_text(body, "job", "compiling");
    emit(s, EVENT_EXECUTION_STARTED, id, body);
    body = about(id);
    put_blob(s, body, "out", text, (size_t)snprintf(text, sizeof(text), "output %d\n", i));
    put_blob(s, body, "err", text, (size_t)snprintf(text, sizeof(text), "fruit.ino:%d: error\n", i));
    json_put_int(body, "wall_ms", 1400);
    emit(s, EVENT_EXECUTION_FINISHED, id, body);
    body = about(id);
    finding_list_init(&findings);
    for (int k = 0; k <= i % 3; k++)
        finding_add(&findings, "compile", FINDING_ERROR, FINDING_C2, "'model_%d' was not declared in this scope", i + k);
    list = json_from_findings(&findings);
    finding_list_done(&findings);
    json_object_object_add(body, "findings", list);
    json_put_text(body, "outcome", "does not compile");
    emit(s, EVENT_ATTEMPT_SETTLED, id, body);
}

static void add_attempt(struct store *s, int i, int lines)
{
    char id[64];
    int step = i % STEPS;
    struct json_object *body = json_object_new_object();

    snprintf(id, sizeof(id), "%s/%d", steps[step], i / STEPS + 1);
    if (i % 5 == 0) {
        json_put_text(body, "policy", "ask");
        json_put_text(body, "provider", "bench on 127.0.0.1");
        emit(s, EVENT_RUN_STARTED, "", body);
    } else {
        json_object_put(body);
    }
    add_start(s, id, step, i / STEPS + 1, i);
    add_reply(s, id, i, lines);
    add_artifact(s, id, step, i);
    add_run(s, id, i);
    if (i % 5 == 4)
        emit(s, EVENT_RUN_ENDED, "", json_object_new_object());
}

int main(int argc, char **argv)
{
    int attempts = argc == 4 ? (int)strtol(argv[2], NULL, 10) : 0, lines = argc == 4 ? (int)strtol(argv[3], NULL, 10) : 0;
    char folder[PATH_CAP];
    struct err err = {0};
    struct store *s;
    int r = 0;

    if (argc != 4 || attempts < 1 || lines < 1) {
        fprintf(stderr, "usage: make_history PROJECT ATTEMPTS LINES\n");
        return 2;
    }
    if (!path_join(folder, sizeof(folder), argv[1], ".tinywright") || path_make(folder, 0700, &err) ||
        !(s = store_open(folder, STORE_WRITE, &err)))
        stop(&err);
    for (int i = 0; i < attempts && r == 0; i++) {
        if (i % GROUP == 0)
            r = store_begin(s, &err);
        if (i == 0) {
            add_project(s);
            add_steps(s);
        }
        if (r == 0)
            add_attempt(s, i, i == attempts - 1 ? lines : 20);
        if (i % GROUP == GROUP - 1 || i == attempts - 1)
            r = store_commit(s, STORE_NORMAL, &err);
    }
    printf("%lld events\n", (long long)store_last_seq(s));
    if (r || store_close(s, &err))
        stop(&err);
    return 0;
}
