#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Networks on the virtual board give the bytes that the host's tflite-micro gives, or are refused by name.

Goes on in the program's own venv (TensorFlow, tflite-micro). Prints TAP; exit 77: cannot run here. With -v the
instructions per inference and the arena as well. Weights are random: it is about arithmetic, not learning."""
import os
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile
import warnings

warnings.filterwarnings("ignore")
os.environ.update(TF_CPP_MIN_LOG_LEVEL="3", TF_ENABLE_ONEDNN_OPTS="0", CUDA_VISIBLE_DEVICES="")
HERE = pathlib.Path(__file__).resolve().parent
SKETCHES = HERE.parent / "data" / "sketches"


def runtime_folder():
    """Where the program keeps its runtimes; the same rule as in board_helpers.sh."""
    if os.environ.get("TINYWRIGHT_RUNTIME"):
        return pathlib.Path(os.environ["TINYWRIGHT_RUNTIME"])
    if os.geteuid() == 0:
        return pathlib.Path("/var/lib/tinywright")
    return pathlib.Path(os.environ.get("XDG_DATA_HOME") or pathlib.Path.home() / ".local/share") / "tinywright"


python = runtime_folder() / "venv" / "bin" / "python"
if python.exists() and pathlib.Path(sys.prefix).resolve() != python.parent.parent.resolve():
    os.execv(python, [str(python), *sys.argv])

try:
    import numpy as np
    import tensorflow as tf
    from tflite_micro import runtime as tflm
except ImportError as missing:
    print(f"1..0 # SKIP {missing}; there is no venv in {runtime_folder()}: set the program up first")
    sys.exit(77)

keras, L = tf.keras, tf.keras.layers
keras.utils.set_random_seed(5)
rng = np.random.default_rng(5)
folder = tempfile.TemporaryDirectory(prefix="networks-")       # goes with the process
work = pathlib.Path(folder.name)
verbose = "-v" in sys.argv
count = failed = 0


def shell(command, where):
    script = f"work={shlex.quote(str(where))}; . {shlex.quote(str(HERE / 'board_helpers.sh'))}; {command}"
    return subprocess.run(["bash", "-c", script], capture_output=True, text=True, timeout=300)


def ok(good, name, detail=""):
    global count, failed
    count += 1
    failed += not good
    print(f"{'ok' if good else 'not ok'} {count} - {name}")
    for line in (detail.splitlines() if not good or verbose else []):
        print("# " + line)
    sys.stdout.flush()


# ---- networks ----

def sequential(shape, *layers):
    return keras.Sequential([L.Input(shape), *layers])


def residual():
    x = i = L.Input((16, 4))
    x = L.Conv1D(4, 3, padding="same", activation="relu")(x)
    x = L.Conv1D(4, 3, padding="same")(x)
    x = L.ReLU()(L.Add()([x, i]))
    return keras.Model(i, L.Dense(3, activation="softmax")(L.GlobalAveragePooling1D()(x)))


def branches():
    i = L.Input((12,))
    a, b = L.Dense(6, activation="relu")(i), L.Dense(6, activation="tanh")(i)
    c = L.Concatenate()([a, b, L.Multiply()([a, b]), L.Subtract()([a, b])])
    return keras.Model(i, L.Dense(4, activation="softmax")(c))


NETWORKS = {
    "dense": lambda: sequential((13,), L.Dense(16, activation="relu"), L.Dense(8, activation="relu"),
                                L.Dense(3, activation="softmax")),
    "logits": lambda: sequential((3,), L.Dense(8, activation="relu6"), L.Dense(5)),
    "sigmoid": lambda: sequential((4,), L.Dense(6, activation="tanh"), L.Dense(1, activation="sigmoid")),
    "relu alone": lambda: sequential((6,), L.Dense(8), L.ReLU(), L.Dense(3, activation="softmax")),
    "conv2d flatten": lambda: sequential((8, 8, 1), L.Conv2D(8, 3, padding="same", activation="relu"),
                                         L.MaxPooling2D(), L.Conv2D(16, 3, activation="relu"), L.Flatten(),
                                         L.Dense(10, activation="softmax")),
    "conv2d average": lambda: sequential((8, 8, 1), L.Conv2D(8, 3, activation="relu"),
                                         L.GlobalAveragePooling2D(), L.Dense(4, activation="softmax")),
    "conv1d average": lambda: sequential((40, 6), L.Conv1D(8, 5, activation="relu"), L.MaxPooling1D(),
                                         L.Conv1D(12, 3, activation="relu"), L.GlobalAveragePooling1D(),
                                         L.Dense(4, activation="softmax")),
    "depthwise": lambda: sequential((12, 12, 2), L.Conv2D(8, 3, strides=2, padding="same"), L.BatchNormalization(),
                                    L.ReLU(), L.DepthwiseConv2D(3, padding="same"), L.BatchNormalization(), L.ReLU(6.0),
                                    L.AveragePooling2D(2), L.Flatten(), L.Dense(3, activation="softmax")),
    "pad": lambda: sequential((6, 6, 1), L.ZeroPadding2D(1), L.Conv2D(4, 3, activation="relu"), L.Flatten(),
                              L.Dense(3)),
    "residual": residual,
    "branches": branches,
}


def quietly(convert):
    """The converter's C++ talks on both streams; TAP must stay clean."""
    sys.stdout.flush()
    keep, sink = [os.dup(1), os.dup(2)], os.open(work / "converter.log", os.O_CREAT | os.O_WRONLY | os.O_APPEND)
    os.dup2(sink, 1), os.dup2(sink, 2)
    try:
        return convert()
    finally:
        sys.stdout.flush()
        os.dup2(keep[0], 1), os.dup2(keep[1], 2)
        for fd in (*keep, sink):
            os.close(fd)


