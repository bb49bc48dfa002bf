#include <Arduino_HTS221.h>
#include <Arduino_LPS22HB.h>

void setup() {
  Serial.begin(9600);
  if (!HTS.begin() || !BARO.begin()) {
    Serial.println("Failed to initialize sensor!");
    while (1);
  }
}

void loop() {
  // three readings averaged, as models like to do
  float t = 0, h = 0, p = 0;
  for (int i = 0; i < 3; i++) {
    t += HTS.readTemperature();
    h += HTS.readHumidity();
    p += BARO.readPressure();
    delay(50);
  }
  Serial.print(t / 3);
  Serial.print(' ');
  Serial.print(h / 3);
  Serial.print(' ');
  Serial.println(p / 3);
  delay(2000);
}
