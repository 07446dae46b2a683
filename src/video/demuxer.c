// SPDX-License-Identifier: MIT
#include "video/demuxer.h"

#include "base/memory.h"
#include "video/diagnose.h"
#include "video/photo_header.h"
#include "video/probe.h"
#include "video/stamps.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Containers that hold their own pictures. Playlists and anything else that names other files or addresses (hls, dash,
// concat, image2, asx, ...) are absent on purpose. The sound-only ones are here so that "there is no picture in it" can
// be told from "this is not footage".
static const char containers[] =
    "mov,matroska,avi,mpegts,mpeg,mpegvideo,flv,asf,ogg,mxf,mxf_opatom,nut,ivf,h264,hevc,m4v,mjpeg,mjpeg_2000,vc1,obu,"
    "av1,"
    "yuv4mpegpipe,dv,rm,wtv,gxf,nsv,gif,apng,"
    "dirac,cavsvideo,h263,h261,roq,bink,pva,mp3,wav,w64,flac,aac,ac3,eac3,aiff,au,amr,caf,dts,truehd,tta,wv,ape";

#define LANDING_PACKETS_MAX 1000          // packets read after a seek before it counts as missed
#define SECONDS_MAX INT64_C(100000000000) // of a time stamp
#define TICKS_MAX (INT64_C(1) << 56)
#define START_CODE_BYTES                                                                                               \
    4                  // a parser that starts at a packet gives it the zero bytes that it else gives to the one before
#define GAP_MAX_S 3600 // a broadcast clock that leaps ahead by more was set anew

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

// The default stream with a known size and a decoder; among equals the largest, then the first. All others are not even
// read.
static AVStream *best_stream(const AVFormatContext *format)
{
    AVStream *best = NULL;
    for (unsigned i = 0; i < format->nb_streams; i++) {
        AVStream *s = format->streams[i];
        int rank = stream_rank(s), best_rank = best ? stream_rank(best) : 0;
        if (rank > best_rank || (best && rank == best_rank && covers_more(s, best)))
            best = s;
    }
    return best;
}

static bool is_another_camera(const AVStream *s, const AVStream *best)
{
    const AVCodecParameters *p = s->codecpar, *q = best->codecpar;
    return s != best && stream_rank(s) > 0 && 2 * (int64_t)p->width * p->height >= (int64_t)q->width * q->height;
}

static AVStream *pick_stream(AVFormatContext *format, int track)
{
    AVStream *best = best_stream(format), *picked = track == 0 ? best : NULL;
    if (!best)
        return NULL;
    for (unsigned i = 0; i < format->nb_streams; i++) {
        AVStream *s = format->streams[i];
        if (!picked && is_another_camera(s, best) && --track == 0)
            picked = s;
        s->discard = AVDISCARD_ALL;
    }
    if (picked)
        picked->discard = AVDISCARD_DEFAULT;
    return picked;
}

// H.264 in transport streams carries the two fields of an interlaced frame as two packets; only its own headers tell.
static void open_field_parser(ww_demuxer *demuxer)
{
    const AVCodecParameters *p = demuxer->stream->codecpar;
    if (p->codec_id != AV_CODEC_ID_H264 || p->field_order == AV_FIELD_PROGRESSIVE)
        return;
    demuxer->parser = av_parser_init(p->codec_id);
    demuxer->parser_context = avcodec_alloc_context3(NULL);
    if (demuxer->parser && demuxer->parser_context && avcodec_parameters_to_context(demuxer->parser_context, p) >= 0)
        demuxer->parser->flags |= PARSER_FLAG_COMPLETE_FRAMES;
}

int64_t ww_demuxer_frame_ticks(const ww_demuxer *demuxer)
{
    AVRational rate = demuxer->stream->avg_frame_rate;
    if (rate.num <= 0 || rate.den <= 0)
        rate = demuxer->stream->r_frame_rate;
    if (rate.num <= 0 || rate.den <= 0 || rate.num / rate.den > 1000)
        rate = (AVRational){25, 1};
    int64_t ticks = av_rescale_q(1, av_inv_q(rate), demuxer->stream->time_base);
    return ticks > 0 ? ticks : 1;
}

