// SPDX-License-Identifier: MIT
// The one file of C++: nothing else can catch an exception. guard.h says why.
#include "nn/onednn/guard.h"

#include <new>
#include <sys/mman.h>
#include <unistd.h>

// What glibc maps when a thread allocates for the first time, to keep half of it, aligned: 2 * HEAP_MAX_SIZE of
// malloc/arena.c.
static const size_t new_arena_bytes = (size_t)128 << 20;
// What threads that make primitives at once may ask for. A bound, not measured: a primitive's objects and code take
// hundreds of kilobytes.
static const size_t primitives_bytes = (size_t)32 << 20;
static const size_t reserve_bytes = new_arena_bytes + primitives_bytes;

// Another thread has all of its new arena only until it has trimmed it, a few calls later. 40 ms are far more, and
// nothing beside the run that would end here. With both, 30 runs each under ulimit -v 400000 and 600000 end with a
// message, at 700000 and 800000 with the result; with 32 MiB and no waiting one in a hundred at 400000 died.
enum { TRIES_MAX = 40, BETWEEN_TRIES_US = 1000 };

// Address space that is given back at once is there for what oneDNN asks for next, heap and code alike. No page is
// touched. What other threads take for a moment is waited for.
static bool has_reserve()
{
    for (int i = 0; i < TRIES_MAX; i++) {
        void *reserve =
            mmap(nullptr, reserve_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (reserve != MAP_FAILED)
            return munmap(reserve, reserve_bytes) == 0;
        usleep(BETWEEN_TRIES_US);
    }
    return false;
}

template <typename Call, typename... Argument>
static dnnl_status_t guarded(Call *call, Argument... argument) noexcept
{
    try {
        return call(argument...);
    } catch (const std::bad_alloc &) {
        return dnnl_out_of_memory;
    } catch (...) {
        return dnnl_runtime_error;
    }
}

template <typename Call, typename... Argument>
static dnnl_status_t reserved(Call *call, Argument... argument) noexcept
{
    return has_reserve() ? guarded(call, argument...) : dnnl_out_of_memory;
}

dnnl_status_t ww_dnnl_engine_create(dnnl_engine_t *engine, dnnl_engine_kind_t kind, size_t index)
{
    return reserved(dnnl_engine_create, engine, kind, index);
}

dnnl_status_t ww_dnnl_stream_create(dnnl_stream_t *stream, dnnl_engine_t engine, unsigned flags)
{
    return reserved(dnnl_stream_create, stream, engine, flags);
}

dnnl_status_t ww_dnnl_memory_create(dnnl_memory_t *memory, const dnnl_memory_desc_t *desc, dnnl_engine_t engine,
                                    void *data)
{
    return reserved(dnnl_memory_create, memory, desc, engine, data);
}

dnnl_status_t ww_dnnl_primitive_desc_create(dnnl_primitive_desc_t *pd, const_dnnl_op_desc_t desc,
                                            const_dnnl_primitive_attr_t attr, dnnl_engine_t engine,
                                            const_dnnl_primitive_desc_t hint)
{
    return reserved(dnnl_primitive_desc_create, pd, desc, attr, engine, hint);
}

dnnl_status_t ww_dnnl_reorder_primitive_desc_create(dnnl_primitive_desc_t *pd, const dnnl_memory_desc_t *from,
                                                    dnnl_engine_t from_engine, const dnnl_memory_desc_t *to,
                                                    dnnl_engine_t to_engine, const_dnnl_primitive_attr_t attr)
{
    return reserved(dnnl_reorder_primitive_desc_create, pd, from, from_engine, to, to_engine, attr);
}

dnnl_status_t ww_dnnl_concat_primitive_desc_create(dnnl_primitive_desc_t *pd, const dnnl_memory_desc_t *to, int count,
                                                   int axis, const dnnl_memory_desc_t *from,
                                                   const_dnnl_primitive_attr_t attr, dnnl_engine_t engine)
{
    return reserved(dnnl_concat_primitive_desc_create, pd, to, count, axis, from, attr, engine);
}

dnnl_status_t ww_dnnl_primitive_create(dnnl_primitive_t *primitive, const_dnnl_primitive_desc_t pd)
{
    return reserved(dnnl_primitive_create, primitive, pd);
}

dnnl_status_t ww_dnnl_primitive_execute(const_dnnl_primitive_t primitive, dnnl_stream_t stream, int count,
                                        const dnnl_exec_arg_t *args)
{
    return guarded(dnnl_primitive_execute, primitive, stream, count, args);
}

dnnl_status_t ww_dnnl_stream_wait(dnnl_stream_t stream) { return guarded(dnnl_stream_wait, stream); }

dnnl_status_t ww_dnnl_primitive_attr_create(dnnl_primitive_attr_t *attr)
{
    return reserved(dnnl_primitive_attr_create, attr);
}

dnnl_status_t ww_dnnl_primitive_attr_set_post_ops(dnnl_primitive_attr_t attr, const_dnnl_post_ops_t ops)
{
    return reserved(dnnl_primitive_attr_set_post_ops, attr, ops);
}

dnnl_status_t ww_dnnl_post_ops_create(dnnl_post_ops_t *ops) { return reserved(dnnl_post_ops_create, ops); }

dnnl_status_t ww_dnnl_post_ops_append_eltwise(dnnl_post_ops_t ops, float scale, dnnl_alg_kind_t kind, float alpha,
                                              float beta)
{
    return reserved(dnnl_post_ops_append_eltwise, ops, scale, kind, alpha, beta);
}

dnnl_status_t ww_dnnl_post_ops_append_sum(dnnl_post_ops_t ops, float scale)
{
    return reserved(dnnl_post_ops_append_sum, ops, scale);
}

dnnl_status_t ww_dnnl_post_ops_append_binary(dnnl_post_ops_t ops, dnnl_alg_kind_t kind, const dnnl_memory_desc_t *other)
{
    return reserved(dnnl_post_ops_append_binary, ops, kind, other);
}
