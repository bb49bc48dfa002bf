/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Messages are what arm-none-eabi-g++ 12.2, its linker and Python 3.11 really said about broken files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "core/base/str.h"
#include "core/failure/classify.h"
#include "core/failure/retry.h"

struct message_case {
    const char *message, *category, *cause;
};

static const struct message_case messages[] = {
    {"'Model' in namespace 'tflite' does not name a type", "E1", "tflite-namespace"},
    {"'MicroInterpreter' in namespace 'tflite' does not name a type", "E1", "tflite-namespace"},
    {"'GetModel' is not a member of 'tflite'", "E1", "tflite-namespace"},
    {"'tflite' has not been declared", "E1", "tflite-namespace"},
    {"'tflite' was not declared in this scope", "E1", "tflite-namespace"},
    {"'TfLiteTensor' does not name a type", "E1", "tflite-namespace"},
    {"'kTfLiteOk' was not declared in this scope", "E1", "tflite-namespace"},
    {"'model_data' was not declared in this scope; did you mean 'mode_t'?", "E1", "model-symbol"},
    {"'g_model_tflite' was not declared in this scope", "E1", "model-symbol"},
    {"conflicting declaration 'const tflite::Model* g_model'", "C2", "model-symbol"},
    {"conflicting declaration 'const tflite::Model* model'", "C2", "model-symbol"},
    {"redefinition of 'const unsigned char g_model [4]'", "C2", "model-symbol"},
    {"no matching function for call to 'tflite::MicroInterpreter::MicroInterpreter(const tflite::Model*&, tflite::AllOpsResolver&, uint8_t [4096], int)'",
     "E1", "tflm-api"},
    {"no matching function for call to 'tflite::MicroInterpreter::MicroInterpreter(const tflite::Model*&, tflite::AllOpsResolver&, uint8_t [4096], int, "
     "tflite::MicroErrorReporter&)'", "E1", "tflm-api"},
    {"'MicroPrintf' was not declared in this scope", "E1", "tflm-api"},
    {"'class tflite::MicroInterpreter' has no member named 'run'", "E1", "tflm-api"},
    {"'class tflite::MicroMutableOpResolver<2>' has no member named 'AddDense'", "E1", "tflm-api"},
    {"'TfLitePtrUnion' {aka 'union TfLitePtrUnion'} has no member named 'float32'", "E1",
     "tflm-api"},
    {"tensorflow/lite/micro/micro_log.h: No such file or directory", "E1", "tflm-api"},
    {"'tensorflow' has not been declared", "E2", "desktop-tensorflow"},
    {"tensorflow/core/public/session.h: No such file or directory", "E2", "desktop-tensorflow"},
    {"Adafruit_APDS9960X.h: No such file or directory", "D1", "header-missing"},
    {"fatal error: FruitSensor.h: No such file or directory", "D1", "header-missing"},
    {"model.h: No such file or directory", "D1", "model-header"},
    {"'class APDS9960' has no member named 'readColour'; did you mean 'readColor'?", "D2",
     "sensor-api"},
    {"no matching function for call to 'APDS9960::readColor()'", "D2", "sensor-api"},
    {"'APDS' was not declared in this scope", "D2", "sensor-api"},
    {"'TCS34725_INTEGRATIONTIME_50MS' was not declared in this scope", "E3", "sensor-constant"},
    {"'LED_RGB_PIN' was not declared in this scope", "E3", "sensor-constant"},
    {"stray '`' in program", "C2", "markdown-leak"},
    {"'Here' does not name a type", "C2", "markdown-leak"},
    {"stray '\\342' in program", "C2", "unicode-leak"},
    {"extended character “ is not valid in an identifier", "C2", "unicode-leak"},
    {"expected ';' before 'graph'", "C2", "syntax"},
    {"expected primary-expression before ')' token", "C2", "syntax"},
    {"expected unqualified-id before '.' token", "C2", "syntax"},
    {"expected '}' at end of input", "C2", "unbalanced"},
    {"a function-definition is not allowed here before '{' token", "C2", "unbalanced"},
    {"missing terminating \" character", "C2", "unclosed"},
    {"redefinition of 'void loop()'", "C2", "main-twice"},
    {"conflicting declaration 'int counter'", "C2", "redefinition"},
    {"'helper' was not declared in this scope", "C4", "undeclared"},
    {"'loadBinaryFile' was not declared in this scope", "C4", "undeclared"},
    {"undefined reference to `loop()'", "E4", "no-main"},
    {"undefined reference to `setup'", "E4", "no-main"},
    {"undefined reference to `readFruit(int)'", "C4", "undefined-reference"},
    {"undefined reference to `tflite::MicroErrorReporter::Report(char const*, std::__va_list)'",
     "E1", "tflm-api"},
    {"'FruitClassifier' does not name a type", "D2", "unknown-type"},
    {"'class Print' has no member named 'printLine'", "D2", "wrong-member"},
    {"cannot convert 'const char*' to 'int' in initialization", "C2", "type-mismatch"},
    {"In file included from fruit.ino:2:", "C3", "include-chain"},
    {"region `RAM' overflowed by 143328 bytes", "other", "ram-overflow"},
    {"section `.text' will not fit in region `FLASH'", "other", "flash-overflow"},
    {"Didn't find op for builtin opcode 'QUANTIZE' version '1'", "E1", "op-missing"},
    {"Arena size is too small for activation buffers. Needed 3040 but only 1000 was available.",
     "E1", "arena-too-small"},
    {"Failed to resize buffer. Requested: 1520, available 412, missing: 1108", "E1",
     "arena-too-small"},
    {"Model provided is schema version 2 not equal to supported version 3.", "E1",
     "schema-version"},
    {"It ended with code 1: ModuleNotFoundError: No module named 'seaborn'", "D1",
     "module-missing"},
    {"It ended with code 1: KeyError: 'colour'", "D2", "column-name"},
    {"It ended with code 1: FileNotFoundError: [Errno 2] No such file or directory: 'data.csv'",
     "D1", "file-missing"},
    {"It ended with code 1: AttributeError: 'DataFrame' object has no attribute 'append'", "D2",
     "wrong-member"},
    {"It ended with code 1: NameError: name 'df' is not defined", "C4", "undeclared"},
    {"It ended with code 1: ImportError: cannot import name 'x' from 'sklearn'", "C3",
     "import-name"},
    {"It ended with code 1: ValueError: could not convert string to float: 'n/a'", "C1",
     "value-error"},
    {"IndentationError: unexpected indent", "C2", "indentation"},
    {"SyntaxError: invalid syntax", "C2", "python-syntax"},
    {"connect to 127.0.0.1 port 11434: Connection refused", "B1", "backend-down"},
    {"The server answered HTTP 401.", "B1", "backend-auth"},
    {"The server answered HTTP 429: rate limit reached.", "B1", "backend-busy"},
    {"exception in attempt 3", "B2", "prompt-exception"},
    {"Error: No code block found in the reply", "A2", "reply-no-block"},
    {"The specification could not be parsed after 5 attempts", "A1", "spec-unparsed"},
};

