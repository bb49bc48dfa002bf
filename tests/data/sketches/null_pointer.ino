struct thing { int a, b; };
thing *volatile nothing;
void setup() {
  Serial.begin(9600);
  Serial.println(nothing->b);
}
void loop() {}
