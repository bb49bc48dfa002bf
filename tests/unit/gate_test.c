/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "core/board/board.h"
#include "core/failure/classify.h"
#include "core/gate/gate.h"

/* One good sketch; every case is a small change of it. */
static const char good[] =
    "#include <TensorFlowLite.h>\n"                                              /* 1 */
    "#include \"tensorflow/lite/micro/micro_mutable_op_resolver.h\"\n"           /* 2 */
    "#include \"tensorflow/lite/micro/micro_error_reporter.h\"\n"                /* 3 */
    "#include \"tensorflow/lite/micro/micro_interpreter.h\"\n"                   /* 4 */
    "#include \"tensorflow/lite/schema/schema_generated.h\"\n"                   /* 5 */
    "#include <Arduino_APDS9960.h>\n"                                            /* 6 */
    "#include \"model.h\"\n"                                                     /* 7 */
    "\n"                                                                         /* 8 */
    "static const char *const names[] = {\"apple\", \"banana\"};\n"              /* 9 */
    "static tflite::MicroErrorReporter reporter;\n"                              /* 10 */
    "static const tflite::Model *graph;\n"                                       /* 11 */
    "static tflite::MicroInterpreter *interpreter;\n"                            /* 12 */
    "alignas(16) static uint8_t tensor_arena[4096];\n"                           /* 13 */
    "\n"                                                                         /* 14 */
    "int8_t quantize(float x, const TfLiteTensor *t) {\n"                        /* 15 */
    "  return (int8_t)(roundf(x / t->params.scale) + t->params.zero_point);\n"   /* 16 */
    "}\n"                                                                        /* 17 */
    "\n"                                                                         /* 18 */
    "void classify(int r, int g, int b) {\n"                                     /* 19 */
    "  TfLiteTensor *input = interpreter->input(0);\n"                           /* 20 */
    "  input->data.int8[0] = quantize(r, input);\n"                              /* 21 */
    "  input->data.int8[1] = quantize(g, input);\n"                              /* 22 */
    "  if (interpreter->Invoke() != kTfLiteOk) return;\n"                        /* 23 */
    "  TfLiteTensor *output = interpreter->output(0);\n"                         /* 24 */
    "  int best = output->data.int8[0] > output->data.int8[1] ? 0 : 1;\n"        /* 25 */
    "  Serial.println(names[best]);\n"                                           /* 26 */
    "}\n"                                                                        /* 27 */
    "\n"                                                                         /* 28 */
    "void setup() {\n"                                                           /* 29 */
    "  Serial.begin(115200);\n"                                                  /* 30 */
    "  APDS.begin();\n"                                                          /* 31 */
    "  graph = tflite::GetModel(g_model);\n"                                     /* 32 */
    "  static tflite::MicroMutableOpResolver<2> resolver;\n"                     /* 33 */
    "  resolver.AddFullyConnected();\n"                                          /* 34 */
    "  resolver.AddSoftmax();\n"                                                 /* 35 */
    "  static tflite::MicroInterpreter made(graph, resolver, tensor_arena, sizeof(tensor_arena), &reporter);\n"
    "  interpreter = &made;\n"                                                   /* 37 */
    "  if (interpreter->AllocateTensors() != kTfLiteOk) Serial.println(\"no memory\");\n"
    "}\n"                                                                        /* 39 */
    "\n"                                                                         /* 40 */
    "void loop() {\n"                                                            /* 41 */
    "  int r, g, b;\n"                                                           /* 42 */
    "  if (!APDS.colorAvailable()) return;\n"                                    /* 43 */
    "  APDS.readColor(r, g, b);\n"                                               /* 44 */
    "  classify(r, g, b);\n"                                                     /* 45 */
    "}\n";

