/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/screen/app/fake_state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/os.h"
#include "core/base/str.h"
#include "core/base/text.h"

static const char sketch_1[] =
    "#include <Arduino_APDS9960.h>\n#include <TensorFlowLite.h>\n#include \"model.h\"\n\n"
    "namespace {\nconstexpr int kArena = 14 * 1024;\nalignas(16) uint8_t arena[kArena];\n"
    "const tflite::Model *model = nullptr;\ntflite::MicroInterpreter *interp = nullptr;\n}\n\n"
    "void setup() {\n  Serial.begin(115200);\n  if (!APDS.begin()) {\n    Serial.println(\"no color sensor\");\n"
    "    while (true) {}\n  }\n  model = tflite::GetModel(model);\n  static tflite::AllOpsResolver resolver;\n"
    "  static tflite::MicroInterpreter made(model, resolver, arena, kArena);\n  interp = &made;\n"
    "  interp->AllocateTensors();\n}\n\nvoid loop() {\n  int r, g, b;\n  if (!APDS.colorAvailable()) return;\n"
    "  APDS.readColor(r, g, b);\n  float *in = interp->input(0)->data.f;\n  in[0] = r / 255.0f;  // red\n"
    "  in[1] = g / 255.0f;\n  in[2] = b / 255.0f;\n  interp->Invoke();\n  Serial.println(\"done\");\n}\n";

static const char sketch_2[] =
    "#include <Arduino_APDS9960.h>\n#include <TensorFlowLite.h>\n#include \"model.h\"\n\n"
    "namespace {\nconstexpr int kArena = 14 * 1024;\nalignas(16) uint8_t arena[kArena];\n"
    "const tflite::Model *net = nullptr;\ntflite::MicroInterpreter *interp = nullptr;\n}\n\n"
    "void setup() {\n  Serial.begin(115200);\n  if (!APDS.begin()) {\n    Serial.println(\"no color sensor\");\n"
    "    while (true) {}\n  }\n  net = tflite::GetModel(g_model);\n  static tflite::AllOpsResolver resolver;\n"
    "  static tflite::MicroInterpreter made(net, resolver, arena, kArena, &reporter);\n  interp = &made;\n"
    "  interp->AllocateTensors();\n}\n\n/* Reads one color and says which fruit it is. */\n"
    "void loop() {\n  int r, g, b;\n  if (!APDS.colorAvailable()) return;\n"
    "  APDS.readColor(r, g, b);\n  float *in = interp->input(0)->data.f;\n  in[0] = r / 255.0f;  // red\n"
    "  in[1] = g / 255.0f;\n  in[2] = b / 255.0f;\n  interp->Invoke();\n  Serial.println(best(interp->output(0)));\n}\n";

static const char prompt_text[] =
    "# Task\nWrite the Arduino sketch `fruit.ino` for **Arduino Nano 33 BLE** (virtual).\n\n"
    "# Contract\n- read the color sensor, feed the three channels as `float`\n- print one class name per row\n\n"
    "# Model\n```c\nextern const unsigned char g_model[];\nextern const int g_model_len;\n```\n";

static const char reply_head[] = "The first sketch redeclared `model`. Here is the whole file again.\n\n```cpp\n";

static const char rows_csv[] =
    "row,fed,expected,printed,ok,instructions\n1,\"112, 140, 61\",lime,lime,1,645866\n"
    "2,\"201, 44, 38\",apple,apple,1,645866\n3,\"180, 150, 40\",banana,banana,1,645866\n"
    "4,\"121, 131, 66\",lime,apple,0,645870\n5,\"190, 52, 44\",apple,apple,1,645866\n";

static const char serial[] = "apds ok\narena 3040 of 14336\nlime 0.97\napple 0.99\nbanana 0.91\napple 0.52\napple 0.98\n";

const char fake_hostile[] =
    "title \x1b]0;owned\x07 clip \x1b]52;c;ZWNobw==\x07 link \x1b]8;;http://evil\x1b\\here\x1b]8;;\x1b\\ "
    "move \x1b[2J\x1b[H\x1b[31m c1 \xc2\x9b" "31m \xc2\x9d" "0;x\xc2\x9c raw \x9b" "2J \x90q\x9c bidi \xe2\x80\xae" "drow\xe2\x80\xac "
    "isolate \xe2\x81\xa6x\xe2\x81\xa9 tag \xf3\xa0\x81\x81\xf3\xa0\x80\xa1 zw \xe2\x80\x8b bell \x07 bs \x08\x08 "
    "cr \rover nul \x01\x02 dcs \x1bP1$r0m\x1b\\ apc \x1b_Gx\x1b\\ open \x1b]0;never ends\nnext line\n";
