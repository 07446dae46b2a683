// SPDX-License-Identifier: MIT
// libjpeg reports trouble by calling error_exit, which must not return. Here it jumps back to the one setjmp of the
// caller, with libjpeg's own words kept. Of the warnings (data is damaged, decoding goes on) only those count that say
// where the data ends.
#ifndef WW_IMAGE_JPEG_ERROR_H
#define WW_IMAGE_JPEG_ERROR_H
#include <stdio.h> // jpeglib.h wants it
#include <jpeglib.h>
#include <setjmp.h>
#include <stdbool.h>

typedef struct ww_jpeg_guard {
    struct jpeg_error_mgr base; // first, so that libjpeg's pointer is ours
    jmp_buf back;
    char message[JMSG_LENGTH_MAX];
    bool out_of_memory; // the error was an allocation, or over the memory limit
    // Where the data ended before the picture did, as a warning or an error says; for decoders only.
    bool data_ended;
    int ended_scan, ended_row; // scan from 1; row of MCUs
} ww_jpeg_guard;

// Sets guard->base up; give the result to cinfo.err.
struct jpeg_error_mgr *ww_jpeg_guard_init(ww_jpeg_guard *guard);

// Notes that the data ends here, in the current scan and row of MCUs; the first call counts.
void ww_jpeg_note_end(j_decompress_ptr cinfo);

// Leaves through guard->back with a message of our own.
_Noreturn void ww_jpeg_give_up(ww_jpeg_guard *guard, const char *message);

#endif
