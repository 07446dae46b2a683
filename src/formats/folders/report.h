// SPDX-License-Identifier: MIT
// The parts of index.html. Each adds its HTML to the page; names given by users are escaped where they are written.
// Private to folders/.
#ifndef WW_FORMATS_FOLDERS_REPORT_H
#define WW_FORMATS_FOLDERS_REPORT_H
#include "formats/folders/exporter.h"
#include "library/catalog.h"

// The page of a large library takes a while to make; a part breaks off when `out` is stopped, and so does the page.
typedef void ww_report_part(const ww_catalog *catalog, ww_exporter *out, ww_buffer *page);
ww_report_part ww_report_people;     // a card a person
ww_report_part ww_report_timelines;  // a timeline a video
ww_report_part ww_report_photos;     // a list of the photos, and who is on them
ww_report_part ww_report_unassigned; // like ones together, and whom they are near
ww_report_part ww_report_data;       // JSON for the script; its form is described in report_data.c

// "12.4 s", and from a minute on "3:07 min": time on screen.
void ww_report_on_screen(ww_buffer *page, int64_t us);
// The portrait of a face, so that its square shows the face and a little around it. `alt` is HTML already.
void ww_report_crop(const ww_catalog *catalog, size_t face, const char *alt, ww_buffer *page);
// "3 faces", "1 face": with thousands apart.
void ww_report_count(ww_buffer *page, size_t count, const char *one, const char *many);
// Each person has a colour of his or her own, the same in every part of the page.
int ww_report_hue(const ww_catalog_person *person);

#endif