static const struct board_sensor sensors[] = {
    {.id = "color", .library = "Arduino_APDS9960", .header = "Arduino_APDS9960.h",
     .channels = "r g b c", .unit = "counts"},
};
static const struct board_library libraries[] = {
    {.name = "Arduino_APDS9960", .version = "1.0", .header = "Arduino_APDS9960.h",
     .signatures = "bool begin();\nint colorAvailable();\nint readColor(int& r, int& g, int& b);"},
    {.name = "Arduino_TensorFlowLite", .version = "2.4", .header = "TensorFlowLite.h",
     .signatures = "MicroInterpreter(const Model*, const MicroOpResolver&, uint8_t*, size_t, ErrorReporter*);"},
};
static const struct board board = {
    .id = "test-board", .name = "Test board", .flash = 1 << 20, .ram = 256 << 10,
        .sensors = sensors, .n_sensors = 1,
    .libraries = libraries, .n_libraries = 2, .runtime_ops = "FULLY_CONNECTED SOFTMAX CONV_2D",
};
static const char *const classes[] = {"apple", "banana"};
static const char *const operators[] = {"FULLY_CONNECTED", "SOFTMAX"};
static const char *const sensor_ids[] = {"color"};
static const char *const outputs[] = {"data.csv"};
static const char *const columns[] = {"a", "b c", "fruit"};

static struct gate_context context(void)
{
    struct gate_context c = {
        .stage = "sketch", .step = "", .board = &board, .model_symbol = "g_model",
            .model_length_symbol = "g_model_len",
        .model_bytes = 2528, .classes = classes, .n_classes = 2, .operators = operators,
            .n_operators = 2,
        .input_type = "int8", .output_type = "int8", .sensors = sensor_ids, .n_sensors = 1,
    };

    return c;
}

/* text with its first find replaced; the caller frees. */
static char *change(const char *text, const char *find, const char *replace)
{
    struct buf out;
    const char *hit = strstr(text, find);

    assert_non_null(hit);
    buf_init(&out, 1 << 20);
    buf_put(&out, text, (size_t)(hit - text));
    buf_puts(&out, replace);
    buf_puts(&out, hit + strlen(find));
    return buf_take(&out);
}

static void print_findings(const char *name, const struct finding_list *l)
{
    for (size_t i = 0; i < l->v.n; i++)
        print_error("%s: %s:%d [%s] %s\n", name, l->v.items[i].gate, l->v.items[i].line,
            l->v.items[i].cause,
                    l->v.items[i].message);
}

static bool allowed(const char *causes, const char *cause)
{
    const char *hit = strstr(causes, cause);

    return hit && cause[0];
}

static bool well_formed(const struct finding *f)
{
    size_t n = strlen(f->message);

    return failure_cause_find(f->cause) && f->fix[0] && n > 10;
}

/* Every finding is one that was expected, with a known cause, a sentence, and a fix; the first has the line.
 * Returns how many cases failed, 0 or 1, so that a table shows all that is wrong in it. */
static int wrong(const char *name, const struct finding_list *l, const char *causes, int line)
{
    bool fine = (causes ? l->v.n > 0 : l->v.n == 0) && (!line || (l->v.n &&
        l->v.items[0].line == line));

    for (size_t i = 0; i < l->v.n && fine; i++)
        fine = allowed(causes, l->v.items[i].cause) && well_formed(&l->v.items[i]);
    if (!fine) {
        print_error("%s: expected [%s] at %d\n", name, causes ? causes : "nothing", line);
        print_findings(name, l);
    }
    return !fine;
}

struct sketch_case {
    const char *name, *find, *replace,
        *causes; /* causes: allowed ones, space-separated; NULL = clean */
    int line;
};

