void setup() {
  Serial.begin(9600);
  const char* names[] = {"\xF0\x9F\x8D\x8E", "\U0001F34C"};
  for (auto n : names) Serial.println(n);
  exit(0);
}
void loop() {}
