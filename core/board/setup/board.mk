# SPDX-License-Identifier: Apache-2.0
# The board's core and libraries as one archive, the precompiled headers, and build.txt, which tells the
# program how to compile, link and run. ROOT is where it is built, FINAL where it will lie.

CROSS ?= /usr/bin/arm-none-eabi-
include $(dir $(lastword $(MAKEFILE_LIST)))flags.mk

HW := $(ROOT)/hardware/tinywright/virtual
FINAL_HW := $(FINAL)/hardware/tinywright/virtual
LIBS := Wire SPI Arduino_APDS9960 Arduino_LSM9DS1 Arduino_HTS221 Arduino_LPS22HB Adafruit_TCS34725 ArduinoBLE \
  Arduino_TensorFlowLite
DIRS := cores/virtual variants/nano33ble $(foreach l,$(LIBS),libraries/$(l)/src)

# -g1: function names and lines, which a fault's address needs; it makes the compile a third faster than -g
OPT_FLAGS := -Os -g1 -ffunction-sections -fdata-sections -fno-exceptions --specs=nano.specs
NAMES := -DF_CPU=62500000L -DARDUINO=10819 -DARDUINO_ARDUINO_NANO33BLE -DARDUINO_ARCH_MBED -DARDUINO_ARCH_MBED_NANO
CXX_ONLY := -std=gnu++14 -fno-rtti -fno-threadsafe-statics -fno-use-cxa-atexit
COMMON := $(BOARD_ARCH) $(OPT_FLAGS) $(BOARD_DEFINES) $(NAMES)
INCLUDES := $(foreach d,$(DIRS),-isystem $(HW)/$(d)) -idirafter $(HW)/runtime/include
LINK := $(BOARD_ARCH) -Os -g1 --specs=nano.specs -nostartfiles -Wl,--gc-sections -Wl,--no-warn-rwx-segments \
  -Wl,--fatal-warnings -u _printf_float -u _scanf_float

# keeps the temporary folder out of the debug information
MAP := -ffile-prefix-map=$(ROOT)=$(FINAL)

SRC := $(foreach d,$(DIRS),$(wildcard $(HW)/$(d)/*.c $(HW)/$(d)/*.cpp))
OBJ := $(patsubst $(HW)/%,$(ROOT)/obj/%.o,$(SRC))

QEMU_ARGS := -M mps2-an386 -display none -monitor none -nodefaults -no-reboot \
  -sandbox on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny \
  -icount shift=4,sleep=off -serial stdio -serial null -serial file:@CTL@ \
  -device loader,file=@FEED@,addr=0x21000000,force-raw=on -kernel @ELF@

.PHONY: all
all: $(ROOT)/libboard.a $(ROOT)/prelude.h.gch $(ROOT)/prelude-tflm.h.gch $(ROOT)/build.txt

$(ROOT)/libboard.a: $(OBJ)
	@rm -f $@
	$(CROSS)ar rcsD $@ $^

$(ROOT)/obj/%.c.o: $(HW)/%.c
	@mkdir -p $(@D)
	$(CROSS)gcc $(COMMON) $(MAP) -std=gnu11 -Wall -Wextra $(INCLUDES) -c $< -o $@

$(ROOT)/obj/%.cpp.o: $(HW)/%.cpp
	@mkdir -p $(@D)
	$(CROSS)g++ $(COMMON) $(CXX_ONLY) $(MAP) -Wall -Wextra $(INCLUDES) -c $< -o $@

$(ROOT)/%.h.gch: $(ROOT)/%.h
	$(CROSS)g++ $(COMMON) $(CXX_ONLY) $(INCLUDES) -x c++-header $< -o $@

$(ROOT)/build.txt:
	@{ \
	  echo '# how to build and run for this board; format: core/board/platform/README.md'; \
	  echo 'contract=1'; \
	  echo 'board=nano33ble-virtual'; \
	  echo "version=$$($(CROSS)g++ --version | head -n 1)"; \
	  echo "version=$$(/usr/bin/qemu-system-arm --version | head -n 1)"; \
	  echo 'version=TensorFlow Lite Micro of crate tfmicro 0.1.0'; \
	  echo 'cc=$(CROSS)gcc'; echo 'cxx=$(CROSS)g++'; echo 'size=$(CROSS)size'; \
	  for f in $(COMMON); do echo "flag=$$f"; done; \
	  for f in $(CXX_ONLY); do echo "cxxflag=$$f"; done; \
	  for d in $(DIRS); do echo "include=$(FINAL_HW)/$$d"; done; \
	  echo 'include_after=$(FINAL_HW)/runtime/include'; \
	  echo 'pch=$(FINAL)/prelude.h'; \
	  echo 'pch_tflm=$(FINAL)/prelude-tflm.h'; \
	  echo 'pch_tflm_when=tensorflow/lite/micro/micro_interpreter.h'; \
	  for f in $(LINK); do echo "link=$$f"; done; \
	  echo 'script=$(FINAL_HW)/variants/nano33ble/link.ld'; \
	  echo 'archive=$(FINAL)/libboard.a'; \
	  echo 'archive=$(FINAL_HW)/runtime/libtflm.a'; \
	  echo 'library=-lm'; echo 'library=-lc'; echo 'library=-lgcc'; \
	  echo 'flash_bytes=1048576'; echo 'ram_bytes=262144'; \
	  echo 'qemu=/usr/bin/qemu-system-arm'; \
	  for f in $(QEMU_ARGS); do echo "qemu_arg=$$f"; done; \
	  echo 'hardware=$(FINAL)/hardware'; \
	} >$@
