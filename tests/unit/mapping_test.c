/* SPDX-License-Identifier: GPL-3.0-or-later */
/* core/generate: columns find their sensors by name, unit and range; what does not fit comes over Serial1 with a reason. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "core/base/str.h"
#include "core/generate/mapping.h"

static const struct board *board(void)
{
    return board_find("nano33ble-virtual");
}

static void target_of(const struct mapping_item *m, char dst[64])
{
    if (m->source == SOURCE_SENSOR)
        snprintf(dst, 64, "%s.%s", m->sensor, m->channel);
    else
        str_copy(dst, 64, "serial1");
}

static void names_decide(void **state)
{
    static const struct { const char *feature, *target; } rows[] = {
        {"red", "color.r"}, {"Green", "color.g"}, {"b", "color.b"}, {"ambient", "color.c"}, {"red_counts", "color.r"},
        {"acc_x", "acc.x"}, {"AccY", "acc.y"}, {"accel_z_g", "acc.z"}, {"ax", "acc.x"}, {"gyro_x", "gyr.x"},
        {"gz", "gyr.z"}, {"mag_y", "mag.y"}, {"temp_c", "temperature.value"}, {"temp_f", "serial1"},
        {"rel_humidity", "humidity.value"}, {"pressure_kpa", "pressure.value"}, {"pressure_kPa", "pressure.value"}, {"pressure_hpa", "serial1"},
        {"a0", "a0.value"}, {"proline", "serial1"}, {"color_intensity", "serial1"}, {"alcalinity_of_ash", "serial1"},
        {"acc", "serial1"}, {"max", "serial1"}, {"x", "serial1"}, {"acc_x_ms2", "serial1"}, {"", "serial1"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct data_names features = {0};
        struct mapping m = {0};
        struct err err = {0};
        char target[64];

        assert_int_equal(data_names_add(&features, rows[i].feature), 0);
        assert_int_equal(mapping_propose(&features, NULL, board()->sensors, board()->n_sensors, NULL, 0, &m, &err), 0);
        target_of(&m.v.items[0], target);
        if (!str_eq(target, rows[i].target))
            fail_msg("%s → %s, not %s (%s)", rows[i].feature, target, rows[i].target, m.v.items[0].reason);
        assert_true(*m.v.items[0].reason);
        mapping_done(&m);
        data_names_done(&features);
    }
}

/* red holds fractions, blue is out of range, temp is in °F, a second green is one too many */
static const char table[] = "red,green,blue,temp (\xc2\xb0" "F),rh,green_2,kind\n"
                            "0.5,10,70000,70,40,3,a\n0.6,11,3,71,41,4,b\n";

static void values_and_units_decide(void **state)
{
    static const char *const want[] = {"serial1", "color.g", "serial1", "serial1", "humidity.value", "serial1"};
    static const char *const why[] = {"fractions", "name says so", "70000", "", "name says so", "already delivers green"};
    struct profiler *r = profiler_new("t.csv", "kind");
    struct data_names features = {0};
    struct mapping m = {0};
    struct profile p = {0};
    struct err err = {0};

    (void)state;
    assert_int_equal(profiler_feed(r, table, sizeof(table) - 1, &err), 0);
    assert_int_equal(profiler_finish(r, &p, &err), 0);
    for (int i = 0; i < 6; i++)
        assert_int_equal(data_names_add(&features, p.columns.items[i].plain), 0);
    assert_int_equal(mapping_propose(&features, &p, board()->sensors, board()->n_sensors, NULL, 0, &m, &err), 0);
    for (int i = 0; i < 6; i++) {
        char target[64];
        target_of(&m.v.items[i], target);
        assert_string_equal(target, want[i]);
        if (!strstr(m.v.items[i].reason, why[i]))
            fail_msg("%s", m.v.items[i].reason);
    }
    mapping_done(&m);
    data_names_done(&features);
    profile_done(&p);
    profiler_free(r);
}

static void wishes_win_or_are_refused(void **state)
{
    static const struct { const char *feature, *target; int rc; const char *says, *hint; } rows[] = {
        {"light", "color.c", 0, "", ""},
        {"light", "serial1", 0, "", ""},
        {"light", "color.q", -ERR_INVALID, "no sensor channel \"color.q\"", "color (r g b c)"},
        {"light", "colour.r", -ERR_INVALID, "no sensor channel", "serial1"},
        {"light", "color", -ERR_INVALID, "no sensor channel", "SENSOR.CHANNEL"},
        {"ligth", "color.c", -ERR_INVALID, "no feature", "\"light\""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct mapping_wish wish = {rows[i].feature, rows[i].target};
        struct data_names features = {0};
        struct mapping m = {0};
        struct err err = {0};

        assert_int_equal(data_names_add(&features, "light"), 0);
        assert_int_equal(mapping_propose(&features, NULL, board()->sensors, board()->n_sensors, &wish, 1, &m, &err), rows[i].rc);
        if (rows[i].rc) {
            assert_non_null(strstr(err.msg, rows[i].says));
            assert_non_null(strstr(err.hint, rows[i].hint));
        } else {
            char target[64];
            target_of(&m.v.items[0], target);
            assert_string_equal(target, rows[i].target);
        }
        mapping_done(&m);
        data_names_done(&features);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_decide),
        cmocka_unit_test(values_and_units_decide),
        cmocka_unit_test(wishes_win_or_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
