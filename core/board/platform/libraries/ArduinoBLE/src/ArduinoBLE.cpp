/* SPDX-License-Identifier: Apache-2.0 */
#include "ArduinoBLE.h"
#include "control.h"

BLELocalDevice BLE;

int BLELocalDevice::begin()
{
    control_begin("NOTE");
    control_text("ble-without-radio the virtual board has no radio: nobody connects");
    control_end();
    return 1;
}