def convert(model, data, kind, per_channel=True):
    """kind: int8; float-in (float in, uint8 out, as the lifecycle papers ask for); float; hybrid."""
    fixed = keras.models.clone_model(model, input_tensors=keras.Input(batch_shape=(1,) + model.input_shape[1:]))
    fixed.set_weights(model.get_weights())
    c = tf.lite.TFLiteConverter.from_keras_model(fixed)
    if kind == "float":
        return quietly(c.convert)
    c.optimizations = [tf.lite.Optimize.DEFAULT]
    if kind == "hybrid":
        return quietly(c.convert)
    c.representative_dataset = lambda: ([row[None]] for row in data)
    c.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    c.inference_input_type = tf.int8 if kind == "int8" else tf.float32
    c.inference_output_type = {"int8": tf.int8, "float-in": tf.uint8, "float-both": tf.float32}[kind]
    c._experimental_disable_per_channel_quantization_for_dense_layers = not per_channel
    return quietly(c.convert)


def prepare(model, data, rows, buffer):
    details = tf.lite.Interpreter(model_content=buffer).get_input_details()[0]
    if details["dtype"] != np.int8:
        return rows.astype(np.float32)
    scale, zero = details["quantization"]
    return np.clip(np.round(rows / scale) + zero, -128, 127).astype(np.int8)


def on_host(buffer, inputs):
    i = tflm.Interpreter.from_bytes(buffer, arena_size=400000)
    out = []
    for row in inputs:
        i.set_input(row[None], 0)
        i.invoke()
        out.append(i.get_output(0)[0].copy())
    return np.array(out)


def model_header(where, buffer):
    where.mkdir(parents=True, exist_ok=True)
    (where / "model.h").write_text("#pragma once\nalignas(16) const unsigned char model[] = {%s};\n"
                                   "const unsigned int model_len = %d;\n" % (",".join(map(str, buffer)), len(buffer)))


def on_board(name, buffer, inputs, sketch="network_bytes"):
    where = work / re.sub(r"\W", "_", name)
    model_header(where, buffer)
    with open(where / "feed", "w") as f:
        f.write("tinywright-feed 1\nlimit-ms 170000\n")
        for row in inputs:
            f.write("row\nline " + ",".join(map(str, row.tobytes())) + "\n")
        f.write("end\n")
    run = shell(f"compile {SKETCHES}/{sketch}.ino $work/a.elf && run_board $work/a.elf $work/feed a", where)
    if not (where / "a.ctl").exists():
        return run.stderr, "", ""
    return run.stderr, (where / "a.out").read_text(errors="replace"), (where / "a.ctl").read_text(errors="replace")


