void setup() {
  Serial.begin(9600);
  Serial1.begin(9600);
}
void loop() {
  if (Serial1.available() > 0) {
    float a = Serial1.parseFloat();
    float b = Serial1.parseFloat();
    float c = Serial1.parseFloat();
    Serial.print(a);
    Serial.print('|');
    Serial.print(b);
    Serial.print('|');
    Serial.println(c);
  }
}
