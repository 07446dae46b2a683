// SPDX-License-Identifier: MIT
// An operand is a list of numbers: LEB128 varints, signed ones zigzagged. Faces lie sorted by source and time, so that
// a source is written once and times as steps from the one before.
#include "base/buffer.h"
#include "decisions/journal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { FORMAT_VERSION = 1, VARINT_BYTES_MAX = 10, FACE_BYTES_MIN = 5 };

static int by_place(const void *a, const void *b)
{
    const ww_face_key *p = a, *q = b;
    if (p->source != q->source)
        return p->source < q->source ? -1 : 1;
    if (p->time_us != q->time_us)
        return p->time_us < q->time_us ? -1 : 1;
    if (p->x != q->x)
        return p->x < q->x ? -1 : 1;
    return (p->y > q->y) - (p->y < q->y);
}

static void put(ww_buffer *b, uint64_t value)
{
    uint8_t bytes[VARINT_BYTES_MAX];
    size_t count = 0;
    for (; value >= 0x80; value >>= 7)
        bytes[count++] = (uint8_t)(value | 0x80);
    bytes[count++] = (uint8_t)value;
    ww_buffer_add(b, bytes, count);
}

static void put_signed(ww_buffer *b, int64_t value) { put(b, (uint64_t)value << 1 ^ (uint64_t)(value >> 63)); }

static void put_faces(ww_buffer *b, const ww_face_key *face, size_t count)
{
    put(b, count);
    for (size_t i = 0, run; i < count; i += run) {
        for (run = 1; i + run < count && face[i + run].source == face[i].source;)
            run++;
        put(b, run);
        ww_buffer_add(b, &face[i].source, sizeof face[i].source);
        for (size_t k = i; k < i + run; k++) {
            const float box[] = {face[k].x, face[k].y, face[k].width, face[k].height};
            put_signed(b, face[k].time_us - (k > i ? face[k - 1].time_us : 0));
            for (int c = 0; c < 4; c++)
                put_signed(b, llround(box[c] * WW_JOURNAL_STEPS_A_PIXEL));
        }
    }
}

void ww_operands_encode(ww_entry *entry, ww_buffer *b)
{
    put(b, FORMAT_VERSION);
    put(b, entry->operand.count);
    for (size_t s = 0; s < entry->operand.count; s++) {
        ww_operand *operand = &entry->operand.item[s];
        put(b, operand->identity.count);
        for (size_t i = 0; i < operand->identity.count; i++)
            put_signed(b, operand->identity.item[i]);
        if (operand->face.count)
            qsort(operand->face.item, operand->face.count, sizeof *operand->face.item, by_place);
        put_faces(b, operand->face.item, operand->face.count);
    }
}

typedef struct input {
    const uint8_t *at, *end;
    bool bad;
} input;

static uint64_t get(input *in)
{
    uint64_t value = 0;
    for (int shift = 0; in->at < in->end && shift < 64; shift += 7) {
        uint8_t byte = *in->at++;
        value |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80)
            return value;
    }
    in->bad = true;
    return 0;
}

static int64_t get_signed(input *in)
{
    uint64_t value = get(in);
    return (int64_t)(value >> 1 ^ (0 - (value & 1)));
}

// A count of things that take at least `bytes_each` of what is left.
static size_t get_count(input *in, size_t bytes_each)
{
    uint64_t count = get(in);
    if (count > (size_t)(in->end - in->at) / bytes_each)
        in->bad = true;
    return in->bad ? 0 : (size_t)count;
}

static void get_run(input *in, size_t run, ww_operand *operand)
{
    ww_face_key key = {0};
    if ((size_t)(in->end - in->at) < sizeof key.source) {
        in->bad = true;
        return;
    }
    memcpy(&key.source, in->at, sizeof key.source);
    in->at += sizeof key.source;
    for (size_t k = 0; k < run && !in->bad && !operand->starved; k++) {
        float box[4];
        // damage may overflow, and must not trap
        key.time_us = (int64_t)((uint64_t)key.time_us + (uint64_t)get_signed(in));
        for (int c = 0; c < 4; c++)
            box[c] = (float)((double)get_signed(in) / WW_JOURNAL_STEPS_A_PIXEL);
        key.x = box[0];
        key.y = box[1];
        key.width = box[2];
        key.height = box[3];
        ww_operand_add_face(operand, &key);
    }
}

static void get_side(input *in, ww_operand *operand)
{
    size_t identities = get_count(in, 1);
    for (size_t i = 0; i < identities && !in->bad; i++)
        ww_operand_add_identity(operand, get_signed(in));
    size_t faces = get_count(in, FACE_BYTES_MIN);
    while (operand->face.count < faces && !in->bad && !operand->starved) {
        size_t run = get_count(in, FACE_BYTES_MIN);
        if (run == 0 || run > faces - operand->face.count)
            in->bad = true;
        else
            get_run(in, run, operand);
    }
}

ww_status ww_operands_decode(const void *bytes, size_t count, ww_entry *entry, ww_error *err)
{
    if (count == 0) // an undo; `bytes` may be NULL
        return WW_OK;
    input in = {bytes, (const uint8_t *)bytes + count, false};
    bool known = get(&in) == FORMAT_VERSION;
    size_t operands = get_count(&in, 2);
    if (!known || operands > WW_OPERANDS_MAX)
        in.bad = true;
    for (size_t s = 0; s < operands && !in.bad; s++) {
        ww_operand *operand = ww_entry_add_operand(entry);
        get_side(&in, operand);
        if (operand->starved)
            return ww_fail_memory(err, "the library's journal");
    }
    if (in.bad || in.at != in.end)
        return ww_fail(err, WW_ERR_STORE,
                       "the library is damaged: entry %lld of its journal cannot be read; restore a copy of whoswho.db",
                       (long long)entry->seq);
    return WW_OK;
}
