/* SPDX-License-Identifier: GPL-3.0-or-later */
/* core/board: what compiler, linker, size tool and box said becomes findings; build.txt is read strictly. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "core/base/os.h"
#include "core/base/str.h"
#include "core/board/tools.h"

static const struct board_tools tools = {.flash = 1048576, .ram = 262144};

static void add_output(struct job_result *r, const char *name, const char *text)
{
    r->outputs[r->n_outputs++] = (struct job_file){os_dup(name, strlen(name)), os_dup(text, strlen(text)), strlen(text)};
}

/* The findings as "severity gate cause file:line:col message" lines. */
static void read_build(struct job_result *r, struct board_size *size, struct buf *got)
{
    struct finding_list l;

    finding_list_init(&l);
    board_read_build(&tools, "fruit", r, size, &l);
    buf_init(got, 1 << 20);
    for (size_t i = 0; i < l.v.n; i++) {
        const struct finding *f = &l.v.items[i];

        buf_putf(got, "%s %s %s%s%s %s:%d:%d %s\n", finding_severity_name(f->severity), f->gate,
                 finding_categories[f->category].id, f->category ? " " : "", *f->cause ? f->cause : "-", f->file,
                 f->line, f->column, f->message);
    }
    finding_list_done(&l);
    job_result_done(r);
}

static void assert_build(struct job_result *r, const char *expected)
{
    struct board_size size;
    struct buf got;

    read_build(r, &size, &got);
    assert_string_equal(buf_text(&got), expected);
    buf_done(&got);
}

#define AT(file, line, column) \
    "\"locations\": [{\"caret\": {\"byte-column\": " #column ", \"line\": " #line ", \"file\": \"" file "\"}}]"

static void compiler_messages(void **state)
{
    struct job_result r = {.stop = JOB_EXITED, .code = 10};

    (void)state;
    add_output(&r, "compile.log",
               "[{\"kind\": \"error\", " AT("fruit.ino", 3, 7) ", \"message\": \"\xe2\x80\x98x\xe2\x80\x99 was not declared\"},"
               "{\"kind\": \"error\", " AT("fruit.ino", 3, 1) ", \"message\": \"'x' was not declared\"},"
               "{\"kind\": \"warning\", " AT("fruit.ino", 4, 2) ", \"message\": \"unused variable\"},"
               "{\"kind\": \"warning\", " AT("/usr/include/a.h", 4, 2) ", \"message\": \"not ours\"},"
               "{\"kind\": \"note\", " AT("fruit.ino", 4, 2) ", \"message\": \"a note\"},"
               "{\"kind\": \"fatal error\", " AT("/var/lib/x/b.h", 9, 1) ", \"message\": \"c.h: No such file\"}]\n"
               "compilation terminated.\n"
               "{standard input}:38: Error: bad instruction `bogus r1'\n");
    assert_build(&r, "error compile - fruit.ino:3:7 'x' was not declared\n"
                     "warning compile - fruit.ino:4:2 unused variable\n"
                     "error compile - b.h:9:1 c.h: No such file\n"
                     "error compile - fruit.ino:0:0 Error: bad instruction `bogus r1'\n");
}

/* A list that was cut off (a full disk, a killed compiler) still says what it has. */
static void cut_json(void **state)
{
    struct job_result r = {.stop = JOB_EXITED, .code = 10};

    (void)state;
    add_output(&r, "compile.log", "[{\"kind\": \"error\", \"message\": \"one\"}, {\"kind\": \"error\", \"message\": \"two\"}, "
                                  "{\"kind\": \"error\", \"mess");
    assert_build(&r, "error compile - :0:0 one\nerror compile - :0:0 two\n");
    r = (struct job_result){.stop = JOB_EXITED, .code = 10};
    add_output(&r, "compile.log", "g++: internal compiler error: File size limit exceeded signal terminated program as\n");
    assert_build(&r, "error compile box-disk fruit.ino:0:0 File size limit exceeded signal terminated program as\n");
}

static void hostile_json(void **state)
{
    static const char *const logs[] = {
        "[", "[{}]", "[[[[[[]]]]]]", "[1, \"a\", null]", "[{\"kind\": 3, \"locations\": 4, \"message\": [] }]",
        "[{\"kind\": \"error\", \"locations\": [7], \"children\": {}, \"fixits\": [[]]}]",
        "[{\"kind\": \"error\", \"locations\": [{\"caret\": {\"line\": -5, \"byte-column\": 1e30, \"file\": 7}}]}]",
        "[{\"message\": \"\\u0000\\u001b[2J\"}]", "{\"a\":", "\xff\xfe", "",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(logs) / sizeof(*logs); i++) {
        struct job_result r = {.stop = JOB_EXITED, .code = 10};
        struct board_size size;
        struct buf got;

        add_output(&r, "compile.log", logs[i]);
        read_build(&r, &size, &got);
        assert_non_null(strstr(buf_text(&got), "error compile")); /* never silent when it failed */
        assert_null(strchr(buf_text(&got), 0x1b));
        buf_done(&got);
    }
}

