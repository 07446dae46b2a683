// SPDX-License-Identifier: MIT
// Rows of the library as JSON arrays, as page/core.js takes them apart. With the lock held.
#ifndef WW_REVIEW_ROWS_H
#define WW_REVIEW_ROWS_H
#include "session.h"
#include <jansson.h>

enum { NOBODY = -1, IGNORED = -2 }; // in place of a person's number

// [id, left, top, width, frame's id, source, time_ms, quality, person]: left, top and width place the portrait so that
// a square of side 1 shows the face and a little around it.
json_t *row_of_face(const session *s, size_t face);
// [number, name or null, faces, last frame, row of the cover, else of the clearest face]
json_t *row_of_person(const session *s, size_t person);
int number_of(const session *s, size_t face); // of the person, NOBODY or IGNORED
json_t *text_or_null(const char *text);       // bytes that are not UTF-8 are replaced

#endif
