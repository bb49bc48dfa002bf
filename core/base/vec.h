/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A typed growing array with a cap: VEC(struct thing) things; vec_push(&things, value, cap).
 * The items are owned by the vector; pointers into it live until the next push.
 */
#ifndef CORE_BASE_VEC_H
#define CORE_BASE_VEC_H

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/os.h"

#define VEC(type)      \
    struct {           \
        type *items;   \
        size_t n, room; \
    }

/* Room for one more of size bytes; 0, or -1 past cap or without memory. */
static inline int vec_grow(void **items, size_t *room, size_t n, size_t size, size_t cap)
{
    size_t want;
    void *p;

    if (n < *room)
        return 0;
    if (n >= cap)
        return -1;
    want = *room ? *room * 2 : 8;
    if (want > cap)
        want = cap;
    p = os_realloc(*items, want * size);
    if (!p)
        return -1;
    *items = p;
    *room = want;
    return 0;
}

/* Appends; 0, or -1 when the cap is reached or memory is short (the vector is unchanged). */
#define vec_push(v, value, cap)                                                                    \
    (vec_grow((void **)&(v)->items, &(v)->room, (v)->n, sizeof(*(v)->items), (cap))                \
         ? -1                                                                                      \
         : ((v)->items[(v)->n++] = (value), 0))

#define vec_done(v)                          \
    do {                                     \
        free((v)->items);                    \
        memset((v), 0, sizeof(*(v)));        \
    } while (0)

#endif