static const struct sketch_case sketches[] = {
    {"good", "", "", NULL, 0},
    {"fence leaked", "#include <T", "```cpp\n#include <T", "markdown-leak", 1},
    {"prose leaked", "#include <T", "Here is the complete sketch for you:\n#include <T",
     "markdown-leak", 1},
    {"curly quotes", "\"no memory\"", "“no memory”", "unicode-leak", 38},
    {"no-break space", "  Serial.begin", "\xC2\xA0 Serial.begin", "unicode-leak", 30},
    {"emoji in a string is fine", "\"no memory\"", "\"🍎 no memory\"", NULL, 0},
    {"bidi control in a comment", "// c", "", NULL, 0},
    {"not UTF-8", "\"no memory\"", "\"no \xFF memory\"", "encoding", 38},
    {"escape character", "\"no memory\"", "\"\x1B[2J\"", "encoding", 38},

    {"absolute include", "\"model.h\"", "\"/etc/passwd\"",
     "path-outside header-missing model-header", 7},
    {"parent include", "<Arduino_APDS9960.h>", "<../../secret.h>", "path-outside header-missing",
     6},
    {"home include", "<Arduino_APDS9960.h>", "\"~/x.h\"", "path-outside header-missing", 6},
    {"include by splice", "#include <Arduino_APDS9960.h>", "#inc\\\nlude \"/etc/passwd\"",
     "path-outside header-missing", 7},
    {"include with a comment inside", "#include <Arduino_APDS9960.h>",
     "# /* x */ include /**/ \"/etc/passwd\"",
     "path-outside header-missing", 6},
    {"include by digraph", "#include <Arduino_APDS9960.h>", "%:include \"/etc/passwd\"",
     "path-outside header-missing", 6},
    {"include by macro", "#include <Arduino_APDS9960.h>", "#define H \"/etc/passwd\"\n#include H",
     "hidden-text", 7},
    {"include in a comment is fine", "#include <T", "// #include \"/etc/passwd\"\n#include <T",
     NULL, 0},
    {"include in a string is fine", "\"no memory\"", "\"#include /etc\"", NULL, 0},
    {"include_next", "#include <Arduino_APDS9960.h>", "#include_next <stdio.h>", "hidden-text", 6},
    {"import", "#include <Arduino_APDS9960.h>", "#import \"x.h\"", "hidden-text", 6},
    {"embed", "void setup", "const char t[] = {\n#embed \"/etc/passwd\"\n};\nvoid setup",
     "reads-files", 30},
    {"__has_include of a path", "void setup",
     "#if __has_include(\"/root/.ssh/id_rsa\")\n#endif\nvoid setup", "path-outside", 29},
    {"__has_include of a library is fine", "void setup",
     "#if __has_include(<Wire.h>)\n#endif\nvoid setup", NULL, 0},
    {"incbin", "void setup", "asm(\".incbin \\\"/etc/passwd\\\"\");\nvoid setup",
     "reads-files assembler", 29},
    {"incbin in pieces", "void setup", "asm(\".inc\" \"bin \\\"/etc/passwd\\\"\");\nvoid setup",
     "reads-files assembler", 29},
    {"incbin by escapes", "void setup", "__asm__ volatile (\"\\x2eincbin 'x'\");\nvoid setup",
     "reads-files assembler", 29},
    {"incbin in a raw string", "void setup", "asm(R\"(.incbin \"/etc/passwd\")\");\nvoid setup",
     "reads-files assembler", 29},
    {"incbin by stringizing", "void setup",
     "#define S(x) #x\nasm(S(.incbin \"/etc/passwd\"));\nvoid setup", "reads-files assembler", 0},
    {"incbin in a section name", "void setup",
     "__attribute__((section(\".text\\n.incbin \\\"/etc/passwd\\\"\"))) int q;\nvoid setup",
         "reads-files assembler", 29},
    {"fill bomb", "void setup", "asm(\".fill 2000000000\");\nvoid setup", "assembler", 29},
    {"plain instruction is fine", "  APDS.begin();",
     "  asm volatile(\"nop\"); APDS.begin(); asm(\"vadd.f32 s0, s1, s2\" ::: \"memory\");", NULL,
     0},
    {"line directive", "void setup", "#line 1 \"other.cpp\"\nvoid setup", "line-marker", 29},
    {"line marker", "void setup", "# 1 \"other.cpp\"\nvoid setup", "line-marker", 29},
    {"pragma dependency", "void setup", "#pragma GCC dependency \"/etc/passwd\"\nvoid setup",
     "reads-files", 29},
    {"_Pragma dependency", "void setup",
     "_Pragma(\"GCC dependency \\\"/etc/passwd\\\"\")\nvoid setup", "reads-files", 29},
    {"pragma once is fine", "#include <T", "#pragma once\n#include <T", NULL, 0},
    {"trigraph", "void setup", "?\?=include \"x\"\nvoid setup", "hidden-text", 29},
    {"comment that swallows a line", "  APDS.begin();", "  // path C:\\\n  APDS.begin();",
     "hidden-text", 31},

    {"no loop", "void loop()", "void lop()", "no-main no-invoke nothing-printed sensor-not-read",
     0},
    {"setup only declared", "void setup() {", "void setup();\nvoid prepare() {",
     "no-main no-allocate sensor-not-read", 0},
    {"loop twice", "void setup", "void loop() {}\nvoid setup", "main-twice", 42},
    {"own main", "void setup", "int main() { setup(); }\nvoid setup", "no-main", 29},
    {"setup in a namespace", "void setup() {", "namespace x {\nvoid setup() {",
     "no-main unbalanced", 0},
    {"bracket lost", "  Serial.begin(115200);", "  Serial.begin(115200;", "unbalanced no-main", 30},
    {"comment not closed", "void loop", "/* void loop",
     "unclosed no-main no-invoke sensor-not-read nothing-printed", 0},
    {"prototype beside definition is fine", "void setup", "void loop();\nvoid setup", NULL, 0},

    {"no invoke", "interpreter->Invoke() != kTfLiteOk", "false", "no-invoke", 0},
    {"invoke in a comment", "if (interpreter->Invoke() != kTfLiteOk) return;",
     "// interpreter->Invoke();", "no-invoke", 0},
    {"invoke in #if 0", "  if (interpreter->Invoke() != kTfLiteOk) return;",
     "#if 0\n  interpreter->Invoke();\n#endif", "no-invoke", 24},
    {"invoke under false", "if (interpreter->Invoke() != kTfLiteOk) return;",
     "if (false) { interpreter->Invoke(); }", "no-invoke", 23},
    {"invoke nobody calls", "  classify(r, g, b);\n", "", "no-invoke nothing-printed", 23},
    {"invoke in setup only", "  classify(r, g, b);\n}", "}\nvoid unused() {}\n",
     "no-invoke nothing-printed", 23},
    {"no model load", "tflite::GetModel(g_model)", "nullptr", "no-model-load", 0},
    {"no allocate", "interpreter->AllocateTensors() != kTfLiteOk", "true", "no-allocate", 0},
    {"float input", "  input->data.int8[0] = quantize(r, input);", "  input->data.f[0] = r;",
     "float-input-type", 21},
    {"output as float", "output->data.int8[0] > output", "output->data.f[0] > output",
     "output-type", 25},
    {"output as bytes", "output->data.int8[0] > output", "output->data.uint8[0] > output",
     "output-type", 25},
    {"direct access", "  int best = output->data.int8[0] > output->data.int8[1] ? 0 : 1;",
     "  int best = interpreter->output(0)->data.f[0] > 0.5f;", "output-type", 25},
    {"input not filled",
     "  input->data.int8[0] = quantize(r, input);\n  input->data.int8[1] = quantize(g, input);\n",
     "  quantize(r, input);\n",
     "input-not-filled", 0},
    {"class missing", "\"banana\"", "\"pear\"", "class-missing", 0},
    {"class in another case is fine", "\"banana\"", "\"BANANA!\"", NULL, 0},
    {"constants", "quantize(r, input);\n  input->data.int8[1] = quantize(g, input);",
     "12;\n  input->data.int8[1] = -3;", "constant-input", 22},
    {"sensor not read", "  APDS.readColor(r, g, b);", "  r = g = b = 10;", "sensor-not-read", 0},
    {"color never available", "  if (!APDS.colorAvailable()) return;\n", "", "sensor-not-ready",
     43},
    {"placeholder", "  APDS.begin();", "  // TODO: start the sensor", "placeholder", 31},

    {"symbol unknown", "GetModel(g_model)", "GetModel(model_data)", "model-symbol", 32},
    {"pointer given to itself", "GetModel(g_model)", "GetModel(graph)", "model-symbol", 32},
    {"symbol clash", "*graph;", "*g_model;", "model-symbol", 11},
    {"length unknown", "  APDS.begin();", "  Serial.println(model_tflite_len);", "model-symbol",
     31},
    {"length known is fine", "  APDS.begin();", "  APDS.begin(); Serial.println(g_model_len);",
     NULL, 0},
    {"model.h left out", "#include \"model.h\"\n", "", "model-header", 0},
    {"four arguments", ", &reporter", "", "tflm-api", 36},
    {"MicroPrintf", "  APDS.begin();", "  MicroPrintf(\"hi\");", "tflm-api", 31},
    {"operator missing", "  resolver.AddSoftmax();\n", "", "op-missing", 33},
    {"resolver too small", "Resolver<2>", "Resolver<1>", "resolver-size", 33},
    {"arena unaligned", "alignas(16) ", "", "arena-unaligned", 13},
    {"header invented", "#include <Arduino_APDS9960.h>",
     "#include <Arduino_APDS9960.h>\n#include <FruitSensor.h>", "header-missing", 7},
};

