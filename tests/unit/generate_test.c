/* SPDX-License-Identifier: GPL-3.0-or-later */
/* core/generate: specs survive JSON and refuse what is not theirs; scripts and sketches hold what the spec says and
 * nothing that a name could smuggle in; results of scripts are read as hostile input. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <json-c/json.h>

#include "core/base/str.h"
#include "core/generate/generate.h"
#include "core/generate/reference.h"

static const char app_json[] =
    "{\"application\":{\"name\":\"fruit\",\"description\":\"Tells fruit apart. \\\\\"},"
    "\"hardware\":{\"board\":\"Nano\",\"sensors\":[\"color\",\"temperature\"]},"
    "\"software\":{\"libraries\":{\"main\":\"Arduino_TensorFlowLite\",\"others\":[{\"name\":\"Arduino_APDS9960\",\"header\":\"Arduino_APDS9960.h\"}]},"
    "\"model\":{\"path\":\"model.h\",\"symbol\":\"g_model\",\"length_symbol\":\"g_model_len\","
    "\"input\":{\"dims\":[1,3],\"type\":\"int8\"},\"output\":{\"dims\":[1,2],\"type\":\"uint8\"},"
    "\"operators\":[\"FULLY_CONNECTED\",\"SOFTMAX\"],\"arena_bytes\":4096}},"
    "\"deployment\":{\"device\":\"nano33ble-virtual\",\"interface\":\"serial\",\"baud\":9600},"
    "\"classification\":{\"classes\":[\"ap\\\"ple\",\"b\\\\n\"]},"
    "\"features\":[{\"name\":\"red\",\"source\":\"sensor\",\"sensor\":\"color\",\"channel\":\"r\",\"mean\":100.0,\"std\":2.5},"
    "{\"name\":\"temp\",\"source\":\"sensor\",\"sensor\":\"temperature\",\"channel\":\"value\",\"mean\":20.5,\"std\":1.0},"
    "{\"name\":\"gas\",\"source\":\"serial1\",\"sensor\":\"\",\"channel\":\"\",\"mean\":0.1,\"std\":3.0}],"
    "\"window\":1,\"interval_ms\":0}";

static void app_of(const char *json, struct spec_app *app)
{
    struct err err = {0};

    memset(app, 0, sizeof(*app));
    if (spec_from_text(spec_app_rows, app, json, strlen(json), "the application", &err))
        fail_msg("%s %s", err.msg, err.hint);
}

/* The JSON with one text replaced by another. */
static void replaced(char *dst, size_t size, const char *from, const char *to)
{
    const char *place = strstr(app_json, from);

    assert_non_null(place);
    snprintf(dst, size, "%.*s%s%s", (int)(place - app_json), app_json, to, place + strlen(from));
}

static void specs_survive_json(void **state)
{
    struct spec_app app;
    struct buf a, b;

    (void)state;
    buf_init(&a, 1 << 16);
    buf_init(&b, 1 << 16);
    app_of(app_json, &app);
    assert_int_equal(spec_to_text(spec_app_rows, &app, &a), 0);
    spec_done(spec_app_rows, &app);
    app_of(buf_text(&a), &app);
    assert_int_equal(spec_to_text(spec_app_rows, &app, &b), 0);
    assert_string_equal(buf_text(&a), buf_text(&b));
    spec_done(spec_app_rows, &app);
    buf_done(&a);
    buf_done(&b);
}

static void bad_specs_are_refused(void **state)
{
    static const struct { const char *from, *to, *says; } rows[] = {
        {"\"window\":1", "\"windows\":1", "no field \"windows\""},
        {"\"window\":1", "\"window\":1.5", "whole number"},
        {"\"window\":1", "\"window\":0", "between 1 and 10000"},
        {"\"baud\":9600", "\"baud\":\"9600\"", "whole number"},
        {"\"type\":\"uint8\"", "\"type\":\"uint16\"", "one of 3 words"},
        {"\"classes\":[\"ap\\\"ple\",\"b\\\\n\"]", "\"classes\":[\"one\"]", "2 to 32 items"},
        {"\"name\":\"red\"", "\"name\":\"r\\u0000ed\"", "control character"},
        {"\"name\":\"red\"", "\"name\":\"r\\ned\"", "control character"},
        {"\"mean\":100.0,", "", "\"mean\""},
        {"\"mean\":100.0", "\"mean\":1e999", "range"},
        {"\"interval_ms\":0}", "\"interval_ms\":0}x", "not JSON"},
        {"\"interval_ms\":0}", "", "not JSON"},
    };
    char json[4096];

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct spec_app app = {0};
        struct err err = {0};

        replaced(json, sizeof(json), rows[i].from, rows[i].to);
        assert_int_equal(spec_from_text(spec_app_rows, &app, json, strlen(json), "the application", &err), -ERR_INVALID);
        if (!strstr(err.msg, rows[i].says))
            fail_msg("%s: %s", rows[i].to, err.msg);
        spec_done(spec_app_rows, &app);
    }
}

