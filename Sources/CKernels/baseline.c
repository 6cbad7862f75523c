// What every machine of the architecture runs: SSE2 on x86-64, NEON on Arm.
#define WITAN_NAME(name) name##_baseline
#include "Kernels.inc"
