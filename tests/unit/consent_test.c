/* SPDX-License-Identifier: GPL-3.0-or-later */
/* core/pipeline/consent: nothing goes to a host before it was allowed on this installation. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/pipeline/consent.h"

static void asked_once_per_host(void **state)
{
    char folder[] = "/tmp/tinywright-consent.XXXXXX", file[64];
    struct err err = {0};
    struct ledger *l;

    (void)state;
    assert_non_null(mkdtemp(folder));
    l = ledger_open(folder, &err);
    assert_non_null(l);
    assert_int_equal(consent_check(l, "", &err), 0);
    assert_int_equal(consent_check(l, "api.example.org", &err), -ERR_DECISION);
    assert_non_null(strstr(err.msg, "api.example.org"));
    assert_non_null(strstr(err.hint, "allow api.example.org"));
    assert_int_equal(consent_give(l, "api.example.org", &err), 0);
    assert_int_equal(consent_check(l, "api.example.org", &err), 0);
    assert_int_equal(consent_check(l, "api.example.com", &err), -ERR_DECISION);
    ledger_free(l);
    l = ledger_open(folder, &err); /* it lasts */
    assert_int_equal(consent_check(l, "api.example.org", &err), 0);
    assert_int_equal(consent_withdraw(l, "api.example.org", &err), 0);
    assert_int_equal(consent_check(l, "api.example.org", &err), -ERR_DECISION);
    ledger_free(l);
    snprintf(file, sizeof(file), "%s/ledger", folder);
    unlink(file);
    rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(asked_once_per_host)};

    return cmocka_run_group_tests_name("consent", tests, NULL, NULL);
}
