// SPDX-License-Identifier: MIT
// usage: write_slow_network FILE
//
// Writes an embedder that takes tens of seconds for a face: forty layers, as those of others that are large.
#include "onnx_writer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LAYERS = 40, CHANNELS = 256, DIM = 64 };

int main(int argc, char **argv)
{
    static float weight[CHANNELS * CHANNELS * 3 * 3], first[CHANNELS * 3], last[DIM * CHANNELS];
    onnx_writer w = {0};
    char from[16] = "l", to[16], inputs[32];
    if (argc != 2)
        return 2;
    for (int i = 0; i < CHANNELS * 3; i++)
        first[i] = (float)(i % 7);
    for (int i = 0; i < DIM * CHANNELS; i++)
        last[i] = (float)(i % 5);
    onnx_input(&w, "x", (onnx_dims){4, {1, 3, 112, 112}});
    onnx_shaped_output(&w, "y", (onnx_dims){2, {1, DIM}});
    onnx_floats(&w, "first", (onnx_dims){4, {CHANNELS, 3, 1, 1}}, first);
    onnx_floats(&w, "w", (onnx_dims){4, {CHANNELS, CHANNELS, 3, 3}}, weight);
    onnx_floats(&w, "last", (onnx_dims){2, {DIM, CHANNELS}}, last);
    onnx_node(&w, "Conv", "x first", "l", "kernel_shape=1,1");
    for (int i = 0; i < LAYERS; i++) {
        snprintf(inputs, sizeof inputs, "%s w", from);
        snprintf(to, sizeof to, "l%d", i);
        onnx_node(&w, "Conv", inputs, to, "kernel_shape=3,3 pads=1,1,1,1");
        memcpy(from, to, sizeof to);
    }
    onnx_node(&w, "GlobalAveragePool", to, "p", "");
    onnx_node(&w, "Flatten", "p", "f", "axis=1");
    onnx_node(&w, "Gemm", "f last", "y", "transB=1");
    ww_buffer file = onnx_finish(&w);
    FILE *f = fopen(argv[1], "wb");
    const int good = f && fwrite(file.data, 1, file.bytes, f) == file.bytes;
    if (f && fclose(f) != 0)
        return 1;
    ww_buffer_free(&file);
    return good ? 0 : 1;
}
