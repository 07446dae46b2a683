// SPDX-License-Identifier: MIT
// ELAN, EAF 3.0 (http://www.mpi.nl/tools/elan/EAFv3.0.xsd): a tier for each person, an annotation for each appearance.
// The format wants a date; it is always the same one, so that the same library gives the same file.
#include "base/ascii.h"
#include "base/files.h"
#include "base/text.h"
#include "formats/timeline.h"

#include <inttypes.h>
#include <stdlib.h>

static const char *mime_type(const char *path)
{
    static const char *const types[][2] = {
        {"mp4", "video/mp4"},   {"m4v", "video/mp4"},       {"mov", "video/quicktime"},  {"mpg", "video/mpeg"},
        {"mpeg", "video/mpeg"}, {"avi", "video/x-msvideo"}, {"mkv", "video/x-matroska"}, {"webm", "video/webm"}};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (ww_ascii_same(ww_path_extension(path), types[i][0]))
            return types[i][1];
    return "unknown";
}

static void add_head(const ww_timeline *t, ww_buffer *text)
{
    char *url = ww_timeline_url(t);
    ww_buffer_text(text, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ANNOTATION_DOCUMENT AUTHOR=\"whoswho\" "
                         "DATE=\"1970-01-01T00:00:00+00:00\" FORMAT=\"3.0\" VERSION=\"3.0\" "
                         "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" "
                         "xsi:noNamespaceSchemaLocation=\"http://www.mpi.nl/tools/elan/EAFv3.0.xsd\">\n"
                         "  <HEADER MEDIA_FILE=\"\" TIME_UNITS=\"milliseconds\">\n    <MEDIA_DESCRIPTOR MEDIA_URL=\"");
    ww_text_xml(text, url);
    ww_buffer_format(text, "\" MIME_TYPE=\"%s\"/>\n", mime_type(t->source->path));
    if (t->timecode.present) {
        ww_buffer_text(text, "    <PROPERTY NAME=\"startTimecode\">");
        ww_timecode_write(&t->timecode, t->timecode.start_us, text);
        ww_buffer_text(text, "</PROPERTY>\n");
    }
    ww_buffer_text(text, "  </HEADER>\n");
    free(url);
}

static void add_times(const ww_timeline *t, ww_buffer *text)
{
    ww_buffer_text(text, "  <TIME_ORDER>\n");
    for (size_t i = 0; i < t->count; i++)
        ww_buffer_format(text,
                         "    <TIME_SLOT TIME_SLOT_ID=\"ts%zu\" TIME_VALUE=\"%" PRId64
                         "\"/>\n    <TIME_SLOT TIME_SLOT_ID=\"ts%zu\" TIME_VALUE=\"%" PRId64 "\"/>\n",
                         2 * i + 1, ww_timeline_ms(t->appearance[i].start_us), 2 * i + 2,
                         ww_timeline_ms(t->appearance[i].end_us));
    ww_buffer_text(text, "  </TIME_ORDER>\n");
}

static void add_annotation(const ww_timeline *t, size_t i, ww_buffer *text)
{
    ww_buffer_format(text,
                     "    <ANNOTATION>\n      <ALIGNABLE_ANNOTATION ANNOTATION_ID=\"a%zu\" TIME_SLOT_REF1=\"ts%zu\" "
                     "TIME_SLOT_REF2=\"ts%zu\">\n        <ANNOTATION_VALUE>",
                     i + 1, 2 * i + 1, 2 * i + 2);
    ww_text_xml(text, ww_timeline_person(t, t->appearance[i].class));
    ww_buffer_text(text, "</ANNOTATION_VALUE>\n      </ALIGNABLE_ANNOTATION>\n    </ANNOTATION>\n");
}

static void add_tier(const ww_timeline *t, size_t class, ww_buffer *text)
{
    bool any = false;
    for (size_t i = 0; i < t->count; i++) {
        if (t->appearance[i].class != class)
            continue;
        if (!any) {
            ww_buffer_text(text, "  <TIER LINGUISTIC_TYPE_REF=\"person\" TIER_ID=\"");
            ww_text_xml(text, ww_timeline_person(t, class));
            ww_buffer_text(text, "\">\n");
        }
        any = true;
        add_annotation(t, i, text);
    }
    ww_buffer_text(text, any ? "  </TIER>\n" : "");
}

void ww_timeline_eaf(const ww_timeline *t, ww_buffer *text)
{
    add_head(t, text);
    add_times(t, text);
    for (size_t class = 0; class < t->set->classes.count; class ++)
        add_tier(t, class, text);
    ww_buffer_text(text, "  <LINGUISTIC_TYPE GRAPHIC_REFERENCES=\"false\" LINGUISTIC_TYPE_ID=\"person\" "
                         "TIME_ALIGNABLE=\"true\"/>\n</ANNOTATION_DOCUMENT>\n");
}