const size_t fake_hostile_len = sizeof(fake_hostile) - 1;

static const char csv_as_it_came[] =
    "red,green,blue,site,fruit\n12.5,20,30,north,apple\n40,50.5,60,north,banana\n40,50.5,60,north,banana\n"
    "200,90,80,north,lime\n,91,82,north,lime\n201,95,84,north,apple\n";

/* After each of the three steps. */
static const char *const csv_after[] = {
    "red,green,blue,fruit\n12.5,20,30,apple\n40,50.5,60,banana\n40,50.5,60,banana\n200,90,80,lime\n,91,82,lime\n201,95,84,apple\n",
    "red,green,blue,fruit\n12.5,20,30,apple\n40,50.5,60,banana\n200,90,80,lime\n,91,82,lime\n201,95,84,apple\n",
    "red,green,blue,fruit\n12.5,20,30,apple\n40,50.5,60,banana\n200,90,80,lime\n120,91,82,lime\n201,95,84,apple\n",
};

static int read_blob(void *arg, const char *sha, struct buf *out)
{
    struct fake *f = arg;

    for (int i = 0; i < f->n_blobs; i++) {
        if (str_eq(f->blobs[i].sha, sha))
            return buf_put(out, f->blobs[i].bytes, f->blobs[i].len);
    }
    return -1;
}

/* Made by the same profiler as in the program, all at once. */
static const struct table *read_table(void *arg, const char *sha)
{
    struct fake *f = arg;
    struct table *t = &f->tables[f->n_tables];

    for (int i = 0; i < f->n_tables; i++) {
        if (str_eq(f->tables[i].sha, sha))
            return &f->tables[i];
    }
    str_copy(t->sha, sizeof(t->sha), sha);
    for (int i = 0; i < f->n_blobs && sha[0]; i++) {
        if (str_eq(f->blobs[i].sha, sha))
            table_read(t, "data.csv", "fruit", f->blobs[i].bytes, f->blobs[i].len);
    }
    if (!sha[0])
        table_read(t, "fruit.csv", "fruit", csv_as_it_came, sizeof(csv_as_it_came) - 1);
    f->n_tables++;
    return t;
}

/* Stands in for the index of the store: one word, anywhere. */
static int search(void *arg, const char *words, int *ret_attempts, int max, int64_t *ret_left)
{
    struct fake *f = arg;
    int n = 0;

    *ret_left = 0;
    for (int i = (int)f->state.attempts.n - 1; i >= 0 && n < max; i--) {
        struct buf text;
        buf_init(&text, 1 << 20);
        read_blob(f, f->state.attempts.items[i]->prompt_blob, &text);
        read_blob(f, f->state.attempts.items[i]->reply_blob, &text);
        if (strcasestr(buf_text(&text), words))
            ret_attempts[n++] = i;
        buf_done(&text);
    }
    return n;
}

static void keep(struct fake *f, const char *bytes, size_t n, char sha[SHA256_HEX])
{
    struct fake_blob *b = &f->blobs[f->n_blobs++];

    sha256_of(bytes, n, b->sha);
    b->bytes = os_dup(bytes, n);
    b->len = n;
    memcpy(sha, b->sha, SHA256_HEX);
}

static int add_stage(struct fake *f, const char *id, enum stage_status status, const char *result, int64_t ms)
{
    struct stage_state *g = &f->state.stages[f->state.n_stages];

    str_copy(g->id, sizeof(g->id), id);
    str_copy(g->title, sizeof(g->title), id);
    str_copy(g->result, sizeof(g->result), result);
    g->status = status;
    g->ms = ms;
    return f->state.n_stages++;
}

static int add_step(struct fake *f, int stage, const char *id, const char *title, const char *name, enum artifact_kind kind)
{
    struct step s = {.kind = kind, .mode = MODE_FREEFORM};

    str_copy(s.id, sizeof(s.id), id);
    str_copy(s.title, sizeof(s.title), title);
    str_copy(s.name, sizeof(s.name), name);
    vec_push(&f->state.steps, s, STATE_STEPS_MAX);
    vec_push(&f->state.stages[stage].steps, (int)f->state.steps.n - 1, STATE_STEPS_MAX);
    return (int)f->state.steps.n - 1;
}