def compare(name, buffer, inputs, tolerance=0.0):
    host = on_host(buffer, inputs)
    errors, out, ctl = on_board(name, buffer, inputs)
    lines = [re.split(",", x) for x in out.split()]
    try:
        board = np.array([np.frombuffer(bytes(map(int, x)), host.dtype) for x in lines]).reshape(host.shape)
    except ValueError:
        ok(False, name, errors + out[:500] + ctl[-800:])
        return
    if tolerance:
        good = np.allclose(host, board, atol=tolerance)
    else:
        good = host.tobytes() == board.tobytes()
    ticks = [int(x) for x in re.findall(r"^INVOKE .* ?ticks=(\d+)", ctl, re.M)]
    arena = re.search(r"^ARENA used=(\d+)", ctl, re.M)
    wrong = int(np.any(host.reshape(len(host), -1) != board.reshape(len(board), -1), axis=1).sum())
    ok(good and "EXIT 0 feed-end" in ctl, name,
       f"{len(inputs)} rows, {wrong} not equal, {sorted(ticks)[len(ticks) // 2] * 5 // 2} instructions, "
       f"arena {arena and arena[1]}, {len(buffer)} bytes, largest difference {np.abs(host.astype(float) - board.astype(float)).max():g}")


def refused(name, buffer, inputs, pattern, sketch="network_bytes"):
    errors, out, ctl = on_board(name, buffer, inputs, sketch)
    ok(re.search(pattern, out) is not None and "INVOKE" not in ctl, name, f"wanted {pattern}\n{errors}{out}{ctl}")


def main():
    if shell("board_ready", work).returncode:
        print("1..0 # SKIP no board: run core/board/setup/build-runtime")
        return 77
    models = {}
    for name, make in NETWORKS.items():
        model = make()
        for w in model.weights:                      # biases and batch statistics away from zero
            if w.shape.rank == 1 or "variance" in w.name:
                w.assign(np.abs(rng.normal(0.6, 0.3, w.shape)) if "variance" in w.name else rng.normal(0, 0.3, w.shape))
        data = rng.normal(0, 1, (60,) + model.input_shape[1:]).astype(np.float32)
        models[name] = model, data
        buffer = convert(model, data, "int8")
        compare(f"{name}, int8", buffer, prepare(model, data, data[:30], buffer))
    for name in ("dense", "conv2d flatten"):
        model, data = models[name]
        buffer = convert(model, data, "int8", per_channel=False)
        compare(f"{name}, int8, one scale for each dense layer", buffer, prepare(model, data, data[:30], buffer))
    for name in ("dense", "conv1d average"):
        model, data = models[name]
        compare(f"{name}, float in and uint8 out", convert(model, data, "float-in"), data[:30])
    model, data = models["dense"]
    compare("dense, float in and float out, int8 inside", convert(model, data, "float-both"), data[:30])
    for name in ("dense", "conv2d flatten", "conv1d average"):
        model, data = models[name]
        compare(f"{name}, float32", convert(model, data, "float"), data[:10], tolerance=1e-6)

    large = sequential((64,), L.Dense(64, activation="relu"), L.Dense(3))
    wide = rng.normal(0, 1, (1, 64)).astype(np.float32)
    refused("dense with int8 weights and float input is refused by name", convert(large, wide, "hybrid"), wide,
            r"FULLY_CONNECTED: input FLOAT32 with weights INT8 is not on this board")
    model, data = models["conv2d flatten"]
    big = sequential((8, 8, 1), L.Conv2D(64, 3, activation="relu"), L.Conv2D(64, 3), L.Flatten(), L.Dense(3))
    refused("conv with int8 weights and float input is refused by name", convert(big, data, "hybrid"), data[:1],
            r"CONV_2D' version '5'")
    odd = sequential((4, 4, 1), L.Conv2D(4, 2), L.LeakyReLU(), L.Flatten(), L.Dense(2))
    tiny = rng.normal(0, 1, (20, 4, 4, 1)).astype(np.float32)
    buffer = convert(odd, tiny, "int8")
    refused("an operator that the board lacks is refused by name", buffer, prepare(odd, tiny, tiny[:1], buffer),
            r"LEAKY_RELU")

    model, data = models["dense"]
    buffer = convert(model, data, "int8")
    refused("an unaligned model array is refused by name", buffer, data[:1], r"not a multiple of 4", "model_unaligned")
    refused("a null error reporter is no crash", buffer, data[:1], r"(?s)reported 42.*Didn't find op.*FULLY_CONNECTED.*failed\nfailed",
            "null_reporter")
    compare_styles(model, data)
    print(f"1..{count}")
    return 1 if failed else 0