static void check_text(enum artifact_kind kind, const char *name, const char *text, size_t n,
    const struct gate_context *c,
                       struct finding_list *l)
{
    struct gate_artifact a = {kind, name, text, n};

    finding_list_init(l);
    gate_check_all(GATE_BEFORE, &a, c, l);
}

static void sketches_are_judged(void **state)
{
    struct gate_context c = context();
    int failed = 0;

    (void)state;
    for (size_t i = 0; i < sizeof(sketches) / sizeof(sketches[0]); i++) {
        const struct sketch_case *k = &sketches[i];
        struct finding_list l;
        char *text;
        if (!strstr(good, k->find))
            continue;
        text = change(good, k->find, k->replace);
        check_text(ARTIFACT_SKETCH, "fruit.ino", text, strlen(text), &c, &l);
        failed += wrong(k->name, &l, k->causes, k->line);
        finding_list_done(&l);
        free(text);
    }
    assert_int_equal(failed, 0);
}

static void every_case_changes_the_sketch(void **state)
{
    int missed = 0;

    (void)state;
    for (size_t i = 0; i < sizeof(sketches) / sizeof(sketches[0]); i++)
        missed += !strstr(good, sketches[i].find);
    assert_int_equal(missed, 1); /* "bidi control", tested below with its bytes */
}

