// SPDX-License-Identifier: MIT
// Making a plan: one walk over the nodes in order infers every shape, and evaluates the nodes whose inputs are all
// constants (the shape arithmetic that exporters leave in a graph) with the reference operators.
//
// Other sizes than the file's. Many files fix their input size (and a batch of 1), and exporters leave traces of it in
// the graph. So when another size is asked for, the shapes are first inferred for the file's own size, and what a node
// did there tells what was meant (adapt.c).
#include "nn/plan.h"

#include "base/memory.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define WORK_MAX 1e12                        // multiplications of a run; SCRFD-10G on a picture of 8192 px takes 8e11
#define FOLDED_BYTES_MAX ((size_t)256 << 20) // all folded constants of one plan, whatever the caller allows

static bool copy_nodes(ww_net_plan *p)
{
    const ww_net *net = p->net;
    p->node = ww_try_array(net->node_count, sizeof *p->node);
    for (size_t i = 0; p->node && i < net->node_count; i++) {
        ww_node *n = &p->node[p->node_count++];
        *n = net->node[i];
        n->index = i;
        n->input = ww_try_array((size_t)n->input_count, sizeof *n->input);
        n->output = ww_try_array((size_t)n->output_count, sizeof *n->output);
        if (!n->input || !n->output)
            return false;
        if (n->input_count)
            memcpy(n->input, net->node[i].input, (size_t)n->input_count * sizeof *n->input);
        memcpy(n->output, net->node[i].output, (size_t)n->output_count * sizeof *n->output);
    }
    return p->node != NULL;
}

static bool copy_values(ww_net_plan *p)
{
    p->value = ww_try_array(p->net->value_count, sizeof *p->value);
    if (!p->value)
        return false;
    p->value_count = p->value_capacity = p->net->value_count;
    for (size_t i = 0; i < p->value_count; i++)
        if (p->net->value[i].is_constant)
            p->value[i].tensor = p->net->value[i].constant;
    return true;
}

static void count_uses(ww_net_plan *p)
{
    for (size_t i = 0; i < p->value_count; i++)
        p->value[i].uses = 0;
    for (size_t i = 0; i < p->node_count; i++)
        for (int k = 0; k < p->node[i].input_count; k++)
            if (p->node[i].input[k] >= 0)
                p->value[p->node[i].input[k]].uses++;
    for (int i = 0; i < p->net->output_count; i++)
        p->value[p->net->output[i].value].uses++;
}

int ww_net_plan_add_constant(ww_net_plan *p, const ww_tensor *t)
{
    if (p->value_count == p->value_capacity) {
        size_t wider = 2 * p->value_capacity + 16;
        ww_net_plan_value *grown = ww_try_widen(p->value, p->value_count, wider, sizeof *grown);
        if (!grown) {
            p->starved = true;
            free(t->data);
            return WW_NO_VALUE;
        }
        p->value = grown;
        p->value_capacity = wider;
    }
    p->value[p->value_count] = (ww_net_plan_value){*t, true, 1};
    return (int)p->value_count++;
}

ww_status ww_net_plan_blame(const ww_net_plan *p, const ww_node *n, ww_status status, ww_error *err)
{
    ww_error_prefix(err, "node '%s' (%s)", n->name, n->op->name);
    return status;
}

bool ww_net_plan_is_output(const ww_net_plan *p, int value)
{
    for (int i = 0; i < p->net->output_count; i++)
        if (p->net->output[i].value == value)
            return true;
    return false;
}

void ww_net_plan_frame(ww_net_plan *p, const ww_node *n, ww_call_frame *f)
{
    f->call = (ww_call){n, n->input_count, n->output_count, f->in, f->out};
    for (int i = 0; i < n->input_count; i++)
        f->in[i] = n->input[i] < 0 ? NULL : &p->value[n->input[i]].tensor;
    // An output nobody reads is not asked for (the mask of Dropout, the running means of BatchNormalization).
    for (int i = 0; i < n->output_count; i++)
        f->out[i] =
            n->output[i] < 0 || (i > 0 && p->value[n->output[i]].uses == 0) ? NULL : &p->value[n->output[i]].tensor;
}

bool ww_net_plan_is_alias(const ww_net_plan *p, const ww_node *n)
{
    return (n->op->flags & WW_OP_ALIAS) && p->value[n->input[0]].tensor.type == p->value[n->output[0]].tensor.type;
}

static bool all_constant(const ww_call_frame *f)
{
    for (int i = 0; i < f->call.in_count; i++)
        if (f->in[i] && !f->in[i]->data)
            return false;
    return true;
}

// A constant under another shape is the same memory: so are the weights of a file that keeps them in half precision,
// which are floats from reading on, behind their Cast.
static bool fold_alias(const ww_net_plan *p, const ww_node *n, const ww_call_frame *f)
{
    if (!all_constant(f) || !ww_net_plan_is_alias(p, n))
        return false;
    for (int i = 1; i < n->output_count; i++)
        if (f->out[i])
            return false;
    f->out[0]->data = f->in[0]->data;
    return true;
}

