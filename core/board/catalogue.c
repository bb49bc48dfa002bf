/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The catalogue as tables. What stands here is what core/board/platform offers; tests/unit/board_test.c compares
 * the operators with its board_kernels.h and every signature with its headers. */
#include <math.h>
#include <string.h>

#include "core/base/str.h"
#include "core/board/board.h"

#define COUNT(table) ((int)(sizeof(table) / sizeof(*(table))))
#define APDS "Arduino_APDS9960", "Arduino_APDS9960.h"
#define LSM "Arduino_LSM9DS1", "Arduino_LSM9DS1.h"
#define HTS "Arduino_HTS221", "Arduino_HTS221.h"
#define LPS "Arduino_LPS22HB", "Arduino_LPS22HB.h"
#define CORE "", "Arduino.h"

static const struct board_sensor nano33ble_sensors[] = {
    {"color", APDS, "r g b c", "counts 0..65535", "APDS.colorAvailable(), APDS.readColor(r, g, b, c)", "color",
     4, true, {0, 0, 0, NAN}},
    {"proximity", APDS, "level", "0 near .. 255 far", "APDS.proximityAvailable(), APDS.readProximity()",
     "proximity", 1, true, {255}},
    {"gesture", APDS, "direction", "-1 none, 0 up, 1 down, 2 left, 3 right",
     "APDS.gestureAvailable(), APDS.readGesture()", "gesture", 1, true, {-1}},
    {"acc", LSM, "x y z", "g", "IMU.accelerationAvailable(), IMU.readAcceleration(x, y, z)", "accel", 3, false,
     {0, 0, 1}},
    {"gyr", LSM, "x y z", "degrees per second", "IMU.gyroscopeAvailable(), IMU.readGyroscope(x, y, z)", "gyro",
     3, false, {0, 0, 0}},
    {"mag", LSM, "x y z", "microtesla", "IMU.magneticFieldAvailable(), IMU.readMagneticField(x, y, z)", "mag", 3,
     false, {20, 0, -40}},
    {"temperature", HTS, "value", "degrees Celsius", "HTS.readTemperature()", "temperature", 1, false, {22}},
    {"humidity", HTS, "value", "percent", "HTS.readHumidity()", "humidity", 1, false, {40}},
    {"pressure", LPS, "value", "kilopascal", "BARO.readPressure()", "pressure", 1, false, {101.325}},
    {"a0", CORE, "value", "counts 0..1023", "analogRead(A0)", "a0", 1, true, {0}},
    {"a1", CORE, "value", "counts 0..1023", "analogRead(A1)", "a1", 1, true, {0}},
    {"a2", CORE, "value", "counts 0..1023", "analogRead(A2)", "a2", 1, true, {0}},
    {"a3", CORE, "value", "counts 0..1023", "analogRead(A3)", "a3", 1, true, {0}},
    {"a4", CORE, "value", "counts 0..1023", "analogRead(A4)", "a4", 1, true, {0}},
    {"a5", CORE, "value", "counts 0..1023", "analogRead(A5)", "a5", 1, true, {0}},
    {"a6", CORE, "value", "counts 0..1023", "analogRead(A6)", "a6", 1, true, {0}},
    {"a7", CORE, "value", "counts 0..1023", "analogRead(A7)", "a7", 1, true, {0}},
};

