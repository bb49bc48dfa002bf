# SPDX-License-Identifier: Apache-2.0
"""Records what the board must answer, from the same network on this machine.

Usage: python3 reference.py DATA.csv train.json model.tflite
Writes model.h, reference.csv and convert.json into the current folder.
reference.csv: one line per moment of each sample row: row, t, the features as measured, the true
label, the class that the network gives, its score, and the raw outputs out_0, out_1, …
The outputs come from TensorFlow Lite Micro itself; LiteRT must give the same class.
"""
import csv
import json
import os
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"
import numpy as np
import pandas as pd
from ai_edge_litert.interpreter import Interpreter
from tensorflow.lite.python import schema_py_generated as schema
from tflite_micro import runtime

SPEC = @SPEC@
ARENA_LIMIT = 1 << 20


def read(path, train):
    """Test samples as measured, as scaled for the model, and their true labels."""
    table = pd.read_csv(path, dtype={train["label"]: str, "split": str}, keep_default_na=False,
                        na_values={name: [""] for name in train["features"]})
    if train["window"] > 1:
        table = table.sort_values(["window", "t"], kind="stable")
    raw = table[train["features"]].to_numpy(np.float32)
    raw = raw.reshape(-1, train["window"], len(train["features"]))
    first = table.iloc[::train["window"]]
    scaled = (raw - np.float32(train["mean"])) / np.float32(train["std"])
    test = (first["split"] == "test").to_numpy()
    return raw[test], scaled[test], first[train["label"]].to_numpy(str)[test]


def quantize(values, tensor):
    """float32 all the way and halves away from zero: the arithmetic of the sketch on the board."""
    if tensor["dtype"] == np.float32:
        return values
    scale, zero = np.float32(tensor["quantization"][0]), tensor["quantization"][1]
    limits, scaled = np.iinfo(tensor["dtype"]), (values / scale).astype(np.float64)
    rounded = np.copysign(np.floor(np.abs(scaled) + 0.5), scaled) + zero
    return np.clip(rounded, limits.min, limits.max).astype(tensor["dtype"])


def dequantize(outputs, tensor):
    if tensor["dtype"] == np.float32:
        return outputs
    return np.float32(tensor["quantization"][0]) * (outputs.astype(np.float32) - tensor["quantization"][1])


def on_micro(buffer, inputs, arena=ARENA_LIMIT):
    micro = runtime.Interpreter.from_bytes(buffer, arena_size=arena)
    outputs = []
    for x in inputs:
        micro.set_input(x[None], 0)
        micro.invoke()
        outputs.append(micro.get_output(0)[0].copy())
    return np.array(outputs)


def on_lite(lite, inputs):
    index_in, index_out = lite.get_input_details()[0]["index"], lite.get_output_details()[0]["index"]
    outputs = []
    for x in inputs:
        lite.set_tensor(index_in, x[None])
        lite.invoke()
        outputs.append(lite.get_tensor(index_out)[0].copy())
    return np.array(outputs)


def smallest_arena(buffer, x):
    """Bytes that the host's interpreter needs (64-bit pointers: the board needs fewer)."""
    low, high = 0, ARENA_LIMIT
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # every arena that is too small would be a message
    while high - low > 64:
        middle = (low + high) // 2
        try:
            on_micro(buffer, x, middle)
            high = middle
        except RuntimeError:
            low = middle
    return high


def operators(buffer):
    """Operator names of the graph in order of first use, with the version each one asks for."""
    names = {v: k for k, v in vars(schema.BuiltinOperator).items() if not k.startswith("_")}
    model = schema.ModelT.InitFromObj(schema.Model.GetRootAs(buffer))
    codes = [model.operatorCodes[op.opcodeIndex] for op in model.subgraphs[0].operators]
    used = {(names[max(c.builtinCode, c.deprecatedBuiltinCode)], c.version) for c in codes}
    return [{"name": name, "version": version} for name, version in sorted(used)]


def write_header(buffer):
    lines = [", ".join(f"0x{b:02x}" for b in buffer[i:i + 16]) for i in range(0, len(buffer), 16)]
    with open("model.h", "w", encoding="utf-8") as file:
        file.write("// The network as a TensorFlow Lite flat buffer. Generated; do not edit.\n#pragma once\n\n"
                   f"alignas(16) const unsigned char {SPEC['symbol']}[] = {{\n  "
                   + ",\n  ".join(lines) + f"\n}};\nconst unsigned int {SPEC['symbol']}_len = {len(buffer)};\n")


def write_reference(train, picked, raw, labels, classes, scores, outputs):
    with open("reference.csv", "w", newline="", encoding="utf-8") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(["row", "t", *train["features"], "label", "class", "score",
                      *[f"out_{i}" for i in range(outputs.shape[1])]])
        for row, i in enumerate(picked):
            for t in range(train["window"]):
                out.writerow([row, t, *[str(v).removesuffix(".0") for v in raw[i, t]], labels[i], classes[i],
                              f"{scores[i]:.4f}", *outputs[i]])


def main(data, train_path, model_path):
    with open(train_path, encoding="utf-8") as file:
        train = json.load(file)
    with open(model_path, "rb") as file:
        buffer = file.read()
    raw, scaled, labels = read(data, train)
    lite = Interpreter(model_content=buffer, num_threads=1)
    lite.allocate_tensors()
    tensor_in, tensor_out = lite.get_input_details()[0], lite.get_output_details()[0]
    inputs = quantize(scaled.reshape((-1,) + tuple(tensor_in["shape"][1:])), tensor_in)
    outputs = on_micro(buffer, inputs)
    scores = dequantize(outputs, tensor_out)
    guess, other = outputs.argmax(1), on_lite(lite, inputs).argmax(1)
    names = np.array(train["classes"])
    accuracy = float((names[guess] == labels).mean())
    # a tie has no one right class: such rows stay out of the reference
    clear = (outputs == outputs.max(1, keepdims=True)).sum(1) == 1
    picked = np.random.default_rng(SPEC["seed"]).permutation(np.flatnonzero(clear))[:SPEC["sample_rows"]]
    picked.sort()
    write_header(buffer)
    write_reference(train, picked, raw, labels, names[guess], scores.max(1), outputs)
    describe = lambda d: {"type": np.dtype(d["dtype"]).name, "dims": [int(v) for v in d["shape"]],
                          "scale": float(d["quantization"][0]), "zero_point": int(d["quantization"][1])}
    result = {"bytes": len(buffer), "symbol": SPEC["symbol"], "symbol_len": SPEC["symbol"] + "_len",
              "operators": operators(buffer), "input": describe(tensor_in), "output": describe(tensor_out),
              "accuracy_model": train["accuracy"], "accuracy": accuracy,
              "accuracy_loss": train["accuracy"] - accuracy, "arena_host": smallest_arena(buffer, inputs[:1]),
              "sample_rows": len(picked), "test_samples": len(labels),
              "class_differs_litert": int((guess != other).sum())}
    with open("convert.json", "w", encoding="utf-8") as file:
        json.dump(result, file, indent=1, ensure_ascii=False)
    print(f"{len(buffer)} bytes, accuracy {train['accuracy']:.3f} before and {accuracy:.3f} after, "
          f"{len(picked)} sample rows")
    if (guess[picked] != other[picked]).any():
        sys.exit("the two reference interpreters give different classes: convert.json says for how many rows")


main(sys.argv[1], sys.argv[2], sys.argv[3])
