#include <Arduino_APDS9960.h>
// No delay at all, and the same color read several times before anything is printed.
void setup() {
  Serial.begin(115200);
  APDS.begin();
}
void loop() {
  long sum = 0;
  for (int i = 0; i < 5; i++) {
    int r, g, b;
    while (!APDS.colorAvailable());
    APDS.readColor(r, g, b);
    sum += r;
  }
  Serial.println(sum / 5);
}