static const struct board_library nano33ble_libraries[] = {
    {"Arduino_TensorFlowLite", "2.4.0-ALPHA", "TensorFlowLite.h",
     "#include <TensorFlowLite.h>\n"
     "#include \"tensorflow/lite/micro/all_ops_resolver.h\"\n"
     "#include \"tensorflow/lite/micro/micro_mutable_op_resolver.h\"\n"
     "#include \"tensorflow/lite/micro/micro_error_reporter.h\"\n"
     "#include \"tensorflow/lite/micro/micro_interpreter.h\"\n"
     "#include \"tensorflow/lite/schema/schema_generated.h\"\n"
     "#include \"tensorflow/lite/version.h\" // TFLITE_SCHEMA_VERSION\n"
     "const tflite::Model *tflite::GetModel(const void *bytes);\n"
     "uint32_t tflite::Model::version() const;\n"
     "tflite::MicroErrorReporter::MicroErrorReporter();\n"
     "tflite::AllOpsResolver::AllOpsResolver();\n"
     "tflite::MicroMutableOpResolver<N>::MicroMutableOpResolver(tflite::ErrorReporter *reporter = nullptr);\n"
     "TfLiteStatus tflite::MicroMutableOpResolver<N>::AddFullyConnected(); // and AddConv2D(), AddSoftmax(), …\n"
     "tflite::MicroInterpreter::MicroInterpreter(const tflite::Model *model, const tflite::MicroOpResolver &resolver,"
     " uint8_t *arena, size_t arena_size, tflite::ErrorReporter *reporter, tflite::Profiler *profiler = nullptr);\n"
     "TfLiteStatus tflite::MicroInterpreter::AllocateTensors();\n"
     "TfLiteStatus tflite::MicroInterpreter::Invoke();\n"
     "TfLiteTensor *tflite::MicroInterpreter::input(size_t index);\n"
     "TfLiteTensor *tflite::MicroInterpreter::output(size_t index);\n"
     "size_t tflite::MicroInterpreter::arena_used_bytes() const;\n"
     "// TfLiteTensor: type (kTfLiteFloat32, kTfLiteInt8, kTfLiteUInt8), data.f, data.int8, data.uint8, bytes,\n"
     "// dims->size, dims->data[i], params.scale, params.zero_point\n"},
    {"Arduino_APDS9960", "1.0.4", "Arduino_APDS9960.h",
     "extern APDS9960 APDS;\n"
     "bool APDS9960::begin();\n"
     "void APDS9960::end();\n"
     "int APDS9960::colorAvailable(); // switches the color engine on: without it readColor() gives zeros\n"
     "bool APDS9960::readColor(int &r, int &g, int &b);\n"
     "bool APDS9960::readColor(int &r, int &g, int &b, int &c);\n"
     "int APDS9960::proximityAvailable();\n"
     "int APDS9960::readProximity();\n"
     "int APDS9960::gestureAvailable();\n"
     "int APDS9960::readGesture(); // GESTURE_NONE, GESTURE_UP, GESTURE_DOWN, GESTURE_LEFT, GESTURE_RIGHT\n"
     "void APDS9960::setGestureSensitivity(uint8_t sensitivity);\n"
     "void APDS9960::setInterruptPin(int pin);\n"
     "bool APDS9960::setLEDBoost(uint8_t boost);\n"},
    {"Arduino_LSM9DS1", "1.1.1", "Arduino_LSM9DS1.h",
     "extern LSM9DS1Class IMU;\n"
     "int LSM9DS1Class::begin();\n"
     "void LSM9DS1Class::end();\n"
     "void LSM9DS1Class::setContinuousMode();\n"
     "void LSM9DS1Class::setOneShotMode();\n"
     "int LSM9DS1Class::readAcceleration(float &x, float &y, float &z); // g\n"
     "int LSM9DS1Class::accelerationAvailable();\n"
     "float LSM9DS1Class::accelerationSampleRate();\n"
     "int LSM9DS1Class::readGyroscope(float &x, float &y, float &z); // degrees per second\n"
     "int LSM9DS1Class::gyroscopeAvailable();\n"
     "float LSM9DS1Class::gyroscopeSampleRate();\n"
     "int LSM9DS1Class::readMagneticField(float &x, float &y, float &z); // microtesla\n"
     "int LSM9DS1Class::magneticFieldAvailable();\n"
     "float LSM9DS1Class::magneticFieldSampleRate();\n"},
    {"Arduino_HTS221", "1.0.0", "Arduino_HTS221.h",
     "extern HTS221Class HTS;\n"
     "int HTS221Class::begin();\n"
     "void HTS221Class::end();\n"
     "float HTS221Class::readTemperature(int units = CELSIUS); // or FAHRENHEIT\n"
     "float HTS221Class::readHumidity(); // percent\n"},
    {"Arduino_LPS22HB", "1.0.2", "Arduino_LPS22HB.h",
     "extern LPS22HBClass BARO;\n"
     "int LPS22HBClass::begin();\n"
     "void LPS22HBClass::end();\n"
     "float LPS22HBClass::readPressure(int units = KILOPASCAL); // or PSI, MILLIBAR\n"
     "float LPS22HBClass::readTemperature();\n"},
    {"Adafruit_TCS34725", "1.4.4", "Adafruit_TCS34725.h",
     "Adafruit_TCS34725::Adafruit_TCS34725(uint8_t integration = TCS34725_INTEGRATIONTIME_2_4MS,"
     " tcs34725Gain_t gain = TCS34725_GAIN_1X);\n"
     "bool Adafruit_TCS34725::begin();\n"
     "void Adafruit_TCS34725::setIntegrationTime(uint8_t integration);\n"
     "void Adafruit_TCS34725::setGain(tcs34725Gain_t gain);\n"
     "void Adafruit_TCS34725::getRawData(uint16_t *r, uint16_t *g, uint16_t *b, uint16_t *c);\n"
     "void Adafruit_TCS34725::getRGB(float *r, float *g, float *b);\n"
     "void Adafruit_TCS34725::setInterrupt(bool on);\n"
     "void Adafruit_TCS34725::enable();\n"
     "void Adafruit_TCS34725::disable();\n"},
    {"Wire", "4.1.5", "Wire.h", "extern TwoWire Wire, Wire1;\n"},
    {"SPI", "4.1.5", "SPI.h", "extern SPIClass SPI;\n"},
    {"ArduinoBLE", "1.3.7", "ArduinoBLE.h",
     "extern BLELocalDevice BLE; // the virtual board has no radio: no central ever connects\n"},
};

