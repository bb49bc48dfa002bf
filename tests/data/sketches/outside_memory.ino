void setup() {
  *(volatile int *)0x20050000 = 1;
}
void loop() {}
