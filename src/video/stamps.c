// SPDX-License-Identifier: MIT
// What a packet's own bits say and its container does not: fields, hidden frames, temporal layers.
#include "video/stamps.h"

enum { H264_NAL_SLICE = 1, H264_NAL_IDR = 5, H264_NAL_SEI = 6, H264_SEI_RECOVERY_POINT = 6 };
enum { SEI_BYTES_READ = 1024, SEI_END = 0x80 };
enum { MPEG_PICTURE_B = 3 };
enum { HEVC_NAL_NOT_PICTURE = 32 };        // types below are slices of pictures
enum { HEVC_NAL_NONREFERENCE_BELOW = 16 }; // of those below, the even ones are not referred to in their layer

bool ww_packet_is_hidden(enum AVCodecID codec, const AVPacket *packet)
{
    // VP8 frame tag (RFC 6386, 9.1): bit 4 of the first byte is show_frame.
    return codec == AV_CODEC_ID_VP8 && packet->size > 0 && !(packet->data[0] >> 4 & 1);
}

int ww_nal_length_bytes(const AVCodecParameters *parameters)
{
    // avcC and hvcC (ISO/IEC 14496-15, 5.3.3.1 and 8.3.3.1): configurationVersion 1 first, lengthSizeMinusOne in byte 4
    // or 21.
    const uint8_t *extra = parameters->extradata;
    int at = parameters->codec_id == AV_CODEC_ID_H264 ? 4 : parameters->codec_id == AV_CODEC_ID_HEVC ? 21 : -1;
    if (at < 0 || !extra || parameters->extradata_size <= at || extra[0] != 1)
        return 0;
    return (extra[at] & 3) + 1;
}

typedef struct nal_unit {
    const uint8_t *data; // its header first
    int bytes;           // at least 2; with start codes, up to the end of the packet
} nal_unit;

// The NAL unit at or after byte *at of a packet; *at moves on. False when there is none (left).
static bool next_nal(const AVPacket *packet, int length_bytes, int *at, nal_unit *nal)
{
    const uint8_t *data = packet->data;
    int size = packet->size;
    if (length_bytes) {
        if (*at > size - length_bytes - 2)
            return false;
        uint32_t length = 0;
        for (int i = 0; i < length_bytes; i++)
            length = length << 8 | data[*at + i];
        int begin = *at + length_bytes, rest = size - begin;
        *nal = (nal_unit){data + begin, length < 2 || length > (uint32_t)rest ? rest : (int)length};
        *at = begin + nal->bytes;
        return true;
    }
    for (int i = *at; i + 4 < size; i++)
        if (data[i] == 0 && data[i + 1] == 0 && data[i + 2] == 1) {
            *nal = (nal_unit){data + i + 3, size - i - 3};
            *at = i + 3;
            return true;
        }
    return false;
}

// The first bytes of a NAL unit's payload without the 3s that keep start codes out of it (ITU-T H.264, 7.4.1).
static int unescape(const nal_unit *nal, uint8_t *out, int out_bytes)
{
    int n = 0, zeros = 0;
    for (int i = 1; i < nal->bytes && n < out_bytes; i++) {
        uint8_t byte = nal->data[i];
        if (zeros < 2 || byte != 3)
            out[n++] = byte;
        zeros = byte == 0 ? zeros + 1 : 0;
    }
    return n;
}

// A number written as a run of 255s and a last byte that is less.
static int read_run(const uint8_t *data, int bytes, int *at)
{
    int value = 0, byte = 255;
    while (byte == 255 && *at < bytes)
        value += byte = data[(*at)++];
    return value;
}

// recovery_frame_cnt of a recovery point message is zero exactly when its first bit, that of an Exp-Golomb code, is
// one. The messages before it in the same NAL unit are stepped over (ITU-T H.264, 7.3.2.3.1 and D.1.8). True when there
// is no such message.
static bool recovers_at_once(const nal_unit *sei)
{
    uint8_t data[SEI_BYTES_READ];
    int bytes = unescape(sei, data, sizeof data);
    for (int i = 0; i < bytes && data[i] != SEI_END;) {
        int type = read_run(data, bytes, &i), size = read_run(data, bytes, &i);
        if (type == H264_SEI_RECOVERY_POINT)
            return i >= bytes || data[i] >> 7;
        if (size > bytes - i)
            return true;
        i += size;
    }
    return true;
}

bool ww_packet_starts_clean(enum AVCodecID codec, const AVPacket *packet, int nal_length_bytes)
{
    int at = 0;
    nal_unit nal;
    while (codec == AV_CODEC_ID_H264 && next_nal(packet, nal_length_bytes, &at, &nal)) {
        int type = nal.data[0] & 31;
        if (type == H264_NAL_SEI && !recovers_at_once(&nal))
            return false;
        if (type >= H264_NAL_SLICE && type <= H264_NAL_IDR)
            return true;
    }
    return true;
}

int ww_hevc_layer(const AVPacket *packet, int nal_length_bytes)
{
    int at = 0;
    nal_unit nal;
    while (next_nal(packet, nal_length_bytes, &at, &nal)) {
        int type = nal.data[0] >> 1 & 63, layer = (nal.data[1] & 7) - 1; // ITU-T H.265, 7.3.1.2
        if (type < HEVC_NAL_NOT_PICTURE)
            return layer > 0 ? layer : 0;
    }
    return 0;
}

bool ww_mpeg_is_b(const AVPacket *packet)
{
    // picture_start_code, temporal_reference of 10 bits, picture_coding_type of 3 (ISO/IEC 13818-2, 6.2.3).
    const uint8_t *b = packet->data;
    for (int i = 0; i + 5 < packet->size; i++)
        if (b[i] == 0 && b[i + 1] == 0 && b[i + 2] == 1 && b[i + 3] == 0)
            return (b[i + 5] >> 3 & 7) == MPEG_PICTURE_B;
    return false;
}

static bool h264_is_reference(const AVPacket *packet, int nal_length_bytes)
{
    int at = 0;
    nal_unit nal;
    while (next_nal(packet, nal_length_bytes, &at, &nal)) {
        int type = nal.data[0] & 31;
        if (type >= H264_NAL_SLICE && type <= H264_NAL_IDR)
            return nal.data[0] >> 5 & 3; // nal_ref_idc
    }
    return true;
}

static bool hevc_is_reference(const AVPacket *packet, int nal_length_bytes)
{
    int at = 0;
    nal_unit nal;
    while (next_nal(packet, nal_length_bytes, &at, &nal)) {
        int type = nal.data[0] >> 1 & 63; // ITU-T H.265, table 7-1
        if (type < HEVC_NAL_NOT_PICTURE)
            return type >= HEVC_NAL_NONREFERENCE_BELOW || type % 2;
    }
    return true;
}

bool ww_packet_is_reference(enum AVCodecID codec, const AVPacket *packet, int nal_length_bytes)
{
    if (packet->flags & AV_PKT_FLAG_DISPOSABLE)
        return false;
    switch (codec) {
    case AV_CODEC_ID_H264: return h264_is_reference(packet, nal_length_bytes);
    case AV_CODEC_ID_HEVC: return hevc_is_reference(packet, nal_length_bytes);
    case AV_CODEC_ID_MPEG1VIDEO:
    case AV_CODEC_ID_MPEG2VIDEO: return !ww_mpeg_is_b(packet);
    default: return true;
    }
}
