#include <Wire.h>
#include <SPI.h>
#include <ArduinoBLE.h>
#include "mbed.h"
BLEService service("180F");
BLEUnsignedCharCharacteristic level("2A19", BLERead | BLENotify);
void setup() {
  Serial.begin(9600);
  String s = "abc";
  s += 1;
  s += ',';
  s += 2.5f;
  s += F("!");
  Serial.println(s);
  Serial.println(s.substring(1, 3) + "-" + s.length() + "-" + String(255, HEX));
  s.replace("b", "BB");
  s.toUpperCase();
  Serial.println(s);
  Serial.println(s.indexOf("BB"));
  Serial.println(String("12.5").toFloat() + String("3").toInt());
  Serial.println(map(5, 0, 10, 0, 100));
  Serial.println(constrain(300, 0, 255));
  Serial.println(min(3, 2.5), 1);
  Serial.println(-7);
  Serial.println(3.14159, 4);
  Serial.println(10, BIN);
  Serial.println(NAN);
  Serial.printf("%d %s %.2f\n", 7, "x", 1.5);
  Serial.println(Serial ? "serial" : "none");
  BLE.begin();
  BLE.setAdvertisedService(service);
  service.addCharacteristic(level);
  level.writeValue(7);
  BLE.advertise();
  Serial.println(level.value());
  exit(3);
}
void loop() {}
