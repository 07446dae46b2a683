// SPDX-License-Identifier: MIT
#include "video/source.h"

#include "base/memory.h"
#include "video/diagnose.h"
#include "video/photo_header.h"
#include "video/stamps.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Containers that hold their own pictures. Playlists and anything else that names other files or addresses (hls, dash, concat,
// image2, asx, ...) are absent on purpose. The sound-only ones are here so that "there is no picture in it" can be told from
// "this is not footage".
static const char containers[] =
    "mov,matroska,avi,mpegts,mpeg,mpegvideo,flv,asf,ogg,mxf,mxf_opatom,nut,ivf,h264,hevc,m4v,mjpeg,mjpeg_2000,vc1,obu,av1,"
    "yuv4mpegpipe,dv,rm,wtv,gxf,nsv,gif,apng,"
    "dirac,cavsvideo,h263,h261,roq,bink,pva,mp3,wav,w64,flac,aac,ac3,eac3,aiff,au,amr,caf,dts,truehd,tta,wv,ape";

#define LANDING_PACKETS_MAX 1000          // packets read after a seek before it counts as missed
#define SECONDS_MAX INT64_C(100000000000) // of a time stamp
#define TICKS_MAX (INT64_C(1) << 56)
#define START_CODE_BYTES 4 // a parser that starts at a packet gives it the zero bytes that it else gives to the one before
#define GAP_MAX_S 3600     // a broadcast clock that leaps ahead by more was set anew

static int stream_rank(const AVStream *stream)
{
    const AVCodecParameters *p = stream->codecpar;
    if (p->codec_type != AVMEDIA_TYPE_VIDEO
        || stream->disposition & (AV_DISPOSITION_ATTACHED_PIC | AV_DISPOSITION_TIMED_THUMBNAILS))
        return 0;
    return 1 + (stream->disposition & AV_DISPOSITION_DEFAULT ? 1 : 0) + (p->width > 0 ? 2 : 0)
           + (avcodec_find_decoder(p->codec_id) ? 4 : 0);
}

static bool covers_more(const AVStream *a, const AVStream *b)
{
    return (int64_t)a->codecpar->width * a->codecpar->height > (int64_t)b->codecpar->width * b->codecpar->height;
}

// The default stream with a known size and a decoder; among equals the largest, then the first. All others are not even read.
static AVStream *pick_stream(AVFormatContext *format)
{
    AVStream *best = NULL;
    for (unsigned i = 0; i < format->nb_streams; i++) {
        AVStream *s = format->streams[i];
        int rank = stream_rank(s), best_rank = best ? stream_rank(best) : 0;
        if (rank > best_rank || (best && rank == best_rank && covers_more(s, best)))
            best = s;
        s->discard = AVDISCARD_ALL;
    }
    if (best)
        best->discard = AVDISCARD_DEFAULT;
    return best;
}

// H.264 in transport streams carries the two fields of an interlaced frame as two packets; only its own headers tell.
static void open_field_parser(ww_source *source)
{
    const AVCodecParameters *p = source->stream->codecpar;
    if (p->codec_id != AV_CODEC_ID_H264 || p->field_order == AV_FIELD_PROGRESSIVE)
        return;
    source->parser = av_parser_init(p->codec_id);
    source->parser_context = avcodec_alloc_context3(NULL);
    if (source->parser && source->parser_context && avcodec_parameters_to_context(source->parser_context, p) >= 0)
        source->parser->flags |= PARSER_FLAG_COMPLETE_FRAMES;
}

int64_t ww_source_frame_ticks(const ww_source *source)
{
    AVRational rate = source->stream->avg_frame_rate;
    if (rate.num <= 0 || rate.den <= 0)
        rate = source->stream->r_frame_rate;
    if (rate.num <= 0 || rate.den <= 0 || rate.num / rate.den > 1000)
        rate = (AVRational){25, 1};
    int64_t ticks = av_rescale_q(1, av_inv_q(rate), source->stream->time_base);
    return ticks > 0 ? ticks : 1;
}

