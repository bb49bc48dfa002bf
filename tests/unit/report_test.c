/* SPDX-License-Identifier: GPL-3.0-or-later */
/* core/board: what a run left becomes rows and findings, whatever bytes it left; classes only where text is clear. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "core/base/os.h"
#include "core/base/str.h"
#include "core/board/board.h"

static int class_of(const char *text, const char *const *classes, int n)
{
    struct board_row row = {.len = strlen(text)};
    int c;

    row.text = os_dup(text, row.len);
    c = board_row_class(&row, classes, n);
    free(row.text);
    return c;
}

static void names_one_class(void **state)
{
    static const char *const fruit[] = {"Apple", "Banana", "Orange"};
    static const struct {
        const char *text;
        int expected;
    } rows[] = {
        {"Apple", 0},
        {"Predicted: BANANA\r\n", 1},
        {"Class: orange (97 %)\n", 2},
        {"apple\nbanana\n", 1},
        {"Result: Orange\nr = 120 g = 4\n", 2},
        {"", -1},
        {"pineapple\n", -1},
        {"apples\n", -1},
        {"apple_2\n", -1},
        {"\"apple\",\n", 0},
        {"It is an apple, an apple!\n", 0},
        {"apple or banana\n", -1},
        {"apple or banana\nso: apple\n", 0},
        {"Apple: 0.97 Banana: 0.02 Orange: 0.01\n", 0},
        {"apple=1 banana=12 orange=3", 1},
        {"apple 0.1, banana 0.2, orange 0.7%", 2},
        {"apple: 0.5 banana: 0.5 orange: 0.0\n", -1},
        {"apple: 0.4 banana: 0.3 orange: 0.4\n", -1},
        {"apple: 0.9 banana: 0.1\n", -1},
        {"apple: 0.9 banana: orange: 0.1\n", -1},
        {"apple: 0.9 banana: 0.1 orange: 0.0 apple: 0.1\n", -1},
        {"Apple: 97%\nBanana: 2%\nOrange: 1%\n", 0},
        {"Apple: 1\nBanana: 2\nOrange: 97\n", 2},
        {"Apple: 50\nBanana: 50\nOrange: 0\n", -1},
        {"Apple: 97\nBanana: 3\n", -1},
        {"Apple: 1\nBanana: 2\nOrange: 97\n=> Banana\n", 1},
        {"Apple: 0.97\n", 0},
        {"scores: apple 1e-3 banana 0.9 orange 2e-2\n", 1},
        {"apple: nan banana: 1 orange: 2\n", -1},
        {"apple: 99999999999999999999e999 banana: 1 orange: 2", -1},
        {"caf\xc3\xa9" "apple", -1},
        {"\xe2\x9e\xa1" "apple", 0},
        {"\xff\xfe\x80 apple \x01\x02\n", 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        int c = class_of(rows[i].text, fruit, 3);

        if (c != rows[i].expected)
            fail_msg("\"%s\" gives %d, not %d", rows[i].text, c, rows[i].expected);
    }
}

static void names_hard_classes(void **state)
{
    static const char *const colors[] = {"red", "dark red", "red-ish", "C++", "\xf0\x9f\x8d\x8e", "\xf0\x9f\x8d\x8c"};
    static const char *const digits[] = {"0", "1", "2", "10"};
    static const struct {
        const char *text;
        int expected;
    } color_rows[] = {
        {"red", 0}, {"dark red", 1}, {"it is dark red now", 1}, {"Dark  red", 0}, {"red-ish", 2}, {"C++", 3}, {"C+", -1},
        {"\xf0\x9f\x8d\x8e", 4}, {"\xf0\x9f\x8d\x8c!", 5}, {"\xf0\x9f\x8d\x8e\xf0\x9f\x8d\x8c", -1},
        {"x\xf0\x9f\x8d\x8ey", 4},
    }, digit_rows[] = {
        {"Class: 1", 1}, {"class 10", 3}, {"0.98", -1}, {"Class: 2 (0.98)", 2}, {"-1", -1}, {"1.5", -1}, {"12", -1},
        {"Digit: 0.", 0}, {"class=1, ms=5", 1}, {"1,2", -1}, {"2: 97", 2},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(color_rows) / sizeof(*color_rows); i++) {
        if (class_of(color_rows[i].text, colors, 6) != color_rows[i].expected)
            fail_msg("color \"%s\" gives %d", color_rows[i].text, class_of(color_rows[i].text, colors, 6));
    }
    for (size_t i = 0; i < sizeof(digit_rows) / sizeof(*digit_rows); i++) {
        if (class_of(digit_rows[i].text, digits, 4) != digit_rows[i].expected)
            fail_msg("digit \"%s\" gives %d", digit_rows[i].text, class_of(digit_rows[i].text, digits, 4));
    }
}

static void long_rows_are_bounded(void **state)
{
    static const char *const fruit[] = {"apple", "banana", ""};
    struct board_row row = {.len = 1 << 20};
    clock_t before = clock();

    (void)state;
    row.text = os_dup("", 0);
    row.text = os_realloc(row.text, row.len);
    memset(row.text, 'a', row.len);
    assert_int_equal(board_row_class(&row, fruit, 3), -1);
    memcpy(row.text, "banana ", 7); /* farther back than anyone looks */
    memcpy(row.text + row.len - 6, " apple", 6);
    assert_int_equal(board_row_class(&row, fruit, 3), 0);
    assert_true(clock() - before < 5 * CLOCKS_PER_SEC);
    free(row.text);
}

