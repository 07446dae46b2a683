// SPDX-License-Identifier: MIT
// A source opened in one process and read in another, on another machine, which need not read the file to plan it once
// more: the head says what there is to know of the file, and each span is planned by bytes of its own. A span so read
// gives the same frames.
#ifndef WW_VIDEO_PLANNED_H
#define WW_VIDEO_PLANNED_H
#include "base/pack.h"
#include "video/source.h"

// False: there is none, since it is a photo, which is read at once.
bool ww_source_pack_head(const ww_source *source, ww_buffer *head);
void ww_source_pack_span(const ww_source *source, int span, ww_buffer *bytes);

// The file is not read but for its size. `options`: times and distances are those of the plan. WW_ERR_NOT_FOUND: the
// file is not there; WW_ERR_IO: it has another size than it had; WW_ERR_FORMAT: this is no head. Spans can be read only
// once they are taken.
ww_status ww_source_open_planned(const char *path, const ww_source_options *options, const void *head, size_t bytes,
                                 ww_source **source, ww_error *err);
// Lets one span of such a source be read, and no other from now on. Not while it is being read.
ww_status ww_source_take_span(ww_source *source, int span, const void *bytes, size_t count, ww_error *err);

#endif
