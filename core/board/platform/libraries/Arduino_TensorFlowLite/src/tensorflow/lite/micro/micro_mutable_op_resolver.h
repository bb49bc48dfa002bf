/* SPDX-License-Identifier: Apache-2.0 */
/* MicroMutableOpResolver<N> of the 2.4 line over the board's operators (board_kernels.h). What is added by
   hand with AddBuiltin() gets the board's kernel too, never the runtime's unchecked one. */
#pragma once
#include "board_kernels.h"
#include "tensorflow/lite/core/api/error_reporter.h"
#include "tensorflow/lite/core/api/flatbuffer_conversions.h"
#include "tensorflow/lite/micro/compatibility.h"
#include "tensorflow/lite/micro/kernels/micro_ops.h"
#include "tensorflow/lite/micro/micro_op_resolver.h"
#include "tensorflow/lite/schema/schema_generated.h"

namespace tflite {

inline int MicroOpResolverAnyVersion()
{
    return 0;
}

template <unsigned int kOperators> class MicroMutableOpResolver : public MicroOpResolver {
public:
    explicit MicroMutableOpResolver(ErrorReporter *reporter = nullptr) : reporter_(reporter) {}

    const TfLiteRegistration *FindOp(BuiltinOperator op, int version) const override
    {
        for (unsigned int i = 0; i < count_; i++)
            if (entries_[i].registration.builtin_code == op && version <= entries_[i].newest)
                return &entries_[i].registration;
        return nullptr;
    }

    const TfLiteRegistration *FindOp(const char *, int) const override { return nullptr; }

    BuiltinParseFunction GetOpDataParser(BuiltinOperator) const override { return ParseOpData; }

    unsigned int GetRegistrationLength() { return count_; }

#define BOARD_ADD(method, op, version)                                                \
    TfLiteStatus Add##method()                                                        \
    {                                                                                 \
        return add(BuiltinOperator_##op, board_register_##op(), version);             \
    }
    BOARD_OPERATORS(BOARD_ADD)
#undef BOARD_ADD

    TfLiteStatus AddBuiltin(BuiltinOperator op, TfLiteRegistration *, int = 1) override
    {
        switch (op) {
#define BOARD_CASE(method, name, version) \
    case BuiltinOperator_##name:          \
        return Add##method();
            BOARD_OPERATORS(BOARD_CASE)
#undef BOARD_CASE
        default:
            TF_LITE_REPORT_ERROR(reporter_, "The board does not have operator %s", EnumNameBuiltinOperator(op));
            return kTfLiteError;
        }
    }

    TfLiteStatus AddBuiltin(BuiltinOperator op, TfLiteRegistration *registration, int, int)
    {
        return AddBuiltin(op, registration);
    }

private:
    struct entry {
        TfLiteRegistration registration;
        int newest;
    };

    TfLiteStatus add(BuiltinOperator op, TfLiteRegistration *registration, int newest)
    {
        if (FindOp(op, 0))
            return kTfLiteOk;
        if (count_ >= kOperators) {
            TF_LITE_REPORT_ERROR(reporter_, "Couldn't register builtin op #%d, resolver size is too small (%d)",
                                 op, kOperators);
            return kTfLiteError;
        }
        entries_[count_].registration = *registration;
        entries_[count_].registration.builtin_code = op;
        entries_[count_].newest = newest;
        count_++;
        return kTfLiteOk;
    }

    entry entries_[kOperators];
    unsigned int count_ = 0;
    ErrorReporter *reporter_;

    TF_LITE_REMOVE_VIRTUAL_DELETE
};

}  // namespace tflite
