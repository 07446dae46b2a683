// SPDX-License-Identifier: MIT
#include "base/pack.h"
#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

static void put(ww_buffer *b, uint64_t value, size_t bytes)
{
    uint8_t out[8];
    for (size_t i = 0; i < bytes; i++)
        out[i] = (uint8_t)(value >> 8 * i);
    ww_buffer_add(b, out, bytes);
}

void ww_pack_u8(ww_buffer *b, unsigned value) { put(b, value, 1); }
void ww_pack_i32(ww_buffer *b, int32_t value) { put(b, (uint32_t)value, 4); }
void ww_pack_i64(ww_buffer *b, int64_t value) { put(b, (uint64_t)value, 8); }

void ww_pack_f32(ww_buffer *b, float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    put(b, bits, 4);
}

void ww_pack_f64(ww_buffer *b, double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    put(b, bits, 8);
}

void ww_pack_f32s(ww_buffer *b, const float *value, size_t count)
{
    for (size_t i = 0; i < count; i++)
        ww_pack_f32(b, value[i]);
}

void ww_pack_bytes(ww_buffer *b, const void *data, size_t bytes) { ww_buffer_add(b, data, bytes); }

void ww_pack_blob(ww_buffer *b, const void *data, size_t bytes)
{
    ww_pack_i64(b, data ? (int64_t)bytes : -1);
    ww_buffer_add(b, data, data ? bytes : 0);
}

void ww_pack_text(ww_buffer *b, const char *text) { ww_pack_blob(b, text, text ? strlen(text) : 0); }

// --- reading ---------------------------------------------------------------------------------------------------------

static size_t left(const ww_unpack *in) { return (size_t)(in->end - in->at); }

static uint64_t get(ww_unpack *in, size_t bytes)
{
    uint64_t value = 0;
    if (in->bad || left(in) < bytes) {
        in->bad = true;
        return 0;
    }
    for (size_t i = 0; i < bytes; i++)
        value |= (uint64_t)in->at[i] << 8 * i;
    in->at += bytes;
    return value;
}

unsigned ww_unpack_u8(ww_unpack *in) { return (unsigned)get(in, 1); }
int32_t ww_unpack_i32(ww_unpack *in) { return (int32_t)(uint32_t)get(in, 4); }
int64_t ww_unpack_i64(ww_unpack *in) { return (int64_t)get(in, 8); }

float ww_unpack_f32(ww_unpack *in)
{
    const uint32_t bits = (uint32_t)get(in, 4);
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

double ww_unpack_f64(ww_unpack *in)
{
    const uint64_t bits = get(in, 8);
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

void ww_unpack_f32s(ww_unpack *in, float *value, size_t count)
{
    for (size_t i = 0; i < count; i++)
        value[i] = ww_unpack_f32(in);
}

void ww_unpack_bytes(ww_unpack *in, void *data, size_t bytes)
{
    if (in->bad || left(in) < bytes) {
        in->bad = true;
        return;
    }
    memcpy(data, in->at, bytes);
    in->at += bytes;
}

int64_t ww_unpack_within(ww_unpack *in, int64_t least, int64_t most)
{
    const int64_t value = ww_unpack_i64(in);
    in->bad = in->bad || value < least || value > most;
    return in->bad ? 0 : value;
}

size_t ww_unpack_count(ww_unpack *in, size_t bytes_each)
{
    const int64_t count = ww_unpack_i64(in);
    in->bad = in->bad || count < 0 || (uint64_t)count > left(in) / bytes_each;
    return in->bad ? 0 : (size_t)count;
}

uint8_t *ww_unpack_blob(ww_unpack *in, size_t most, size_t *bytes)
{
    const int64_t length = ww_unpack_i64(in);
    *bytes = 0;
    if (in->bad || length == -1)
        return NULL;
    if (length < 0 || (uint64_t)length > most || (uint64_t)length > left(in)) {
        in->bad = true;
        return NULL;
    }
    uint8_t *data = ww_try_array((size_t)length + 1, 1);
    if (!data) {
        in->starved = in->bad = true;
        return NULL;
    }
    ww_unpack_bytes(in, data, (size_t)length);
    *bytes = (size_t)length;
    return data;
}

char *ww_unpack_text(ww_unpack *in, size_t most)
{
    size_t bytes;
    char *text = (char *)ww_unpack_blob(in, most, &bytes);
    if (text && strlen(text) != bytes) {
        free(text);
        in->bad = true;
        return NULL;
    }
    return text;
}

bool ww_unpack_done(const ww_unpack *in) { return !in->bad && in->at == in->end; }