static void hidden_text_is_named(void **state)
{
    struct gate_context c = context();
    char *text = change(good, "void setup", "/* \xE2\x80\xAE } \xE2\x81\xA6 */\nvoid setup");
    struct finding_list l;

    (void)state;
    check_text(ARTIFACT_SKETCH, "fruit.ino", text, strlen(text), &c, &l);
    assert_int_equal(wrong("bidi", &l, "hidden-text", 29), 0);
    finding_list_done(&l);
    free(text);
}

static void an_operator_the_board_lacks_blames_convert(void **state)
{
    static const char *const ops[] = {"FULLY_CONNECTED", "SOFTMAX", "UNIDIRECTIONAL_SEQUENCE_LSTM"};
    struct gate_context c = context();
    struct finding_list l;

    (void)state;
    c.operators = ops;
    c.n_operators = 3;
    check_text(ARTIFACT_TFLITE, "model.tflite", "", 0, &c, &l);
    assert_int_equal(wrong("lstm", &l, "op-unsupported", 0), 0);
    assert_string_equal(l.v.items[0].blame, "convert");
    finding_list_done(&l);
}

struct script_case {
    const char *name, *text, *causes;
    int line;
};

#define ARGV "import sys\nimport pandas as pd\n"

static const struct script_case scripts[] = {
    {"good",
     ARGV "def main(a, b):\n    pd.read_csv(a).to_csv(b)\n\nmain(sys.argv[1], sys.argv[2])\n", NULL,
     0},
    {"empty", "\n\n", "empty argv-unused output-not-mentioned", 0},
    {"comments only", "# nothing\n", "empty argv-unused output-not-mentioned", 0},
    {"fence leaked", "```python\n" ARGV "print(sys.argv)\n```\n", "markdown-leak", 1},
    {"curly quotes", ARGV "print(“x”, sys.argv)\n", "unicode-leak", 3},
    {"unicode names are fine", ARGV "größe = len(sys.argv)\n", NULL, 0},
    {"bracket", ARGV "print((sys.argv)\n", "unbalanced", 3},
    {"string", ARGV "x = 'abc\nprint(sys.argv)\n", "unclosed", 3},
    {"triple string", ARGV "x = '''abc\nprint(sys.argv)\n",
     "unclosed argv-unused output-not-mentioned", 3},
    {"tabs and spaces", ARGV "if sys.argv:\n    x = 1\nif x:\n\ty = 2\n", "indentation", 6},
    {"no arguments", "import pandas as pd\npd.DataFrame().to_csv('other.csv')\n",
     "argv-unused output-not-mentioned", 0},
    {"no arguments, output named", "import pandas as pd\npd.DataFrame().to_csv('data.csv')\n",
     "argv-unused", 0},
    {"sockets", ARGV "import socket\nprint(sys.argv)\n", "network-import", 3},
    {"sockets in a list", "import os, socket\nimport sys\nprint(sys.argv)\n", "network-import", 1},
    {"urllib by from", ARGV "from urllib.request import urlopen\nprint(sys.argv)\n",
     "network-import", 3},
    {"a variable named socket is fine", ARGV "socket = sys.argv\n", NULL, 0},
    {"programs", ARGV "import os\nos.system('ls')\nprint(sys.argv)\n", "spawns", 4},
    {"not installed", ARGV "import matplotlib.pyplot as plt\nprint(sys.argv)\n", "module-missing",
     3},
    {"a path of somebody's", ARGV "pd.read_csv('/home/user/data.csv')\nprint(sys.argv)\n",
     "path-outside", 3},
    {"a path of the box is fine", ARGV "pd.read_csv('/in/data.csv')\nprint(sys.argv)\n", NULL, 0},
};