static const struct board_op tflm_ops[] = {
    {"ADD", "Add", 2},
    {"AVERAGE_POOL_2D", "AveragePool2D", 2},
    {"CONCATENATION", "Concatenation", 3},
    {"CONV_2D", "Conv2D", 3},
    {"DEPTHWISE_CONV_2D", "DepthwiseConv2D", 3},
    {"DEQUANTIZE", "Dequantize", 3},
    {"EXPAND_DIMS", "ExpandDims", 1},
    {"FULLY_CONNECTED", "FullyConnected", 12},
    {"LOGISTIC", "Logistic", 2},
    {"MAX_POOL_2D", "MaxPool2D", 2},
    {"MEAN", "Mean", 3},
    {"MUL", "Mul", 3},
    {"PAD", "Pad", 2},
    {"QUANTIZE", "Quantize", 2},
    {"RELU", "Relu", 2},
    {"RELU6", "Relu6", 2},
    {"RESHAPE", "Reshape", 1},
    {"SOFTMAX", "Softmax", 2},
    {"SUB", "Sub", 3},
    {"TANH", "Tanh", 2},
};

const struct board board_table[] = {
    {
        .id = "nano33ble-virtual",
        .name = "Arduino Nano 33 BLE Sense (virtual, QEMU)",
        .is_virtual = true,
        .clock_hz = 64000000,
        .flash = 1048576,
        .ram = 262144,
        .sensors = nano33ble_sensors,
        .n_sensors = COUNT(nano33ble_sensors),
        .libraries = nano33ble_libraries,
        .n_libraries = COUNT(nano33ble_libraries),
        .runtime_ops = "ADD AVERAGE_POOL_2D CONCATENATION CONV_2D DEPTHWISE_CONV_2D DEQUANTIZE EXPAND_DIMS "
                       "FULLY_CONNECTED LOGISTIC MAX_POOL_2D MEAN MUL PAD QUANTIZE RELU RELU6 RESHAPE SOFTMAX SUB "
                       "TANH",
        .ops = tflm_ops,
        .n_ops = COUNT(tflm_ops),
        .fqbn = "tinywright:virtual:nano33ble_virtual",
        .help = "A Cortex-M4F in QEMU with the flash, the RAM and the libraries of the real board; its sensors "
                "read the project's sample rows. It counts instructions, not cycles.",
    },
};

const int board_count = COUNT(board_table);

const struct board *board_find(const char *id)
{
    for (int i = 0; i < board_count; i++) {
        if (str_eq(board_table[i].id, id))
            return &board_table[i];
    }
    return NULL;
}

const struct board_sensor *board_find_sensor(const struct board *b, const char *id)
{
    for (int i = 0; i < b->n_sensors; i++) {
        if (str_eq(b->sensors[i].id, id))
            return &b->sensors[i];
    }
    return NULL;
}

const struct board_op *board_find_op(const struct board *b, const char *name)
{
    for (int i = 0; i < b->n_ops; i++) {
        if (str_eq(b->ops[i].name, name))
            return &b->ops[i];
    }
    return NULL;
}

/* The index of a word in a space-separated list; -1. */
static int word_index(const char *list, const char *word)
{
    size_t n = strlen(word);

    for (int i = 0; n && *list; i++) {
        size_t len = strcspn(list, " ");

        if (len == n && !memcmp(list, word, n))
            return i;
        list += len;
        list += *list == ' ';
    }
    return -1;
}

int board_find_channel(const struct board *b, const char *name, const struct board_sensor **ret_sensor)
{
    const char *dot = strchr(name, '.');
    char id[32];

    if (!dot || (size_t)(dot - name) >= sizeof(id))
        return -1;
    memcpy(id, name, (size_t)(dot - name));
    id[dot - name] = '\0';
    *ret_sensor = board_find_sensor(b, id);
    return *ret_sensor ? word_index((*ret_sensor)->channels, dot + 1) : -1;
}
