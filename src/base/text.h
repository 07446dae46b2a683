// SPDX-License-Identifier: MIT
// Values written the way each format wants them, independent of the locale. What is not UTF-8 stays as it is where the
// format holds bytes (CSV, URL) and becomes U+FFFD where it must be text (HTML, JSON, YAML).
#ifndef WW_BASE_TEXT_H
#define WW_BASE_TEXT_H
#include "base/buffer.h"
#include <stdbool.h>
#include <stdint.h>

// For qsort and bsearch over strings (char *): by their bytes.
int ww_text_order(const void *a, const void *b);
bool ww_text_ends_with(const char *text, const char *end);
// Cuts the first line of `text` off: its '\n' becomes a zero. Returns what comes behind it, "" after the last.
char *ww_text_cut_line(char *text);
void ww_text_html(ww_buffer *b, const char *text); // for content and for attributes in double quotes
// The same for XML 1.0, which has no place for U+FFFE and U+FFFF: they become U+FFFD.
void ww_text_xml(ww_buffer *b, const char *text);
// An attribute of HTML or XML with the space before it, the value as by ww_text_fixed: " x=\"0.5\"".
void ww_text_attribute(ww_buffer *b, const char *name, double value, int decimals);
// Fit for formats with spaces between fields: '_' for each ASCII white space.
void ww_text_word(ww_buffer *b, const char *text);
// percent-encoded, slashes kept: a relative path as RFC 3986 wants it
void ww_text_url(ww_buffer *b, const char *path);
// with its quotes; '<' escaped too, so that it can stand inside <script>
void ww_text_json(ww_buffer *b, const char *text);
void ww_text_yaml(ww_buffer *b, const char *text); // double-quoted scalar, YAML 1.2 section 7.3.1
void ww_text_csv(ww_buffer *b, const char *text);  // RFC 4180: quoted only where a reader needs it
// The same; with `safe`, a text that a spreadsheet would take for a formula gets a ' before it, as OWASP has it ("CSV
// injection"). So does one that looks like that, so that ww_text_csv_unguarded finds every text again.
void ww_text_csv_field(ww_buffer *b, const char *text, bool safe);
// What stands behind the ' of a text that was so guarded; else the text.
const char *ww_text_csv_unguarded(const char *text);

// `value` with exactly `decimals` (0 .. 6) digits after a point, rounded half away from zero; never "-0"; clipped to
// +-1e12.
void ww_text_fixed(ww_buffer *b, double value, int decimals);
// Microseconds as seconds with three decimals: 83500000 is "83.500".
void ww_text_seconds(ww_buffer *b, int64_t us);
// Microseconds as h:mm:ss, rounded down.
void ww_text_clock(ww_buffer *b, int64_t us);

#endif