static void scripts_are_judged(void **state)
{
    struct gate_context c = {.stage = "data", .outputs = outputs, .n_outputs = 1};
    int failed = 0;

    (void)state;
    for (size_t i = 0; i < sizeof(scripts) / sizeof(scripts[0]); i++) {
        struct finding_list l;
        check_text(ARTIFACT_PYTHON, "step.py", scripts[i].text, strlen(scripts[i].text), &c, &l);
        failed += wrong(scripts[i].name, &l, scripts[i].causes, scripts[i].line);
        finding_list_done(&l);
    }
    assert_int_equal(failed, 0);
}

struct run_case {
    const char *name;
    enum job_stop stop;
    int code;
    const char *out, *err_out;
    const char *csv; /* NULL = not written */
    const char *causes, *message; /* message: part of the first finding */
    int line;
};

#define TRACE "Traceback (most recent call last):\n  File \"/in/step.py\", line 12, in <module>\n    main()\n" \
              "  File \"/in/step.py\", line 7, in main\n    t['x']\n"

static const struct run_case runs[] = {
    {"good", JOB_EXITED, 0, "saved\n", "", "a,b c,fruit,split\n1,\"x,y\",z,train\n2,3,z,test\n",
     NULL, NULL, 0},
    {"quoted line ends", JOB_EXITED, 0, "", "",
     "a,b c,fruit,split\r\n1,\"x\ny\",z,train\r\n2,\"\"\"\",z,test\r\n\r\n", NULL, NULL, 0},
    {"claims and writes nothing", JOB_EXITED, 0, "Data saved to data.csv\n", "", NULL,
     "output-missing", "says that it succeeded", 0},
    {"writes nothing", JOB_EXITED, 0, "", "", NULL, "output-missing", "did not write data.csv", 0},
    {"empty", JOB_EXITED, 0, "", "", "", "output-empty", "is empty", 0},
    {"traceback", JOB_EXITED, 1, "", TRACE "KeyError: 'x'\n", NULL, "script-failed output-missing",
     "code 1: KeyError: 'x'", 7},
    {"swallowed traceback", JOB_EXITED, 0, "", TRACE "KeyError: 'x'\n",
     "a,b c,fruit,split\n1,2,3,train\n1,2,3,test\n", "error-marker", "KeyError", 7},
    {"column lost", JOB_EXITED, 0, "", "", "a,fruit,split\n1,2,train\n1,2,test\n", "column-missing",
     "\"b c\"", 0},
    {"label lost", JOB_EXITED, 0, "", "", "a,b c,split\n1,2,train\n1,2,test\n", "column-missing",
     "\"fruit\"", 0},
    {"no rows", JOB_EXITED, 0, "", "", "a,b c,fruit,split\n", "table-empty", "no rows", 0},
    {"ragged", JOB_EXITED, 0, "", "", "a,b c,fruit,split\n1,2,3,train\n1,2,3\n1,2,3,test\n",
     "table-ragged", "Line 3", 0},
    {"no test rows", JOB_EXITED, 0, "", "", "a,b c,fruit,split\n1,2,3,train\n", "split-missing",
     "training", 0},
    {"endless", JOB_WALL, 0, "", "", NULL, "timeout output-missing", "stopped", 0},
    {"memory", JOB_MEMORY, 0, "", "", NULL, "memory-limit output-missing", "memory", 0},
    {"flood", JOB_FLOOD, 0, "", "", NULL, "output-flood output-missing", "", 0},
    {"forks", JOB_PROCESSES, 0, "", "", NULL, "process-limit output-missing", "", 0},
    {"disk", JOB_DISK, 0, "", "", NULL, "disk-limit output-missing", "", 0},
    {"crash", JOB_SIGNALED, 11, "", "", NULL, "crash output-missing", "", 0},
    {"network", JOB_EXITED, 1, "", "OSError: [Errno 101] Network is unreachable\n", NULL,
     "box-denied script-failed output-missing",
     "tried to use the network", 0},
    {"write outside", JOB_EXITED, 1, "", "OSError: [Errno 30] Read-only file system: '/etc/x'\n",
     NULL,
     "box-denied script-failed output-missing", "outside of its folder", 0},
};