static void schemas_are_json(void **state)
{
    const struct spec_field *tables[] = {spec_train_rows, spec_check_rows, spec_convert_rows, spec_reference_rows, spec_app_rows};

    (void)state;
    for (int i = 0; i < 5 + DATA_OPS; i++) {
        struct json_object *o, *v;
        struct buf b;

        buf_init(&b, 1 << 16);
        assert_int_equal(spec_schema(i < 5 ? tables[i] : spec_data_rows(i - 5), "x", &b), 0);
        o = json_tokener_parse(buf_text(&b));
        assert_true(json_object_object_get_ex(o, "additionalProperties", &v) && !json_object_get_boolean(v));
        assert_true(json_object_object_get_ex(o, "required", &v) && json_object_array_length(v) > 0);
        json_object_put(o);
        buf_done(&b);
    }
}

static void sketch_says_what_the_spec_says(void **state)
{
    static const char *const parts[] = {
        "{\"ap\\\"ple\", \"b\\\\n\"}", "alignas(16) uint8_t tensor_arena[kArenaSize];", "kArenaSize = 4096;", "GetModel(g_model)",
        "MicroMutableOpResolver<2> resolver;\n  resolver.AddFullyConnected();\n  resolver.AddSoftmax();",
        "{100.0f, 20.5f, 0.100000001f}", "while (!APDS.colorAvailable())", "temperature[0] = HTS.readTemperature();",
        "value[0] = color[0];\n  value[1] = temperature[0];\n  value[2] = line[0];", "input->data.int8[index]",
        "output->data.uint8[index] - output->params.zero_point", "output->type != kTfLiteUInt8", "Serial1.begin(9600);",
        "// fruit: Tells fruit apart. /\n", "interpreter->Invoke()", "#include <Arduino_APDS9960.h>",
    };
    struct spec_app app;
    struct err err = {0};
    struct buf b;

    (void)state;
    buf_init(&b, 1 << 16);
    app_of(app_json, &app);
    assert_int_equal(generate_sketch(&app, &b, &err), 0);
    for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++)
        if (!strstr(buf_text(&b), parts[i]))
            fail_msg("the sketch lacks: %s\n%s", parts[i], buf_text(&b));
    assert_null(strchr(buf_text(&b), '@'));
    spec_done(spec_app_rows, &app);
    buf_done(&b);
}

static void sketch_refuses(void **state)
{
    static const struct { const char *from, *to, *says; } rows[] = {
        {"\"name\":\"fruit\"", "\"name\":\"a b\"", "cannot be a name"},
        {"\"symbol\":\"g_model\"", "\"symbol\":\"g();x\"", "cannot be a name"},
        {"\"header\":\"Arduino_APDS9960.h\"", "\"header\":\"/etc/passwd\"", "cannot be a name"},
        {"\"header\":\"Arduino_APDS9960.h\"", "\"header\":\"a/../../b.h\"", "cannot be a name"},
        {"\"path\":\"model.h\"", "\"path\":\"m.h\\\" x\"", "cannot be a name"},
        {"\"SOFTMAX\"", "\"LEAKY_RELU\"", "no operator LEAKY_RELU"},
        {"\"dims\":[1,3]", "\"dims\":[1,4]", "takes 4 values and the features give 3"},
        {"\"dims\":[1,2]", "\"dims\":[1,3]", "gives 3 scores and there are 2 classes"},
        {"\"channel\":\"r\"", "\"channel\":\"q\"", "no channel \"q\""},
        {"\"color\",\"temperature\"]", "\"color\",\"radar\"]", "not among the sensors"},
        {"\"std\":2.5", "\"std\":0", "divided by 0"},
    };
    char json[4096];

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct spec_app app;
        struct err err = {0};
        struct buf b;

        buf_init(&b, 1 << 16);
        replaced(json, sizeof(json), rows[i].from, rows[i].to);
        app_of(json, &app);
        assert_int_equal(generate_sketch(&app, &b, &err), -ERR_INVALID);
        if (!strstr(err.msg, rows[i].says))
            fail_msg("%s: %s", rows[i].to, err.msg);
        spec_done(spec_app_rows, &app);
        buf_done(&b);
    }
}

