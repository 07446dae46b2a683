// SPDX-License-Identifier: MIT
// Tables for x86-64; see hog_kernels.h. Each may be called only where the processor has what its name says.
#ifndef WW_DLIB_HOG_KERNELS_X86_H
#define WW_DLIB_HOG_KERNELS_X86_H
#include "dlib/hog_kernels.h"

extern const ww_hog_kernels ww_hog_kernels_avx2, ww_hog_kernels_avx512;

#endif
