// SPDX-License-Identifier: MIT
#include "image/jpeg_error.h"

#include <jerror.h>
#include <string.h>

void ww_jpeg_note_end(j_decompress_ptr cinfo)
{
    ww_jpeg_guard *guard = (ww_jpeg_guard *)cinfo->err;
    if (guard->data_ended)
        return;
    guard->data_ended = true;
    guard->ended_scan = cinfo->input_scan_number;
    guard->ended_row = (int)cinfo->input_iMCU_row;
}

// A scan that meets a marker too early has ended, unless restart markers let it find its way again.
static bool tells_end(j_decompress_ptr cinfo)
{
    int code = cinfo->err->msg_code;
    return code == JWRN_JPEG_EOF || (code == JWRN_HIT_MARKER && cinfo->restart_interval == 0);
}

static _Noreturn void error_exit(j_common_ptr cinfo)
{
    ww_jpeg_guard *guard = (ww_jpeg_guard *)cinfo->err;
    int code = guard->base.msg_code;
    guard->base.format_message(cinfo, guard->message);
    guard->out_of_memory = code == JERR_OUT_OF_MEMORY || code == JERR_NO_BACKING_STORE;
    if (cinfo->is_decompressor)
        ww_jpeg_note_end((j_decompress_ptr)cinfo);
    longjmp(guard->back, 1);
}

static void emit_message(j_common_ptr cinfo, int level)
{
    bool is_warning = level < 0; // 0 and up are traces
    if (is_warning && cinfo->is_decompressor && tells_end((j_decompress_ptr)cinfo))
        ww_jpeg_note_end((j_decompress_ptr)cinfo);
}

static void output_message(j_common_ptr cinfo)
{
    (void)cinfo; // a library does not print
}

struct jpeg_error_mgr *ww_jpeg_guard_init(ww_jpeg_guard *guard)
{
    memset(guard, 0, sizeof *guard);
    jpeg_std_error(&guard->base);
    guard->base.error_exit = error_exit;
    guard->base.emit_message = emit_message;
    guard->base.output_message = output_message;
    return &guard->base;
}

void ww_jpeg_give_up(ww_jpeg_guard *guard, const char *message)
{
    snprintf(guard->message, sizeof guard->message, "%s", message);
    longjmp(guard->back, 1);
}
