#pragma once

// Which instruction sets the multi-spin kernels are compiled for. Before Highway's headers.

/// Also those below the one the program is compiled for: tests compare their chains.
#define HWY_COMPILE_ALL_ATTAINABLE
/// HWY_SCALAR has no AES rounds; vectors of SVE and RVV have no size and cannot stand in arrays (NEON serves Arm).
#define HWY_DISABLED_TARGETS (HWY_SCALAR | HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV)