static char *dup_text(const char *text)
{
    return os_dup(text, strlen(text));
}

static void runs_are_judged(void **state)
{
    struct gate_context c = {.stage = "data", .outputs = outputs, .n_outputs = 1,
        .columns = columns, .n_columns = 3,
                             .label = "fruit", .wants_split = true};
    struct gate_artifact a = {ARTIFACT_PYTHON, "data/step.py", "pass\n", 5};
    int failed = 0;

    (void)state;
    for (size_t i = 0; i < sizeof(runs) / sizeof(runs[0]); i++) {
        const struct run_case *k = &runs[i];
        struct job_result r = {.stop = k->stop, .code = k->code, .out = dup_text(k->out),
            .out_len = strlen(k->out),
                               .err_out = dup_text(k->err_out), .err_len = strlen(k->err_out)};
        struct finding_list l;
        if (k->csv) {
            r.outputs[0] = (struct job_file){dup_text("data.csv"), dup_text(k->csv),
                strlen(k->csv)};
            r.n_outputs = 1;
        }
        c.execution = &r;
        finding_list_init(&l);
        gate_check_all(GATE_AFTER, &a, &c, &l);
        failed += wrong(k->name, &l, k->causes, k->line);
        if (k->message && (!l.v.n || !strstr(l.v.items[0].message, k->message)))
            failed += wrong(k->message, &l, NULL, 0);
        finding_list_done(&l);
        job_result_done(&r);
    }
    assert_int_equal(failed, 0);
}

