// Every header that ordinary sketches name, and the calls that they make; compile only.
#include <Arduino.h>
#include <Wire.h>
#include <SPI.h>
#include <mbed.h>
#include <ArduinoBLE.h>
#include <TensorFlowLite.h>
#include "tensorflow/lite/c/common.h"
#include "tensorflow/lite/micro/kernels/micro_ops.h"
#include "tensorflow/lite/kernels/kernel_util.h"
#include "tensorflow/lite/micro/micro_allocator.h"
#include "tensorflow/lite/micro/micro_error_reporter.h"
#include "tensorflow/lite/micro/micro_interpreter.h"
#include "tensorflow/lite/micro/micro_mutable_op_resolver.h"
#include "tensorflow/lite/micro/all_ops_resolver.h"
#include "tensorflow/lite/micro/kernels/all_ops_resolver.h"
#include "tensorflow/lite/schema/schema_generated.h"
#include "tensorflow/lite/version.h"
#include <Arduino_APDS9960.h>
#include <Arduino_LSM9DS1.h>
#include <Arduino_HTS221.h>
#include <Arduino_LPS22HB.h>
#include <Adafruit_TCS34725.h>

using namespace tflite;
using mbed::DigitalOut;

enum State { WAITING, READY };
struct Reading {
  float t, h;
  Reading() : t(0), h(0) {}
};
Reading latest;
State state = WAITING;
static tflite::MicroMutableOpResolver<8> micro_op_resolver;  // NOLINT
DigitalOut led(LEDR);
uint8_t arena[4096] __attribute__((aligned(16)));

const char* stateName(State s);
Reading readAll(bool fahrenheit = false);

void setup() {
  pinMode(LED_BUILTIN, OUTPUT);
  pinMode(LEDR, OUTPUT);
  digitalWrite(LEDR, HIGH);
  analogWrite(LEDG, 128);
  analogReadResolution(12);
  randomSeed(analogRead(A0));
  Serial.begin(115200, SERIAL_8N1);
  if (Serial) Serial.flush();
  unsigned long start = millis();
  while (!Serial && millis() - start < 3000) delay(10);
  micro_op_resolver.AddBuiltin(tflite::BuiltinOperator_FULLY_CONNECTED, tflite::ops::micro::Register_FULLY_CONNECTED(), 1, 4);
  micro_op_resolver.AddBuiltin(tflite::BuiltinOperator_SOFTMAX, tflite::ops::micro::Register_SOFTMAX());
  if (micro_op_resolver.AddConv2D() != kTfLiteOk) return;
  micro_op_resolver.AddDepthwiseConv2D();
  micro_op_resolver.AddMaxPool2D();
  micro_op_resolver.AddReshape();
  micro_op_resolver.AddLogistic();
  Wire.begin();
  Wire.beginTransmission(0x39);
  byte error = Wire.endTransmission();
  Serial.println(error, HEX);
  APDS.setGestureSensitivity(80);
  IMU.setContinuousMode();
  rtos::ThisThread::sleep_for(5);
  thread_sleep_for(1);
}

void loop() {
  latest = readAll();
  char text[32];
  snprintf(text, sizeof(text), "%.2f", latest.t);
  dtostrf(latest.h, 6, 2, text);
  itoa(42, text, 10);
  Serial.println(text);
  Serial.println(stateName(state));
  Serial.println(roundf(2.5f) + expf(0.1f) + lroundf(1.2f) + (float)isfinite(latest.t));
  Serial.println(max(0, min(255, (int)random(10, 20))));
  Serial.println(bitRead(5, 0));
  Serial.println(digitalRead(2) == HIGH ? F("high") : F("low"));
  Serial.println(sizeof(arena));
  Serial.println((int8_t)-5);
  Serial.println(kTfLiteOk);
  TfLiteTensor* none = nullptr;
  if (none && none->dims->size == 2 && none->type == kTfLiteUInt8 && none->bytes > 0) {
    none->data.uint8[0] = (uint8_t)(1.0f / none->params.scale + none->params.zero_point);
    none->data.f[0] = none->data.int8[0];
  }
  led = !led;
  state = READY;
  yield();
  delayMicroseconds(10);
}

const char* stateName(State s) {
  switch (s) {
    case WAITING: return "waiting";
    default: return "ready";
  }
}

Reading readAll(bool fahrenheit) {
  Reading r;
  r.t = HTS.readTemperature(fahrenheit ? FAHRENHEIT : CELSIUS);
  r.h = HTS.readHumidity() + BARO.readPressure(MILLIBAR);
  return r;
}