int ww_source_other_tracks(const ww_source *source)
{
    int tracks = 0;
    for (unsigned i = 0; i < source->format->nb_streams; i++)
        tracks += stream_rank(source->format->streams[i]) > 0 && source->format->streams[i] != source->stream;
    return tracks;
}

static int is_cancelled(void *user)
{
    return ww_is_cancelled(user);
}

ww_status ww_source_trouble(const ww_source *source, ww_error *err)
{
    if (ww_is_cancelled(&source->cancel))
        return ww_fail(err, WW_ERR_CANCELLED, "stopped while reading %s", source->path);
    const AVIOContext *io = source->format ? source->format->pb : NULL;
    if (!io || io->error >= 0 || io->error == AVERROR_EOF)
        return WW_OK;
    return ww_fail(err, WW_ERR_IO, "%s: cannot be read at byte %lld: %s", source->path, (long long)io->pos, av_err2str(io->error));
}

// A bare stream of JPEGs is too much like a photo for libavformat to be sure of it; we are (photo_header.h).
static const AVInputFormat *format_known(const char *path)
{
    uint8_t head[3] = {0};
    FILE *f = fopen(path, "rbe");
    bool jpeg = f && fread(head, 1, sizeof head, f) == sizeof head && memcmp(head, "\xff\xd8\xff", sizeof head) == 0;
    if (f)
        fclose(f);
    return jpeg ? av_find_input_format("mjpeg") : NULL;
}

static ww_status open_container(ww_source *source, ww_error *err)
{
    AVDictionary *options = NULL;
    source->format = avformat_alloc_context();
    if (!source->format)
        return ww_fail(err, WW_ERR_MEMORY, "%s: no memory to open it", source->path);
    source->format->interrupt_callback = (AVIOInterruptCB){is_cancelled, &source->cancel};
    av_dict_set(&options, "protocol_whitelist", "file", 0);
    av_dict_set(&options, "format_whitelist", containers, 0);
    char *url = ww_strf("file:%s", source->path); // so that no name is taken for a protocol
    int rc = avformat_open_input(&source->format, url, format_known(source->path), &options);
    av_dict_free(&options);
    free(url);
    if (rc < 0)
        return ww_explain_open(source->path, rc, err);
    source->whole = !strcmp(source->format->iformat->name, "gif") || !strcmp(source->format->iformat->name, "apng");
    if (!source->whole && (rc = avformat_find_stream_info(source->format, NULL)) < 0)
        return ww_explain_open(source->path, rc, err);
    ww_status status = ww_source_trouble(source, err);
    if (status != WW_OK)
        return status;
    source->stream = pick_stream(source->format);
    if (source->stream && source->stream->codecpar->codec_id == AV_CODEC_ID_APNG) {
        AVCodecParameters *p = source->stream->codecpar;
        p->extradata_size = (int)ww_png_strip(p->extradata, (size_t)p->extradata_size, 0);
    }
    return source->stream ? WW_OK : ww_explain_no_video(source->path, source->format, err);
}

ww_status ww_source_open(ww_source *source, const char *path, const ww_cancel *cancel, ww_error *err)
{
    *source = (ww_source){.path = ww_strdup(path), .clock_last = AV_NOPTS_VALUE};
    if (cancel)
        source->cancel = *cancel;
    bool memory = true;
    for (int i = 0; i < WW_SOURCE_QUEUE; i++)
        memory = (source->queue[i] = av_packet_alloc()) && memory;
    ww_status status = memory ? open_container(source, err) : ww_fail(err, WW_ERR_MEMORY, "%s: no memory to read it", path);
    if (status != WW_OK) {
        ww_source_close(source);
        return status;
    }
    source->second_ticks = av_rescale_q(AV_TIME_BASE, AV_TIME_BASE_Q, source->stream->time_base);
    source->ticks_max = av_rescale_q(SECONDS_MAX, (AVRational){1, 1}, source->stream->time_base);
    if (source->ticks_max <= 0 || source->ticks_max > TICKS_MAX)
        source->ticks_max = TICKS_MAX;
    source->nal_length_bytes = ww_nal_length_bytes(source->stream->codecpar);
    open_field_parser(source);
    return WW_OK;
}

