/*
  IMU classifier in the manner of Arduino's gesture tutorial: waits for significant motion, then collects
  samples, normalizes them and infers. Compile and run without a model of its own: prints the sums.
*/
#include <Arduino_LSM9DS1.h>

const float accelerationThreshold = 2.5; // threshold of significant in G's
const int numSamples = 50;
int samplesRead = numSamples;
float sum[6];

void setup() {
  Serial.begin(9600);
  while (!Serial);
  if (!IMU.begin()) {
    Serial.println("Failed to initialize IMU!");
    while (1);
  }
  Serial.print("Accelerometer sample rate = ");
  Serial.print(IMU.accelerationSampleRate());
  Serial.println(" Hz");
  Serial.println();
}

void loop() {
  float aX, aY, aZ, gX, gY, gZ;

  // wait for significant motion
  while (samplesRead == numSamples) {
    if (IMU.accelerationAvailable()) {
      // read the acceleration data
      IMU.readAcceleration(aX, aY, aZ);

      // sum up the absolutes
      float aSum = fabs(aX) + fabs(aY) + fabs(aZ);

      // check if it's above the threshold
      if (aSum >= accelerationThreshold) {
        // reset the sample read count
        samplesRead = 0;
        break;
      }
    }
  }

  // check if all the required samples have been read since the last time the significant motion was detected
  while (samplesRead < numSamples) {
    // check if new acceleration AND gyroscope data is available
    if (IMU.accelerationAvailable() && IMU.gyroscopeAvailable()) {
      IMU.readAcceleration(aX, aY, aZ);
      IMU.readGyroscope(gX, gY, gZ);
      sum[0] += (aX + 4.0) / 8.0;
      sum[3] += (gX + 2000.0) / 4000.0;
      samplesRead++;
      if (samplesRead == numSamples) {
        Serial.print("sums: ");
        Serial.print(sum[0], 6);
        Serial.print(" ");
        Serial.println(sum[3], 6);
        sum[0] = sum[3] = 0;
      }
    }
  }
}
