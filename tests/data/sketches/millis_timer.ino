// "Blink without delay": everything hangs on millis().
#include <Adafruit_TCS34725.h>
Adafruit_TCS34725 tcs;
unsigned long previousMillis = 0;
const long interval = 1000;
void setup() {
  Serial.begin(9600);
  tcs.begin();
}
void loop() {
  unsigned long currentMillis = millis();
  if (currentMillis - previousMillis >= interval) {
    previousMillis = currentMillis;
    float r, g, b;
    tcs.getRGB(&r, &g, &b);
    Serial.println(r, 1);
  }
}
