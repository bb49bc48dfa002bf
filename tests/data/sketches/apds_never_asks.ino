#include <Arduino_APDS9960.h>
APDS9960 sensor(Wire, INT_APDS);
void setup() {
  Serial.begin(9600);
  sensor.begin();
}
void loop() {
  int r, g, b;
  sensor.readColor(r, g, b);
  Serial.println(String(r) + " " + String(g) + " " + String(b));
  delay(500);
}
