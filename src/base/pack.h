// SPDX-License-Identifier: MIT
// Values as bytes, for messages between processes that may run on different machines: little-endian whatever the
// machine is, of fixed width, texts and blobs with their length before them.
//
// Reading never goes beyond the end: what is missing reads as 0 and marks the input as bad, once and for all; whoever
// reads a message asks in the end (ww_unpack_done).
#ifndef WW_BASE_PACK_H
#define WW_BASE_PACK_H
#include "base/buffer.h"
#include <stdbool.h>
#include <stdint.h>

void ww_pack_u8(ww_buffer *b, unsigned value);
void ww_pack_i32(ww_buffer *b, int32_t value);
void ww_pack_i64(ww_buffer *b, int64_t value);
void ww_pack_f32(ww_buffer *b, float value); // bit for bit, as is f64
void ww_pack_f64(ww_buffer *b, double value);
void ww_pack_f32s(ww_buffer *b, const float *value, size_t count); // without the count
void ww_pack_bytes(ww_buffer *b, const void *data, size_t bytes);  // without the length
void ww_pack_blob(ww_buffer *b, const void *data, size_t bytes);   // data NULL: none, which is told from an empty one
void ww_pack_text(ww_buffer *b, const char *text);                 // NULL likewise

typedef struct ww_unpack {
    const uint8_t *at, *end;
    bool bad;     // the bytes make no sense
    bool starved; // no memory for what they hold
} ww_unpack;

unsigned ww_unpack_u8(ww_unpack *in);
int32_t ww_unpack_i32(ww_unpack *in);
int64_t ww_unpack_i64(ww_unpack *in);
float ww_unpack_f32(ww_unpack *in);
double ww_unpack_f64(ww_unpack *in);
void ww_unpack_f32s(ww_unpack *in, float *value, size_t count);
void ww_unpack_bytes(ww_unpack *in, void *data, size_t bytes);
// From least to most; else the input is bad, and 0 is returned.
int64_t ww_unpack_within(ww_unpack *in, int64_t least, int64_t most);
// A count of things that take at least `bytes_each` of what is left.
size_t ww_unpack_count(ww_unpack *in, size_t bytes_each);
// The caller's (free); NULL: there is none, or the input is bad. With a zero behind it; a text has no other.
uint8_t *ww_unpack_blob(ww_unpack *in, size_t most, size_t *bytes);
char *ww_unpack_text(ww_unpack *in, size_t most);
bool ww_unpack_done(const ww_unpack *in); // all of it was read, and made sense

#endif
