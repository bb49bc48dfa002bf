/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/artifact/artifact.h"

#include "core/artifact/keras.h"
#include "core/base/str.h"

enum { NORMAL_EXTRA = 1024 * 1024 }; /* what a normal form may be longer than its bytes */

const struct artifact_kind_row artifact_kinds[ARTIFACT_KINDS] = {
    [ARTIFACT_TEXT] = {"text", ".txt", "text txt plain", "Plain text.", NULL},
    [ARTIFACT_PYTHON] = {"python", ".py", "python py python3", "A Python script.", NULL},
    [ARTIFACT_SKETCH] = {"sketch", ".ino", "cpp c++ arduino ino c cxx",
                         "An Arduino sketch: C++ with setup() and loop().", NULL},
    [ARTIFACT_HEADER] = {"header", ".h", "cpp c++ c h hpp arduino", "A C or C++ header.", NULL},
    [ARTIFACT_JSON] = {"json", ".json", "json json5 jsonc", "One JSON object.", NULL},
    [ARTIFACT_YAML] = {"yaml", ".yaml", "yaml yml", "A YAML document.", NULL},
    [ARTIFACT_CSV] = {"csv", ".csv", "csv", "A table with a header line.", NULL},
    [ARTIFACT_KERAS] = {"keras", ".keras", "", "A Keras model; dates are not part of its identity.",
                        keras_normalize},
    [ARTIFACT_TFLITE] = {"tflite", ".tflite", "", "A TensorFlow Lite model.", NULL},
    [ARTIFACT_ELF] = {"elf", ".elf", "", "Firmware for a board.", NULL},
};

int artifact_identity(enum artifact_kind kind, const void *bytes, size_t n,
                      char ret_hex[SHA256_HEX], struct err *err)
{
    const struct artifact_kind_row *row = &artifact_kinds[kind];
    struct buf normal;
    int rc;

    if (!row->normalize) {
        sha256_of(bytes, n, ret_hex);
        return 0;
    }
    buf_init(&normal, n * 2 + NORMAL_EXTRA);
    rc = row->normalize(bytes, n, &normal, err);
    if (!rc)
        sha256_of(buf_text(&normal), normal.len, ret_hex);
    buf_done(&normal);
    return rc;
}

enum artifact_kind artifact_kind_by_name(const char *file_name)
{
    for (int i = 0; i < ARTIFACT_KINDS; i++) {
        if (str_ends(file_name, artifact_kinds[i].suffix))
            return (enum artifact_kind)i;
    }
    return ARTIFACT_TEXT;
}
