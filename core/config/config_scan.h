/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Inside of core/config only: what is refused before a document is built, and how errors are collected.
 */
#ifndef CORE_CONFIG_CONFIG_SCAN_H
#define CORE_CONFIG_CONFIG_SCAN_H

#include <yaml.h>

#include "core/config/config.h"

/* Refuses wrong bytes, tabs, aliases, anchors, tags, depth and second documents. 0, or negative with errors. */
int config_scan(const char *name, const char *text, size_t n, struct config_errors *errors);

/* The free place for one more error, NULL when there is none. */
struct err *config_errors_next(struct config_errors *errors);
/* Adds the parser's own problem. */
int config_errors_parser(struct config_errors *errors, const char *name, const yaml_parser_t *p);

/* A word from the file as it can be shown, cut to fit. */
const char *config_show(char *dst, size_t size, const char *text);

#endif
