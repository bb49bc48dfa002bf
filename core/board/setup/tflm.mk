# SPDX-License-Identifier: Apache-2.0
# libtflm.a for the Cortex-M4F from the TensorFlow sources inside the crate tfmicro 0.1.0 (Apache-2.0), with
# this project's kernels, and the headers that a sketch needs.
#
#   make -f tflm.mk SOURCES=DIR/submodules/tensorflow KERNELS=DIR OUT=DIR [OPT=-Os] all
#
# Leaves OUT/libtflm.a and OUT/include/.

OPT   ?= -Os
CROSS ?= /usr/bin/arm-none-eabi-
LITE  := $(SOURCES)/tensorflow/lite
DOWN  := $(LITE)/micro/tools/make/downloads

include $(dir $(lastword $(MAKEFILE_LIST)))flags.mk

# The interpreter takes the name RuntimeInterpreter; the library's header derives MicroInterpreter from it.
# No fused multiply-add: the host that the results are compared with does not fuse either.
COMMON := $(BOARD_ARCH) $(OPT) -ffunction-sections -fdata-sections -fno-exceptions -fno-unwind-tables \
  -fno-asynchronous-unwind-tables -ffp-contract=off -w $(BOARD_DEFINES) -DMicroInterpreter=RuntimeInterpreter \
  -I$(KERNELS) -I$(SOURCES) -I$(DOWN)/gemmlowp -I$(DOWN)/flatbuffers/include -I$(DOWN)/ruy
CXXFLAGS := $(COMMON) -std=gnu++17 -fpermissive -fno-rtti -fno-threadsafe-statics -fno-use-cxa-atexit \
  -fno-delete-null-pointer-checks
CFLAGS := $(COMMON) -std=gnu11

CC_SRC := $(filter-out %_test.cc %test.cc %debug_log.cc %/test_helpers.cc %optional_debug_tools.cc, \
    $(wildcard $(LITE)/micro/*.cc $(LITE)/micro/kernels/*.cc $(LITE)/micro/memory_planner/*.cc)) \
  $(addprefix $(LITE)/,core/api/flatbuffer_conversions.cc core/api/op_resolver.cc core/api/tensor_utils.cc \
    kernels/internal/quantization_util.cc kernels/kernel_util.cc)
C_SRC := $(LITE)/c/common.c
OWN_SRC := $(wildcard $(KERNELS)/*.cpp)

OBJ := $(patsubst $(SOURCES)/%,$(OUT)/obj/%.o,$(CC_SRC) $(C_SRC)) \
  $(patsubst $(KERNELS)/%,$(OUT)/obj/own/%.o,$(OWN_SRC))

# Directories of headers that are copied whole (headers only).
HEADER_DIRS := tensorflow/lite/c tensorflow/lite/core/api tensorflow/lite/schema tensorflow/lite/micro \
  tensorflow/lite/micro/kernels tensorflow/lite/micro/memory_planner tensorflow/lite/kernels \
  tensorflow/lite/kernels/internal tensorflow/lite/kernels/internal/reference \
  tensorflow/lite/kernels/internal/reference/integer_ops tensorflow/lite/kernels/internal/optimized \
  tensorflow/lite/experimental/ruy tensorflow/core/public tensorflow/lite

.PHONY: all headers
all: $(OUT)/libtflm.a headers

$(OUT)/libtflm.a: $(OBJ)
	@rm -f $@
	$(CROSS)ar rcsD $@ $^

$(OUT)/obj/%.cc.o: $(SOURCES)/%.cc
	@mkdir -p $(@D)
	$(CROSS)g++ $(CXXFLAGS) -c $< -o $@

$(OUT)/obj/%.c.o: $(SOURCES)/%.c
	@mkdir -p $(@D)
	$(CROSS)gcc $(CFLAGS) -c $< -o $@

$(OUT)/obj/own/%.cpp.o: $(KERNELS)/%.cpp
	@mkdir -p $(@D)
	$(CROSS)g++ $(CXXFLAGS) -c $< -o $@

headers:
	@for d in $(HEADER_DIRS); do \
	  test -d $(SOURCES)/$$d || continue; \
	  mkdir -p $(OUT)/include/$$d && find $(SOURCES)/$$d -maxdepth 1 -name '*.h' -exec cp {} $(OUT)/include/$$d/ \; ; \
	done
	@cp -r $(DOWN)/flatbuffers/include/flatbuffers $(OUT)/include/
	@mkdir -p $(OUT)/include/third-party
	@cd $(DOWN)/gemmlowp && find fixedpoint internal -name '*.h' -exec cp --parents {} $(OUT)/include/ \;
	@cp -r $(DOWN)/ruy/ruy $(OUT)/include/ 2>/dev/null || true
	@cp $(KERNELS)/board_kernels.h $(OUT)/include/
	@rmdir $(OUT)/include/third-party