static struct attempt *add_attempt(struct fake *f, int stage, int step, int number, enum attempt_state state,
                                   const char *bytes)
{
    struct attempt *a = os_alloc(sizeof(*a));
    struct step *s = &f->state.steps.items[step];

    a->inputs = os_alloc(STATE_INPUTS_MAX * sizeof(*a->inputs));
    a->outputs = os_alloc(STATE_OUTPUTS_MAX * sizeof(*a->outputs));
    a->metrics = os_alloc(STATE_METRICS_MAX * sizeof(*a->metrics));
    snprintf(a->id, sizeof(a->id), "%.30s/%d", s->id, number);
    str_copy(a->name, sizeof(a->name), s->name);
    str_copy(a->provider, sizeof(a->provider), "recorded, authored");
    str_copy(a->author, sizeof(a->author), "model");
    a->stage = stage;
    a->step = step;
    a->number = number;
    a->state = state;
    a->mode = MODE_FREEFORM;
    a->kind = s->kind;
    a->tokens_in = a->tokens_out = -1;
    a->money = -1;
    a->started_ms = 1000000;
    a->ended_ms = 1000000 + 14000;
    a->last_seq = (int64_t)f->state.attempts.n + 1;
    finding_list_init(&a->findings);
    if (bytes) {
        keep(f, bytes, strlen(bytes), a->blob);
        memcpy(a->sha, a->blob, SHA256_HEX);
        a->size = (int64_t)strlen(bytes);
        for (const char *p = bytes; *p; p++)
            a->lines += *p == '\n';
    }
    keep(f, prompt_text, strlen(prompt_text), a->prompt_blob);
    vec_push(&s->attempts, (int)f->state.attempts.n, STATE_ATTEMPTS_MAX);
    vec_push(&f->state.attempts, a, STATE_ATTEMPTS_MAX);
    return a;
}

static void add_metric(struct attempt *a, const char *name, const char *unit, double value, double limit)
{
    struct state_metric *m;

    if (!a->metrics)
        a->metrics = os_alloc(STATE_METRICS_MAX * sizeof(*a->metrics));
    m = &a->metrics[a->n_metrics++];
    str_copy(m->name, sizeof(m->name), name);
    str_copy(m->unit, sizeof(m->unit), unit);
    m->value = value;
    m->limit = limit;
}

static void add_reply(struct fake *f, struct attempt *a, const char *sketch)
{
    struct buf b;

    buf_init(&b, 1 << 20);
    buf_puts(&b, reply_head);
    buf_puts(&b, sketch);
    buf_puts(&b, "```\n");
    keep(f, buf_text(&b), b.len, a->reply_blob);
    buf_done(&b);
}

static void add_findings(struct attempt *a)
{
    struct finding *x = finding_add(&a->findings, "compile", FINDING_ERROR, FINDING_C2,
                                    "redeclaration of 'model' as a different kind of entity");

    x->line = 8;
    x->column = 22;
    str_copy(x->cause, sizeof(x->cause), "model-symbol");
    str_copy(x->fix, sizeof(x->fix), "use the symbol g_model that model.h declares, and another name for the pointer");
    x = finding_add(&a->findings, "compile", FINDING_ERROR, FINDING_E1,
                    "no matching constructor for MicroInterpreter: the installed library takes an error reporter");
    x->line = 20;
    x->column = 35;
    str_copy(x->cause, sizeof(x->cause), "tflm-api");
    x = finding_add(&a->findings, "semantics", FINDING_WARNING, FINDING_NONE, "the status of AllocateTensors is not checked");
    x->line = 22;
}

static void common(struct fake *f)
{
    struct state *s = &f->state;

    memset(f, 0, sizeof(*f));
    s->live.attempt = -1;
    buf_init(&s->live.text, 64 * 1024 * 1024);
    buf_init(&s->live.reasoning, 1024 * 1024);
    str_copy(s->project, sizeof(s->project), "fruit-sorter");
    str_copy(s->board, sizeof(s->board), "nano33ble-virtual");
    str_copy(s->board_name, sizeof(s->board_name), "Arduino Nano 33 BLE (virtual)");
    str_copy(s->box, sizeof(s->box), "full");
    str_copy(s->policy, sizeof(s->policy), "ask");
    str_copy(s->provider, sizeof(s->provider), "recorded, authored");
    s->tokens_in = 7400;
    s->tokens_out = 1204;
    s->money = 0.031;
    s->blob = read_blob;
    s->table = read_table;
    s->search = search;
    s->arg = f;
}

