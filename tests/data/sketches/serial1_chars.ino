char line[64];
size_t length = 0;
void setup() {
  Serial.begin(9600);
  Serial1.begin(9600);
}
void loop() {
  while (Serial1.available() > 0) {
    char c = (char)Serial1.read();
    if (c == '\n') {
      line[length] = '\0';
      handle(line);
      length = 0;
    } else if (length < sizeof(line) - 1) {
      line[length++] = c;
    }
  }
}
void handle(char *text) {
  float sum = 0;
  for (char *p = strtok(text, ","); p; p = strtok(NULL, ",")) sum += atof(p);
  Serial.print("sum ");
  Serial.println(sum, 2);
}
