// SPDX-License-Identifier: MIT
// The timeline of one piece of footage, as its writers see it. Private to the format `timeline`.
#ifndef WW_FORMATS_TIMELINE_H
#define WW_FORMATS_TIMELINE_H
#include "base/timecode.h"
#include "formats/format.h"

typedef struct ww_appearance {
    int source;
    size_t class;             // whose
    int64_t start_us, end_us; // on the clock of the file
} ww_appearance;

typedef struct ww_timeline {
    const ww_dataset *set;
    const ww_catalog_source *source;
    char *name;                      // of the files, without ending
    const ww_appearance *appearance; // in order of start, end, class
    size_t count;
    int64_t duration_us; // of the file, at least to the end of the last appearance
    ww_timecode timecode;
} ww_timeline;

static inline int64_t ww_timeline_ms(int64_t us) { return (us + 500) / 1000; } // milliseconds, to the nearest
const char *ww_timeline_person(const ww_timeline *timeline, size_t class);
// "file:///..." of the footage, percent-encoded; the caller's (free).
char *ww_timeline_url(const ww_timeline *timeline);

// Writers add the whole file to the buffer; memory that runs out shows in the buffer.
typedef void ww_timeline_writer(const ww_timeline *timeline, ww_buffer *text);
// --- timeline_text.c
ww_timeline_writer ww_timeline_vtt, ww_timeline_srt, ww_timeline_csv, ww_timeline_rttm, ww_timeline_chapters;
// A CSV field; timelines are for spreadsheets, so a name that one would take for a formula is always guarded.
void ww_timeline_csv_name(ww_buffer *text, const char *name);
// --- timeline_eaf.c, timeline_otio.c
ww_timeline_writer ww_timeline_eaf, ww_timeline_otio;

#endif
