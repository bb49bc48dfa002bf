/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A project as the stages see it: its configuration, the CSV and what the profiler says of it, the board and
 * its tools, all loaded at first need and kept until the project is reloaded.
 */
#ifndef CORE_PIPELINE_PROJECT_H
#define CORE_PIPELINE_PROJECT_H

#include "core/base/buf.h"
#include "core/base/err.h"
#include "core/base/sha256.h"
#include "core/board/board.h"
#include "core/config/project.h"
#include "core/data/profile.h"
#include "core/pipeline/state.h"

struct project {
    char folder[4096];
    int folder_fd;                   /* owned */
    char runtime[4096];              /* venv and board runtimes */
    struct project_config config;    /* owned */
    const struct board *board;
    struct board_tools *tools;       /* owned; NULL until project_tools */
    struct buf csv;                  /* the bytes of the project's CSV; empty until project_data */
    char csv_sha[SHA256_HEX];
    struct profile profile;          /* owned; what the profiler says of the CSV */
    bool profiled;                   /* project_data was here */
    bool mode_set;                   /* a mode was given for this run: */
    enum state_mode mode;
    bool repairs;                    /* deterministic fixes may be applied */
    char python[4096];               /* "" until project_python */
    char python_versions[120];       /* of the environment */
};

/* Reads tinywright.yaml of folder; NULL + err. runtime NULL = the user's data folder. */
struct project *project_open(const char *folder, const char *runtime, struct err *err);
void project_free(struct project *p);

int project_data(struct project *p, struct err *err);   /* loads and profiles the CSV once */
int project_tools(struct project *p, struct err *err);  /* finds the toolchain once; ERR_TOOL */
int project_attempts(const struct project *p);           /* cap per step, never 0 */
enum state_mode project_mode(const struct project *p, const char *stage);
const char *project_python(struct project *p, struct err *err); /* venv's interpreter; ERR_TOOL; borrowed */
/* What to record with an execution of program: tool versions; borrowed from p. */
const char *project_versions(struct project *p, const char *program);

#endif
