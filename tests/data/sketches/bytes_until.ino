void setup() {
  Serial.begin(9600);
  Serial1.begin(9600);
  Serial1.setTimeout(50);
}
void loop() {
  char text[16];
  size_t n = Serial1.readBytesUntil('\n', text, sizeof text - 1);
  if (!n) return;
  text[n] = '\0';
  int a, b;
  if (sscanf(text, "%d,%d", &a, &b) == 2) Serial.println(a * b);
}
