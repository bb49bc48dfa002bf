#include <TensorFlowLite.h>
#include "tensorflow/lite/micro/all_ops_resolver.h"
#include "tensorflow/lite/micro/micro_error_reporter.h"
#include "tensorflow/lite/micro/micro_interpreter.h"
#include "tensorflow/lite/schema/schema_generated.h"
#include "model.h"

// Input bytes come as numbers on Serial1, output bytes leave as numbers on Serial: any type, exactly.
constexpr int kArena = 60 * 1024;
alignas(16) uint8_t arena[kArena];
tflite::MicroInterpreter* interpreter = nullptr;

void setup() {
  Serial.begin(115200);
  static tflite::MicroErrorReporter reporter;
  static tflite::AllOpsResolver resolver;
  static tflite::MicroInterpreter own(tflite::GetModel(model), resolver, arena, kArena, &reporter);
  if (own.AllocateTensors() != kTfLiteOk) {
    Serial.println("allocate failed");
    exit(2);
  }
  interpreter = &own;
}

void loop() {
  if (Serial1.available() <= 0) return;
  TfLiteTensor* in = interpreter->input(0);
  for (size_t i = 0; i < in->bytes; i++) in->data.uint8[i] = (uint8_t)Serial1.parseInt();
  Serial1.readStringUntil('\n');
  if (interpreter->Invoke() != kTfLiteOk) {
    Serial.println("invoke failed");
    exit(3);
  }
  TfLiteTensor* out = interpreter->output(0);
  for (size_t i = 0; i < out->bytes; i++) {
    Serial.print(out->data.uint8[i]);
    Serial.print(i + 1 < out->bytes ? "," : "\n");
  }
}
