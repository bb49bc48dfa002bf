/*
  Fruit classifier: Arduino Nano 33 BLE Sense, APDS9960 color sensor, TensorFlow Lite Micro.
  Written in the way language models write it: all ops, 5 arguments, static interpreter.
*/
#include <TensorFlowLite.h>
#include <tensorflow/lite/micro/all_ops_resolver.h>
#include <tensorflow/lite/micro/micro_error_reporter.h>
#include <tensorflow/lite/micro/micro_interpreter.h>
#include <tensorflow/lite/schema/schema_generated.h>
#include <tensorflow/lite/version.h>
#include <Arduino_APDS9960.h>
#include "model.h"

namespace {
tflite::ErrorReporter* error_reporter = nullptr;
const tflite::Model* tfl_model = nullptr;
tflite::MicroInterpreter* interpreter = nullptr;
TfLiteTensor* input = nullptr;
TfLiteTensor* output = nullptr;
constexpr int kTensorArenaSize = 8 * 1024;
uint8_t tensor_arena[kTensorArenaSize];
const char* CLASSES[] = {"Apple", "Banana", "Orange"};
}  // namespace

void setup() {
  Serial.begin(9600);
  while (!Serial) { ; }
  static tflite::MicroErrorReporter micro_error_reporter;
  error_reporter = &micro_error_reporter;
  if (!APDS.begin()) {
    TF_LITE_REPORT_ERROR(error_reporter, "APDS9960 failed");
    while (1);
  }
  tfl_model = tflite::GetModel(model);
  if (tfl_model->version() != TFLITE_SCHEMA_VERSION) {
    TF_LITE_REPORT_ERROR(error_reporter, "Model version %d is not %d", tfl_model->version(), TFLITE_SCHEMA_VERSION);
    return;
  }
  static tflite::AllOpsResolver resolver;
  static tflite::MicroInterpreter static_interpreter(tfl_model, resolver, tensor_arena, kTensorArenaSize, error_reporter);
  interpreter = &static_interpreter;
  if (interpreter->AllocateTensors() != kTfLiteOk) {
    TF_LITE_REPORT_ERROR(error_reporter, "AllocateTensors() failed");
    return;
  }
  input = interpreter->input(0);
  output = interpreter->output(0);
}

void loop() {
  int r, g, b, c;
  if (!APDS.colorAvailable()) {
    delay(5);
    return;
  }
  APDS.readColor(r, g, b, c);
  float features[3] = {r / 255.0f, g / 255.0f, b / 255.0f};
  for (int i = 0; i < 3; i++) {
    int32_t q = (int32_t)lroundf(features[i] / input->params.scale) + input->params.zero_point;
    input->data.int8[i] = (int8_t)constrain(q, -128, 127);
  }
  if (interpreter->Invoke() != kTfLiteOk) {
    TF_LITE_REPORT_ERROR(error_reporter, "Invoke failed");
    return;
  }
  int best = argmax(output->data.int8, 3);
  Serial.print("Class: ");
  Serial.println(CLASSES[best]);
}

int argmax(const int8_t* v, int n) {
  int best = 0;
  for (int i = 1; i < n; i++) {
    if (v[i] > v[best]) best = i;
  }
  return best;
}
