/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tui/term/clipboard.h"

#include <stdio.h>
#include <unistd.h>

#include "core/base/buf.h"
#include "core/base/os.h"

/* Base64, so that whatever the bytes are, only these letters reach the terminal. */
static void put_base64(struct buf *out, const unsigned char *p, size_t n)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    for (size_t i = 0; i < n; i += 3) {
        unsigned three = (unsigned)p[i] << 16 | (i + 1 < n ? (unsigned)p[i + 1] << 8 : 0) | (i + 2 < n ? p[i + 2] : 0);
        buf_putc(out, letters[three >> 18]);
        buf_putc(out, letters[three >> 12 & 63]);
        buf_putc(out, i + 1 < n ? letters[three >> 6 & 63] : '=');
        buf_putc(out, i + 2 < n ? letters[three & 63] : '=');
    }
}

int clipboard_send(const void *bytes, size_t n)
{
    struct buf out;
    int r = -1;

    if (n > CLIPBOARD_MAX)
        return -1;
    buf_init(&out, 2 * CLIPBOARD_MAX);
    buf_puts(&out, "\033]52;c;");
    put_base64(&out, bytes, n);
    buf_puts(&out, "\033\\");
    fflush(stdout); /* what curses has not sent yet goes first */
    if (!out.broken)
        r = os_write_all(STDOUT_FILENO, out.data, out.len);
    buf_done(&out);
    return r;
}
