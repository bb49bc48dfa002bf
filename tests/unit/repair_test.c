/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Broken sketches through gates, repairs and gates again: what a repair claims to mend is mended. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "core/board/board.h"
#include "core/failure/repair.h"
#include "core/gate/gate.h"

static const char good[] =
    "#include <TensorFlowLite.h>\n"
    "#include \"tensorflow/lite/micro/micro_error_reporter.h\"\n"
    "#include \"tensorflow/lite/micro/micro_interpreter.h\"\n"
    "#include \"tensorflow/lite/micro/micro_mutable_op_resolver.h\"\n"
    "#include \"tensorflow/lite/schema/schema_generated.h\"\n"
    "#include \"model.h\"\n"
    "\n"
    "static tflite::MicroErrorReporter reporter;\n"
    "static const tflite::Model *graph;\n"
    "static tflite::MicroInterpreter *interpreter;\n"
    "alignas(16) static uint8_t tensor_arena[4096];\n"
    "\n"
    "void setup() {\n"
    "  Serial.begin(9600);\n"
    "  graph = tflite::GetModel(g_model);\n"
    "  static tflite::MicroMutableOpResolver<2> resolver;\n"
    "  resolver.AddFullyConnected();\n"
    "  resolver.AddSoftmax();\n"
    "  static tflite::MicroInterpreter made(graph, resolver, tensor_arena, sizeof(tensor_arena), &reporter);\n"
    "  interpreter = &made;\n"
    "  interpreter->AllocateTensors();\n"
    "}\n"
    "\n"
    "void loop() {\n"
    "  interpreter->input(0)->data.int8[0] = (int8_t)Serial1.read();\n"
    "  interpreter->Invoke();\n"
    "  Serial.println(interpreter->output(0)->data.int8[0] > 0 ? \"apple\" : \"banana\");\n"
    "}\n";

static const struct board_library libraries[] = {
    {.name = "Arduino_TensorFlowLite", .version = "2.4", .header = "TensorFlowLite.h",
     .signatures = "MicroInterpreter(const Model*, const MicroOpResolver&, uint8_t*, size_t, ErrorReporter*);"},
};
static const struct board board = {.id = "test-board", .libraries = libraries, .n_libraries = 1,
    .runtime_ops = "FULLY_CONNECTED SOFTMAX"};
static const char *const operators[] = {"FULLY_CONNECTED", "SOFTMAX"};
static const char *const classes[] = {"apple", "banana"};

static struct finding_list judge(const char *text, size_t n)
{
    struct gate_context c = {.stage = "sketch", .board = &board, .model_symbol = "g_model",
        .model_length_symbol = "g_model_len",
                             .model_bytes = 2528, .classes = classes, .n_classes = 2,
                                 .operators = operators, .n_operators = 2,
                             .input_type = "int8", .output_type = "int8", .serial_input = true};
    struct gate_artifact a = {ARTIFACT_SKETCH, "fruit.ino", text, n};
    struct finding_list l;

    finding_list_init(&l);
    gate_check_all(GATE_BEFORE, &a, &c, &l);
    return l;
}

static const struct repair_facts facts = {.board = &board, .model_symbol = "g_model",
    .model_length_symbol = "g_model_len",
                                          .operators = operators, .n_operators = 2};

struct repair_case {
    const char *name, *find, *replace;
    const char *applied; /* ids, space-separated */
    const char *holds;   /* text that must be there after it */
};

static const struct repair_case cases[] = {
    {"fence", "#include <T", "```cpp\n#include <T", "markdown", "#include <TensorFlowLite.h>"},
    {"fence and prose", "#include <T", "Sure, here it is:\n```cpp\n#include <T", "markdown", NULL},
    {"prose", "void setup", "This is the setup part of it\nvoid setup", "markdown",
     "// This is the setup"},
    {"quotes", "\"apple\"", "“apple”", "plain-characters", "\"apple\""},
    {"minus and spaces", "  Serial.begin(9600);", "\xC2\xA0\xC2\xA0Serial.begin(9600 − 0);",
     "plain-characters", "9600 - 0"},
    {"wrong symbol", "GetModel(g_model)", "GetModel(fruit_model_data)", "model-symbol",
     "GetModel(g_model)"},
    {"pointer given to itself", "GetModel(g_model)", "GetModel(graph)", "model-symbol",
     "graph = tflite::GetModel(g_model)"},
    {"length", "  Serial.begin(9600);", "  Serial.println(fruit_model_len);", "model-symbol",
     "println(g_model_len)"},
    {"four arguments", ", &reporter", "", "runtime-interface", "sizeof(tensor_arena), &reporter)"},
    {"MicroPrintf", "  interpreter = &made;",
     "  interpreter = &made;\n  MicroPrintf(\"ready %d\", 1);", "runtime-interface",
     "TF_LITE_REPORT_ERROR(&reporter, \"ready %d\", 1);"},
    {"later parts", "  Serial.begin(9600);", "  tflite::InitializeTarget();", "runtime-interface",
     NULL},
    {"operators", "  resolver.AddSoftmax();\n", "", "resolver",
     "resolver.AddFullyConnected();\n  resolver.AddSoftmax();"},
    {"all operators", "<2> resolver;\n  resolver.AddFullyConnected();\n  resolver.AddSoftmax();",
     "<1> resolver;", "resolver",
     "<2> resolver;\n  resolver.AddFullyConnected();\n  resolver.AddSoftmax();"},
    {"room", "Resolver<2>", "Resolver<1>", "resolver", "Resolver<2>"},
    {"arena", "alignas(16) static", "static", "arena", "alignas(16) static uint8_t tensor_arena"},
    {"model.h", "#include \"model.h\"\n", "", "includes", "#include \"model.h\""},
};