static void many_errors_are_capped(void **state)
{
    struct job_result r = {.stop = JOB_EXITED, .code = 10};
    struct board_size size;
    struct buf log, got;
    int lines = 0;

    (void)state;
    buf_init(&log, 1 << 20);
    for (int i = 0; i < 2000; i++)
        buf_putf(&log, "[{\"kind\": \"error\", \"message\": \"m%d\"}]\n", i);
    add_output(&r, "compile.log", buf_text(&log));
    read_build(&r, &size, &got);
    for (const char *p = buf_text(&got); (p = strchr(p, '\n')); p++)
        lines++;
    assert_int_equal(lines, 100);
    buf_done(&log);
    buf_done(&got);
}

static void linker_messages(void **state)
{
    struct job_result r = {.stop = JOB_EXITED, .code = 20};

    (void)state;
    add_output(&r, "compile.log", "[]\n");
    add_output(&r, "link.log",
               "/usr/lib/ld: sketch.o: in function `loop':\n"
               "/work/fruit.ino:8: undefined reference to `foo(int)'\n"
               "/usr/lib/ld: /work/fruit.ino:8: undefined reference to `foo(int)'\n"
               "/x/main.cpp:9: undefined reference to `setup()'\n"
               "/x/main.cpp:9: undefined reference to `mysetup()'\n"
               "/x/wiring.cpp:42: multiple definition of `micros'; sketch.o:/work/fruit.ino:5: first defined here\n"
               "collect2: error: ld returned 1 exit status\n");
    assert_build(&r, "error compile undefined-reference fruit.ino:8:0 undefined reference to `foo(int)'\n"
                     "error compile E4 missing-main fruit.ino:0:0 undefined reference to `setup()'\n"
                     "error compile undefined-reference fruit.ino:0:0 undefined reference to `mysetup()'\n"
                     "error compile - fruit.ino:5:0 multiple definition of `micros'; sketch.o:/work/fruit.ino:5: "
                     "first defined here\n");
}

static void too_large(void **state)
{
    struct job_result r = {.stop = JOB_EXITED, .code = 20};
    struct board_size size;
    struct buf got;

    (void)state;
    add_output(&r, "link.log", "/usr/lib/ld: firmware.elf section `.bss' will not fit in region `RAM'\n"
                               "/usr/lib/ld: region `RAM' overflowed by 73400 bytes\n");
    read_build(&r, &size, &got);
    assert_string_equal(buf_text(&got), "error budget budget-ram fruit.ino:0:0 The firmware needs 335544 bytes of RAM; "
                                        "the board has 262144: 73400 too many.\n");
    assert_int_equal(size.ram, 335544);
    buf_done(&got);
}

static void sizes(void **state)
{
    struct job_result r = {.stop = JOB_EXITED, .code = 0};
    struct board_size size;
    struct buf got;

    (void)state;
    add_output(&r, "compile.log", "[]\n");
    add_output(&r, "firmware.size",
               "firmware.elf  :\nsection            size        addr\n.text              88000           0\n"
               ".ARM.exidx             8       88000\n.guard               256   536870912\n.stack             32768   1\n"
               ".handler_stack      1024   2\n.data                100   3\n.bss              226000   4\n"
               ".debug_info      9999999   0\nTotal             1\n");
    read_build(&r, &size, &got);
    assert_int_equal(size.flash, 88000 + 8 + 100);
    assert_int_equal(size.ram, 256 + 32768 + 1024 + 100 + 226000);
    assert_string_equal(buf_text(&got), "warning budget budget-ram :0:0 The firmware takes 260148 bytes of RAM; of the "
                                        "board's 262144 almost none are left for the heap.\n");
    buf_done(&got);
}