static void messages_get_their_category_and_cause(void **state)
{
    int failed = 0;

    (void)state;
    for (size_t i = 0; i < sizeof(messages) / sizeof(messages[0]); i++) {
        const struct failure_cause *c = failure_cause_of(messages[i].message);
        const char *category = c ? finding_categories[c->category].id : "none";
        if (c && !strcmp(category, messages[i].category) && !strcmp(c->id, messages[i].cause))
            continue;
        print_error("%s\n  is %s %s, expected %s %s\n", messages[i].message, category,
            c ? c->id : "-",
                    messages[i].category, messages[i].cause);
        failed++;
    }
    assert_int_equal(failed, 0);
}

static void nothing_is_made_up(void **state)
{
    struct finding_list l;
    struct finding *f;

    (void)state;
    assert_null(failure_cause_of("The weather is fine today."));
    finding_list_init(&l);
    f = finding_add(&l, "compile", FINDING_ERROR, FINDING_NONE, "%s",
        "something nobody has ever seen");
    assert_int_equal(failure_classify(f), 1);
    assert_int_equal(f->category, FINDING_OTHER);
    assert_string_equal(f->cause, "");
    finding_list_done(&l);
}

static struct finding_list list_of(const char *const *texts, int n)
{
    struct finding_list l;

    finding_list_init(&l);
    for (int i = 0; i < n; i++) {
        struct finding *f = finding_add(&l, "compile", FINDING_ERROR, FINDING_NONE, "%s", texts[i]);
        f->line = i + 1;
    }
    return l;
}

