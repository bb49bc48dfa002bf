#include <Arduino_LSM9DS1.h>

const int kSamples = 100;
float window_data[kSamples][6];
int filled = 0;

void setup() {
  Serial.begin(9600);
  if (!IMU.begin()) {
    Serial.println("Failed to initialize IMU!");
    while (true);
  }
}

void loop() {
  if (IMU.accelerationAvailable() && IMU.gyroscopeAvailable()) {
    float* s = window_data[filled];
    IMU.readAcceleration(s[0], s[1], s[2]);
    IMU.readGyroscope(s[3], s[4], s[5]);
    filled++;
    if (filled == kSamples) {
      float sum = 0;
      for (int i = 0; i < kSamples; i++) {
        for (int k = 0; k < 6; k++) sum += window_data[i][k];
      }
      Serial.print("window sum=");
      Serial.println(sum, 3);
      filled = 0;
    }
  }
}