static void steps_become_scripts(void **state)
{
    static const char json[] = "{\"op\":\"fill_missing\",\"title\":\"t\",\"reason\":\"r.\",\"params\":{\"columns\":["
                               "{\"name\":\"a\\\"]; import os #\\\\\",\"with\":\"median\"},{\"name\":\"\xe2\x80\xae" "b\",\"with\":\"mode\"}]}}";
    struct data_step s;
    struct err err = {0};
    struct buf b, again;
    char name[64];

    (void)state;
    buf_init(&b, 1 << 16);
    buf_init(&again, 1 << 16);
    assert_int_equal(spec_data_from_text(json, sizeof(json) - 1, &s, &err), 0);
    assert_int_equal(s.op, DATA_FILL_MISSING);
    assert_int_equal(generate_data_step(&s, &b, &err), 0);
    assert_non_null(strstr(buf_text(&b), "{\"name\": \"a\\\"]; import os #\\\\\", \"with\": \"median\"}"));
    assert_non_null(strstr(buf_text(&b), "\"\\u202eb\"")); /* shown as what it is */
    assert_true(str_starts(buf_text(&b), "# SPDX-License-Identifier: Apache-2.0\n"));
    assert_null(strchr(buf_text(&b), '@'));
    generate_step_name(&s, 2, name);
    assert_string_equal(name, "03_fill_missing.py");
    buf_reset(&b);
    assert_int_equal(spec_data_to_text(&s, &b), 0);
    data_step_done(&s);
    assert_int_equal(spec_data_from_text(buf_text(&b), b.len, &s, &err), 0);
    assert_int_equal(spec_data_to_text(&s, &again), 0);
    assert_string_equal(buf_text(&b), buf_text(&again));
    data_step_done(&s);
    assert_int_equal(spec_data_from_text("{\"op\":\"eval\",\"params\":{}}", 26, &s, &err), -ERR_INVALID);
    assert_int_equal(spec_data_from_text("[1]", 3, &s, &err), -ERR_INVALID);
    buf_done(&b);
    buf_done(&again);
}

static void scripts_of_every_kind(void **state)
{
    struct data_names features = {0};
    struct spec_train train;
    struct spec_check check;
    struct spec_convert convert;
    struct spec_reference reference;
    struct err err = {0};
    struct buf b;

    (void)state;
    buf_init(&b, 1 << 16);
    assert_int_equal(data_names_add(&features, "x"), 0);
    assert_int_equal(generate_propose_train(&features, "kind", 0, 100, 7, &train, &err), 0);
    assert_int_equal(train.epochs, 60);
    assert_int_equal(generate_train(&train, &b, &err), 0);
    assert_non_null(strstr(buf_text(&b), "\"features\": [\"x\"],\n    \"label\": \"kind\",\n    \"window\": 1,"));
    assert_non_null(strstr(buf_text(&b), "\"learning_rate\": 0.005,"));
    buf_reset(&b);
    assert_int_equal(generate_propose_check(&features, "kind", 100, &check, &err), 0);
    assert_int_equal(generate_check(&check, &b, &err), 0);
    assert_non_null(strstr(buf_text(&b), "\"scaling\": \"auto\""));
    buf_reset(&b);
    generate_propose_convert(7, &convert);
    assert_int_equal(generate_convert(&convert, &b, &err), 0);
    convert.weights = TENSOR_FLOAT32;
    assert_int_equal(generate_convert(&convert, &b, &err), -ERR_INVALID);
    buf_reset(&b);
    assert_int_equal(generate_propose_reference(7, &reference, &err), 0);
    assert_int_equal(generate_reference(&reference, &b, &err), 0);
    assert_non_null(strstr(buf_text(&b), "\"symbol\": \"g_model\""));
    spec_done(spec_train_rows, &train);
    spec_done(spec_check_rows, &check);
    spec_done(spec_reference_rows, &reference);
    data_names_done(&features);
    buf_done(&b);
}

static const char train_json[] =
    "{\"origin\":\"trained\",\"model\":\"model.keras\",\"features\":[\"red\",\"gas\"],\"label\":\"kind\",\"window\":2,"
    "\"classes\":[\"a\",\"b\"],\"scaling\":\"standard\",\"mean\":[1.0,2.0],\"std\":[1.0,0.5],\"accuracy\":0.75,"
    "\"confusion\":[{\"class\":\"a\",\"given\":[2,0]},{\"class\":\"b\",\"given\":[1,1]}],\"params\":10,"
    "\"train_samples\":8,\"test_samples\":4}";
