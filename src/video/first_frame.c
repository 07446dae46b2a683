// SPDX-License-Identifier: MIT
#include "video/first_frame.h"
#include "video/decoder.h"

enum { PACKETS_MAX = 3000 }; // decoded before a video counts as undecodable

static void feed(ww_first_frame *f, AVPacket *packet, const ww_stamp *stamp)
{
    f->starved |= ww_decoder_starved(f->decoder, ww_decoder_send(f->decoder, packet, stamp, true));
}

static void receive(ww_first_frame *f)
{
    const int code = avcodec_receive_frame(f->decoder, f->frame);
    f->starved |= ww_decoder_starved(f->decoder, code);
    f->found = code == 0;
}

static void decode(ww_first_frame *f, AVPacket *packet, const ww_stamp *stamp)
{
    if (f->found || f->starved || f->decoded_packets++ > PACKETS_MAX)
        return;
    feed(f, packet, stamp);
    receive(f);
}

static void let_go(ww_first_frame *f)
{
    while (f->held_count)
        av_packet_free(&f->held[--f->held_count]);
}

// The packets do not tell which frame is the first: those held are decoded, and so are those that follow.
static void decode_held(ww_first_frame *f)
{
    f->decoding = true;
    for (int i = 0; i < f->held_count; i++)
        decode(f, f->held[i], &f->stamp[i]);
    let_go(f);
}

// Decodes the first packet alone, whose frame is the first by what the packets tell; if it is not, all that were held.
static void decode_first(ww_first_frame *f)
{
    f->decoded_packets++;
    feed(f, f->held[0], &f->stamp[0]);
    avcodec_send_packet(f->decoder, NULL);
    receive(f);
    if (f->found && f->frame->pts == f->stamp[0].pts) {
        let_go(f);
        return;
    }
    f->found = false;
    av_frame_unref(f->frame);
    avcodec_flush_buffers(f->decoder);
    decode_held(f);
}

static bool hold(ww_first_frame *f, const AVPacket *packet, const ww_stamp *stamp)
{
    if (f->held_count == WW_FIRST_HELD_MAX)
        return false;
    AVPacket *copy = av_packet_clone(packet);
    if (!copy)
        return false;
    f->stamp[f->held_count] = *stamp;
    f->held[f->held_count++] = copy;
    return true;
}

void ww_first_frame_add(ww_first_frame *f, AVPacket *packet, const ww_stamp *stamp)
{
    if (f->found || f->starved)
        return;
    const bool begins = f->held_count == 0;
    const bool simple = stamp->pts != AV_NOPTS_VALUE && !stamp->continued
                        && (begins ? stamp->key && stamp->shown : stamp->pts > f->stamp[0].pts);
    if (f->decoding) {
        decode(f, packet, stamp);
    } else if (!simple || !hold(f, packet, stamp)) {
        decode_held(f);
        decode(f, packet, stamp);
    } else if (!begins && stamp->dts != AV_NOPTS_VALUE && stamp->dts >= f->stamp[0].pts) {
        decode_first(f);
    }
}

void ww_first_frame_end(ww_first_frame *f)
{
    if (f->held_count > 0)
        decode_first(f);
    if (!f->found) {
        avcodec_send_packet(f->decoder, NULL);
        receive(f);
    }
    let_go(f);
}
