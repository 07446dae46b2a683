// SPDX-License-Identifier: MIT
// Syntax: ITU-T H.264, 7.3. All macroblocks are I_PCM, so there is no prediction and no entropy coding to speak of.
#include "fields.h"

#include "base/buffer.h"
#include "base/files.h"
#include <stdint.h>
#include <stdlib.h>

typedef struct bits {
    ww_buffer out; // the NAL unit's payload, not yet escaped
    uint8_t byte;
    int used;
} bits;

static void put(bits *b, unsigned value, int count)
{
    for (int i = count - 1; i >= 0; i--) {
        b->byte = (uint8_t)(b->byte << 1 | (value >> i & 1));
        if (++b->used == 8) {
            ww_buffer_add(&b->out, &b->byte, 1);
            b->used = 0;
        }
    }
}

static void put_ue(bits *b, unsigned value)
{
    int length = 0;
    while ((value + 1) >> (length + 1))
        length++;
    put(b, 0, length);
    put(b, value + 1, length + 1);
}

static void align_with(bits *b, unsigned bit)
{
    while (b->used)
        put(b, bit, 1);
}

// Start code, header, payload with emulation prevention. Empties `b`.
static void end_nal(bits *b, ww_buffer *file, int ref_idc, int type)
{
    put(b, 1, 1);
    align_with(b, 0);
    const uint8_t head[] = {0, 0, 0, 1, (uint8_t)(ref_idc << 5 | type)}, three = 3;
    ww_buffer_add(file, head, sizeof head);
    int zeros = 0;
    for (size_t i = 0; i < b->out.bytes; i++) {
        uint8_t byte = (uint8_t)b->out.data[i];
        if (zeros >= 2 && byte <= 3) {
            ww_buffer_add(file, &three, 1);
            zeros = 0;
        }
        ww_buffer_add(file, &byte, 1);
        zeros = byte ? 0 : zeros + 1;
    }
    ww_buffer_free(&b->out);
    *b = (bits){0};
}

static void put_parameter_sets(bits *b, ww_buffer *file)
{
    put(b, 77, 8); // main profile
    put(b, 0, 8);
    put(b, 30, 8);
    put_ue(b, 0);
    put_ue(b, 0); // log2_max_frame_num - 4
    put_ue(b, 2); // pic_order_cnt_type 2: shown in decoding order
    put_ue(b, 2); // reference frames
    put(b, 0, 1);
    put_ue(b, 1); // two macroblocks wide
    put_ue(b, 0); // one high in a field
    put(b, 0, 1); // frame_mbs_only_flag
    put(b, 0, 1);
    put(b, 1, 1); // direct_8x8_inference_flag
    put(b, 0, 2); // no cropping, no VUI
    end_nal(b, file, 3, 7);
    put_ue(b, 0);
    put_ue(b, 0);
    put(b, 0, 2); // CAVLC, no field order in slices
    put_ue(b, 0);
    put_ue(b, 0);
    put_ue(b, 0);
    put(b, 0, 3);
    put_ue(b, 0); // se: 0
    put_ue(b, 0);
    put_ue(b, 0);
    put(b, 0, 3);
    end_nal(b, file, 3, 8);
}

static void put_field(bits *b, ww_buffer *file, int frame, int gop, bool bottom)
{
    bool first_of_gop = frame % gop == 0, idr = first_of_gop && !bottom, referred = frame % 2 == 0;
    put_ue(b, 0);
    put_ue(b, 7); // I slices only
    put_ue(b, 0);
    put(b, (unsigned)(frame % gop + 1) / 2 & 15, 4); // frame_num: one more after each frame that is referred to
    put(b, 1, 1);                                    // field_pic_flag
    put(b, bottom, 1);
    if (idr)
        put_ue(b, (unsigned)(frame / gop) & 1); // idr_pic_id
    if (referred)
        put(b, 0, idr ? 2 : 1); // plain sliding window
    put_ue(b, 0);               // slice_qp_delta
    for (int macroblock = 0; macroblock < 2; macroblock++) {
        put_ue(b, 25); // I_PCM
        align_with(b, 0);
        for (int i = 0; i < 384; i++)
            put(b, (unsigned)(16 + (frame * 7 + macroblock * 40 + bottom * 3) % 200), 8);
    }
    end_nal(b, file, referred, idr ? 5 : 1);
}

bool write_field_coded(const char *path, int frames, int gop)
{
    bits b = {0};
    ww_buffer file = {0};
    static const uint8_t delimiter[] = {0, 0, 0, 1, 9, 0xf0};
    for (int frame = 0; frame < frames; frame++)
        for (int bottom = 0; bottom < 2; bottom++) {
            ww_buffer_add(&file, delimiter, sizeof delimiter);
            if (frame % gop == 0 && !bottom)
                put_parameter_sets(&b, &file);
            put_field(&b, &file, frame, gop, bottom);
        }
    bool done = ww_write_file(path, file.data, file.bytes, NULL) == WW_OK;
    ww_buffer_free(&file);
    return done;
}
