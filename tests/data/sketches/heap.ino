char *blocks[1000];
void setup() {
  Serial.begin(9600);
  for (int i = 0;; i++) {
    blocks[i % 1000] = new char[10000];
    blocks[i % 1000][0] = 1;
  }
}
void loop() {}