static void box_stops(void **state)
{
    static const struct {
        enum job_stop stop;
        const char *expected;
    } rows[] = {
        {JOB_WALL, "error compile box-time :0:0 The build of the sketch stopped at the time limit.\n"},
        {JOB_DISK, "error compile box-disk :0:0 The build of the sketch stopped because it filled its work folder.\n"},
        {JOB_MEMORY, "error compile box-memory :0:0 The build of the sketch stopped at the memory limit.\n"},
        {JOB_CANCELED, ""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct job_result r = {.stop = rows[i].stop};

        assert_build(&r, rows[i].expected);
    }
}

static const char build_txt[] = "# comment\ncontract=1\nboard=nano33ble-virtual\ncxx=/usr/bin/g++\nsize=/usr/bin/size\nqemu=/q\n"
                                "script=/s\npch=/p\npch_tflm=/pt\npch_tflm_when=a/b.h\nflag=-Os\nflag=-DA=\"b c\"\narchive=/a\n"
                                "qemu_arg=-M\nnew_key=1\nflash_bytes=10\nram_bytes=20\n";

static void reads_build_txt(void **state)
{
    struct board_tools t = {.board = board_find("nano33ble-virtual")};
    struct err err = {0};

    (void)state;
    assert_int_equal(tools_parse(&t, build_txt, &err), 0);
    assert_string_equal(t.cxx, "/usr/bin/g++");
    assert_int_equal(t.flags.n, 2);
    assert_string_equal(t.flags.words[1], "-DA=\"b c\"");
    assert_int_equal(t.ram, 20);
    tools_done(&t);
}

static void refuses_build_txt(void **state)
{
    static const char *const bad[] = {"", "contract=2\n", "junk\n", "flash_bytes=many\n", "board=uno\n", "cxx=relative\n"};
    struct err err = {0};

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
        struct board_tools t = {.board = board_find("nano33ble-virtual")};
        struct buf text;

        buf_init(&text, 10000);
        buf_puts(&text, *bad[i] ? build_txt : "");
        buf_puts(&text, bad[i]);
        assert_int_equal(tools_parse(&t, buf_text(&text), &err), -ERR_TOOL);
        assert_non_null(strstr(err.hint, "./run"));
        buf_done(&text);
        tools_done(&t);
    }
}

static void missing_runtime(void **state)
{
    struct err err = {0};

    (void)state;
    assert_null(board_tools_new(board_find("nano33ble-virtual"), "/nonexistent", &err));
    assert_int_equal(err.code, ERR_TOOL);
    assert_non_null(strstr(err.hint, "gcc-arm-none-eabi"));
}

/* The job hands bytes over and names nothing of the sketch in an argument. */
static void build_job(void **state)
{
    static const char ino[] = "#include <a/b.h>\nvoid setup() {}\nvoid loop() {}\n";
    struct board_tools t = {.board = board_find("nano33ble-virtual")};
    struct err err = {0};
    struct job *j;

    (void)state;
    assert_int_equal(tools_parse(&t, build_txt, &err), 0);
    str_copy(t.folder, sizeof(t.folder), "/var/lib/x");
    assert_null(board_build_job(&t, "$(touch x)", ino, strlen(ino), NULL, 0, &err));
    assert_int_equal(err.code, ERR_INVALID);
    j = board_build_job(&t, "fruit", ino, strlen(ino), "int model;", 10, &err);
    assert_non_null(j);
    assert_int_equal(j->n_args, 4);
    assert_string_equal(j->args[0], "/usr/bin/sh");
    assert_string_equal(j->args[1], "/in/build.sh");
    for (int i = 0; i < j->n_files; i++) {
        if (str_eq(j->files[i].name, "compile.opt")) {
            assert_non_null(strstr(j->files[i].bytes, "\n-DA=\\\"b\\ c\\\"\n"));
            assert_non_null(strstr(j->files[i].bytes, "\n-include\n/pt\n"));
        }
    }
    job_free(j);
    j = board_build_job(&t, "fruit", "int x;", 6, NULL, 0, &err);
    for (int i = 0; i < j->n_files; i++) {
        assert_string_not_equal(j->files[i].name, "model.h");
        if (str_eq(j->files[i].name, "compile.opt"))
            assert_non_null(strstr(j->files[i].bytes, "\n-include\n/p\n"));
    }
    job_free(j);
    tools_done(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(compiler_messages), cmocka_unit_test(hostile_json), cmocka_unit_test(cut_json),
        cmocka_unit_test(many_errors_are_capped), cmocka_unit_test(linker_messages),
        cmocka_unit_test(too_large), cmocka_unit_test(sizes),
        cmocka_unit_test(box_stops), cmocka_unit_test(reads_build_txt),
        cmocka_unit_test(refuses_build_txt), cmocka_unit_test(missing_runtime),
        cmocka_unit_test(build_job),
    };

    return cmocka_run_group_tests_name("diagnostics", tests, NULL, NULL);
}
