void setup() {
  Serial.begin(9600);
  Serial.println("before");
  abort();
}
void loop() {}
