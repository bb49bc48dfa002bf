void setup() {
  noInterrupts();
  while (true) {
  }
}
void loop() {}
