#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""board_model.py OUT.h: an int8 network that names the largest of three inputs between 0 and 1, as model.h.

Its weights are set, not learned: 8 on the diagonal. For tests of build and run; says nothing about learning."""
import os
import sys

os.environ.update(TF_CPP_MIN_LOG_LEVEL="3", CUDA_VISIBLE_DEVICES="")
import numpy as np
import tensorflow as tf

layers = tf.keras.layers
model = tf.keras.Sequential([tf.keras.Input(batch_shape=(1, 3)), layers.Dense(3, activation="softmax")])
model.layers[-1].set_weights([np.eye(3, dtype="float32") * 8, np.zeros(3, "float32")])
samples = np.random.default_rng(1).random((200, 1, 3), dtype="float32")
converter = tf.lite.TFLiteConverter.from_keras_model(model)
converter.optimizations = [tf.lite.Optimize.DEFAULT]
converter.representative_dataset = lambda: ([row] for row in samples)
converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
converter.inference_input_type = converter.inference_output_type = tf.int8
buffer = converter.convert()
with open(sys.argv[1], "w", encoding="ascii") as out:
    out.write("#pragma once\nalignas(16) const unsigned char model[] = {%s};\nconst unsigned int model_len = %d;\n"
              % (",".join(map(str, buffer)), len(buffer)))