/* The same cascade in any order has the same root. */
static void the_root_does_not_depend_on_order(void **state)
{
    static const char *texts[] = {
        "'graph' was not declared in this scope", "expected ';' before 'graph'",
            "'Model' in namespace 'tflite' does not name a type",
        "'interp' was not declared in this scope", "'class Print' has no member named 'x'",
    };

    (void)state;
    for (int turn = 0; turn < 5; turn++) {
        const char *first = texts[0];
        struct failure_verdict v;
        struct finding_list l = list_of(texts, 5);
        failure_verdict_of(&l, &v);
        assert_string_equal(v.cause, "tflite-namespace");
        assert_int_equal(v.category, FINDING_E1);
        assert_non_null(strstr(l.v.items[v.index].message, "in namespace"));
        finding_list_done(&l);
        memmove(texts, texts + 1, 4 * sizeof(texts[0]));
        texts[4] = first;
    }
}

static void a_name_clash_is_not_a_syntax_error(void **state)
{
    static const char *const texts[] = {"conflicting declaration 'const tflite::Model* model'",
        "expected primary-expression before '*' token"};
    struct finding_list l = list_of(texts, 2);
    struct failure_verdict v;

    (void)state;
    failure_verdict_of(&l, &v);
    assert_string_equal(v.cause, "model-symbol");
    assert_int_equal(v.index, 0);
    finding_list_done(&l);
}

static void warnings_are_no_verdict(void **state)
{
    struct finding_list l;
    struct failure_verdict v;

    (void)state;
    finding_list_init(&l);
    finding_add(&l, "compile", FINDING_WARNING, FINDING_NONE, "'x' was not declared in this scope");
    failure_verdict_of(&l, &v);
    assert_int_equal(v.category, FINDING_NONE);
    assert_int_equal(v.index, -1);
    finding_list_done(&l);
}

static void a_whole_log_is_read(void **state)
{
    static const char log[] =
        "In file included from fruit.ino:3:\n"
        "fruit.ino:10:22: error: conflicting declaration 'const tflite::Model* g_model'\n"
        "   10 | const tflite::Model* g_model;\n"
        "fruit.ino:15:30: error: expected ';' before 'model'\n"
        "compilation terminated.\n";
    struct failure_verdict v;

    (void)state;
    failure_classify_text(log, sizeof(log) - 1, &v);
    assert_string_equal(v.cause, "model-symbol");
    assert_int_equal(v.category, FINDING_C2);
    assert_int_equal(v.index, 2);
    failure_classify_text("all is well\n", 12, &v);
    assert_int_equal(v.category, FINDING_NONE);
    failure_classify_text("", 0, &v);
    assert_int_equal(v.index, -1);
}

static void what_a_gate_said_is_kept(void **state)
{
    struct finding_list l;
    struct finding *f;

    (void)state;
    finding_list_init(&l);
    f = finding_add(&l, "semantics", FINDING_ERROR, FINDING_E1, "The sketch never calls Invoke().");
    str_copy(f->cause, sizeof(f->cause), "no-invoke");
    assert_int_equal(failure_classify(f), 0);
    assert_string_equal(f->cause, "no-invoke");
    assert_int_equal(f->category, FINDING_E1);
    f = finding_add(&l, "outputs", FINDING_ERROR, FINDING_NONE,
        "It ended with code 1: KeyError: 'x'");
    str_copy(f->cause, sizeof(f->cause), "script-failed");
    assert_int_equal(failure_classify(f), 0);
    assert_string_equal(f->cause, "column-name"); /* deeper than where it was seen */
    f = finding_add(&l, "operators", FINDING_ERROR, FINDING_NONE, "x");
    str_copy(f->cause, sizeof(f->cause), "op-unsupported");
    assert_int_equal(failure_classify(f), 0);
    assert_string_equal(f->blame, "convert");
    finding_list_done(&l);
}

