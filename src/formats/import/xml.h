// SPDX-License-Identifier: MIT
// XML 1.0 read from front to back, by expat, which does the work. What a file of annotations never needs and an
// attacker does is refused: document types (and with them entities of one's own), deep nesting, huge files.
#ifndef WW_FORMATS_IMPORT_XML_H
#define WW_FORMATS_IMPORT_XML_H
#include "base/error.h"

enum { WW_XML_DEPTH_MAX = 64 };
#define WW_XML_BYTES_MAX ((size_t)256 << 20)
#define WW_XML_SPACE "|" // between the namespace and the local part of a name, where it has a namespace

typedef struct ww_xml_place {
    size_t line;          // from 1
    size_t begin, end;    // bytes of the tag at hand
    const char *encoding; // as the XML declaration has it; NULL: none
} ww_xml_place;

// All strings are borrowed for the call. A non-OK return ends the reading with that status; WW_ERR_FORMAT gets file
// and line put before its message. `attributes`: name, value, name, value, ..., NULL.
typedef struct ww_xml_reader {
    ww_status (*on_start)(void *user, const char *name, const char **attributes, const ww_xml_place *place,
                          ww_error *err);
    // `text`: what stood in the element itself, in one piece, without that of the elements inside. NULL: nobody asks.
    ww_status (*on_end)(void *user, const char *name, const char *text, const ww_xml_place *place, ww_error *err);
} ww_xml_reader;

// WW_ERR_FORMAT: it is no XML, or of a kind refused; the message names file and line.
ww_status ww_xml_read(const void *data, size_t bytes, const char *file, const ww_xml_reader *reader, void *user,
                      ww_error *err);
// The value of an attribute, NULL: there is none.
const char *ww_xml_attribute(const char **attributes, const char *name);

#endif