/* ---- reports ---- */

struct run {
    struct board_report report;
    struct finding_list findings;
};

static void read_run(struct run *run, enum job_stop stop, int code, const char *serial, const char *control)
{
    struct job_result r = {.stop = stop, .code = code, .out_len = strlen(serial)};
    struct err err = {0};

    r.out = os_dup(serial, r.out_len);
    if (control)
        r.outputs[r.n_outputs++] = (struct job_file){os_dup("control.txt", 11), os_dup(control, strlen(control)), strlen(control)};
    finding_list_init(&run->findings);
    assert_int_equal(board_read_run(NULL, &r, &run->report, &run->findings, &err), 0);
    job_result_done(&r);
}

static void done(struct run *run)
{
    finding_list_done(&run->findings);
    board_report_done(&run->report);
}

static void good_run(void **state)
{
    struct run run;

    (void)state;
    read_run(&run, JOB_EXITED, 0, "ready\napple\nbanana\n",
             "BOOT board=nano33ble-virtual contract=1 feed=yes data=1 heap=2 stack=32768\n"
             "ARENA used=1552 size=8192 input INT8 dims 1 13 output INT8 dims 1 3\n"
             "ROW 0 serial=6 ticks=25000\nINVOKE 0 ticks=4000 arena=1552 status=0 in=0x1 out=817f00\n"
             "ROW 1 serial=12 ticks=50000\nINVOKE 1 ticks=2000 arena=1552 status=0 in=0x1 out=01\n"
             "INVOKE 2 ticks=3000 arena=1552 status=0 in=0x1 out=zz\n"
             "STACK used=752 size=32768\nHEAP used=8 size=215600\nEXIT 0 feed-end ms=961 serial=19 invokes=3\n");
    assert_int_equal(run.findings.v.n, 0);
    assert_true(run.report.feed_done);
    assert_int_equal(run.report.n_rows, 2);
    assert_string_equal(run.report.rows[0].text, "apple\n");
    assert_string_equal(run.report.rows[1].text, "banana\n");
    assert_int_equal(run.report.rows[0].ms, 1);
    assert_int_equal(run.report.rows[0].n_output, 3);
    assert_int_equal(run.report.rows[0].output[1], 0x7f);
    assert_int_equal(run.report.rows[1].invokes, 2);
    assert_int_equal(run.report.rows[1].n_output, 0);
    assert_int_equal(run.report.instructions, 7500);
    assert_int_equal(run.report.arena_used, 1552);
    assert_int_equal(run.report.arena_size, 8192);
    assert_int_equal(run.report.stack_high, 752);
    assert_int_equal(run.report.heap_high, 8);
    assert_int_equal(run.report.virtual_ms, 961);
    assert_string_equal(run.report.fault, "");
    done(&run);
}

