/* SPDX-License-Identifier: Apache-2.0 */
/* Names of ArduinoBLE 1.3.7 without a radio: begin() and advertise() succeed, no central ever connects,
   written values stay on the board. begin() leaves a NOTE line for the host. */
#pragma once
#include <Arduino.h>

enum BLEProperty {
    BLEBroadcast = 0x01,
    BLERead = 0x02,
    BLEWriteWithoutResponse = 0x04,
    BLEWrite = 0x08,
    BLENotify = 0x10,
    BLEIndicate = 0x20
};

class BLEDevice {
public:
    explicit operator bool() const { return false; }
    bool connected() const { return false; }
    bool disconnect() { return false; }
    String address() const { return ""; }
    String localName() const { return ""; }
    int rssi() { return 127; }
    void poll() {}
};

class BLECharacteristic {
public:
    BLECharacteristic(const char *, uint16_t, int, bool = false) {}
    int writeValue(const uint8_t *, int) { return 1; }
    int writeValue(const void *, int) { return 1; }
    int writeValue(const char *) { return 1; }
    bool written() { return false; }
    bool subscribed() { return false; }
    void setEventHandler(int, void (*)(BLEDevice, BLECharacteristic)) {}
};

template <class T> class BLETypedCharacteristic : public BLECharacteristic {
public:
    BLETypedCharacteristic(const char *uuid, uint16_t properties) : BLECharacteristic(uuid, properties, sizeof(T)) {}
    int writeValue(T value)
    {
        value_ = value;
        return 1;
    }
    int setValue(T value) { return writeValue(value); }
    T value() { return value_; }

private:
    T value_ = T();
};

typedef BLETypedCharacteristic<bool> BLEBoolCharacteristic;
typedef BLETypedCharacteristic<byte> BLEByteCharacteristic;
typedef BLETypedCharacteristic<char> BLECharCharacteristic;
typedef BLETypedCharacteristic<unsigned char> BLEUnsignedCharCharacteristic;
typedef BLETypedCharacteristic<short> BLEShortCharacteristic;
typedef BLETypedCharacteristic<unsigned short> BLEUnsignedShortCharacteristic;
typedef BLETypedCharacteristic<int> BLEIntCharacteristic;
typedef BLETypedCharacteristic<unsigned int> BLEUnsignedIntCharacteristic;
typedef BLETypedCharacteristic<long> BLELongCharacteristic;
typedef BLETypedCharacteristic<unsigned long> BLEUnsignedLongCharacteristic;
typedef BLETypedCharacteristic<float> BLEFloatCharacteristic;
typedef BLETypedCharacteristic<double> BLEDoubleCharacteristic;

class BLEStringCharacteristic : public BLECharacteristic {
public:
    BLEStringCharacteristic(const char *uuid, uint16_t properties, int size)
        : BLECharacteristic(uuid, properties, size)
    {
    }
    int writeValue(const String &value)
    {
        value_ = value;
        return 1;
    }
    String value() { return value_; }

private:
    String value_;
};

class BLEService {
public:
    BLEService(const char * = "") {}
    void addCharacteristic(BLECharacteristic &) {}
};

class BLEDescriptor {
public:
    BLEDescriptor(const char *, const char *) {}
};

class BLELocalDevice {
public:
    int begin();
    void end() {}
    void poll(unsigned long = 0) {}
    bool connected() const { return false; }
    bool disconnect() { return false; }
    String address() const { return "00:00:00:00:00:00"; }
    void setLocalName(const char *) {}
    void setDeviceName(const char *) {}
    void setAdvertisedService(const BLEService &) {}
    void setAdvertisedServiceUuid(const char *) {}
    void setConnectable(bool) {}
    void addService(BLEService &) {}
    int advertise() { return 1; }
    void stopAdvertise() {}
    int scan(bool = false) { return 1; }
    void stopScan() {}
    BLEDevice available() { return BLEDevice(); }
    BLEDevice central() { return BLEDevice(); }
    void setEventHandler(int, void (*)(BLEDevice)) {}
};

extern BLELocalDevice BLE;
