// SPDX-License-Identifier: MIT
// The calls of oneDNN that allocate, made fit for C. oneDNN is C++: without memory it throws std::bad_alloc through its
// C interface, which ends a C program, and 2.6.3 writes through a null pointer where one of its own objects (up to 17
// KiB) or room for the code it makes cannot be had. Each call here first makes sure of some address space (guard.cpp
// says of how much, and how long it waits for that), and gives dnnl_out_of_memory or dnnl_runtime_error instead of an
// exception. tools/check_sources.py refuses the bare calls elsewhere.
#ifndef WW_NN_ONEDNN_GUARD_H
#define WW_NN_ONEDNN_GUARD_H
#include <oneapi/dnnl/dnnl.h>

#ifdef __cplusplus
extern "C" {
#endif

dnnl_status_t ww_dnnl_engine_create(dnnl_engine_t *engine, dnnl_engine_kind_t kind, size_t index);
dnnl_status_t ww_dnnl_stream_create(dnnl_stream_t *stream, dnnl_engine_t engine, unsigned flags);
dnnl_status_t ww_dnnl_memory_create(dnnl_memory_t *memory, const dnnl_memory_desc_t *desc, dnnl_engine_t engine,
                                    void *data);
dnnl_status_t ww_dnnl_primitive_desc_create(dnnl_primitive_desc_t *pd, const_dnnl_op_desc_t desc,
                                            const_dnnl_primitive_attr_t attr, dnnl_engine_t engine,
                                            const_dnnl_primitive_desc_t hint);
dnnl_status_t ww_dnnl_reorder_primitive_desc_create(dnnl_primitive_desc_t *pd, const dnnl_memory_desc_t *from,
                                                    dnnl_engine_t from_engine, const dnnl_memory_desc_t *to,
                                                    dnnl_engine_t to_engine, const_dnnl_primitive_attr_t attr);
dnnl_status_t ww_dnnl_concat_primitive_desc_create(dnnl_primitive_desc_t *pd, const dnnl_memory_desc_t *to, int count,
                                                   int axis, const dnnl_memory_desc_t *from,
                                                   const_dnnl_primitive_attr_t attr, dnnl_engine_t engine);
dnnl_status_t ww_dnnl_primitive_create(dnnl_primitive_t *primitive, const_dnnl_primitive_desc_t pd);
dnnl_status_t ww_dnnl_primitive_execute(const_dnnl_primitive_t primitive, dnnl_stream_t stream, int count,
                                        const dnnl_exec_arg_t *args);
dnnl_status_t ww_dnnl_stream_wait(dnnl_stream_t stream);
dnnl_status_t ww_dnnl_primitive_attr_create(dnnl_primitive_attr_t *attr);
dnnl_status_t ww_dnnl_primitive_attr_set_post_ops(dnnl_primitive_attr_t attr, const_dnnl_post_ops_t ops);
dnnl_status_t ww_dnnl_post_ops_create(dnnl_post_ops_t *ops);
dnnl_status_t ww_dnnl_post_ops_append_eltwise(dnnl_post_ops_t ops, float scale, dnnl_alg_kind_t kind, float alpha,
                                              float beta);
dnnl_status_t ww_dnnl_post_ops_append_sum(dnnl_post_ops_t ops, float scale);
dnnl_status_t ww_dnnl_post_ops_append_binary(dnnl_post_ops_t ops, dnnl_alg_kind_t kind,
                                             const dnnl_memory_desc_t *other);

#ifdef __cplusplus
}
#endif
#endif
