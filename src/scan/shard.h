// SPDX-License-Identifier: MIT
// A shard: one of several like shares of the inputs, for scans on many machines that are joined afterwards (join/).
//
// The inputs lie side by side on a line, each as long as its file has bytes. The line is cut into `count` like pieces;
// a photo is of the piece in which it begins, and span i of n of a video of the piece in which its i-th n-th begins. So
// every machine knows its share without opening the files of others, and at most two of its videos are shared.
#ifndef WW_SCAN_SHARD_H
#define WW_SCAN_SHARD_H
#include "scan/source_list.h"
#include "store/store.h"

typedef struct ww_shard {
    int number, count;   // 1 .. count; count 0: everything is scanned here, and all of the below is empty
    int64_t first, end;  // of the piece: positions on the line
    int64_t *begins;     // of each input, and the end of the last; owned
    int64_t first_place; // of the first input, see ww_source_row
    size_t files;
    uint64_t list; // what the inputs are known by
} ww_shard;

ww_status ww_shard_cut(ww_shard *shard, int number, int count, const ww_source_list *inputs, ww_error *err);
void ww_shard_free(ww_shard *shard);

// Whether part i of n of the input is of the shard; whether any part may be.
bool ww_shard_has(const ww_shard *shard, size_t input, int i, int n);
bool ww_shard_touches(const ww_shard *shard, size_t input);
// Which of the input's spans are: *first .. *end - 1.
void ww_shard_spans(const ww_shard *shard, size_t input, int spans, int *first, int *end);
// Inputs that begin in the shard, of `count`; and its length.
int64_t ww_shard_files(const ww_shard *shard, size_t count);
double ww_shard_weight(const ww_shard *shard, const ww_source_list *inputs);

// The library notes whose share of which inputs it holds (library/shard_lists.h), and when all of it is there.
ww_status ww_shard_begin(ww_shard *shard, ww_store *store, ww_error *err);
ww_status ww_shard_end(const ww_shard *shard, ww_store *store, ww_error *err);

#endif
