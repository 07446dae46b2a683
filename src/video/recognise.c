// SPDX-License-Identifier: MIT
// A folder holds all sorts of files; which of them are footage is told by their first bytes. Photos and the kinds that
// cannot be read have signatures, video is what libavformat would open. The name only decides what happens to a file in
// which nothing is recognised: with the ending of a video it is worth a complaint, unless that ending is also one of
// source code and such (.ts, .mod).
#include "base/ascii.h"
#include "base/files.h"
#include "video/source.h"
#include "video/photo.h"
#include <errno.h>
#include <fcntl.h>
#include <libavformat/avformat.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { HEAD_BYTES = 16384 };                // 87 packets of a transport stream
enum { SCORE_SURE = 50, SCORE_NAMED = 26 }; // libavformat's, of 100: without and with a fitting name

// Endings of footage, photos included.
static const char *const endings[] = {
    "264",  "265", "3g2",  "3gp",  "arw",  "asf",  "avi",  "avif", "bmp",  "cr2",  "cr3",   "divx", "dng",
    "dv",   "f4v", "flv",  "gif",  "h264", "h265", "heic", "heif", "hevc", "insv", "ivf",   "j2k",  "jfif",
    "jp2",  "jpe", "jpeg", "jpg",  "jxl",  "lrv",  "m2t",  "m2ts", "m2v",  "m4v",  "mjpeg", "mjpg", "mkv",
    "mov",  "mp4", "mpe",  "mpeg", "mpg",  "mxf",  "nef",  "nut",  "ogv",  "orf",  "png",   "qt",   "raf",
    "rmvb", "rw2", "tif",  "tiff", "tod",  "vob",  "webm", "webp", "wmv",  "wtv",  "y4m",
};
static const char *const ambiguous[] = {"mod", "mts", "ogg", "rm", "ts"};

// Containers of libavformat that hold video; those that only hold sound, subtitles or single pictures are not among
// them.
static const char video_formats[] = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,mpegvideo,flv,asf,ogg,mxf,"
                                    "mxf_opatom,nut,ivf,h264,hevc,m4v,mjpeg,vc1,obu,"
                                    "av1,yuv4mpegpipe,dv,rm,wtv,gxf,nsv";

// Pictures and video that are known and cannot be read.
static const struct {
    int at;
    const char *magic;
    const char *kind;
} unreadable[] = {
    {4, "ftypcrx ", "Canon CR3 raw photo"},
    {0, "FOVb", "Sigma X3F raw photo"},
    {0, "\x76\x2f\x31\x01", "OpenEXR picture"},
    {0, "#?RADIANCE", "Radiance HDR picture"},
    {0, "RED1", "REDCODE raw video"},
    {4, "RED2", "REDCODE raw video"},
    {0, "\xd7\xcd\xc6\x9a", "WMF picture"},
    {0, "SIMPLE  =", "FITS picture"},
    {0, "II\xbc\x01", "JPEG XR picture"},
    {0, "gimp xcf", "GIMP picture"},
    {0, "BPG\xfb", "BPG picture"},
    {0, "SDPX", "DPX picture"},
    {0, "XPDS", "DPX picture"},
    {0, "8BPS\0\2", "PSB (large Photoshop) picture"},
    {6, "HEAPCCDR", "Canon CRW raw photo"},
    {0, "ARRI", "ARRIRAW picture"},
    {0, "\x80\x2a\x5f\xd7", "Cineon picture"},
    {40, " EMF", "EMF picture"},
};

// The same, of what has no signature.
static const struct {
    const char *ending, *kind;
} unreadable_endings[] = {
    {"tga", "Targa picture"},         {"mrw", "Minolta raw photo"}, {"mos", "Leaf raw photo"},
    {"braw", "Blackmagic raw video"}, {"swf", "Flash film"},
};

static const char *unreadable_named(const char *ending)
{
    for (size_t i = 0; i < sizeof unreadable_endings / sizeof *unreadable_endings; i++)
        if (ww_ascii_same(ending, unreadable_endings[i].ending))
            return unreadable_endings[i].kind;
    return NULL;
}

static bool is_one_of(const char *ending, const char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (ww_ascii_same(ending, list[i]))
            return true;
    return false;
}

static const char *unreadable_kind(const uint8_t *head, size_t bytes)
{
    for (size_t i = 0; i < sizeof unreadable / sizeof *unreadable; i++) {
        size_t length = strncmp(unreadable[i].magic, "8BPS", 4) == 0 ? 6 : strlen(unreadable[i].magic),
               at = (size_t)unreadable[i].at;
        if (bytes >= at + length && memcmp(head + at, unreadable[i].magic, length) == 0)
            return unreadable[i].kind;
    }
    return NULL;
}

static bool is_video_format(const char *name)
{
    size_t length = strcspn(name, ","); // "mov,mp4,m4a,..." is one format of many names
    for (const char *at = video_formats; at; at = strchr(at, ',') ? strchr(at, ',') + 1 : NULL)
        if (strncmp(at, name, length) == 0 && (at[length] == ',' || at[length] == 0))
            return true;
    return false;
}

// `head` has AVPROBE_PADDING_SIZE zeroes behind its bytes.
static bool is_video(uint8_t *head, size_t bytes, bool named)
{
    int score = 0;
    AVProbeData probe = {.filename = "", .buf = head, .buf_size = (int)bytes};
    const AVInputFormat *format = av_probe_input_format3(&probe, 1, &score);
    return format && is_video_format(format->name) && score >= (named ? SCORE_NAMED : SCORE_SURE);
}

static bool is_text(const uint8_t *head, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        if (head[i] < ' ' && !strchr("\t\n\r\f\b\x1b", head[i]))
            return false;
    return memchr(head, 0, bytes) == NULL;
}

static ww_content judge(const char *path, uint8_t *head, size_t bytes, const char **kind)
{
    const char *ending = ww_path_extension(path);
    bool named = is_one_of(ending, endings, sizeof endings / sizeof *endings);
    bool perhaps = is_one_of(ending, ambiguous, sizeof ambiguous / sizeof *ambiguous);
    if (ww_photo_recognise(head, bytes))
        return WW_CONTENT_PHOTO;
    *kind = unreadable_kind(head, bytes);
    if (*kind)
        return WW_CONTENT_UNREADABLE;
    if (!is_text(head, bytes) && is_video(head, bytes, named || perhaps))
        return WW_CONTENT_VIDEO;
    *kind = is_text(head, bytes) ? NULL : unreadable_named(ending);
    if (*kind)
        return WW_CONTENT_UNREADABLE;
    return named ? WW_CONTENT_DAMAGED : WW_CONTENT_OTHER;
}

ww_content ww_content_of(const char *path, const char **kind)
{
    const char *unused;
    kind = kind ? kind : &unused;
    *kind = NULL;
    uint8_t head[HEAD_BYTES + AVPROBE_PADDING_SIZE] = {0};
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    struct stat st;
    ssize_t n = fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) ? read(fd, head, HEAD_BYTES) : -1;
    if (fd >= 0)
        close(fd);
    return judge(path, head, n > 0 ? (size_t)n : 0, kind);
}
