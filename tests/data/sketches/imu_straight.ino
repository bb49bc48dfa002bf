#include <Arduino_LSM9DS1.h>
// Reads a window without asking whether samples are there.
void setup() {
  Serial.begin(115200);
  IMU.begin();
}
void loop() {
  float x, y, z, gx, gy, gz, sum = 0;
  for (int i = 0; i < 100; i++) {
    IMU.readAcceleration(x, y, z);
    IMU.readGyroscope(gx, gy, gz);
    sum += x + y + z + gx + gy + gz;
    delay(10);
  }
  Serial.println("window sum=" + String(sum, 3));
}