void ww_source_close(ww_source *source)
{
    av_parser_close(source->parser);
    avcodec_free_context(&source->parser_context);
    for (int i = 0; i < WW_SOURCE_QUEUE; i++)
        av_packet_free(&source->queue[i]);
    avformat_close_input(&source->format);
    free(source->path);
    *source = (ww_source){0};
}

// Times beyond all sense (damage, or malice) count as unknown, so that sums of them cannot overflow.
static void bound_times(const ww_source *source, AVPacket *packet)
{
    if (packet->pts > source->ticks_max || packet->pts < -source->ticks_max)
        packet->pts = AV_NOPTS_VALUE;
    if (packet->dts > source->ticks_max || packet->dts < -source->ticks_max)
        packet->dts = AV_NOPTS_VALUE;
    if (packet->duration < 0 || packet->duration > source->ticks_max)
        packet->duration = 0;
}

static bool read_packet(ww_source *source, AVPacket *packet)
{
    while (!source->ended) {
        if (av_read_frame(source->format, packet) < 0)
            source->ended = true;
        else if (packet->stream_index == source->stream->index && packet->size > 0)
            break;
        else
            av_packet_unref(packet);
    }
    if (!source->ended)
        bound_times(source, packet);
    return !source->ended;
}

static bool next_raw(ww_source *source, AVPacket *packet)
{
    if (!source->queued)
        return read_packet(source, packet);
    AVPacket *first = source->queue[0];
    av_packet_move_ref(packet, first);
    source->queued--;
    memmove(source->queue, source->queue + 1, (WW_SOURCE_QUEUE - 1) * sizeof *source->queue);
    source->queue[WW_SOURCE_QUEUE - 1] = first;
    return true;
}

// Presentation time of a packet, before the repair of clock jumps. MPEG-1 and MPEG-2 program streams (DVDs above all) state it
// for some frames only. B-frames are shown when they are decoded, which libavformat fills in; the others when the next of their
// kind is decoded.
static int64_t raw_pts(ww_source *source, const AVPacket *packet)
{
    enum AVCodecID codec = source->stream->codecpar->codec_id;
    bool mpeg = codec == AV_CODEC_ID_MPEG1VIDEO || codec == AV_CODEC_ID_MPEG2VIDEO;
    if (packet->pts != AV_NOPTS_VALUE || packet->dts == AV_NOPTS_VALUE || !mpeg || ww_mpeg_is_b(packet))
        return packet->pts;
    int64_t last = packet->dts;
    for (int i = 0; i < WW_SOURCE_QUEUE - 1; i++) { // one place stays free for put_back
        if (i == source->queued && !read_packet(source, source->queue[i]))
            return last + ww_source_frame_ticks(source);
        if (i == source->queued)
            source->queued++;
        last = source->queue[i]->dts;
        if (last == AV_NOPTS_VALUE || !ww_mpeg_is_b(source->queue[i]))
            return last;
    }
    return AV_NOPTS_VALUE;
}

