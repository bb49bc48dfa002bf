/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The run on the virtual board as one job: the emulator with the installation's arguments, firmware and feed as
 * files of the job, the control lines as its output. */
#include <string.h>

#include "core/base/str.h"
#include "core/board/tools.h"

enum { ELF_CAP = 64 << 20, VIRTUAL_MS_MAX = 3600 * 1000, WALL_MS = 60000, CPU_S = 40 };

static const struct {
    const char *mark, *path;
} places[] = {{"@CTL@", "/work/control.txt"}, {"@FEED@", "/in/feed.txt"}, {"@ELF@", "/in/firmware.elf"}};

/* One emulator argument with its mark replaced by the path in the box. */
static int put_arg(struct job *j, const char *arg, struct err *err)
{
    for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++) {
        const char *at = strstr(arg, places[i].mark);
        char text[512];

        if (!at)
            continue;
        snprintf(text, sizeof(text), "%.*s%s%s", (int)(at - arg), arg, places[i].path, at + strlen(places[i].mark));
        return job_arg(j, text, err);
    }
    return job_arg(j, arg, err);
}

/* Waiting costs the emulator nothing and computing about as much as the board: 40 s are some 4,000,000,000
 * instructions, far more than sample rows need. */
static void set_limits(struct job *j)
{
    j->limits = (struct job_limits){
        .wall_ms = WALL_MS,
        .cpu_s = CPU_S,
        .memory = 4LL << 30,
        .work = 48 << 20,
        .file = 32 << 20,
        .output = BOARD_SERIAL_MAX + (64 << 10),
        .processes = 16,
    };
}

static int put_files(struct job *j, const void *elf, size_t n, const struct board_feed *feed, int virtual_ms,
                     struct err *err)
{
    struct buf text;
    int rc;

    buf_init(&text, BOARD_FEED_CAP + 1000);
    rc = job_file(j, "firmware.elf", elf, n, err);
    if (!rc && board_feed_text(feed, virtual_ms, BOARD_SERIAL_MAX, &text))
        rc = err_set(err, ERR_MACHINE, "There is no memory left to write the sample rows for the board.");
    if (!rc)
        rc = job_file(j, "feed.txt", buf_text(&text), text.len, err);
    buf_done(&text);
    return rc;
}

static int put_all(struct job *j, const struct board_tools *t, const void *elf, size_t n,
                   const struct board_feed *feed, int virtual_ms, struct err *err)
{
    int rc = put_files(j, elf, n, feed, virtual_ms, err);

    if (!rc)
        rc = job_output(j, "control.txt", err);
    if (!rc)
        rc = job_arg(j, t->qemu, err);
    for (int i = 0; i < t->qemu_args.n && !rc; i++)
        rc = put_arg(j, t->qemu_args.words[i], err);
    set_limits(j);
    return rc;
}

struct job *board_run_job(const struct board_tools *t, const void *elf, size_t elf_len,
                          const struct board_feed *feed, int virtual_ms, struct err *err)
{
    struct job *j;

    if (!elf_len || elf_len > ELF_CAP) {
        err_set(err, ERR_INVALID, "The firmware has %zu bytes; it cannot be run.", elf_len);
        return NULL;
    }
    if (virtual_ms < 1 || virtual_ms > VIRTUAL_MS_MAX) {
        err_set(err, ERR_INVALID, "A run takes 1 to %d ms of the board's time, not %d.", VIRTUAL_MS_MAX, virtual_ms);
        return NULL;
    }
    j = job_new("run on the virtual board");
    if (!j) {
        err_set(err, ERR_MACHINE, "There is no memory left to prepare the run.");
        return NULL;
    }
    if (!put_all(j, t, elf, elf_len, feed, virtual_ms, err))
        return j;
    job_free(j);
    return NULL;
}
