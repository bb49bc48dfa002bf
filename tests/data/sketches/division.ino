volatile int zero = 0;
void setup() {
  Serial.begin(9600);
  Serial.println("before");
  Serial.println(10 / zero);
}
void loop() {}