// Decoding times never run backwards within one recording. Where they do by more than a second, recordings were joined, or a
// clock was set: the rest is shifted so that it follows one frame after what came before. Gaps forward are left alone (the last
// picture simply stays on screen), except the huge ones of broadcast formats, where libavformat takes a step back for the clock's
// wrapping around.
static void repair_clock(ww_source *source, const AVPacket *packet)
{
    if (packet->dts == AV_NOPTS_VALUE)
        return;
    int64_t now = packet->dts + source->clock_offset, last = source->clock_last == AV_NOPTS_VALUE ? now : source->clock_last;
    bool back = now < last - source->second_ticks;
    bool ahead = source->format->iformat->flags & AVFMT_TS_DISCONT && now > last + GAP_MAX_S * source->second_ticks;
    if ((back || ahead) && llabs(source->clock_offset) < source->ticks_max) {
        int64_t next = last + ww_source_frame_ticks(source);
        source->clock_offset += next - now;
        now = next;
    }
    source->clock_last = now;
}

// Follows the fields of an interlaced stream; true when the packet is the second field of the frame before.
static bool closes_frame(ww_source *source, const AVPacket *packet)
{
    if (!source->parser)
        return false;
    uint8_t *out;
    int out_bytes;
    av_parser_parse2(source->parser, source->parser_context, &out, &out_bytes, packet->data, packet->size, packet->pts,
                     packet->dts, packet->pos);
    int structure = source->parser->picture_structure;
    bool field = structure == AV_PICTURE_STRUCTURE_TOP_FIELD || structure == AV_PICTURE_STRUCTURE_BOTTOM_FIELD;
    // The parser names a field order once it has seen two opposite fields with one frame number in a row.
    bool second =
        field && source->open_field && structure != source->open_field && source->parser->field_order != AV_FIELD_UNKNOWN;
    source->open_field = field && !second ? structure : 0;
    return second;
}

bool ww_source_next(ww_source *source, AVPacket *packet, ww_stamp *stamp)
{
    if (!next_raw(source, packet))
        return false;
    repair_clock(source, packet);
    enum AVCodecID codec = source->stream->codecpar->codec_id;
    bool second = closes_frame(source, packet);
    int64_t pts = raw_pts(source, packet);
    *stamp = (ww_stamp){
        .pts = pts == AV_NOPTS_VALUE ? AV_NOPTS_VALUE : pts + source->clock_offset,
        .dts = packet->dts == AV_NOPTS_VALUE ? AV_NOPTS_VALUE : packet->dts + source->clock_offset,
        .duration = packet->duration,
        .layer = codec == AV_CODEC_ID_HEVC ? ww_hevc_layer(packet, source->nal_length_bytes) : 0,
        .shown = !(packet->flags & AV_PKT_FLAG_DISCARD) && !ww_packet_is_hidden(codec, packet),
        .continued = second,
    };
    stamp->key = packet->flags & AV_PKT_FLAG_KEY && !second && !source->whole && ww_packet_starts_clean(codec, packet, source->nal_length_bytes);
    stamp->ordinal = second ? source->next_ordinal - 1 : source->next_ordinal++;
    return true;
}

ww_mark ww_source_mark(const ww_source *source, const AVPacket *packet, const ww_stamp *stamp)
{
    return (ww_mark){
        .pts = stamp->pts,
        .raw_pts = packet->pts,
        .raw_dts = packet->dts,
        .pos = packet->pos,
        .size = packet->size,
        .ordinal = stamp->ordinal,
        .clock_offset = source->clock_offset,
        .clock_last = source->clock_last,
    };
}

// The packet in queue[0] is the marked one.
static void stand_on(ww_source *source, const ww_mark *mark)
{
    source->queued = 1;
    source->next_ordinal = mark->ordinal;
    source->clock_offset = mark->clock_offset;
    source->clock_last = mark->clock_last;
    source->open_field = 0;
}

// As stand_on, with a packet that had been given already; those read ahead of it stay behind it.
static void put_back(ww_source *source, AVPacket *packet, const ww_mark *mark)
{
    int queued = source->queued;
    AVPacket *last = source->queue[WW_SOURCE_QUEUE - 1];
    memmove(source->queue + 1, source->queue, (WW_SOURCE_QUEUE - 1) * sizeof *source->queue);
    source->queue[0] = last;
    av_packet_move_ref(last, packet);
    stand_on(source, mark);
    source->queued = queued + 1;
}

