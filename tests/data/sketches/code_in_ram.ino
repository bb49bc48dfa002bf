uint16_t code[] = {0x4770, 0x4770};  // bx lr
void setup() {
  ((void (*)())((uintptr_t)code | 1))();
}
void loop() {}