// Evaluates the node now if that is cheap; leaves it alone otherwise.
static ww_status fold(ww_net_plan *p, const ww_node *n, ww_call_frame *f, ww_error *err)
{
    if (!(n->op->flags & WW_OP_FOLDS) || !(all_constant(f) || (n->op->flags & WW_OP_SHAPE)) || fold_alias(p, n, f))
        return WW_OK;
    size_t bytes = 0;
    for (int i = 0; i < n->output_count; i++)
        bytes += f->out[i] ? ww_tensor_bytes(f->out[i]) : 0;
    if (bytes > p->folded_bytes_left)
        return WW_OK;
    p->folded_bytes_left -= bytes;
    for (int i = 0; i < n->output_count; i++) {
        if (!f->out[i])
            continue;
        if (!ww_tensor_alloc(f->out[i]))
            return ww_fail_memory(err, "%zu bytes", bytes);
        p->value[n->output[i]].owned = true;
    }
    n->op->reference(&f->call);
    return WW_OK;
}

static ww_status infer_node(ww_net_plan *p, const ww_net_plan *exported, ww_node *n, ww_error *err)
{
    ww_call_frame f;
    if (exported)
        ww_net_plan_adapt(p, exported, n);
    if (p->starved)
        return ww_fail_memory(err, "its constants");
    ww_net_plan_frame(p, n, &f);
    for (int i = 0; i < n->output_count; i++)
        if (n->output[i] >= 0 && i >= n->op->out_max)
            return ww_fail(err, WW_ERR_FORMAT, "%d outputs", n->output_count);
    if (!f.out[0])
        return ww_fail(err, WW_ERR_FORMAT, "its first output has no name");
    ww_status status = n->op->infer(&f.call, err);
    return status == WW_OK ? fold(p, n, &f, err) : status;
}

// Results of a batch must not run into each other.
static bool keeps_batch(const ww_net_plan *p, const ww_net_plan *exported, const ww_shape *output)
{
    const ww_shape *now = &p->value[p->input].tensor.shape,
                   *then = exported ? &exported->value[p->input].tensor.shape : now;
    return now->rank < 1 || now->dim[0] == then->dim[0] || (output->rank > 0 && output->dim[0] == now->dim[0]);
}

static ww_status infer_all(ww_net_plan *p, const ww_net_plan *exported, ww_error *err)
{
    for (size_t i = 0; i < p->node_count; i++) {
        ww_status status = infer_node(p, exported, &p->node[i], err);
        if (status != WW_OK)
            return ww_net_plan_blame(p, &p->node[i], status, err);
    }
    for (int i = 0; i < p->net->output_count; i++) {
        const ww_tensor *t = &p->value[p->net->output[i].value].tensor;
        if (t->type != WW_F32)
            return ww_fail(err, WW_ERR_UNSUPPORTED, "output '%s' holds integers", ww_net_output_name(p->net, i));
        if (!keeps_batch(p, exported, &t->shape))
            return ww_fail(err, WW_ERR_UNSUPPORTED, "output '%s' does not keep the pictures of a batch apart",
                           ww_net_output_name(p->net, i));
    }
    return WW_OK;
}

static void free_node_lists(ww_node *n)
{
    free(n->input);
    free(n->output);
}

// Drops the nodes whose outputs are constants by now or are never read, last first, so that their own inputs fall away
// too.
static void drop_dead(ww_net_plan *p)
{
    count_uses(p);
    bool *dead = ww_try_array(p->node_count, sizeof *dead);
    if (!dead) {
        p->starved = true;
        return;
    }
    for (size_t i = p->node_count; i-- > 0;) {
        ww_node *n = &p->node[i];
        dead[i] = true;
        for (int k = 0; k < n->output_count; k++)
            dead[i] &= n->output[k] < 0 || p->value[n->output[k]].uses == 0 || ww_net_plan_is_constant(p, n->output[k]);
        for (int k = 0; k < n->input_count && dead[i]; k++)
            if (n->input[k] >= 0)
                p->value[n->input[k]].uses--;
    }
    size_t kept = 0;
    for (size_t i = 0; i < p->node_count; i++) {
        if (dead[i])
            free_node_lists(&p->node[i]);
        else
            p->node[kept++] = p->node[i];
    }
    p->node_count = kept;
    free(dead);
}

static ww_status check_input(const ww_net *net, const ww_shape *input, ww_error *err)
{
    char text[WW_SHAPE_TEXT_MAX];
    if (net->input_count != 1)
        return ww_fail(err, WW_ERR_UNSUPPORTED, "%s: has %d inputs; networks with one are supported", net->name,
                       net->input_count);
    if (ww_shape_count(input) < 1)
        return ww_fail(err, WW_ERR_ARGUMENT, "%s: an input of %s", net->name, ww_shape_text(input, text));
    return WW_OK;
}

