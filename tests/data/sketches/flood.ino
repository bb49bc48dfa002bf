void setup() {
  Serial.begin(9600);
}
void loop() {
  Serial.println("all work and no play makes a dull board");
}
