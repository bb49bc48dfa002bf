// SPDX-License-Identifier: Apache-2.0
// @NAME@: @DESCRIPTION@
// For each sample it prints one line on Serial: the class and its score.
@INPUTS@
#include <TensorFlowLite.h>
#include <tensorflow/lite/micro/micro_error_reporter.h>
#include <tensorflow/lite/micro/micro_interpreter.h>
#include <tensorflow/lite/micro/micro_mutable_op_resolver.h>
#include <tensorflow/lite/schema/schema_generated.h>
#include <tensorflow/lite/version.h>
@INCLUDES@
#include "@MODEL_PATH@"

namespace {

const char* const kClasses[] = {@CLASSES@};
constexpr int kClassCount = @CLASS_COUNT@;

// The network sees (measured - mean) / std, as in training.
constexpr int kFeatureCount = @FEATURE_COUNT@;
const float kMean[kFeatureCount] = {@MEAN@};
const float kStd[kFeatureCount] = {@STD@};
constexpr int kMoments = @MOMENTS@;  // readings per sample

constexpr int kArenaSize = @ARENA@;
alignas(16) uint8_t tensor_arena[kArenaSize];

tflite::MicroErrorReporter error_reporter;
tflite::MicroInterpreter* interpreter = nullptr;
TfLiteTensor* input = nullptr;
TfLiteTensor* output = nullptr;

}  // namespace

void stop(const char* why) {
  while (true) {
    Serial.println(why);
    delay(5000);
  }
}

void setup() {
  Serial.begin(@BAUD@);
  while (!Serial) {
  }
@BEGIN@
  const tflite::Model* model = tflite::GetModel(@SYMBOL@);
  if (model->version() != TFLITE_SCHEMA_VERSION) {
    stop("The network has another format than this library reads.");
  }
  static tflite::MicroMutableOpResolver<@OPERATOR_COUNT@> resolver;
@OPERATORS@
  static tflite::MicroInterpreter static_interpreter(model, resolver, tensor_arena, kArenaSize,
                                                     &error_reporter);
  interpreter = &static_interpreter;
  if (interpreter->AllocateTensors() != kTfLiteOk) {
    stop("The network does not fit into the arena, or has an operator that is not here.");
  }
  input = interpreter->input(0);
  output = interpreter->output(0);
  if (input->type != @INPUT_TYPE@ || output->type != @OUTPUT_TYPE@ ||
      input->bytes != kMoments * kFeatureCount * sizeof(@INPUT_C@) ||
      output->bytes != kClassCount * sizeof(@OUTPUT_C@)) {
    stop("model.h holds another network than this sketch was made for.");
  }
}
@SERIAL@
// Waits for new values of all sources and reads them, in the order of the features.
void readMoment(float* value) {
@READ@}

// Puts a scaled value where the network reads it.
void setInput(int index, float value) {
@SET_INPUT@}

// Score of a class, 0 to 1.
float scoreOf(int index) {
@SCORE@}

void loop() {
  for (int t = 0; t < kMoments; t++) {
    float value[kFeatureCount];
    readMoment(value);
    for (int i = 0; i < kFeatureCount; i++) {
      setInput(t * kFeatureCount + i, (value[i] - kMean[i]) / kStd[i]);
    }
  }
  if (interpreter->Invoke() != kTfLiteOk) {
    stop("The network could not be run.");
  }
  int best = 0;
  for (int i = 1; i < kClassCount; i++) {
    if (scoreOf(i) > scoreOf(best)) {
      best = i;
    }
  }
  Serial.print(kClasses[best]);
  Serial.print(' ');
  Serial.println(scoreOf(best), 2);
@PAUSE@}
