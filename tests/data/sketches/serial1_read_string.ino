void setup() {
  Serial.begin(9600);
  Serial1.begin(9600);
}
void loop() {
  if (Serial1.available()) {
    String text = Serial1.readString();
    text.trim();
    Serial.print("[");
    Serial.print(text);
    Serial.println("]");
  }
}
