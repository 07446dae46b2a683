// SPDX-License-Identifier: MIT
// The tracks of a span once all of it has been read: what was taken for a face for a moment only is dropped, tracks
// that turn out to show two people are broken, and all of them are numbered.
#ifndef WW_SCAN_SPAN_TRACKS_H
#define WW_SCAN_SPAN_TRACKS_H
#include "face/spec.h"
#include "face/track.h"
#include "scan/face_extraction.h"

// Drops transient faces from the frames of `seen` from `first_frame` on, and frames that then hold none; counts them
// in seen->counts. Transient is a face that the detector is less than sure of, of a track (an index of `tracker`) that
// was missed in more frames than it was found in. sure_score: from this score on a face is never transient.
void ww_drop_transient_faces(ww_span_result *seen, size_t first_frame, const ww_tracker *tracker, float sure_score);

// Breaks tracks of the faces from `first_face` on: where the embedding of a face is farther from that of the face
// before it in its track than two of one person can be, and both are good enough to tell, a new track begins. All
// tracks get numbers that are their own in the source: ((span + 1) << 32) + 1 and up. Faces without a track (0) keep
// none.
ww_status ww_settle_tracks(ww_span_result *seen, size_t first_face, const ww_tracker *tracker,
                           const ww_model_spec *embedder, int span, ww_error *err);

#endif
