// SPDX-License-Identifier: MIT
// Reading files: what a network tells about itself, element types, and the refusal of every kind of damage.
#include "harness.h"

#include "base/memory.h"
#include "nn_case.h"

#define FLAT ((onnx_dims){1, {4}})

// y = relu(x) with two inputs' worth of metadata.
static void small_model(onnx_writer *w)
{
    onnx_input(w, "x", (onnx_dims){2, {-1, 4}});
    onnx_output(w, "y");
    onnx_node(w, "Relu", "x", "y", "");
    onnx_metadata(w, "kind", "test");
}

TEST(tells_names_shapes_and_metadata)
{
    onnx_writer w = {0};
    ww_error err = {0};
    small_model(&w);
    ww_net *net = case_load(&w, &err);
    CHECK(net != NULL);
    CHECK_STR(ww_net_name(net), "case.onnx");
    CHECK_EQ(ww_net_input_count(net), 1);
    CHECK_STR(ww_net_input_name(net, 0), "x");
    CHECK_EQ(ww_net_input_shape(net, 0)->rank, 2);
    CHECK_EQ(ww_net_input_shape(net, 0)->dim[0], -1);
    CHECK_EQ(ww_net_input_shape(net, 0)->dim[1], 4);
    CHECK_STR(ww_net_output_name(net, 0), "y");
    CHECK_STR(ww_net_metadata(net, "kind"), "test");
    CHECK(ww_net_metadata(net, "other") == NULL);
    ww_net_free(net);
    ww_net_free(NULL);
}

// Adds x to a constant of an element type; the sum tells how it was read.
static void check_type(int type, const void *raw, size_t bytes, const float *want)
{
    onnx_writer w = {0};
    ww_error err = {0};
    onnx_input(&w, "x", FLAT);
    onnx_output(&w, "y");
    onnx_raw(&w, "c", FLAT, type, raw, bytes);
    onnx_node(&w, "Cast", "c", "f", "to=1");
    onnx_node(&w, "Add", "x f", "y", "");
    ww_net *net = case_load(&w, &err);
    float *y = net ? case_run(net, FLAT, (float[4]){0}, (ww_session_options){0}, 0, NULL, &err) : NULL;
    CHECK(y != NULL);
    for (int i = 0; y && i < 4; i++)
        CHECK(y[i] == want[i]);
    free(y);
    ww_net_free(net);
}

TEST(element_types)
{
    check_type(ONNX_FLOAT, (float[]){1.5f, -2, 0, 3e8f}, 16, (float[]){1.5f, -2, 0, 3e8f});
    check_type(ONNX_DOUBLE, (double[]){1.5, -2, 0, 3e8}, 32, (float[]){1.5f, -2, 0, 3e8f});
    check_type(ONNX_FLOAT16, (uint16_t[]){0x3e00, 0xc000, 0x0001, 0x7bff}, 8,
               (float[]){1.5f, -2, 5.9604645e-8f, 65504});
    check_type(ONNX_FLOAT16, (uint16_t[]){0x7c00, 0xfc00, 0x83ff, 0x0400}, 8,
               (float[]){INFINITY, -INFINITY, -6.097555e-5f, 6.1035156e-5f});
    check_type(ONNX_INT8, (int8_t[]){1, -2, -128, 127}, 4, (float[]){1, -2, -128, 127});
    check_type(ONNX_UINT8, (uint8_t[]){1, 2, 128, 255}, 4, (float[]){1, 2, 128, 255});
    check_type(ONNX_INT32, (int32_t[]){1, -2, 1 << 24, -7}, 16, (float[]){1, -2, 1 << 24, -7});
    check_type(ONNX_INT64, (int64_t[]){1, -2, 1 << 24, -7}, 32, (float[]){1, -2, 1 << 24, -7});
}

