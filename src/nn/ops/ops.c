// SPDX-License-Identifier: MIT
#include "nn/ops/ops.h"

#include <string.h>

const ww_op *ww_op_find(const char *name)
{
    const ww_op_family *family[] = {&ww_ops_conv,   &ww_ops_pointwise, &ww_ops_pool,   &ww_ops_matrix,
                                    &ww_ops_shape,  &ww_ops_move,      &ww_ops_select, &ww_ops_reduce,
                                    &ww_ops_resize, &ww_ops_padded_add};
    for (size_t f = 0; f < sizeof family / sizeof *family; f++)
        for (size_t i = 0; i < family[f]->count; i++)
            if (strcmp(family[f]->op[i].name, name) == 0)
                return &family[f]->op[i];
    return NULL;
}
