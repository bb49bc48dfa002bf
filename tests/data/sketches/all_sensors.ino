#include <Arduino_APDS9960.h>
#include <Arduino_LSM9DS1.h>
// One line for each row: gesture, proximity, magnetic field, analog input, a word typed on Serial.
void setup() {
  Serial.begin(9600);
  APDS.begin();
  IMU.begin();
}
void loop() {
  if (!Serial.available()) return;
  String word = Serial.readStringUntil('\n');
  int gesture = GESTURE_NONE, near = -1;
  if (APDS.gestureAvailable()) gesture = APDS.readGesture();
  if (APDS.proximityAvailable()) near = APDS.readProximity();
  float x, y, z;
  if (IMU.magneticFieldAvailable()) IMU.readMagneticField(x, y, z);
  Serial.print(word + " " + gesture + " " + near + " ");
  Serial.print(x, 1);
  Serial.print(" ");
  Serial.println(analogRead(A3));
}
