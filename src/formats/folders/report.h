// SPDX-License-Identifier: MIT
// The parts of index.html. Each adds its HTML to the page; names given by users are escaped where they are written.
// Private to folders/.
#ifndef WW_FORMATS_FOLDERS_REPORT_H
#define WW_FORMATS_FOLDERS_REPORT_H
#include "library/catalog.h"

void ww_report_people(const ww_catalog *catalog, ww_buffer *page);    // a card a person
void ww_report_timelines(const ww_catalog *catalog, ww_buffer *page); // a timeline a video
void ww_report_photos(const ww_catalog *catalog, ww_buffer *page);    // a list of the photos, and who is on them
void ww_report_unsorted(const ww_catalog *catalog, ww_buffer *page);
// JSON for the script; its form is described in report_data.c
void ww_report_data(const ww_catalog *catalog, ww_buffer *page);

// "3 faces", "1 face": with thousands apart.
void ww_report_count(ww_buffer *page, size_t count, const char *one, const char *many);
// Each person has a colour of his or her own, the same in every part of the page.
int ww_report_hue(const ww_catalog_person *person);

#endif
