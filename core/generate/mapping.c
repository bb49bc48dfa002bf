/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/generate/mapping.h"

#include "core/base/str.h"
#include "core/generate/sensor.h"

enum { FEATURES_MAX = 1000 };

void mapping_done(struct mapping *m)
{
    vec_done(&m->v);
}

bool mapping_channel(const struct board_sensor *s, int i, char dst[16])
{
    const char *p = s->channels;
    size_t n;

    while (i-- > 0) {
        p += strcspn(p, " ");
        p += *p == ' ';
    }
    n = strcspn(p, " ");
    if (!n || n >= 16)
        return false;
    memcpy(dst, p, n);
    dst[n] = '\0';
    return true;
}

static const struct board_sensor *board_sensor_of(const struct sensor_row *row, const struct board_sensor *s, int n)
{
    for (int i = 0; i < n; i++)
        if (sensor_word_in(row->ids, s[i].id))
            return &s[i];
    return NULL;
}

static const struct profile_column *column_of(const struct profile *p, const char *feature)
{
    int i = p ? profile_find(p, feature) : -1;

    return i < 0 ? NULL : &p->columns.items[i];
}

static bool taken(const struct mapping *m, const char *sensor, int index, char who[PROFILE_NAME])
{
    for (size_t i = 0; i < m->v.n; i++)
        if (str_eq(m->v.items[i].sensor, sensor) && m->v.items[i].index == index) {
            str_copy(who, PROFILE_NAME, m->v.items[i].feature);
            return true;
        }
    return false;
}

/* Why the sensor cannot deliver such values; false when it can. */
static bool unfit(const struct sensor_row *row, const struct profile_column *c, char *why, size_t size)
{
    if (!c)
        return false;
    if (c->type == PROFILE_TEXT)
        snprintf(why, size, "holds words");
    else if (*c->unit && !sensor_word_in(row->units, c->unit))
        snprintf(why, size, "is in %s and the sensor gives %s", c->unit, row->unit);
    else if (row->whole && c->integers < c->numbers + c->with_unit)
        snprintf(why, size, "holds fractions and the sensor gives whole %s", row->unit);
    else if ((row->min != 0 || row->max != 0) && (c->min < row->min || c->max > row->max))
        snprintf(why, size, "goes from %.6g to %.6g and the sensor from %.6g to %.6g", c->min, c->max, row->min, row->max);
    else
        return false;
    return true;
}

static void map_by_name(struct mapping_item *m, const struct mapping *so_far, const struct profile_column *c,
                        const struct board_sensor *sensors, int n)
{
    const struct sensor_row *row = sensor_by_column(m->feature, &m->index);
    const struct board_sensor *s = row ? board_sensor_of(row, sensors, n) : NULL;
    char why[160], who[PROFILE_NAME];

    if (!row)
        snprintf(m->reason, sizeof(m->reason), "No sensor of the board measures %.100s.", m->feature);
    else if (!s || !mapping_channel(s, m->index, m->channel))
        snprintf(m->reason, sizeof(m->reason), "The board has no sensor for %.100s.", m->feature);
    else if (sensor_other_unit(row, m->feature))
        snprintf(m->reason, sizeof(m->reason), "%.60s names another unit than the sensor's %.60s.", m->feature, row->unit);
    else if (unfit(row, c, why, sizeof(why)))
        snprintf(m->reason, sizeof(m->reason), "%.60s looks like sensor %.30s, but the column %s.", m->feature, s->id, why);
    else if (taken(so_far, s->id, m->index, who))
        snprintf(m->reason, sizeof(m->reason), "%.30s.%.15s already delivers %.100s.", s->id, m->channel, who);
    else {
        m->source = SOURCE_SENSOR;
        str_copy(m->sensor, sizeof(m->sensor), s->id);
        snprintf(m->reason, sizeof(m->reason), "The name says so: %.40s of %.60s gives %.60s.", m->channel, s->library, row->unit);
        return;
    }
    m->source = SOURCE_SERIAL1;
    m->index = -1;
    m->sensor[0] = m->channel[0] = '\0';
}

static int refuse_wish(const struct mapping_wish *w, const struct board_sensor *sensors, int n, struct err *err)
{
    char all[400] = "";
    size_t len = 0;

    for (int i = 0; i < n && len < sizeof(all) - 80; i++)
        len += (size_t)snprintf(all + len, sizeof(all) - len, "%s%.30s (%.40s)", i ? ", " : "", sensors[i].id, sensors[i].channels);
    err_set(err, ERR_INVALID, "The board has no sensor channel \"%.60s\" for %.60s.", w->target, w->feature);
    err_hint(err, "Write SENSOR.CHANNEL or serial1; the board has %s.", *all ? all : "no sensors");
    return -ERR_INVALID;
}

static int map_by_wish(struct mapping_item *m, const struct mapping_wish *w, const struct board_sensor *sensors,
                       int n, struct err *err)
{
    size_t id = strcspn(w->target, ".");

    str_copy(m->reason, sizeof(m->reason), "The project file says so.");
    m->source = SOURCE_SERIAL1;
    m->index = -1;
    if (str_eq(w->target, "serial1"))
        return 0;
    for (int i = 0; i < n && w->target[id]; i++) {
        if (strlen(sensors[i].id) != id || strncmp(sensors[i].id, w->target, id) || !sensor_find(sensors[i].id))
            continue;
        for (m->index = 0; mapping_channel(&sensors[i], m->index, m->channel); m->index++)
            if (str_eq(m->channel, w->target + id + 1)) {
                m->source = SOURCE_SENSOR;
                str_copy(m->sensor, sizeof(m->sensor), sensors[i].id);
                return 0;
            }
    }
    return refuse_wish(w, sensors, n, err);
}

static int check_wishes(const struct data_names *features, const struct mapping_wish *wishes, int n, struct err *err)
{
    for (int i = 0; i < n; i++) {
        const char *near;
        if (data_names_have(features, wishes[i].feature))
            continue;
        near = str_nearest(wishes[i].feature, (const char *const *)features->items, (size_t)features->n);
        err_set(err, ERR_INVALID, "The sensor mapping names \"%.60s\", which is no feature of the data.", wishes[i].feature);
        err_hint(err, near ? "Did you mean \"%.100s\"?" : "The first feature is \"%.100s\".", near ? near : features->items[0]);
        return -ERR_INVALID;
    }
    return 0;
}

int mapping_propose(const struct data_names *features, const struct profile *p,
                    const struct board_sensor *sensors, int n_sensors, const struct mapping_wish *wishes,
                    int n_wishes, struct mapping *ret, struct err *err)
{
    int rc = check_wishes(features, wishes, n_wishes, err);

    for (int i = 0; i < features->n && !rc; i++) {
        struct mapping_item m = {.index = -1};
        const struct mapping_wish *wish = NULL;

        str_copy(m.feature, sizeof(m.feature), features->items[i]);
        for (int k = 0; k < n_wishes; k++)
            if (str_eq(wishes[k].feature, m.feature))
                wish = &wishes[k];
        if (wish)
            rc = map_by_wish(&m, wish, sensors, n_sensors, err);
        else
            map_by_name(&m, ret, column_of(p, m.feature), sensors, n_sensors);
        if (!rc && vec_push(&ret->v, m, FEATURES_MAX))
            rc = err_set(err, ERR_MACHINE, "There is not enough memory for the sensor mapping.");
    }
    if (rc)
        mapping_done(ret);
    return rc;
}
