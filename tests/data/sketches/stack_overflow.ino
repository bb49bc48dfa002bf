int depth(int n) {
  volatile char block[512];
  block[0] = (char)n;
  return depth(n + 1) + block[0];
}
void setup() {
  Serial.begin(9600);
  Serial.println(depth(0));
}
void loop() {}
