const int table[4] = {1, 2, 3, 4};
void setup() {
  int *p = (int *)table;
  *(volatile int *)p = 5;
}
void loop() {}
