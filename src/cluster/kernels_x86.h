// SPDX-License-Identifier: MIT
// Tables for x86-64; see kernels.h. Each may be called only where the processor has what its name says.
#ifndef WW_CLUSTER_KERNELS_X86_H
#define WW_CLUSTER_KERNELS_X86_H
#include "cluster/kernels.h"

extern const ww_cluster_kernels ww_cluster_kernels_avx2, ww_cluster_kernels_avx512vnni;

#endif