static void add_done_stages(struct fake *f)
{
    static const char *const titles[] = {"drop constant column site", "drop 9 duplicate rows", "fill 1 missing red by median"};
    int data = add_stage(f, "data", STAGE_PASSED, "3 steps", 12000);

    for (int i = 0; i < 3; i++) {
        char id[STATE_ID], name[64], code[300];
        snprintf(id, sizeof(id), "data.%d", i + 1);
        snprintf(name, sizeof(name), "%02d_step.py", i + 1);
        snprintf(code, sizeof(code), "# %s\nimport pandas as pd\n\n\"\"\"Reads, changes,\nwrites.\"\"\"\ndef main():\n"
                 "    data = pd.read_csv(\"in.csv\")\n    data.to_csv(\"out.csv\", index=False)\n", titles[i]);
        struct attempt *made = add_attempt(f, data, add_step(f, data, id, titles[i], name, ARTIFACT_PYTHON), 1, ATTEMPT_PASSED, code);
        str_copy(made->outputs[made->n_outputs].name, sizeof(made->outputs[0].name), "data.csv");
        keep(f, csv_after[i], strlen(csv_after[i]), made->outputs[made->n_outputs++].sha);
    }
    int train = add_stage(f, "train", STAGE_PASSED, "97.1 %", 4000);
    struct attempt *a = add_attempt(f, train, add_step(f, train, "train", "train", "train.py", ARTIFACT_PYTHON), 1,
                                    ATTEMPT_PASSED, "import keras\n");
    add_metric(a, "accuracy", "%", 97.1, 100);
    int convert = add_stage(f, "convert", STAGE_PASSED, "int8 5.2 KB", 9000);
    add_attempt(f, convert, add_step(f, convert, "convert", "convert", "convert.py", ARTIFACT_PYTHON), 1, ATTEMPT_PASSED,
                "import tensorflow as tf\n");
}

static struct attempt *add_sketches(struct fake *f, enum stage_status status, enum attempt_state second)
{
    int sketch = add_stage(f, "sketch", status, "", 35000);
    int step = add_step(f, sketch, "sketch", "sketch", "fruit.ino", ARTIFACT_SKETCH);
    struct attempt *a = add_attempt(f, sketch, step, 1, ATTEMPT_FAILED, sketch_1);

    a->tokens_out = 6102;
    a->tokens_in = 2100;
    add_findings(a);
    add_reply(f, a, sketch_1);
    a->first_token_ms = 900;
    a->reply_ms = 6446;
    a->money = 0.021;
    a = add_attempt(f, sketch, step, 2, second, second == ATTEMPT_STREAMING ? NULL : sketch_2);
    a->tokens_out = 1988;
    a->tokens_in = 2210;
    if (second != ATTEMPT_STREAMING)
        add_reply(f, a, sketch_2);
    return a;
}

static void add_run(struct fake *f, struct attempt *a)
{
    struct state_output *o;

    if (!a->outputs)
        a->outputs = os_alloc(STATE_OUTPUTS_MAX * sizeof(*a->outputs));
    o = &a->outputs[a->n_outputs++];
    str_copy(o->name, sizeof(o->name), "rows.csv");
    keep(f, rows_csv, strlen(rows_csv), o->sha);
    keep(f, serial, strlen(serial), a->out_blob);
    add_metric(a, "flash", "B", 83276, 1048576);
    add_metric(a, "ram", "B", 36604, 262144);
    add_metric(a, "arena", "B", 13840, 14336);
    add_metric(a, "instructions", "instr", 645866, 0);
    add_metric(a, "rows right", "", 4, 5);
    str_copy(a->outcome, sizeof(a->outcome), "4 of 5 rows right");
}

static void begin_stream(struct fake *f, const char *text)
{
    struct state *s = &f->state;

    s->live.attempt = (int)s->attempts.n - 1;
    s->live.begun_ms = s->live.first_ms = s->live.last_ms = os_mono_ms();
    s->busy = true;
    str_copy(s->activity, sizeof(s->activity), "writing fruit.ino");
    f->feed = text;
    f->piece = 4;
    f->interval_ms = 10;
}

static void hostile_everywhere(struct fake *f, struct attempt *a)
{
    struct buf b;
    char name[64];

    buf_init(&b, 1 << 20);
    for (int i = 0; i < 40; i++)
        buf_put(&b, fake_hostile, fake_hostile_len);
    keep(f, buf_text(&b), b.len, a->blob);
    keep(f, buf_text(&b), b.len, a->reply_blob);
    keep(f, buf_text(&b), b.len, a->prompt_blob);
    keep(f, buf_text(&b), b.len, a->out_blob);
    keep(f, buf_text(&b), b.len, a->outputs[0].sha);
    memcpy(a->sha, a->blob, SHA256_HEX);
    buf_done(&b);
    finding_add(&a->findings, "compile", FINDING_ERROR, FINDING_C2, "%s", fake_hostile)->line = 3;
    text_line(name, sizeof(name), fake_hostile);
    str_copy(a->name, sizeof(a->name), fake_hostile); /* not sanitized on purpose: the draw call must hold */
    str_copy(f->state.project, sizeof(f->state.project), fake_hostile);
    str_copy(a->provider, sizeof(a->provider), fake_hostile);
    f->hostile = true;
}

