void setup() {
  *(volatile int *)0x21000000 = 1;
}
void loop() {}
