#include <TensorFlowLite.h>
#include "tensorflow/lite/micro/all_ops_resolver.h"
#include "tensorflow/lite/micro/micro_interpreter.h"
#include "tensorflow/lite/schema/schema_generated.h"
#include "model.h"
struct __attribute__((packed)) { char odd; unsigned char bytes[sizeof(model)]; } holder;
void setup() {
  Serial.begin(9600);
  memcpy(holder.bytes, model, sizeof(model));
  const tflite::Model* m = tflite::GetModel(holder.bytes);
  Serial.println(m->version());
}
void loop() {}
