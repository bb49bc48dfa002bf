# SPDX-License-Identifier: Apache-2.0
"""Checks a model that was trained elsewhere against the data: shapes, classes, accuracy.

Usage: python3 check.py DATA.csv MODEL    (MODEL ends in .keras or .tflite)
Writes train.json, and the model unchanged as model.keras or model.tflite, into the current
folder. Which scaling of the inputs the model was trained with is in SPEC; "auto" tries them all.
"""
import json
import os
import shutil
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"
import numpy as np
import pandas as pd

SPEC = @SPEC@


def read(path):
    """Samples as (sample, moment, feature) in float32, labels, and which samples are for training."""
    table = pd.read_csv(path, dtype={SPEC["label"]: str, "split": str}, keep_default_na=False,
                        na_values={name: [""] for name in SPEC["features"]})
    if SPEC["window"] > 1:
        table = table.sort_values(["window", "t"], kind="stable")
        if (table.groupby("window").size() != SPEC["window"]).any():
            sys.exit(f"not every window has {SPEC['window']} rows")
    raw = table[SPEC["features"]].to_numpy(np.float32)
    if not np.isfinite(raw).all():
        sys.exit("a feature has empty cells or values that are no finite numbers")
    first = table.iloc[::SPEC["window"]]
    samples = raw.reshape(-1, SPEC["window"], len(SPEC["features"]))
    return samples, first[SPEC["label"]].to_numpy(str), (first["split"] == "train").to_numpy()


def scalings(samples):
    """Name -> (offset, divisor) for each way of scaling, from the training samples."""
    low, high = samples.min((0, 1)), samples.max((0, 1))
    mean = samples.mean((0, 1), dtype=np.float64).astype(np.float32)
    std = samples.std((0, 1), dtype=np.float64).astype(np.float32)
    span = high - low
    std[std == 0], span[span == 0] = 1, 1
    all_ways = {"standard": (mean, std), "minmax": (low, span),
                "none": (np.zeros_like(mean), np.ones_like(std))}
    return all_ways if SPEC["scaling"] == "auto" else {SPEC["scaling"]: all_ways[SPEC["scaling"]]}


def load(path):
    """A function samples -> scores, the input and output shapes, and the parameter count."""
    if path.endswith(".keras"):
        from tensorflow import keras
        model = keras.models.load_model(path, compile=False)  # safe mode: no code from the file
        return (lambda x: model.predict(x, verbose=0)), model.input_shape, model.output_shape, \
            model.count_params()
    from ai_edge_litert.interpreter import Interpreter
    lite = Interpreter(model_path=path, num_threads=1)
    lite.allocate_tensors()
    inp, out = lite.get_input_details()[0], lite.get_output_details()[0]

    def predict(batch):
        scores = []
        for x in batch:
            if inp["dtype"] != np.float32:
                scale, zero = inp["quantization"]
                limits = np.iinfo(inp["dtype"])
                x = np.clip(np.round(x / scale) + zero, limits.min, limits.max)
            lite.set_tensor(inp["index"], x.reshape(inp["shape"]).astype(inp["dtype"]))
            lite.invoke()
            scores.append(lite.get_tensor(out["index"])[0].copy())
        return np.array(scores)

    return predict, tuple(inp["shape"]), tuple(out["shape"]), 0  # not counted in a .tflite


def main(data, path):
    samples, labels, training = read(data)
    classes = SPEC["classes"] or sorted(set(labels[training]))
    predict, shape_in, shape_out, params = load(path)
    wanted = SPEC["window"] * len(SPEC["features"])
    if None in shape_in[1:] or int(np.prod(shape_in[1:])) != wanted:
        sys.exit(f"the model takes inputs of shape {shape_in[1:]}, the data has {wanted} values")
    if shape_out[-1] != len(classes):
        sys.exit(f"the model gives {shape_out[-1]} scores, the data has {len(classes)} classes: "
                 f"{classes}")
    target = np.array([classes.index(name) for name in labels])[~training]
    best = None
    for name, (offset, divisor) in scalings(samples[training]).items():
        scaled = ((samples[~training] - offset) / divisor).reshape((-1,) + tuple(shape_in[1:]))
        guess = predict(scaled).argmax(1)
        accuracy = float((guess == target).mean())
        print(f"scaling {name}: accuracy {accuracy:.3f} on {len(target)} test samples")
        if best is None or accuracy > best[0]:
            best = (accuracy, name, offset, divisor, guess)
    accuracy, scaling, offset, divisor, guess = best
    confusion = np.zeros((len(classes), len(classes)), int)
    np.add.at(confusion, (target, guess), 1)
    kept = "model" + os.path.splitext(path)[1]
    shutil.copyfile(path, kept)
    result = {"origin": "given", "model": kept, "features": SPEC["features"],
              "label": SPEC["label"], "window": SPEC["window"], "classes": classes,
              "scaling": scaling, "mean": [float(v) for v in offset],
              "std": [float(v) for v in divisor], "accuracy": accuracy,
              "confusion": [{"class": name, "given": row.tolist()}
                            for name, row in zip(classes, confusion)],
              "params": params,
              "train_samples": int(training.sum()), "test_samples": len(target)}
    with open("train.json", "w", encoding="utf-8") as file:
        json.dump(result, file, indent=1, ensure_ascii=False)
    print(f"{kept}: accuracy {accuracy:.3f} with scaling {scaling}")


main(sys.argv[1], sys.argv[2])