static const char reference_csv[] = "row,t,red,gas,label,class,score,out_0,out_1\n0,0,100,1.5,a,b,0.7500,-64,63\n0,1,101,1.25,a,b,0.7500,-64,63\n"
                                    "1,0,7,1,b,b,1.0000,-128,127\n1,1,8,2,b,b,1.0000,-128,127\n";

static void references_feed_the_board(void **state)
{
    struct board_feed *feed = board_feed_new();
    const struct board *board = board_find("nano33ble-virtual");
    struct result_train t;
    struct reference r = {0};
    struct mapping m = {0};
    struct err err = {0};
    struct buf b;

    (void)state;
    assert_int_equal(result_train_read(train_json, sizeof(train_json) - 1, &t, &err), 0);
    assert_int_equal(result_train_confusion(&t, 1, 0), 1);
    assert_int_equal(result_train_confusion(&t, 2, 0), -1);
    assert_int_equal(mapping_propose(&t.features, NULL, board->sensors, board->n_sensors, NULL, 0, &m, &err), 0);
    assert_int_equal(reference_read(reference_csv, sizeof(reference_csv) - 1, &t, &m, board->sensors, board->n_sensors, feed, &r, &err), 0);
    assert_int_equal(r.v.n, 2);
    assert_int_equal(r.v.items[0].expected, 1);
    assert_int_equal(r.v.items[0].label, 0);
    assert_true(r.v.items[0].out[0] == -64 && r.v.items[0].score == 0.75);
    buf_init(&b, 1 << 16);
    assert_int_equal(board_feed_rows(feed), 2);
    assert_int_equal(board_feed_text(feed, 1000, 1000, &b), 0);
    assert_non_null(strstr(buf_text(&b), "color 100 "));
    assert_non_null(strstr(buf_text(&b), "line 1.25\n"));
    buf_done(&b);
    reference_done(&r);
    mapping_done(&m);
    result_train_done(&t);
    board_feed_free(feed);
}

static void bad_references_are_refused(void **state)
{
    static const char *const rows[] = {
        "",
        "row,t,red,gas,label,class,score,out_0\n",
        "row,t,red,co2,label,class,score,out_0,out_1\n",
        "row,t,red,gas,label,class,score,out_0,out_1\n0,0,100,1.5,a,c,0.7,-64,63\n",
        "row,t,red,gas,label,class,score,out_0,out_1\n0,0,nan,1.5,a,b,0.7,-64,63\n",
        "row,t,red,gas,label,class,score,out_0,out_1\n1,0,1,1.5,a,b,0.7,-64,63\n",
        "row,t,red,gas,label,class,score,out_0,out_1\n0,0,1,1.5,a,b,0.7,-64,63\n",
    };
    struct result_train t;
    struct err err = {0};

    (void)state;
    assert_int_equal(result_train_read(train_json, sizeof(train_json) - 1, &t, &err), 0);
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct reference r = {0};
        struct mapping none = {0};
        assert_int_equal(reference_read(rows[i], strlen(rows[i]), &t, &none, NULL, 0, NULL, &r, &err), -ERR_INVALID);
        assert_int_equal(r.v.n, 0);
    }
    result_train_done(&t);
}

static void identifiers_and_arenas(void **state)
{
    static const struct { const char *name, *id; } rows[] = {
        {"fruit", "fruit"}, {"my fruit!", "my_fruit"}, {"3d", "app_3d"}, {"", "app"}, {"\xc3\xa9t\xc3\xa9", "t"}, {"__", "app"},
    };
    char id[40];

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        generate_identifier(rows[i].name, id);
        assert_string_equal(id, rows[i].id);
    }
    assert_int_equal(generate_arena(2240), 5120);
    assert_int_equal(generate_arena(1) % 1024, 0);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(specs_survive_json),        cmocka_unit_test(bad_specs_are_refused),
        cmocka_unit_test(schemas_are_json),          cmocka_unit_test(sketch_says_what_the_spec_says),
        cmocka_unit_test(sketch_refuses),            cmocka_unit_test(steps_become_scripts),
        cmocka_unit_test(scripts_of_every_kind),     cmocka_unit_test(references_feed_the_board),
        cmocka_unit_test(bad_references_are_refused), cmocka_unit_test(identifiers_and_arenas),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