static void empty_queue(ww_source *source)
{
    while (source->queued)
        av_packet_unref(source->queue[--source->queued]);
    source->ended = false;
}

static bool is_marked(const AVPacket *packet, const ww_mark *mark)
{
    return packet->pts == mark->raw_pts && (mark->raw_pts != AV_NOPTS_VALUE || packet->dts == mark->raw_dts)
           && abs(packet->size - mark->size) <= START_CODE_BYTES && packet->flags & AV_PKT_FLAG_KEY;
}

// Reads on after a seek until the marked packet turns up.
static bool land(ww_source *source, const ww_mark *mark)
{
    empty_queue(source);
    AVPacket *packet = source->queue[0];
    for (int i = 0; i < LANDING_PACKETS_MAX && read_packet(source, packet); i++) {
        if (is_marked(packet, mark)) {
            stand_on(source, mark);
            return true;
        }
        bool passed = packet->dts != AV_NOPTS_VALUE && mark->raw_dts != AV_NOPTS_VALUE && packet->dts > mark->raw_dts;
        av_packet_unref(packet);
        if (passed)
            return false;
    }
    return false;
}

// Formats without an index, in which a packet is best found again by its place.
static bool is_sought_by_bytes(const ww_source *source)
{
    const char *name = source->format->iformat->name;
    return !strcmp(name, "mpegts") || !strcmp(name, "mpeg");
}

bool ww_source_can_seek(const ww_source *source, const ww_mark *mark)
{
    return mark->raw_pts != AV_NOPTS_VALUE && (mark->pos >= 0 || !is_sought_by_bytes(source));
}

bool ww_source_seek(ww_source *source, const ww_mark *mark)
{
    AVFormatContext *format = source->format;
    int index = source->stream->index;
    if (is_sought_by_bytes(source) && mark->pos >= 0 && av_seek_frame(format, -1, mark->pos, AVSEEK_FLAG_BYTE) >= 0
        && land(source, mark))
        return true;
    if (format->iformat->flags & AVFMT_GENERIC_INDEX && mark->pos >= 0 && mark->raw_dts != AV_NOPTS_VALUE)
        av_add_index_entry(source->stream, mark->pos, mark->raw_dts, 0, 0, AVINDEX_KEYFRAME);
    if (mark->raw_pts != AV_NOPTS_VALUE && av_seek_frame(format, index, mark->raw_pts, AVSEEK_FLAG_BACKWARD) >= 0
        && land(source, mark))
        return true;
    return mark->raw_dts != AV_NOPTS_VALUE && mark->raw_dts != mark->raw_pts
           && av_seek_frame(format, index, mark->raw_dts, AVSEEK_FLAG_BACKWARD) >= 0 && land(source, mark);
}

ww_status ww_source_walk(ww_source *source, const ww_mark *mark, ww_error *err)
{
    char *path = ww_strdup(source->path);
    const ww_cancel cancel = source->cancel;
    ww_source_close(source);
    ww_status status = ww_source_open(source, path, &cancel, err);
    free(path);
    if (status != WW_OK)
        return status;
    AVPacket *packet = av_packet_alloc();
    ww_stamp stamp;
    bool found = false;
    while (packet && !found && ww_source_next(source, packet, &stamp)) {
        found = stamp.ordinal == mark->ordinal && !stamp.continued;
        if (!found)
            av_packet_unref(packet);
    }
    if (found)
        put_back(source, packet, mark);
    av_packet_free(&packet);
    if (found)
        return WW_OK;
    status = ww_source_trouble(source, err);
    if (status != WW_OK)
        return status;
    return ww_fail(err, WW_ERR_FORMAT, "%s: frame %u is no longer there: was the file changed while it was read?", source->path,
                   mark->ordinal);
}
