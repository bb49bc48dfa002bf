#include <TensorFlowLite.h>
#include "tensorflow/lite/micro/all_ops_resolver.h"
#include "tensorflow/lite/micro/micro_interpreter.h"
#include "tensorflow/lite/schema/schema_generated.h"
#include "model.h"
// No reporter, a resolver that lacks an operator, then an arena that is too small: messages, no crash.
uint8_t arena[8000];
tflite::ErrorReporter *reporter = nullptr;
void setup() {
  Serial.begin(9600);
  TF_LITE_REPORT_ERROR(reporter, "reported %d", 42);
  static tflite::MicroMutableOpResolver<1> few;
  few.AddSoftmax();
  static tflite::MicroInterpreter a(tflite::GetModel(model), few, arena, sizeof arena, nullptr);
  Serial.println(a.AllocateTensors() == kTfLiteOk ? "ok" : "failed");
  Serial.println(a.Invoke() == kTfLiteOk ? "ok" : "failed");
  static tflite::AllOpsResolver all;
  static tflite::MicroInterpreter b(tflite::GetModel(model), all, arena, 256, reporter);
  Serial.println(b.AllocateTensors() == kTfLiteOk ? "ok" : "too small");
  exit(0);
}
void loop() {}
