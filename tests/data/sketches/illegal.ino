void setup() {
  __asm volatile("udf #0");
}
void loop() {}
