/* SPDX-License-Identifier: GPL-3.0-or-later */
/* core/board/ino: which functions get prototypes, where they go, and that no input is slow or unbounded. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "core/base/os.h"
#include "core/board/ino.h"

/* The C++ of a sketch without its first two lines; the caller frees out with buf_done. */
static const char *cpp_of(const char *ino, struct buf *out)
{
    static const char head[] = "#include <Arduino.h>\n#line 1 \"t.ino\"\n";
    struct err err = {0};

    buf_init(out, 4 * INO_CAP);
    assert_int_equal(ino_to_cpp("t", ino, strlen(ino), out, &err), 0);
    assert_memory_equal(out->data, head, strlen(head));
    return out->data + strlen(head);
}

/* The prototypes alone: the lines that follow a #line, up to the one that leads back to the sketch. */
static void assert_prototypes(const char *ino, const char *expected)
{
    struct buf out, got;
    const char *p = cpp_of(ino, &out), *next;

    buf_init(&got, 1 << 20);
    while ((p = strstr(p, "#line "))) {
        p = strchr(p, '\n') + 1;
        next = strstr(p, "#line ");
        if (next)
            buf_put(&got, p, (size_t)(next - p));
    }
    assert_string_equal(buf_text(&got), expected);
    buf_done(&got);
    buf_done(&out);
}

