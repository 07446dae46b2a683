// SPDX-License-Identifier: MIT
// Tables for x86-64; see kernels.h. Each may be called only where the processor has what its name says.
#ifndef WW_IMAGE_KERNELS_X86_H
#define WW_IMAGE_KERNELS_X86_H
#include "image/kernels.h"

extern const ww_image_kernels ww_image_kernels_avx2, ww_image_kernels_avx512;

#endif