static void bad_runs(void **state)
{
    static const struct {
        enum job_stop stop;
        int code;
        const char *control, *cause, *says;
    } rows[] = {
        {JOB_EXITED, 0, "FAULT division-by-zero pc=0x00000120 lr=0x1 sp=0x2\nEXIT 143 division-by-zero ms=3 serial=0\n",
         "fault-division", "divided a whole number by zero, at instruction 0x00000120"},
        {JOB_EXITED, 0, "EXIT 140 stack-overflow ms=3 serial=0\n", "fault-stack", "the stack overflowed"},
        {JOB_EXITED, 0, "EXIT 120 time-limit ms=3 serial=0\n", "run-time", "time limit"},
        {JOB_EXITED, 0, "EXIT 120 exit ms=3 serial=0\n", "run-ended", "called exit()"},
        {JOB_EXITED, 0, "EXIT 121 output-limit ms=3 serial=0\n", "run-flood", "without end"},
        {JOB_EXITED, 0, "REFUSED Refused: the model array lies at 0x1\nEXIT 123 refused ms=1\n", "model-refused", "the model array lies"},
        {JOB_EXITED, 0, "EXIT 5 something-new ms=3\n", "fault-other", "unknown way"},
        {JOB_EXITED, 0, "BOOT feed=yes\nEXIT 0 feed-end ms=3 serial=0\n", "no-row", "never read"},
        {JOB_EXITED, 0, "BOOT a=b feed=yes\nROW 0 serial=0 ticks=1\nEXIT 0 feed-end ms=3 serial=0\n", "no-invoke", "never ran the network"},
        {JOB_EXITED, 0, "LOG Didn't find op for builtin opcode 'LEAKY_RELU' version '1'\nEXIT 0 feed-end\n", "operator-missing", "LEAKY_RELU"},
        {JOB_EXITED, 0, "NOTE color-engine-off readColor()\nEXIT 0 feed-end\n", "color-engine-off", "colorAvailable"},
        {JOB_EXITED, 0, "SHORT 0 gyro=12\nEXIT 0 feed-end\n", "row-short", "row 1 before it had read all of its samples (left: gyro=12)"},
        {JOB_EXITED, 0, "INVOKE 0 ticks=1 status=1\nEXIT 0 feed-end\n", "invoke-failed", "1 times"},
        {JOB_SIGNALED, 6, "BOOT feed=yes\n", "fault-lockup", "went down"},
        {JOB_EXITED, 1, NULL, "fault-lockup", "exited with code 1"},
        {JOB_FLOOD, 0, "BOOT feed=yes\n", "box-flood", "printed without end"},
        {JOB_CPU, 0, NULL, "box-time", "processor time limit"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct run run;

        read_run(&run, rows[i].stop, rows[i].code, "", rows[i].control);
        if (run.findings.v.n != 1 || !str_eq(run.findings.v.items[0].cause, rows[i].cause) ||
            !strstr(run.findings.v.items[0].message, rows[i].says))
            fail_msg("row %zu: %zu findings, first %s: %s", i, run.findings.v.n,
                     run.findings.v.n ? run.findings.v.items[0].cause : "", run.findings.v.n ? run.findings.v.items[0].message : "");
        done(&run);
    }
}

/* Forged and broken lines: nothing is read outside the printed bytes, nothing after EXIT counts. */
static void hostile_control(void **state)
{
    struct run run;

    (void)state;
    read_run(&run, JOB_EXITED, 0, "abc",
             "ROW 0 serial=99999999999 ticks=1\nROW 5 serial=1 ticks=1\nROW 1 serial=1 ticks=1\n"
             "ROW 1 serial=99999999999999999999999 ticks=-5\nROW\nROW \nROW x\nINVOKE\nINVOKE \nSHORT \nSHORT\nFAULT \nNOTE \nLOG \n"
             "INVOKE 0 ticks=9223372036854775807 arena=-1 status=99 out=8\nFEED \nREFUSED \nEXIT \nEXIT 0 feed-end\nROW 1 serial=0\n");
    assert_int_equal(run.report.n_rows, 1);
    assert_int_equal(run.report.rows[0].len, 0);
    assert_false(run.report.feed_done);
    done(&run);
    read_run(&run, JOB_EXITED, 0, "0123456789", "ROW 0 serial=2 ticks=1\nROW 1 serial=8 ticks=2\nEXIT 0 feed-end serial=5\n");
    assert_int_equal(run.report.n_rows, 2);
    assert_string_equal(run.report.rows[0].text, "234");
    assert_string_equal(run.report.rows[1].text, "");
    done(&run);
}

static void many_lines_are_capped(void **state)
{
    struct run run;
    struct buf b;

    (void)state;
    buf_init(&b, 64 << 20);
    for (int i = 0; i < BOARD_ROWS_MAX + 10; i++)
        buf_putf(&b, "ROW %d serial=0 ticks=1\nSHORT %d a=1\nLOG x\nNOTE allocate-failed\n", i, i);
    buf_puts(&b, "EXIT 0 feed-end\n");
    read_run(&run, JOB_EXITED, 0, "", buf_text(&b));
    assert_int_equal(run.report.n_rows, BOARD_ROWS_MAX);
    assert_true(run.findings.v.n < 40);
    done(&run);
    buf_done(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_one_class), cmocka_unit_test(names_hard_classes),
        cmocka_unit_test(long_rows_are_bounded), cmocka_unit_test(good_run),
        cmocka_unit_test(bad_runs), cmocka_unit_test(hostile_control),
        cmocka_unit_test(many_lines_are_capped),
    };

    return cmocka_run_group_tests_name("report", tests, NULL, NULL);
}