static void a_file_is_what_its_name_says(void **state)
{
    static const char *const names[] = {"model.tflite"};
    struct gate_context c = {.stage = "convert", .outputs = names, .n_outputs = 1};
    struct gate_artifact a = {ARTIFACT_PYTHON, "convert.py", "pass\n", 5};
    struct job_result r = {.stop = JOB_EXITED, .n_outputs = 1};
    struct finding_list l;

    (void)state;
    r.outputs[0] = (struct job_file){dup_text("model.tflite"), dup_text("not a model"), 11};
    c.execution = &r;
    finding_list_init(&l);
    gate_check_all(GATE_AFTER, &a, &c, &l);
    assert_int_equal(wrong("tflite", &l, "output-format", 0), 0);
    memcpy(r.outputs[0].bytes, "\x1C\0\0\0TFL3", 8);
    finding_list_reset(&l);
    gate_check_all(GATE_AFTER, &a, &c, &l);
    assert_int_equal(wrong("tflite", &l, NULL, 0), 0);
    finding_list_done(&l);
    job_result_done(&r);
}

static void sizes_are_compared_with_the_board(void **state)
{
    struct board_size size = {.flash = 2 << 20, .ram = 250 << 10};
    struct gate_context c = context();
    struct gate_artifact a = {ARTIFACT_SKETCH, "fruit.ino", good, sizeof(good) - 1};
    struct finding_list l;

    (void)state;
    c.size = &size;
    c.arena_used = 5000;
    c.arena_size = 4096;
    finding_list_init(&l);
    gate_check_all(GATE_AFTER, &a, &c, &l);
    assert_int_equal(wrong("sizes", &l, "flash-overflow ram-overflow arena-too-small", 0), 0);
    assert_int_equal(l.v.n, 3);
    assert_int_equal(finding_count(&l, FINDING_ERROR), 2);
    finding_list_done(&l);
}

static void the_syntax_gate_describes_a_job_and_reads_it(void **state)
{
    const struct gate *g = gate_find("syntax");
    struct gate_artifact a = {ARTIFACT_PYTHON, "data/step.py", "def f(:\n", 8};
    struct gate_context c = {.stage = "data"};
    struct job_result r = {.stop = JOB_EXITED};
    struct finding_list l;
    struct job *j = NULL;

    (void)state;
    assert_int_equal(g->job(&a, &c, &j, NULL), 0);
    assert_string_equal(j->args[0], "/usr/bin/python3");
    assert_string_equal(j->args[j->n_args - 1], "/in/step.py");
    assert_string_equal(j->files[0].name, "step.py");
    job_free(j);
    r.out = dup_text("1\t7\tinvalid syntax\n");
    r.out_len = strlen(r.out);
    finding_list_init(&l);
    g->check(&a, &c, &r, &l);
    assert_int_equal(wrong("syntax", &l, "python-syntax", 1), 0);
    assert_int_equal(l.v.items[0].column, 7);
    finding_list_reset(&l);
    r.out[0] = '\0';
    r.out_len = 0;
    g->check(&a, &c, &r, &l);
    assert_int_equal(l.v.n, 0);
    finding_list_done(&l);
    job_result_done(&r);
}

static void every_gate_says_what_it_is_for(void **state)
{
    (void)state;
    for (int i = 0; gate_table[i]; i++) {
        assert_true(gate_table[i]->id[0] && strlen(gate_table[i]->help) > 20 &&
            gate_table[i]->kinds);
        assert_ptr_equal(gate_find(gate_table[i]->id), gate_table[i]);
    }
    assert_null(gate_find("no such gate"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sketches_are_judged),
        cmocka_unit_test(every_case_changes_the_sketch),
        cmocka_unit_test(hidden_text_is_named),
        cmocka_unit_test(an_operator_the_board_lacks_blames_convert),
        cmocka_unit_test(scripts_are_judged),
        cmocka_unit_test(runs_are_judged),
        cmocka_unit_test(a_file_is_what_its_name_says),
        cmocka_unit_test(sizes_are_compared_with_the_board),
        cmocka_unit_test(the_syntax_gate_describes_a_job_and_reads_it),
        cmocka_unit_test(every_gate_says_what_it_is_for),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