def compare_styles(model, data):
    """Two sketches as language models write them: APDS9960 with all ops, Serial1 with six arguments."""
    color = sequential((3,), L.Dense(8, activation="relu"), L.Dense(3, activation="softmax"))
    rows = rng.integers(0, 256, (20, 3))
    samples = (rng.integers(0, 256, (60, 3)) / 255).astype(np.float32)
    buffer = convert(color, samples, "int8")
    where = work / "fruit"
    model_header(where, buffer)
    (where / "feed").write_text("tinywright-feed 1\n" + "".join(
        "row\ncolor %d %d %d %d\n" % (*r, r.sum()) for r in rows) + "end\n")
    shell(f"compile {SKETCHES}/fruit_all_ops.ino $work/a.elf && run_board $work/a.elf $work/feed a", where)
    scale, zero = tf.lite.Interpreter(model_content=buffer).get_input_details()[0]["quantization"]
    q = np.clip(np.round(rows.astype(np.float32) / np.float32(255) / np.float32(scale)) + zero, -128, 127).astype(np.int8)
    want = [["Apple", "Banana", "Orange"][k] for k in on_host(buffer, q).argmax(1)]
    out = (where / "a.out").read_text() if (where / "a.out").exists() else ""
    ok(re.findall(r"Class: (\w+)", out) == want, "color classifier, all ops, static interpreter: every class", out[:400])

    ratios = (rows / rows.sum(1, keepdims=True)).astype(np.float32)
    buffer = convert(color, samples, "float-both")
    where = work / "object"
    model_header(where, buffer)
    (where / "feed").write_text("tinywright-feed 1\nlimit-ms 170000\n" + "".join(
        "row\ncolor %d %d %d %d\nproximity 0\nproximity 255\n" % (*r, r.sum()) for r in rows) + "end\n")
    shell(f"compile {SKETCHES}/object_color.ino $work/a.elf && run_board $work/a.elf $work/feed a", where)
    want = (on_host(buffer, ratios) * np.float32(100)).astype(int)
    out = (where / "a.out").read_text() if (where / "a.out").exists() else ""
    got = np.array(re.findall(r"\w+ (\d+)%", out), int).reshape(-1, 3)
    ok(got.shape == want.shape and abs(got - want).max() == 0, "Arduino's object classifier, unchanged: every share", out[-600:])

    buffer = convert(model, data, "int8")
    where = work / "wine"
    model_header(where, buffer)
    text = [",".join("%.5f" % v for v in row) for row in data[:30]]
    (where / "feed").write_text("tinywright-feed 1\n" + "".join(f"row\nline {t}\n" for t in text) + "end\n")
    shell(f"compile {SKETCHES}/wine_lines.ino $work/a.elf && run_board $work/a.elf $work/feed a", where)
    lines = np.array([[np.float32(float(v)) for v in t.split(",")] for t in text])
    want = on_host(buffer, prepare(model, data, lines, buffer)).argmax(1)
    out = (where / "a.out").read_text() if (where / "a.out").exists() else ""
    ok(re.findall(r"class_(\d)", out) == [str(k) for k in want], "lines on Serial1 taken apart with String: every class", out[:400])

    buffer = convert(model, data, "float-in")
    where = work / "lines"
    model_header(where, buffer)
    # no exponents: parseFloat of the Arduino language does not know them
    text = [",".join("%.6f" % v for v in row) for row in data[:20]]
    (where / "feed").write_text("tinywright-feed 1\n" + "".join(f"row\nline {t}\n" for t in text) + "end\n")
    shell(f"compile {SKETCHES}/mutable_ops_float.ino $work/a.elf && run_board $work/a.elf $work/feed a", where)
    want = on_host(buffer, np.array([[np.float32(float(v)) for v in t.split(",")] for t in text]))
    out = (where / "a.out").read_text() if (where / "a.out").exists() else ""
    ok(out.split() == [",".join(map(str, r)) for r in want], "lines on Serial1, six arguments, heap: every score", f"wanted {want.tolist()}\n{out}")


if __name__ == "__main__":
    sys.exit(main())
