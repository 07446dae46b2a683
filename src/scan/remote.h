// SPDX-License-Identifier: MIT
// A scan whose work is done by workers elsewhere (whoswho/distribute.h).
//
// The pipeline is the same: each of its threads stands for one worker, sends it the task at hand and waits for the
// reply, so that there are never more replies on the way than workers, and no more results waiting than its window
// holds. Videos are opened (read whole once, for their hash) by openers ahead of next(), which takes what they found in
// the order of the inputs.
//
// A video is read and planned by the one that opens it; the plan comes back with the source, and goes out again with
// each span, so that who looks at the span reads no more of the file than that.
//
//   request  "wwq4", key of the scan, what is asked (OPEN, LOOK), path, track; LOOK: the span, of how many, its plan
//   reply    "wwr4", log lines, a status with its message; OPEN: the source, its plan; LOOK: the task as it is then
#ifndef WW_SCAN_REMOTE_H
#define WW_SCAN_REMOTE_H
#include "base/pack.h"
#include "scan/scan.h"

enum { WW_REMOTE_TEXT_MAX = 65536 }; // bytes of a path, a message

typedef enum ww_remote_ask { WW_ASK_OPEN = 1, WW_ASK_LOOK = 2 } ww_remote_ask;

typedef struct ww_remote_request {
    ww_remote_ask ask;
    char *key, *path; // owned by whoever unpacks it
    int track;
    bool whole;           // LOOK
    int span, span_count; // LOOK
    ww_bytes head, plan;  // LOOK: of a video that was planned, else none; owned by whoever unpacks it
} ww_remote_request;

typedef struct ww_remote_plan { // of a video (video/planned.h)
    ww_bytes head;
    int spans;
    ww_bytes *span;
} ww_remote_plan;

// --- remote_message.c
void ww_request_pack(ww_buffer *b, const ww_remote_request *request);
ww_status ww_request_unpack(const void *bytes, size_t count, ww_remote_request *request, ww_error *err);
void ww_request_free(ww_remote_request *request);
// What is known of a source that was opened, or why it could not be.
void ww_source_pack(ww_buffer *b, const ww_scan_source *source, const char *failure);
void ww_source_unpack(ww_unpack *in, ww_scan_source *source, char **failure);
ww_bytes ww_remote_unpack_bytes(ww_unpack *in); // a blob; data NULL: there is none
// What a worker made of a task.
void ww_task_pack(ww_buffer *b, const ww_scan_task *task);
void ww_task_unpack(ww_unpack *in, ww_scan_task *task);
void ww_reply_begin(ww_buffer *b, const ww_buffer *log_lines, ww_status status, const ww_error *err);
// Logs what the worker had to say, and gives its status. in: what follows.
ww_status ww_reply_unpack(const ww_bytes *reply, const ww_log *log, ww_unpack *in, ww_error *err);
ww_status ww_reply_end(const ww_unpack *in, ww_error *err); // WW_ERR_FORMAT, WW_ERR_MEMORY

// Lines of a log, as messages carry them. _add is the function of a ww_log whose user is a ww_buffer. _tell logs what
// was so kept (NULL: nothing); the result is bad where it made no sense, starved where there was no memory for it.
void ww_log_lines_add(void *buffer, ww_log_level level, const char *message);
ww_unpack ww_log_lines_tell(const void *lines, size_t bytes, const ww_log *log);

// --- remote_plan.c
// The plan of a source that is open here; none of a photo, or of what could not be opened.
void ww_plan_pack(ww_buffer *b, const ww_scan_source *source);
ww_remote_plan *ww_plan_unpack(ww_unpack *in, int spans); // NULL: there is none
void ww_remote_plan_free(ww_remote_plan *plan);           // NULL is fine

// --- remote.c
// Asks a worker to open a source; *failure as ww_scan_source_load has it.
ww_status ww_remote_open(const ww_scan *s, int worker, ww_scan_source *source, const ww_log *log, char **failure,
                         ww_error *err);

// --- remote_worker.c: ww_worker_open, ww_worker_close, ww_worker_answer
ww_status ww_worker_make(const ww_models *models, const ww_scan_options *options, ww_worker *beside, ww_worker **worker,
                         ww_error *err);
void ww_worker_unmake(ww_worker *worker);
ww_status ww_worker_reply(ww_worker *worker, const void *request, size_t bytes, ww_bytes *reply, ww_error *err);

// --- remote_open.c
typedef struct ww_remote_openers ww_remote_openers;
ww_status ww_remote_openers_begin(ww_scan *s, ww_error *err);
void ww_remote_openers_end(ww_scan *s);
// Whether this input is not opened: it is as it was when all of it was scanned.
bool ww_remote_passes_over(const ww_scan *s, ptrdiff_t input);

#endif