static char *change(const char *text, const char *find, const char *replace)
{
    const char *hit = strstr(text, find);
    struct buf out;

    assert_non_null(hit);
    buf_init(&out, 1 << 20);
    buf_put(&out, text, (size_t)(hit - text));
    buf_puts(&out, replace);
    buf_puts(&out, hit + strlen(find));
    return buf_take(&out);
}

static void show(const char *name, const struct repair_result *r, const struct finding_list *l)
{
    print_error("%s: applied %d (%s)\n", name, r->n_applied, r->n_applied ? r->applied[0] : "-");
    for (size_t i = 0; i < l->v.n; i++)
        print_error("  %d [%s] %s\n", l->v.items[i].line, l->v.items[i].cause,
            l->v.items[i].message);
    print_error("%s", buf_text(&r->bytes));
}

static int check_case(const struct repair_case *k)
{
    char *text = change(good, k->find, k->replace);
    struct finding_list before = judge(text, strlen(text)), after;
    struct repair_result r, again;
    bool fine;

    assert_int_equal(repair_apply(ARTIFACT_SKETCH, text, strlen(text), &before, &facts, NULL, &r,
        NULL), 0);
    after = judge(buf_text(&r.bytes), r.bytes.len);
    fine = after.v.n == 0 && (k->applied ? r.n_applied == 1 && !strcmp(r.applied[0], k->applied) &&
        r.notes.v.n > 0 : r.n_applied == 0) &&
           (!k->holds || strstr(buf_text(&r.bytes), k->holds));
    if (!fine)
        show(k->name, &r, &after);
    /* A second pass finds nothing more to do. */
    assert_int_equal(repair_apply(ARTIFACT_SKETCH, buf_text(&r.bytes), r.bytes.len, NULL, &facts,
        NULL, &again, NULL), 0);
    if (again.n_applied)
        show(k->name, &again, &after);
    fine = fine && again.n_applied == 0;
    repair_result_done(&again);
    repair_result_done(&r);
    finding_list_done(&before);
    finding_list_done(&after);
    free(text);
    return !fine;
}

static void repairs_mend_what_gates_find(void **state)
{
    int failed = 0;

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        failed += check_case(&cases[i]);
    assert_int_equal(failed, 0);
}

static void a_good_sketch_is_left_alone(void **state)
{
    struct repair_result r;

    (void)state;
    assert_int_equal(repair_apply(ARTIFACT_SKETCH, good, sizeof(good) - 1, NULL, &facts, NULL, &r,
        NULL), 0);
    assert_int_equal(r.n_applied, 0);
    assert_string_equal(buf_text(&r.bytes), good);
    repair_result_done(&r);
}

static void an_extern_of_another_name_goes(void **state)
{
    char *text = change(good, "static const tflite::Model",
        "extern const unsigned char my_net[];\nstatic const tflite::Model");
    char *broken = change(text, "GetModel(g_model)", "GetModel(my_net)");
    struct repair_result r;

    (void)state;
    assert_int_equal(repair_apply(ARTIFACT_SKETCH, broken, strlen(broken), NULL, &facts, NULL, &r,
        NULL), 0);
    assert_string_equal(buf_text(&r.bytes), good);
    repair_result_done(&r);
    free(text);
    free(broken);
}

static char *replace_all(char *text, const char *find, const char *replace)
{
    while (strstr(text, find)) {
        char *next = change(text, find, replace);
        free(text);
        text = next;
    }
    return text;
}