int ww_source_other_tracks(const ww_demuxer *demuxer)
{
    int tracks = 0;
    for (unsigned i = 0; i < demuxer->format->nb_streams; i++)
        tracks += stream_rank(demuxer->format->streams[i]) > 0 && demuxer->format->streams[i] != demuxer->stream;
    return tracks;
}

int ww_source_more_tracks(const ww_demuxer *demuxer)
{
    const AVStream *best = best_stream(demuxer->format);
    int tracks = 0;
    for (unsigned i = 0; i < demuxer->format->nb_streams; i++)
        tracks += is_another_camera(demuxer->format->streams[i], best);
    return tracks;
}

static int is_cancelled(void *user) { return ww_is_cancelled(user); }

ww_status ww_source_trouble(const ww_demuxer *demuxer, ww_error *err)
{
    if (ww_is_cancelled(&demuxer->cancel))
        return ww_fail(err, WW_ERR_CANCELLED, "stopped while reading %s", demuxer->path);
    if (demuxer->starved)
        return ww_fail(err, WW_ERR_MEMORY, "%s: no memory to read on", demuxer->path);
    const AVIOContext *io = demuxer->format ? demuxer->format->pb : NULL;
    if (!io || io->error >= 0 || io->error == AVERROR_EOF)
        return WW_OK;
    return ww_fail(err, WW_ERR_IO, "%s: cannot be read at byte %lld: %s", demuxer->path, (long long)io->pos,
                   av_err2str(io->error));
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

static ww_status open_container(ww_demuxer *demuxer, ww_error *err)
{
    AVDictionary *options = NULL;
    demuxer->format = avformat_alloc_context();
    if (!demuxer->format)
        return ww_fail(err, WW_ERR_MEMORY, "%s: no memory to open it", demuxer->path);
    demuxer->format->interrupt_callback = (AVIOInterruptCB){is_cancelled, &demuxer->cancel};
    av_dict_set(&options, "protocol_whitelist", "file", 0);
    av_dict_set(&options, "format_whitelist", containers, 0);
    char *url = ww_strf("file:%s", demuxer->path); // so that no name is taken for a protocol
    int rc = avformat_open_input(&demuxer->format, url, format_known(demuxer->path), &options);
    av_dict_free(&options);
    free(url);
    if (rc < 0)
        return ww_explain_open(demuxer->path, rc, err);
    demuxer->whole = !strcmp(demuxer->format->iformat->name, "gif") || !strcmp(demuxer->format->iformat->name, "apng");
    if (!demuxer->whole && (rc = ww_find_streams(demuxer->format)) < 0)
        return ww_explain_open(demuxer->path, rc, err);
    ww_status status = ww_source_trouble(demuxer, err);
    if (status != WW_OK)
        return status;
    demuxer->stream = pick_stream(demuxer->format, demuxer->track);
    if (demuxer->stream && demuxer->stream->codecpar->codec_id == AV_CODEC_ID_APNG) {
        AVCodecParameters *p = demuxer->stream->codecpar;
        p->extradata_size = (int)ww_png_strip(p->extradata, (size_t)p->extradata_size, 0);
    }
    return demuxer->stream ? WW_OK : ww_explain_no_video(demuxer->path, demuxer->format, err);
}

ww_status ww_demuxer_open(ww_demuxer *demuxer, const char *path, int track, const ww_cancel *cancel, ww_error *err)
{
    *demuxer = (ww_demuxer){.path = ww_strdup(path), .track = track, .clock_last = AV_NOPTS_VALUE};
    if (cancel)
        demuxer->cancel = *cancel;
    bool memory = true;
    for (int i = 0; i < WW_DEMUXER_QUEUE; i++)
        memory = (demuxer->queue[i] = av_packet_alloc()) && memory;
    ww_status status =
        memory ? open_container(demuxer, err) : ww_fail(err, WW_ERR_MEMORY, "%s: no memory to read it", path);
    if (status != WW_OK) {
        ww_demuxer_close(demuxer);
        return status;
    }
    demuxer->second_ticks = av_rescale_q(AV_TIME_BASE, AV_TIME_BASE_Q, demuxer->stream->time_base);
    demuxer->ticks_max = av_rescale_q(SECONDS_MAX, (AVRational){1, 1}, demuxer->stream->time_base);
    if (demuxer->ticks_max <= 0 || demuxer->ticks_max > TICKS_MAX)
        demuxer->ticks_max = TICKS_MAX;
    demuxer->nal_length_bytes = ww_nal_length_bytes(demuxer->stream->codecpar);
    open_field_parser(demuxer);
    return WW_OK;
}

void ww_demuxer_close(ww_demuxer *demuxer)
{
    av_parser_close(demuxer->parser);
    avcodec_free_context(&demuxer->parser_context);
    for (int i = 0; i < WW_DEMUXER_QUEUE; i++)
        av_packet_free(&demuxer->queue[i]);
    avformat_close_input(&demuxer->format);
    free(demuxer->path);
    *demuxer = (ww_demuxer){0};
}

void ww_demuxer_free(ww_demuxer *demuxer)
{
    if (demuxer)
        ww_demuxer_close(demuxer);
    free(demuxer);
}

// Times beyond all sense (damage, or malice) count as unknown, so that sums of them cannot overflow.
static void bound_times(const ww_demuxer *demuxer, AVPacket *packet)
{
    if (packet->pts > demuxer->ticks_max || packet->pts < -demuxer->ticks_max)
        packet->pts = AV_NOPTS_VALUE;
    if (packet->dts > demuxer->ticks_max || packet->dts < -demuxer->ticks_max)
        packet->dts = AV_NOPTS_VALUE;
    if (packet->duration < 0 || packet->duration > demuxer->ticks_max)
        packet->duration = 0;
}

static bool read_packet(ww_demuxer *demuxer, AVPacket *packet)
{
    while (!demuxer->ended) {
        const int rc = av_read_frame(demuxer->format, packet);
        demuxer->starved |= rc == AVERROR(ENOMEM);
        if (rc < 0)
            demuxer->ended = true;
        else if (packet->stream_index == demuxer->stream->index && packet->size > 0)
            break;
        else
            av_packet_unref(packet);
    }
    if (!demuxer->ended)
        bound_times(demuxer, packet);
    return !demuxer->ended;
}

static bool next_raw(ww_demuxer *demuxer, AVPacket *packet)
{
    if (!demuxer->queued)
        return read_packet(demuxer, packet);
    AVPacket *first = demuxer->queue[0];
    av_packet_move_ref(packet, first);
    demuxer->queued--;
    memmove(demuxer->queue, demuxer->queue + 1, (WW_DEMUXER_QUEUE - 1) * sizeof *demuxer->queue);
    demuxer->queue[WW_DEMUXER_QUEUE - 1] = first;
    return true;
}

// Presentation time of a packet, before the repair of clock jumps. MPEG-1 and MPEG-2 program streams (DVDs above all)
// state it for some frames only. B-frames are shown when they are decoded, which libavformat fills in; the others when
// the next of their kind is decoded.
static int64_t raw_pts(ww_demuxer *demuxer, const AVPacket *packet)
{
    enum AVCodecID codec = demuxer->stream->codecpar->codec_id;
    bool mpeg = codec == AV_CODEC_ID_MPEG1VIDEO || codec == AV_CODEC_ID_MPEG2VIDEO;
    if (packet->pts != AV_NOPTS_VALUE || packet->dts == AV_NOPTS_VALUE || !mpeg || ww_mpeg_is_b(packet))
        return packet->pts;
    int64_t last = packet->dts;
    for (int i = 0; i < WW_DEMUXER_QUEUE - 1; i++) { // one place stays free for put_back
        if (i == demuxer->queued && !read_packet(demuxer, demuxer->queue[i]))
            return last + ww_demuxer_frame_ticks(demuxer);
        if (i == demuxer->queued)
            demuxer->queued++;
        last = demuxer->queue[i]->dts;
        if (last == AV_NOPTS_VALUE || !ww_mpeg_is_b(demuxer->queue[i]))
            return last;
    }
    return AV_NOPTS_VALUE;
}

// Decoding times never run backwards within one recording. Where they do by more than a second, recordings were joined,
// or a clock was set: the rest is shifted so that it follows one frame after what came before. Gaps forward are left
// alone (the last picture simply stays on screen), except the huge ones of broadcast formats, where libavformat takes a
// step back for the clock's wrapping around.
static void repair_clock(ww_demuxer *demuxer, const AVPacket *packet)
{
    if (packet->dts == AV_NOPTS_VALUE)
        return;
    int64_t now = packet->dts + demuxer->clock_offset,
            last = demuxer->clock_last == AV_NOPTS_VALUE ? now : demuxer->clock_last;
    bool back = now < last - demuxer->second_ticks;
    bool ahead = demuxer->format->iformat->flags & AVFMT_TS_DISCONT && now > last + GAP_MAX_S * demuxer->second_ticks;
    if ((back || ahead) && llabs(demuxer->clock_offset) < demuxer->ticks_max) {
        int64_t next = last + ww_demuxer_frame_ticks(demuxer);
        demuxer->clock_offset += next - now;
        now = next;
    }
    demuxer->clock_last = now;
}

// Follows the fields of an interlaced stream; true when the packet is the second field of the frame before.
static bool closes_frame(ww_demuxer *demuxer, const AVPacket *packet)
{
    if (!demuxer->parser)
        return false;
    uint8_t *out;
    int out_bytes;
    av_parser_parse2(demuxer->parser, demuxer->parser_context, &out, &out_bytes, packet->data, packet->size,
                     packet->pts, packet->dts, packet->pos);
    int structure = demuxer->parser->picture_structure;
    bool field = structure == AV_PICTURE_STRUCTURE_TOP_FIELD || structure == AV_PICTURE_STRUCTURE_BOTTOM_FIELD;
    // The parser names a field order once it has seen two opposite fields with one frame number in a row.
    bool second = field && demuxer->open_field && structure != demuxer->open_field
                  && demuxer->parser->field_order != AV_FIELD_UNKNOWN;
    demuxer->open_field = field && !second ? structure : 0;
    return second;
}

bool ww_demuxer_next(ww_demuxer *demuxer, AVPacket *packet, ww_stamp *stamp)
{
    if (!next_raw(demuxer, packet))
        return false;
    repair_clock(demuxer, packet);
    enum AVCodecID codec = demuxer->stream->codecpar->codec_id;
    bool second = closes_frame(demuxer, packet);
    int64_t pts = raw_pts(demuxer, packet);
    *stamp = (ww_stamp){
        .pts = pts == AV_NOPTS_VALUE ? AV_NOPTS_VALUE : pts + demuxer->clock_offset,
        .dts = packet->dts == AV_NOPTS_VALUE ? AV_NOPTS_VALUE : packet->dts + demuxer->clock_offset,
        .duration = packet->duration,
        .layer = codec == AV_CODEC_ID_HEVC ? ww_hevc_layer(packet, demuxer->nal_length_bytes) : 0,
        .shown = !(packet->flags & AV_PKT_FLAG_DISCARD) && !ww_packet_is_hidden(codec, packet),
        .reference = ww_packet_is_reference(codec, packet, demuxer->nal_length_bytes),
        .continued = second,
    };
    stamp->key = packet->flags & AV_PKT_FLAG_KEY && !second && !demuxer->whole
                 && ww_packet_starts_clean(codec, packet, demuxer->nal_length_bytes);
    stamp->ordinal = second ? demuxer->next_ordinal - 1 : demuxer->next_ordinal++;
    return true;
}

ww_mark ww_demuxer_mark(const ww_demuxer *demuxer, const AVPacket *packet, const ww_stamp *stamp)
{
    return (ww_mark){
        .pts = stamp->pts,
        .raw_pts = packet->pts,
        .raw_dts = packet->dts,
        .pos = packet->pos,
        .size = packet->size,
        .ordinal = stamp->ordinal,
        .clock_offset = demuxer->clock_offset,
        .clock_last = demuxer->clock_last,
    };
}

// The packet in queue[0] is the marked one.
static void stand_on(ww_demuxer *demuxer, const ww_mark *mark)
{
    demuxer->queued = 1;
    demuxer->next_ordinal = mark->ordinal;
    demuxer->clock_offset = mark->clock_offset;
    demuxer->clock_last = mark->clock_last;
    demuxer->open_field = 0;
}

// As stand_on, with a packet that had been given already; those read ahead of it stay behind it.
static void put_back(ww_demuxer *demuxer, AVPacket *packet, const ww_mark *mark)
{
    int queued = demuxer->queued;
    AVPacket *last = demuxer->queue[WW_DEMUXER_QUEUE - 1];
    memmove(demuxer->queue + 1, demuxer->queue, (WW_DEMUXER_QUEUE - 1) * sizeof *demuxer->queue);
    demuxer->queue[0] = last;
    av_packet_move_ref(last, packet);
    stand_on(demuxer, mark);
    demuxer->queued = queued + 1;
}

static void empty_queue(ww_demuxer *demuxer)
{
    while (demuxer->queued)
        av_packet_unref(demuxer->queue[--demuxer->queued]);
    demuxer->ended = false;
}

static bool is_marked(const AVPacket *packet, const ww_mark *mark)
{
    return packet->pts == mark->raw_pts && (mark->raw_pts != AV_NOPTS_VALUE || packet->dts == mark->raw_dts)
           && abs(packet->size - mark->size) <= START_CODE_BYTES && packet->flags & AV_PKT_FLAG_KEY;
}

// Reads on after a seek until the marked packet turns up.
static bool land(ww_demuxer *demuxer, const ww_mark *mark)
{
    empty_queue(demuxer);
    AVPacket *packet = demuxer->queue[0];
    for (int i = 0; i < LANDING_PACKETS_MAX && read_packet(demuxer, packet); i++) {
        if (is_marked(packet, mark)) {
            stand_on(demuxer, mark);
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
static bool is_sought_by_bytes(const ww_demuxer *demuxer)
{
    const char *name = demuxer->format->iformat->name;
    return !strcmp(name, "mpegts") || !strcmp(name, "mpeg");
}

bool ww_demuxer_can_seek(const ww_demuxer *demuxer, const ww_mark *mark)
{
    return mark->raw_pts != AV_NOPTS_VALUE && (mark->pos >= 0 || !is_sought_by_bytes(demuxer));
}

bool ww_demuxer_seek(ww_demuxer *demuxer, const ww_mark *mark)
{
    AVFormatContext *format = demuxer->format;
    int index = demuxer->stream->index;
    if (is_sought_by_bytes(demuxer) && mark->pos >= 0 && av_seek_frame(format, -1, mark->pos, AVSEEK_FLAG_BYTE) >= 0
        && land(demuxer, mark))
        return true;
    if (format->iformat->flags & AVFMT_GENERIC_INDEX && mark->pos >= 0 && mark->raw_dts != AV_NOPTS_VALUE)
        av_add_index_entry(demuxer->stream, mark->pos, mark->raw_dts, 0, 0, AVINDEX_KEYFRAME);
    if (mark->raw_pts != AV_NOPTS_VALUE && av_seek_frame(format, index, mark->raw_pts, AVSEEK_FLAG_BACKWARD) >= 0
        && land(demuxer, mark))
        return true;
    return mark->raw_dts != AV_NOPTS_VALUE && mark->raw_dts != mark->raw_pts
           && av_seek_frame(format, index, mark->raw_dts, AVSEEK_FLAG_BACKWARD) >= 0 && land(demuxer, mark);
}

ww_status ww_demuxer_walk(ww_demuxer *demuxer, const ww_mark *mark, ww_error *err)
{
    char *path = ww_strdup(demuxer->path);
    const ww_cancel cancel = demuxer->cancel;
    const int track = demuxer->track;
    ww_demuxer_close(demuxer);
    ww_status status = ww_demuxer_open(demuxer, path, track, &cancel, err);
    free(path);
    if (status != WW_OK)
        return status;
    AVPacket *packet = av_packet_alloc();
    if (!packet)
        return ww_fail(err, WW_ERR_MEMORY, "%s: no memory to read it", demuxer->path);
    ww_stamp stamp;
    bool found = false;
    while (!found && ww_demuxer_next(demuxer, packet, &stamp)) {
        found = stamp.ordinal == mark->ordinal && !stamp.continued;
        if (!found)
            av_packet_unref(packet);
    }
    if (found)
        put_back(demuxer, packet, mark);
    av_packet_free(&packet);
    if (found)
        return WW_OK;
    status = ww_source_trouble(demuxer, err);
    if (status != WW_OK)
        return status;
    return ww_fail(err, WW_ERR_FORMAT, "%s: frame %u is no longer there: was the file changed while it was read?",
                   demuxer->path, mark->ordinal);
}
