// What sketches take from the C++ and C libraries.
#include <vector>
#include <string>
#include <array>
#include <algorithm>
#include <functional>
#include <numeric>
#include <cstdio>
#include <ctime>
std::vector<float> history;
std::function<float(float)> half = [](float v) { return v / 2; };
int counter() {
  static int n = 0;
  return ++n;
}
void setup() {
  Serial.begin(9600);
  for (int i = 0; i < 10; i++) history.push_back(half((i * 7) % 10));
  std::sort(history.begin(), history.end());
  Serial.println(history[9]);
  Serial.println(std::accumulate(history.begin(), history.end(), 0.0f));
  std::string s = "abc";
  s += "def";
  Serial.println(s.c_str());
  std::array<int, 3> a = {{3, 1, 2}};
  Serial.println(*std::max_element(a.begin(), a.end()));
  printf("printf %5.2f %s\n", 2.5, "text");
  float x = 0;
  int k = sscanf("3.5 4", "%f", &x);
  Serial.println(k);
  Serial.println(x);
  char *end;
  Serial.println(strtod("1.25e2", &end));
  Serial.println((unsigned long)time(NULL) < 100);
  srand(1);
  Serial.println(rand() == rand());
  Serial.println(counter() + counter());
  Serial.println(sqrt(2.0), 6);
  Serial.println(isnan(NAN) || isinf(INFINITY));
  exit(0);
}
void loop() {}