// A plan of all the file's nodes, nothing inferred yet; NULL: no memory.
static ww_net_plan *start(const ww_net *net, const ww_shape *input, size_t bytes_max)
{
    const ww_shape *declared = &net->input[0].shape;
    ww_net_plan *p = ww_alloc(sizeof *p);
    p->net = net;
    p->folded_bytes_left = bytes_max < FOLDED_BYTES_MAX ? bytes_max : FOLDED_BYTES_MAX;
    p->input = net->input[0].value;
    if (!copy_values(p) || !copy_nodes(p)) {
        ww_net_plan_free(p);
        return NULL;
    }
    count_uses(p);
    p->value[p->input].tensor = (ww_tensor){WW_F32, *input, NULL};
    p->changed_size = declared->rank != input->rank;
    for (int i = 0; i < declared->rank && i < input->rank; i++)
        p->changed_size |= declared->dim[i] >= 0 && declared->dim[i] != input->dim[i];
    return p;
}

// Infers for the size the file gives where another is asked for; *exported stays NULL otherwise.
static ww_status infer_exported(const ww_net_plan *p, ww_net_plan **exported, ww_error *err)
{
    const ww_shape *asked = &p->value[p->input].tensor.shape, *declared = &p->net->input[0].shape;
    if (!p->changed_size || declared->rank != asked->rank)
        return WW_OK;
    ww_shape own = *asked;
    for (int i = 0; i < own.rank; i++)
        own.dim[i] = declared->dim[i] >= 0 ? declared->dim[i] : asked->dim[i];
    *exported = start(p->net, &own, p->folded_bytes_left);
    if (!*exported)
        return ww_fail_memory(err, "the network's plan");
    return infer_all(*exported, NULL, err);
}

// Says of an error at a size the file was not made for that this is the trouble.
static ww_status blame_size(const ww_net_plan *p, ww_status status, ww_error *err)
{
    char asked[WW_SHAPE_TEXT_MAX], given[WW_SHAPE_TEXT_MAX];
    if (!p->changed_size || status == WW_ERR_MEMORY)
        return status;
    if (err)
        err->status = WW_ERR_UNSUPPORTED;
    ww_error_prefix(err, "does not run on an input of %s, only on the %s it was made for",
                    ww_shape_text(&p->value[p->input].tensor.shape, asked),
                    ww_shape_text(&p->net->input[0].shape, given));
    return WW_ERR_UNSUPPORTED;
}

// Multiplications of a node with a constant of weights, a kernel or a matrix; at most one output's for each of its
// rows.
static double work_of(const ww_net_plan *p, const ww_node *n)
{
    const int weights = n->input_count > 1 ? n->input[1] : WW_NO_VALUE;
    if (n->output_count < 1 || n->output[0] < 0 || !ww_net_plan_is_constant(p, weights))
        return 0;
    const ww_shape *w = &p->value[weights].tensor.shape;
    if (w->rank < 2 || w->dim[0] < 1 || w->dim[w->rank - 1] < 1)
        return 0;
    const int64_t rows = w->rank == 2 && w->dim[1] > w->dim[0] ? w->dim[1] : w->dim[0];
    return (double)ww_shape_count(&p->value[n->output[0]].tensor.shape) * (double)ww_shape_count(w) / (double)rows;
}

// A file of a few kilobytes can ask for hours of work, and for the memory of as many prepared kernels.
static ww_status check_work(const ww_net_plan *p, ww_error *err)
{
    double work = 0;
    for (size_t i = 0; i < p->node_count; i++)
        work += work_of(p, &p->node[i]);
    return work <= WORK_MAX ? WW_OK
                            : ww_fail(err, WW_ERR_UNSUPPORTED,
                                      "%s: one picture takes %.1e multiplications; networks of at most %.1e are run",
                                      p->net->name, work, WORK_MAX);
}

ww_status ww_net_plan_make(const ww_net *net, const ww_shape *input, bool fuse, size_t bytes_max, ww_net_plan **plan,
                           ww_error *err)
{
    *plan = NULL;
    ww_status status = check_input(net, input, err);
    if (status != WW_OK)
        return status;
    ww_net_plan *p = start(net, input, bytes_max), *exported = NULL;
    if (!p)
        return ww_fail_memory(err, "the plan of %s", net->name);
    status = infer_exported(p, &exported, err);
    if (status == WW_OK)
        status = infer_all(p, exported, err);
    ww_net_plan_free(exported);
    if (status != WW_OK) {
        status = blame_size(p, status, err);
        ww_error_prefix(err, "%s", net->name);
        ww_net_plan_free(p);
        return status;
    }
    drop_dead(p);
    if (fuse && !p->starved)
        ww_net_plan_fuse(p);
    if (p->starved) {
        ww_net_plan_free(p);
        return ww_fail_memory(err, "the plan of %s", net->name);
    }
    status = check_work(p, err);
    if (status != WW_OK) {
        ww_net_plan_free(p);
        return status;
    }
    count_uses(p);
    *plan = p;
    return WW_OK;
}

void ww_net_plan_free(ww_net_plan *p)
{
    if (!p)
        return;
    for (size_t i = 0; i < p->node_count; i++)
        free_node_lists(&p->node[i]);
    for (size_t i = 0; i < p->value_count; i++)
        if (p->value[i].owned)
            free(p->value[i].tensor.data);
    free(p->node);
    free(p->value);
    free(p);
}
