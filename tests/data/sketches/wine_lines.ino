/*
  Wine classifier. Input: 13 comma separated values per line on Serial1. In the style of a language model:
  String parsing, scaling tables, quantization by hand, confidence in percent.
*/
#include <TensorFlowLite.h>
#include "tensorflow/lite/micro/all_ops_resolver.h"
#include "tensorflow/lite/micro/micro_error_reporter.h"
#include "tensorflow/lite/micro/micro_interpreter.h"
#include "tensorflow/lite/schema/schema_generated.h"
#include "tensorflow/lite/version.h"
#include "model.h"

#define NUM_FEATURES 13
#define NUM_CLASSES 3

static const char *const kLabels[NUM_CLASSES] = {"class_0", "class_1", "class_2"};
static float features[NUM_FEATURES];

tflite::MicroErrorReporter micro_error_reporter;
tflite::ErrorReporter *error_reporter = &micro_error_reporter;
tflite::AllOpsResolver resolver;
const tflite::Model *tf_model = nullptr;
tflite::MicroInterpreter *interpreter = nullptr;
TfLiteTensor *input = nullptr, *output = nullptr;
constexpr int kTensorArenaSize = 10 * 1024;
alignas(16) uint8_t tensor_arena[kTensorArenaSize];

bool parseLine(const String &line, float *values, int count);
int8_t quantize(float value, float scale, int zeroPoint);

void setup() {
  Serial.begin(9600);
  Serial1.begin(9600);
  while (!Serial) {
    delay(1);
  }
  tf_model = tflite::GetModel(model);
  if (tf_model->version() != TFLITE_SCHEMA_VERSION) {
    error_reporter->Report("Model provided is schema version %d not equal to supported version %d.",
                           tf_model->version(), TFLITE_SCHEMA_VERSION);
    return;
  }
  interpreter = new tflite::MicroInterpreter(tf_model, resolver, tensor_arena, kTensorArenaSize, error_reporter);
  TfLiteStatus allocate_status = interpreter->AllocateTensors();
  if (allocate_status != kTfLiteOk) {
    error_reporter->Report("AllocateTensors() failed");
    return;
  }
  input = interpreter->input(0);
  output = interpreter->output(0);
  Serial.print(F("Arena used: "));
  Serial.println(interpreter->arena_used_bytes());
}

void loop() {
  if (!Serial1.available()) return;
  String line = Serial1.readStringUntil('\n');
  line.trim();
  if (line.length() == 0) return;
  if (!parseLine(line, features, NUM_FEATURES)) {
    Serial.println("Bad line: " + line);
    return;
  }
  for (int i = 0; i < NUM_FEATURES; i++) {
    input->data.int8[i] = quantize(features[i], input->params.scale, input->params.zero_point);
  }
  if (interpreter->Invoke() != kTfLiteOk) {
    Serial.println("Invoke failed");
    return;
  }
  int best = 0;
  float bestScore = -1.0f;
  for (int i = 0; i < NUM_CLASSES; i++) {
    float score = (output->data.int8[i] - output->params.zero_point) * output->params.scale;
    if (score > bestScore) {
      bestScore = score;
      best = i;
    }
  }
  Serial.print("Prediction: ");
  Serial.print(kLabels[best]);
  Serial.print(" (");
  Serial.print(bestScore * 100.0f, 1);
  Serial.println("%)");
}

bool parseLine(const String &line, float *values, int count) {
  int start = 0;
  for (int i = 0; i < count; i++) {
    int comma = line.indexOf(',', start);
    if (comma < 0 && i < count - 1) return false;
    String field = comma < 0 ? line.substring(start) : line.substring(start, comma);
    values[i] = field.toFloat();
    start = comma + 1;
  }
  return true;
}

int8_t quantize(float value, float scale, int zeroPoint) {
  int32_t q = (int32_t)roundf(value / scale) + zeroPoint;
  return (int8_t)max(-128, min(127, (int)q));
}