TEST(quantised_weights_are_widened)
{
    onnx_writer w = {.opset = 13};
    ww_error err = {0};
    onnx_input(&w, "x", (onnx_dims){2, {1, 2}});
    onnx_output(&w, "y");
    onnx_raw(&w, "q", (onnx_dims){2, {2, 2}}, ONNX_INT8, (int8_t[]){10, 20, -30, 40}, 4);
    onnx_floats(&w, "s", (onnx_dims){1, {2}}, (float[]){0.5f, 2});
    onnx_raw(&w, "z", (onnx_dims){1, {2}}, ONNX_INT8, (int8_t[]){10, 0}, 2);
    onnx_node(&w, "DequantizeLinear", "q s z", "w", "axis=0");
    onnx_node(&w, "MatMul", "x w", "y", "");
    ww_net *net = case_load(&w, &err);
    float *y = case_run(net, (onnx_dims){2, {1, 2}}, (float[]){1, 1}, (ww_session_options){0}, 0, NULL, &err);
    CHECK(y && y[0] == -60 && y[1] == 85);
    free(y);
    ww_net_free(net);
}

// Loads a file and checks that it is refused with `status` and a message that names the file and says `why`.
static void check_refused(onnx_writer *w, ww_status status, const char *why)
{
    ww_error err = {0};
    ww_net *net = (ww_net *)w;
    ww_buffer file = onnx_finish(w);
    ww_status got = ww_net_load(file.data, file.bytes, "case.onnx", &net, &err);
    ww_buffer_free(&file);
    CHECK_EQ(got, status);
    CHECK(net == NULL);
    CHECK(strncmp(err.message, "case.onnx: ", 11) == 0);
    CHECK(strstr(err.message, why) != NULL);
    if (!strstr(err.message, why))
        printf("# \"%s\" does not say \"%s\"\n", err.message, why);
}

TEST(refuses_damaged_graphs)
{
    onnx_writer w = {0};
    check_refused(&w, WW_ERR_FORMAT, "holds no network");
    onnx_input(&w, "x", FLAT);
    onnx_output(&w, "z");
    onnx_node(&w, "Relu", "x", "y", "");
    check_refused(&w, WW_ERR_FORMAT, "no node makes the output 'z'");
    small_model(&w);
    onnx_node(&w, "Relu", "x", "y", "");
    check_refused(&w, WW_ERR_FORMAT, "'y' is made twice");
    onnx_input(&w, "x", FLAT);
    onnx_node(&w, "Add", "x b", "a", "");
    onnx_node(&w, "Add", "x a", "b", "");
    check_refused(&w, WW_ERR_FORMAT, "node 'node 0': reads 'b', which nothing before it makes (a cycle");
    small_model(&w);
    onnx_node(&w, "Frobnicate", "x", "z", "");
    check_refused(&w, WW_ERR_UNSUPPORTED, "node 'node 1': the operator 'Frobnicate' is not supported");
    small_model(&w);
    onnx_node(&w, "Add", "x", "z", "");
    check_refused(&w, WW_ERR_FORMAT, "Add cannot have 1 inputs");
    small_model(&w);
    w.opset = 3;
    check_refused(&w, WW_ERR_UNSUPPORTED, "operator set 3");
    small_model(&w);
    onnx_node(&w, "Frob\nnicate", "x", "z", "");
    check_refused(&w, WW_ERR_UNSUPPORTED, "'Frob?nicate'");
}

TEST(refuses_damaged_weights)
{
    onnx_writer w = {0};
    small_model(&w);
    onnx_raw(&w, "c", FLAT, ONNX_FLOAT, "0123456789", 10);
    check_refused(&w, WW_ERR_FORMAT, "initializer 'c': holds 10 bytes where its shape needs 16");
    small_model(&w);
    onnx_raw(&w, "c", (onnx_dims){2, {1 << 30, 1 << 30}}, ONNX_FLOAT, "0123456789", 10);
    check_refused(&w, WW_ERR_FORMAT, "is larger than");
    small_model(&w);
    onnx_raw(&w, "c", (onnx_dims){2, {-1, 4}}, ONNX_FLOAT, "0123456789", 10);
    check_refused(&w, WW_ERR_FORMAT, "negative dimension");
    small_model(&w);
    onnx_raw(&w, "c", FLAT, 8, "0123456789", 10);
    check_refused(&w, WW_ERR_UNSUPPORTED, "element type 8");
    small_model(&w);
    onnx_raw(&w, "x2", FLAT, ONNX_FLOAT, "0123456789012345", 16);
    onnx_raw(&w, "x2", FLAT, ONNX_FLOAT, "0123456789012345", 16);
    check_refused(&w, WW_ERR_FORMAT, "made twice");
    ww_buffer tensor = {0};
    small_model(&w);
    onnx_varint(&tensor, 2, ONNX_FLOAT);
    onnx_bytes(&tensor, 8, "c", 1);
    onnx_varint(&tensor, 14, 1);
    onnx_bytes(&w.graph, 5, tensor.data, tensor.bytes);
    ww_buffer_free(&tensor);
    check_refused(&w, WW_ERR_UNSUPPORTED, "in another file");
}