bool fake_init(struct fake *f, const char *scene)
{
    struct attempt *a;

    common(f);
    add_done_stages(f);
    if (str_eq(scene, "waiting") || str_eq(scene, "hostile")) {
        a = add_sketches(f, STAGE_WAITS, ATTEMPT_WAITING);
        add_stage(f, "compile", STAGE_STALE, "", 0);
        str_copy(f->state.stages[4].why, sizeof(f->state.stages[4].why), "sketch changed");
        add_stage(f, "run", STAGE_IDLE, "", 0);
        if (str_eq(scene, "hostile")) {
            add_run(f, a);
            hostile_everywhere(f, a);
        }
    } else if (str_eq(scene, "stream") || str_eq(scene, "long")) {
        add_sketches(f, STAGE_ACTIVE, ATTEMPT_STREAMING);
        add_stage(f, "compile", STAGE_IDLE, "", 0);
        add_stage(f, "run", STAGE_IDLE, "", 0);
        begin_stream(f, sketch_2);
        buf_puts(&f->state.live.text, reply_head);
    } else if (str_eq(scene, "failed") || str_eq(scene, "verified")) {
        a = add_sketches(f, STAGE_PASSED, str_eq(scene, "failed") ? ATTEMPT_FAILED : ATTEMPT_PASSED);
        add_run(f, a);
        add_stage(f, "compile", STAGE_PASSED, "compiles", 700);
        add_stage(f, "run", str_eq(scene, "failed") ? STAGE_FAILED : STAGE_PASSED, "", 900);
        str_copy(f->state.stages[5].why, sizeof(f->state.stages[5].why), "row 4 differs");
    } else if (str_eq(scene, "group")) {
        f->state.stages[0].status = STAGE_WAITS;
        for (int i = 0; i < 3; i++) {
            a = f->state.attempts.items[i];
            a->state = ATTEMPT_WAITING;
            str_copy(a->group, sizeof(a->group), "data#1");
            str_copy(a->provider, sizeof(a->provider), "generator");
        }
    } else {
        return false;
    }
    f->state.generation = 1;
    return true;
}

bool fake_stream(struct fake *f)
{
    struct state *s = &f->state;
    size_t n = strlen(f->feed);

    if (!s->busy || (f->fed >= n && f->lines_left <= 0))
        return false;
    if (f->fed >= n) {
        f->fed = 0;
        f->lines_left -= 34;
    }
    if (f->piece > n - f->fed)
        buf_put(&s->live.text, f->feed + f->fed, n - f->fed);
    else
        buf_put(&s->live.text, f->feed + f->fed, f->piece);
    f->fed += f->piece;
    s->live.tokens++;
    s->live.last_ms = os_mono_ms();
    return true;
}

void fake_finish_stream(struct fake *f)
{
    struct state *s = &f->state;
    struct attempt *a = s->attempts.items[s->live.attempt];

    s->busy = false;
    s->activity[0] = '\0';
    keep(f, sketch_2, strlen(sketch_2), a->blob);
    memcpy(a->sha, a->blob, SHA256_HEX);
    keep(f, buf_text(&s->live.text), s->live.text.len, a->reply_blob);
    a->lines = 37;
    a->state = ATTEMPT_WAITING;
    s->stages[a->stage].status = STAGE_WAITS;
    s->live.attempt = -1;
    s->generation++;
}

void fake_take(struct fake *f, struct attempt *a, const char *bytes, size_t n)
{
    keep(f, bytes, n, a->blob);
    memcpy(a->sha, a->blob, SHA256_HEX);
    a->size = (int64_t)n;
    a->lines = 0;
    for (size_t i = 0; i < n; i++)
        a->lines += bytes[i] == '\n';
    str_copy(a->author, sizeof(a->author), "person");
}

void fake_done(struct fake *f)
{
    state_done(&f->state);
    for (int i = 0; i < f->n_blobs; i++)
        free(f->blobs[i].bytes);
    for (int i = 0; i < f->n_tables; i++)
        table_done(&f->tables[i]);
    memset(f, 0, sizeof(*f));
}
