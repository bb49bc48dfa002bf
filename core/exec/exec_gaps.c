/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/exec/exec.h"

const struct exec_gap exec_gaps[] = {
    {EXEC_FULL, "kernel", "A flaw in the kernel itself is not stopped: all levels share the host's kernel."},
    {EXEC_FULL, "memory between looks", "All processes of a job together are looked at ten times a second; between two looks they can pass the memory limit."},
    {EXEC_FULL, "processor", "A job may use every processor until its time limits; other programs get slower."},
    {EXEC_FULL, "facts about the machine", "A job sees the processor, the memory size, the kernel version and the load of this machine."},
    {EXEC_PARTIAL, "file names", "A job can ask whether a path exists, and its size and dates; it cannot read it."},
    {EXEC_PARTIAL, "process list", "A job sees that it is not alone: there is no process namespace. It cannot signal or trace others."},
    {EXEC_PARTIAL, "bytes have a path", "The job's files lie in a folder of the same user while it runs; another program of that user could change them between approval and use."},
    {EXEC_PARTIAL, "work folder", "The size of the work folder is looked at ten times a second, not held by the file system."},
    {EXEC_PARTIAL, "processes", "The process limit counts the user's other processes too, so it is a distance, not a number; hitting it is not named."},
    {EXEC_PARTIAL, "orphans after kill -9", "If tinywright and its helper are both killed at once, processes that the job detached live on with the job's restrictions."},
    {EXEC_PARTIAL, "same paths", "There is no /in and no /work: programs that name them inside their own bytes do not find their files."},
    {EXEC_NONE, NULL, NULL},
};
