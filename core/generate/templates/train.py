# SPDX-License-Identifier: Apache-2.0
"""Trains a small network for a microcontroller and measures it on rows it has not seen.

Usage: python3 train.py DATA.csv    writes model.keras and train.json into the current folder
DATA.csv holds the feature columns, the label and the column split (train or test). Windows of
a recording are in long form: columns window and t, one row per moment, all windows equally long.
"""
import json
import os
import sys
import time

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"  # the same sums on every processor
import numpy as np
import pandas as pd
import tensorflow as tf
from tensorflow import keras

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


def network(classes):
    """Dense layers for rows; for windows convolutions along time, all features at once."""
    layer, features = keras.layers, len(SPEC["features"])
    if SPEC["window"] == 1:
        body = [keras.Input((features,))]
    else:
        width = min(8, SPEC["window"])
        body = [keras.Input((SPEC["window"], features, 1)),
                layer.Conv2D(SPEC["filters"], (width, features), strides=(2 if width == 8 else 1, 1),
                             activation="relu")]
        length = body[1].compute_output_shape((1,) + body[0].shape[1:])[1]
        if length >= 12:
            body += [layer.MaxPooling2D((2, 1)),
                     layer.Conv2D(2 * SPEC["filters"], (5, 1), activation="relu")]
        body += [layer.Flatten()]
    body += [layer.Dense(units, activation="relu") for units in SPEC["hidden"]]
    return keras.Sequential(body + [layer.Dense(classes, activation="softmax")])


def main(path):
    started = time.monotonic()
    keras.utils.set_random_seed(SPEC["seed"])
    tf.config.experimental.enable_op_determinism()
    tf.config.threading.set_intra_op_parallelism_threads(1)
    samples, labels, training = read(path)
    classes = sorted(set(labels[training]))
    unseen = sorted(set(labels) - set(classes))
    if len(classes) < 2 or unseen or training.all():
        sys.exit(f"cannot train: {len(classes)} classes, only in the test: {unseen}, "
                 f"{int((~training).sum())} test samples")
    mean = samples[training].mean((0, 1), dtype=np.float64).astype(np.float32)
    std = samples[training].std((0, 1), dtype=np.float64).astype(np.float32)
    std[std == 0] = 1
    target = np.array([classes.index(name) for name in labels])
    model = network(len(classes))
    scaled = ((samples - mean) / std).reshape((-1,) + model.input_shape[1:])
    model.compile(keras.optimizers.Adam(SPEC["learning_rate"]), "sparse_categorical_crossentropy")
    model.fit(scaled[training], target[training], epochs=SPEC["epochs"],
              batch_size=SPEC["batch_size"], verbose=0)
    model.save("model.keras")

    guess = model.predict(scaled[~training], verbose=0).argmax(1)
    confusion = np.zeros((len(classes), len(classes)), int)
    np.add.at(confusion, (target[~training], guess), 1)
    accuracy = float(np.trace(confusion) / confusion.sum())
    result = {"origin": "trained", "model": "model.keras", "features": SPEC["features"],
              "label": SPEC["label"], "window": SPEC["window"], "classes": classes,
              "scaling": "standard", "mean": [float(v) for v in mean], "std": [float(v) for v in std],
              "accuracy": accuracy,
              "confusion": [{"class": name, "given": row.tolist()}
                            for name, row in zip(classes, confusion)],
              "params": model.count_params(),
              "train_samples": int(training.sum()), "test_samples": int((~training).sum())}
    with open("train.json", "w", encoding="utf-8") as file:
        json.dump(result, file, indent=1, ensure_ascii=False)
    print(f"accuracy {accuracy:.3f} on {result['test_samples']} samples not seen in training, "
          f"{result['params']} parameters, {time.monotonic() - started:.1f} s")


main(sys.argv[1])