TEST(refuses_every_truncation)
{
    onnx_writer w = {0};
    small_model(&w);
    onnx_floats(&w, "c", FLAT, (float[]){1, 2, 3, 4});
    ww_buffer file = onnx_finish(&w);
    int refused = 0;
    for (size_t n = 0; n < file.bytes; n++) {
        ww_error err = {0};
        ww_net *net;
        char *exact = ww_alloc_array(n, 1, SIZE_MAX); // of its own, so that a sanitizer sees a read past the end
        memcpy(exact, file.data, n);
        if (ww_net_load(exact, n, "cut.onnx", &net, &err) != WW_OK) {
            refused++;
            CHECK(strncmp(err.message, "cut.onnx: ", 10) == 0);
            CHECK(net == NULL);
        }
        ww_net_free(net);
        free(exact);
    }
    // Without its last field, the metadata, it is a whole file still; without any more it is not.
    CHECK(refused >= (int)file.bytes - 1);
    ww_buffer_free(&file);
}

TEST(survives_every_changed_byte)
{
    onnx_writer w = {0};
    onnx_input(&w, "x", (onnx_dims){4, {1, 1, 4, 4}});
    onnx_output(&w, "y");
    onnx_floats(&w, "w", (onnx_dims){4, {2, 1, 3, 3}}, case_ramp(0.1f));
    onnx_ints(&w, "s", 2, (int64_t[]){1, -1});
    onnx_node(&w, "Conv", "x w", "a", "pads=1,1,1,1 strides=2,2");
    onnx_node(&w, "Reshape", "a s", "b", "");
    onnx_node(&w, "Softmax", "b", "y", "axis=1");
    ww_buffer file = onnx_finish(&w);
    for (size_t i = 0; i < file.bytes; i++)
        for (int change = 0; change < 3; change++) {
            char kept = file.data[i];
            ww_error err = {0};
            ww_net *net;
            file.data[i] = (char)(change == 0 ? kept ^ 1 : change == 1 ? kept ^ 0x80 : 0x7f);
            if (ww_net_load(file.data, file.bytes, "changed.onnx", &net, &err) == WW_OK) {
                ww_session_options small = {.backend = WW_BACKEND_REFERENCE, .bytes_max = 1 << 20};
                free(case_run(net, (onnx_dims){4, {1, 1, 4, 4}}, case_ramp(1), small, 0, NULL, &err));
            }
            if (!net)
                CHECK(strncmp(err.message, "changed.onnx: ", 14) == 0);
            ww_net_free(net);
            file.data[i] = kept;
        }
    ww_buffer_free(&file);
}

TEST(names_the_file_that_is_not_there)
{
    ww_error err = {0};
    ww_net *net;
    CHECK_EQ(ww_net_load_file("/nonexistent/model.onnx", &net, &err), WW_ERR_NOT_FOUND);
    CHECK(strstr(err.message, "/nonexistent/model.onnx") != NULL);
    CHECK(net == NULL);
}

int main(void)
{
    RUN(tells_names_shapes_and_metadata);
    RUN(element_types);
    RUN(quantised_weights_are_widened);
    RUN(refuses_damaged_graphs);
    RUN(refuses_damaged_weights);
    RUN(refuses_every_truncation);
    RUN(survives_every_changed_byte);
    RUN(names_the_file_that_is_not_there);
    return FINISH();
}
