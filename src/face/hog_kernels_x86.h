// SPDX-License-Identifier: MIT
// Tables for x86-64; see hog_kernels.h. Each may be called only where the processor has what its name says.
#ifndef WW_FACE_HOG_KERNELS_X86_H
#define WW_FACE_HOG_KERNELS_X86_H
#include "face/hog_kernels.h"

extern const ww_hog_kernels ww_hog_kernels_avx2, ww_hog_kernels_avx512;

#endif