static void finds_functions(void **state)
{
    static const struct {
        const char *ino, *expected;
    } rows[] = {
        {"", ""},
        {"int x;\n", ""},
        {"void setup() {}\nvoid loop() { f(); }\nvoid f() {}\n", "void f();\n"},
        {"int f(int a, const char *b = \"x,y)\", int c = g(1, 2)) { return 1; }",
         "int f(int a, const char *b, int c);\n"},
        {"void f(std::map<int, int> m = std::map<int, int>()) {}", ""},
        /* the trap of arduino-ctags: a static inside a one-line body */
        {"void f() { static int n = 0; n++; }", "void f();\n"},
        {"static inline float sq2(float x) { return x * x; }", "static inline float sq2(float x);\n"},
        {"tflite::Thing *make(std::vector<int> &&v) {}", "tflite::Thing *make(std::vector<int> &&v);\n"},
        {"template <typename T> T twice(T v) { return v; }", "template <typename T> T twice(T v);\n"},
        {"template <typename T = int> T twice(T v) { return v; }", ""},
        {"class A { public: void m() {} A() : x(1) {} int x; };\nvoid f() {}", "void f();\n"},
        {"struct A { int x; } a = { 1 };\nint g() { return a.x; }", "int g();\n"},
        {"struct A : public B { void m() {} };\nvoid A::n() {}\nA::A(int i) : x{i}, y(2) { f(); }\n", ""},
        {"namespace n { void inside() {} }\nvoid f() {}", "void f();\n"},
        {"namespace { void inside() {} }\nvoid f() {}", "void f();\n"},
        {"extern \"C\" {\nvoid c() {}\n}\nvoid f() {}", "extern \"C\" void c();\nvoid f();\n"},
        {"extern \"C\" void c(int) {}", "extern \"C\" void c(int);\n"},
        {"enum color { RED, GREEN };\nenum color next(enum color c) { return c; }",
         "enum color next(enum color c);\n"},
        {"int operator+(A a, A b) { return 1; }\nbool operator==(A a, A b) { return 1; }\nvoid f() {}",
         "void f();\n"},
        {"auto l = [](int a) { return a; };\nauto f(int a) -> decltype(a) { return a; }",
         "auto f(int a) -> decltype(a);\n"},
        {"int t[] = { 1, 2 };\nvoid f(int a[2], void (*cb)(int)) {}", "void f(int a[2], void (*cb)(int));\n"},
        {"ISR(TIMER1_vect) { x(); }\nvoid f() {}", "void f();\n"},
        {"MACRO(x)\nvoid f() {}", "void f();\n"},
        {"__attribute__((noinline)) void f() noexcept {}", "__attribute__((noinline)) void f() noexcept;\n"},
        {"[[gnu::noinline]] int f(void) {}", "[[gnu::noinline]] int f(void);\n"},
        {"void f(int a, // first\n  /* the } second */ int b)\n{\n}\n", "void f(int a, int b);\n"},
        {"// void no() {}\n/* void no() {} */\nconst char *s = \"void no() {}\";\nvoid f() {}", "void f();\n"},
        {"const char *s = R\"x(void no() {} )\" )x\";\nvoid f() {}", "void f();\n"},
        {"char c = '{', d = '\\'', e = '\"';\nvoid f() {}", "void f();\n"},
        {"int n = 1'000'000;\nvoid f() {}", "void f();\n"},
        {"#define M(x) do { x; \\\n } while (0) {\nvoid f() {}", "void f();\n"},
        {"// continued \\\nvoid no() {\nvoid f() {}", "void f();\n"},
        {"void f(int);\nvoid f(int a) {}\nint main() { return 0; }", ""},
        {"void f() {\n#if A\n  if (x) {\n#else\n  if (y) {\n#endif\n  }\n}\nvoid g() {}", "void f();\nvoid g();\n"},
        {"void f(int\n#if A\na\n#endif\n) {}\nvoid g() {}", "void g();\n"},
        {"} } void f() {}", "void f();\n"},
        {"if (x) { y(); } else { z(); }\nvoid f() {}", "void f();\n"},
        {"union u { int a; };\nunion u f() {}\nclass x;\n", "union u f();\n"},
        {"int (*f(int a))(int) { return 0; }\nvoid g() {}", "void g();\n"},
        {"Foo foo(1, 2);\nFoo bar{3};\nvoid g() {}", "void g();\n"},
        {"void g() try { } catch (...) { }", "void g();\n"},
        {"const __FlashStringHelper* f(uint8_t i) {}", "const __FlashStringHelper* f(uint8_t i);\n"},
        {"void f(\xce\xb1 b) {}", "void f(\xce\xb1 b);\n"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
        assert_prototypes(rows[i].ino, rows[i].expected);
}

static void prototypes_keep_their_condition(void **state)
{
    (void)state;
    assert_prototypes("int x;\n#ifdef A\nvoid a() {}\n#elif B\nvoid b() {}\n#else\nvoid c() {}\n#endif\n"
                      "void d() {}\n",
                      "#ifdef A\n" "void a();\n#endif\n"
                      "#ifdef A\n#elif B\n" "void b();\n#endif\n"
                      "#ifdef A\n#elif B\n#else\n" "void c();\n#endif\n"
                      "void d();\n");
    /* all of the sketch inside one condition: the prototypes stay inside */
    assert_prototypes("#ifndef G\n#define G\nstruct S {};\nS a() {}\nvoid b() {}\n#endif\n", "S a();\nvoid b();\n");
}

/* Every line keeps its number, and a prototype carries the line of its definition. */
static void lines_stay(void **state)
{
    struct buf out;
    const char *cpp = cpp_of("int a;\n\nint b; void f() {}\nvoid g() {}\n", &out);

    (void)state;
    assert_string_equal(cpp, "int a;\n\nint b; \n#line 3 \"t.ino\"\nvoid f();\n#line 4 \"t.ino\"\nvoid g();\n"
                             "#line 3 \"t.ino\"\n       void f() {}\nvoid g() {}\n\n");
    buf_done(&out);
    cpp = cpp_of("\xef\xbb\xbf// x\n  void setup() {}\nvoid g() {}\n", &out);
    assert_string_equal(cpp, "// x\n\n#line 3 \"t.ino\"\nvoid g();\n#line 2 \"t.ino\"\n"
                             "  void setup() {}\nvoid g() {}\n\n");
    buf_done(&out);
}

static void globals_may_use_functions(void **state)
{
    struct buf out;
    const char *cpp = cpp_of("struct S { void blink(); };\nint n;\nTask t(1, &blink);\nvoid f() {}\nvoid blink() {}\n",
                             &out);

    (void)state;
    assert_non_null(strstr(cpp, "int n;\n\n#line 4 \"t.ino\"\nvoid f();\n#line 5 \"t.ino\"\nvoid blink();\n"
                                "#line 3 \"t.ino\"\nTask t"));
    buf_done(&out);
}

static void refuses(void **state)
{
    static const char *const names[] = {"", "a b", "../x", "-x", "x\"\n#include \"y", "x/y", "x.y"};
    struct err err;
    struct buf out;
    char *large = os_alloc(INO_CAP + 2);

    (void)state;
    buf_init(&out, 4 * INO_CAP);
    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
        assert_int_equal(ino_to_cpp(names[i], "", 0, &out, &err), -ERR_INVALID);
    memset(large, ' ', INO_CAP + 1);
    assert_int_equal(ino_to_cpp("t", large, INO_CAP + 1, &out, &err), -ERR_INVALID);
    free(large);
    buf_done(&out);
}

static void repeat(struct buf *b, const char *text)
{
    buf_reset(b);
    while (b->len + strlen(text) <= INO_CAP)
        buf_puts(b, text);
}

/* A megabyte of each, at most a second of processor time together with the sanitizers on; some are refused. */
static void nasty_input_is_bounded(void **state)
{
    static const char *const units[] = {
        "(", "{", "}", "<", "a ", "a(", "a()", "f(){", "void f(){}\n", "#if A\n", "#else\n", "#endif\n",
        "#if A\nvoid f(){}\n#endif\n", "#elif B\n", "\"", "'", "R\"(", "R\"abcdefghijklmnop(", "/*", "//\\\n",
        "\\\n", "template<", "void f(int a=b<", "void f(a,", "extern \"C\" {", "x=", ";", "a b(c) ", "::a",
        "#include \"", "-> ", "Foo x(1, &y);\n", "\xff\x80", "1'", ":", "a()() ",
    };
    struct buf in, out;
    struct err err;
    clock_t before;

    (void)state;
    buf_init(&in, INO_CAP + 1);
    buf_init(&out, 4 * INO_CAP);
    for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++) {
        int rc;

        repeat(&in, units[i]);
        buf_reset(&out);
        before = clock();
        rc = ino_to_cpp("t", in.data, in.len, &out, &err);
        assert_true(rc == 0 || rc == -ERR_INVALID || rc == -ERR_MACHINE);
        ino_includes(in.data, in.len, "Arduino.h");
        if (clock() - before > 3 * CLOCKS_PER_SEC)
            fail_msg("a megabyte of \"%s\" took %ld ms", units[i],
                     (long)((clock() - before) * 1000 / CLOCKS_PER_SEC));
    }
    buf_done(&in);
    buf_done(&out);
}

/* Every prefix of a dense sketch: nothing is read past the end (the sanitizers watch). */
static void every_prefix(void **state)
{
    static const char text[] = "#if A /* x */\n#define B \"\\\n\nextern \"C\" { int f(int a = 1'0, char b[] = R\"q(\")q\")"
                               " -> x { '\\'' } }\ntemplate <class T> T g(T) {}\n#elif 2\\\n\n// \\\n\nA::A() : b{1} {}\n#endif";
    struct err err;

    (void)state;
    for (size_t n = 0; n < sizeof(text); n++) {
        struct buf out;
        char *exact = malloc(n ? n : 1);

        memcpy(exact, text, n);
        buf_init(&out, 4 * INO_CAP);
        assert_int_equal(ino_to_cpp("t", exact, n, &out, &err), 0);
        ino_includes(exact, n, "x.h");
        buf_done(&out);
        free(exact);
    }
}

static void sees_includes(void **state)
{
    static const char text[] = "// #include <no.h>\n#include <a.h>\n # include \"b/c.h\"\n#ifdef X\n#include <d.h>\n"
                               "#endif\nconst char *s = \"\\\n#include <e.h>\\\n\";\n#include <f.h";

    (void)state;
    assert_true(ino_includes(text, strlen(text), "a.h"));
    assert_true(ino_includes(text, strlen(text), "b/c.h"));
    assert_false(ino_includes(text, strlen(text), "no.h"));
    assert_false(ino_includes(text, strlen(text), "d.h"));
    assert_false(ino_includes(text, strlen(text), "e.h"));
    assert_false(ino_includes(text, strlen(text), "f.h"));
    assert_false(ino_includes(text, strlen(text), "c.h"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_functions),
        cmocka_unit_test(prototypes_keep_their_condition),
        cmocka_unit_test(lines_stay),
        cmocka_unit_test(globals_may_use_functions),
        cmocka_unit_test(refuses),
        cmocka_unit_test(nasty_input_is_bounded),
        cmocka_unit_test(every_prefix),
        cmocka_unit_test(sees_includes),
    };

    return cmocka_run_group_tests_name("ino", tests, NULL, NULL);
}
