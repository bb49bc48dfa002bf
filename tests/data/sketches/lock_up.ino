// Turns faults off and faults: the processor locks up, no handler can say anything.
void setup() {
  Serial.begin(9600);
  Serial.println("before");
  __asm volatile("cpsid f");
  *(volatile int *)0x70000000 = 1;
}
void loop() {}
