/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * libcurl by function table, opened at first need: linking it costs every start 5 ms and 6 MB.
 */
#ifndef CORE_NET_CURL_H
#define CORE_NET_CURL_H

#include <curl/curl.h>

#include "core/base/err.h"

/* The checked macros of curl.h name the functions themselves. */
#undef curl_easy_setopt
#undef curl_easy_getinfo
#undef curl_multi_setopt

struct curl {
    CURLcode (*global_init)(long flags);
    CURL *(*easy_init)(void);
    void (*easy_cleanup)(CURL *easy);
    CURLcode (*easy_setopt)(CURL *easy, CURLoption option, ...);
    CURLcode (*easy_getinfo)(CURL *easy, CURLINFO info, ...);
    CURLcode (*easy_pause)(CURL *easy, int mask);
    CURLHcode (*easy_header)(CURL *easy, const char *name, size_t index, unsigned origin, int request,
                             struct curl_header **ret);
    const char *(*easy_strerror)(CURLcode code);
    struct curl_slist *(*slist_append)(struct curl_slist *list, const char *text);
    void (*slist_free_all)(struct curl_slist *list);
    CURLM *(*multi_init)(void);
    CURLMcode (*multi_cleanup)(CURLM *multi);
    CURLMcode (*multi_add_handle)(CURLM *multi, CURL *easy);
    CURLMcode (*multi_remove_handle)(CURLM *multi, CURL *easy);
    CURLMcode (*multi_perform)(CURLM *multi, int *running);
    CURLMcode (*multi_poll)(CURLM *multi, struct curl_waitfd *fds, unsigned n, int timeout_ms, int *ready);
    CURLMsg *(*multi_info_read)(CURLM *multi, int *left);
};

/* The table, opened and initialized once; NULL (ERR_TOOL) when libcurl is missing or too old. */
const struct curl *curl_open(struct err *err);

#endif