/* The commonest cause of all: a variable named like the array, and the array passed under another name. */
static void a_clash_renames_the_variable_only(void **state)
{
    char *text = replace_all(change(good, "graph = tflite::GetModel(g_model)",
        "graph = tflite::GetModel(@)"), "graph", "g_model");
    struct finding_list before, after;
    struct repair_result r;

    (void)state;
    text = replace_all(text, "GetModel(@)", "GetModel(g_model)");
    before = judge(text, strlen(text));
    assert_int_equal(before.v.n > 0, 1);
    assert_int_equal(repair_apply(ARTIFACT_SKETCH, text, strlen(text), &before, &facts, NULL, &r,
        NULL), 0);
    after = judge(buf_text(&r.bytes), r.bytes.len);
    if (after.v.n)
        show("clash", &r, &after);
    assert_int_equal(after.v.n, 0);
    assert_non_null(strstr(buf_text(&r.bytes), "Model *g_model_graph;"));
    assert_non_null(strstr(buf_text(&r.bytes), "g_model_graph = tflite::GetModel(g_model);"));
    assert_non_null(strstr(buf_text(&r.bytes), "made(g_model_graph, resolver"));
    finding_list_done(&before);
    finding_list_done(&after);
    repair_result_done(&r);
    free(text);
}

static void a_reporter_by_value_becomes_a_pointer(void **state)
{
    char *text = change(good, "&reporter)", "reporter)");
    struct repair_result r;

    (void)state;
    assert_int_equal(repair_apply(ARTIFACT_SKETCH, text, strlen(text), NULL, &facts, NULL, &r,
        NULL), 0);
    assert_string_equal(buf_text(&r.bytes), good);
    repair_result_done(&r);
    free(text);
}

static void several_repairs_work_together(void **state)
{
    static const char broken[] =
        "```cpp\nconst tflite::Model *net;\ntflite::MicroInterpreter *i;\nuint8_t arena[2000];\n"
        "void setup() {\n  Serial.begin(9600);\n  net = tflite::GetModel(net_tflite);\n"
        "  static tflite::MicroMutableOpResolver<1> r;\n  r.AddSoftmax();\n"
        "  static tflite::MicroInterpreter made(net, r, arena, 2000);\n  i = &made;\n  i->AllocateTensors();\n}\n"
        "void loop() {\n  i->input(0)->data.int8[0] = Serial1.read();\n  i->Invoke();\n"
        "  Serial.println(i->output(0)->data.int8[0] > 0 ? “apple” : \"banana\");\n}\n```\n";
    struct finding_list after;
    struct repair_result r;

    (void)state;
    assert_int_equal(repair_apply(ARTIFACT_SKETCH, broken, sizeof(broken) - 1, NULL, &facts, NULL,
        &r, NULL), 0);
    after = judge(buf_text(&r.bytes), r.bytes.len);
    if (after.v.n || r.n_applied != 7)
        show("together", &r, &after);
    assert_int_equal(after.v.n, 0);
    assert_int_equal(r.n_applied, 7);
    finding_list_done(&after);
    repair_result_done(&r);
}

static void a_repair_can_be_switched_off(void **state)
{
    char *text = change(good, "alignas(16) static", "static");
    bool enabled[REPAIR_MAX];
    struct repair_result r;

    (void)state;
    for (int i = 0; i < repair_count; i++)
        enabled[i] = strcmp(repair_table[i].id, "arena") != 0;
    assert_int_equal(repair_apply(ARTIFACT_SKETCH, text, strlen(text), NULL, &facts, enabled, &r,
        NULL), 0);
    assert_int_equal(r.n_applied, 0);
    assert_string_equal(buf_text(&r.bytes), text);
    repair_result_done(&r);
    free(text);
}

static void scripts_have_repairs_too(void **state)
{
    static const char text[] = "```python\nimport sys\nprint(“hi”, sys.argv)\n```\n";
    struct repair_result r;

    (void)state;
    assert_int_equal(repair_apply(ARTIFACT_PYTHON, text, sizeof(text) - 1, NULL, NULL, NULL, &r,
        NULL), 0);
    assert_string_equal(buf_text(&r.bytes), "import sys\nprint(\"hi\", sys.argv)\n");
    assert_int_equal(r.n_applied, 2);
    repair_result_done(&r);
}

static void the_table_is_whole(void **state)
{
    (void)state;
    assert_true(repair_count <= REPAIR_MAX);
    assert_true(repair_knows("tflm-api") && repair_knows("resolver-size") &&
        !repair_knows("syntax") && !repair_knows(""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(repairs_mend_what_gates_find),
        cmocka_unit_test(a_good_sketch_is_left_alone),
        cmocka_unit_test(an_extern_of_another_name_goes),
        cmocka_unit_test(a_clash_renames_the_variable_only),
        cmocka_unit_test(a_reporter_by_value_becomes_a_pointer),
        cmocka_unit_test(several_repairs_work_together),
        cmocka_unit_test(a_repair_can_be_switched_off),
        cmocka_unit_test(scripts_have_repairs_too),
        cmocka_unit_test(the_table_is_whole),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