static void the_table_is_whole(void **state)
{
    (void)state;
    for (int i = 0; i < failure_cause_count; i++) {
        const struct failure_cause *c = &failure_causes[i];
        assert_true(c->rank >= 1 && c->rank <= 100 && c->category != FINDING_NONE);
        assert_true(strlen(c->id) < sizeof(((struct finding *)0)->cause));
        assert_true(str_ends(c->help, ".") && str_ends(c->fix, "."));
        for (int k = 0; k < i; k++)
            assert_false(str_eq(failure_causes[k].id, c->id) && failure_causes[k].rank == c->rank);
    }
}

struct retry_case {
    const char *name;
    struct retry_attempt attempts[6];
    int n;
    enum retry_action action;
};

static const struct retry_case retries[] = {
    {"nothing yet", {{0}}, 0, RETRY_FRESH},
    {"passed", {{FINDING_NONE, "", "", RETRY_FRESH, false}}, 1, RETRY_DONE},
    {"repairable", {{FINDING_E1, "tflm-api", "", RETRY_FRESH, true}}, 1, RETRY_REPAIR},
    {"repair did not do", {{FINDING_E1, "tflm-api", "", RETRY_FRESH, true}, {FINDING_C2, "syntax",
     "", RETRY_REPAIR, true}}, 2, RETRY_ERROR},
    {"not repairable", {{FINDING_C2, "syntax", "", RETRY_FRESH, false}}, 1, RETRY_ERROR},
    {"no shape", {{FINDING_A2, "reply-several", "", RETRY_FRESH, false}}, 1, RETRY_FRESH},
    {"the same twice", {{FINDING_C2, "syntax", "", RETRY_FRESH, false}, {FINDING_C2, "syntax", "",
     RETRY_ERROR, false}}, 2, RETRY_ASK},
    {"same category, other cause", {{FINDING_C2, "syntax", "", RETRY_FRESH, false}, {FINDING_C2,
     "unclosed", "", RETRY_ERROR, false}}, 2, RETRY_ERROR},
    {"the same, not in a row", {{FINDING_C2, "syntax", "", RETRY_FRESH, false}, {FINDING_D1,
     "header-missing", "", RETRY_ERROR, false},
                                {FINDING_C2, "syntax", "", RETRY_ERROR, false}}, 3, RETRY_FRESH},
    {"used up", {{FINDING_C2, "a", "", RETRY_FRESH, false}, {FINDING_C2, "b", "", RETRY_ERROR,
     false}, {FINDING_C2, "c", "", RETRY_ERROR, false},
                 {FINDING_C2, "d", "", RETRY_FRESH, false}, {FINDING_C2, "e", "", RETRY_ERROR,
                  true}}, 5, RETRY_ASK},
    {"back end", {{FINDING_B1, "backend-down", "", RETRY_FRESH, false}}, 1, RETRY_ASK},
    {"another step is to blame", {{FINDING_E1, "op-unsupported", "convert", RETRY_FRESH, true}}, 1,
     RETRY_ASK},
};

static void retries_follow_what_was_tried(void **state)
{
    static const struct retry_limits limits = {.repairs = true}, plain = {.attempts = 2};
    struct retry_choice c;

    (void)state;
    for (size_t i = 0; i < sizeof(retries) / sizeof(retries[0]); i++) {
        retry_choose(retries[i].attempts, retries[i].n, &limits, &c);
        if (c.action != retries[i].action)
            print_error("%s: %s (%s)\n", retries[i].name, retry_action_name(c.action), c.why);
        assert_int_equal(c.action, retries[i].action);
        assert_true(str_ends(c.why, "."));
    }
    retry_choose(retries[2].attempts, 1, &plain, &c); /* repairs switched off */
    assert_int_equal(c.action, RETRY_ERROR);
    retry_choose(retries[3].attempts, 2, &plain, &c); /* a cap of two */
    assert_int_equal(c.action, RETRY_ASK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(messages_get_their_category_and_cause),
        cmocka_unit_test(nothing_is_made_up),
        cmocka_unit_test(the_root_does_not_depend_on_order),
        cmocka_unit_test(a_name_clash_is_not_a_syntax_error),
        cmocka_unit_test(warnings_are_no_verdict),
        cmocka_unit_test(a_whole_log_is_read),
        cmocka_unit_test(what_a_gate_said_is_kept),
        cmocka_unit_test(the_table_is_whole),
        cmocka_unit_test(retries_follow_what_was_tried),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
