# SPDX-License-Identifier: Apache-2.0
"""Converts a Keras model for TensorFlow Lite Micro.

Usage: python3 convert.py DATA.csv train.json model.keras
Writes model.tflite into the current folder. A model that is a .tflite already is taken as it is.
"""
import json
import os
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"
import numpy as np
import pandas as pd
import tensorflow as tf

SPEC = @SPEC@


def calibration(path, train):
    """Scaled training samples, for the converter to see what ranges the values have."""
    table = pd.read_csv(path, dtype={train["label"]: str, "split": str}, keep_default_na=False,
                        na_values={name: [""] for name in train["features"]})
    if train["window"] > 1:
        table = table.sort_values(["window", "t"], kind="stable")
    raw = table[train["features"]].to_numpy(np.float32)
    raw = raw.reshape(-1, train["window"], len(train["features"]))
    raw = raw[(table["split"].iloc[::train["window"]] == "train").to_numpy()]
    picked = np.random.default_rng(SPEC["seed"]).permutation(len(raw))[:SPEC["calibration_samples"]]
    return (raw[picked] - np.float32(train["mean"])) / np.float32(train["std"])


def convert(path, samples):
    """The flat buffer; quantized with the samples if SPEC asks for int8 weights."""
    if path.endswith(".tflite"):
        return open(path, "rb").read()
    model = tf.keras.models.load_model(path, compile=False)
    shape = (1,) + model.input_shape[1:]  # a fixed batch of 1 keeps shape arithmetic out of the graph
    fixed = tf.keras.models.clone_model(model, input_tensors=tf.keras.Input(batch_shape=shape))
    fixed.set_weights(model.get_weights())
    tf.keras.utils.disable_interactive_logging()
    converter = tf.lite.TFLiteConverter.from_keras_model(fixed)
    if SPEC["weights"] == "int8":
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        converter.representative_dataset = lambda: ([x.reshape(shape)] for x in samples)
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
        converter.inference_input_type = tf.as_dtype(SPEC["input_type"])
        converter.inference_output_type = tf.as_dtype(SPEC["output_type"])
        # dense weights with one scale per tensor: small runtimes compute them exactly
        converter._experimental_disable_per_channel_quantization_for_dense_layers = True
    return converter.convert()


def main(data, train_path, model_path):
    with open(train_path, encoding="utf-8") as file:
        train = json.load(file)
    buffer = convert(model_path, calibration(data, train))
    with open("model.tflite", "wb") as file:
        file.write(buffer)
    print(f"model.tflite: {len(buffer)} bytes, {SPEC['weights']} weights")


main(sys.argv[1], sys.argv[2], sys.argv[3])
