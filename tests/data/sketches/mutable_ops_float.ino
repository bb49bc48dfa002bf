#include <TensorFlowLite.h>
#include "tensorflow/lite/micro/micro_mutable_op_resolver.h"
#include "tensorflow/lite/micro/micro_interpreter.h"
#include "tensorflow/lite/micro/micro_error_reporter.h"
#include "tensorflow/lite/schema/schema_generated.h"
#include "model.h"

// Heap objects and six arguments; numbers come as comma separated lines on Serial1.
tflite::MicroErrorReporter reporter;
tflite::MicroMutableOpResolver<6> resolver(&reporter);
tflite::MicroInterpreter *interp;
alignas(16) static uint8_t arena[16 * 1024];

void setup() {
  Serial.begin(115200);
  Serial1.begin(115200);
  resolver.AddFullyConnected();
  resolver.AddSoftmax();
  resolver.AddReshape();
  resolver.AddQuantize();
  resolver.AddDequantize();
  resolver.AddRelu();
  interp = new tflite::MicroInterpreter(tflite::GetModel(model), resolver, arena, sizeof(arena), &reporter, nullptr);
  if (interp->AllocateTensors() != kTfLiteOk) {
    Serial.println(F("allocate failed"));
  }
}

void loop() {
  if (Serial1.available() <= 0) return;
  TfLiteTensor *in = interp->input(0);
  int n = in->dims->data[1];
  for (int i = 0; i < n; i++) {
    in->data.f[i] = Serial1.parseFloat();
  }
  Serial1.readStringUntil('\n');
  interp->Invoke();
  TfLiteTensor *out = interp->output(0);
  for (int i = 0; i < out->dims->data[1]; i++) {
    Serial.print(out->data.uint8[i]);
    Serial.print(i + 1 < out->dims->data[1] ? "," : "\n");
  }
}
