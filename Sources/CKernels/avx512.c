#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2,bmi2,avx512f,avx512bw,avx512vl,avx512dq"))), apply_to = function)
#define WITAN_NAME(name) name##_avx512
#include "Kernels.inc"
#pragma clang attribute pop
#endif
