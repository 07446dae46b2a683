// SPDX-License-Identifier: MIT
// What the parts of a scan share: the sources at hand, the tasks cut from them, and the scan itself.
//
// A task is one span of a video, or a whole photo. Workers do tasks in any order, results are stored in the order of
// the inputs, one transaction a task, so the store always holds a clean beginning of the work and a later run goes on
// from there. Source numbers are given in that same order, which makes everything that is written independent of the
// number of threads and of interruptions.
#ifndef WW_SCAN_SCAN_H
#define WW_SCAN_SCAN_H
#include "base/id_set.h"
#include "base/vector.h"
#include "scan/shard.h"
#include "scan/source_list.h"
#include "library/library.h"
#include "models/loaded.h"
#include "scan/span_worker.h"
#include "whoswho/distribute.h"

#include <pthread.h>
#include <stdatomic.h>

// Footage shared by the tasks cut from it.
typedef struct ww_scan_source {
    atomic_int users;
    char *path, *file;    // as named, and from the root
    int track;            // see ww_source_options
    char *name;           // the path, and the track where it is not the main one
    ww_source_file input; // but for path and file; what is to go on record of it
    int64_t place;        // see ww_source_row
    uint64_t hash;
    bool opened; // what follows is known: it could be opened, here or by a worker elsewhere
    ww_source_info info;
    int64_t samples;             // of a video
    char *cut_off;               // what is missing of it at the end, for people; NULL: nothing
    ww_source *handle;           // NULL where it was opened elsewhere
    struct ww_remote_plan *plan; // then, for others who are to read it (remote.h); NULL: they open it themselves
    ww_hwaccel *hwaccel;         // to open it with; NULL: software decodes
    int64_t resumed;    // id in the store of an earlier scan cut short, 0: none; does not change once tasks are out
    int64_t source_id;  // in the store; 0 until the first result arrives; belongs to done()
    bool told, counted; // what is wrong with it was said; it counts as damaged; belong to done(), as does the next
    bool met;           // it is in scan->met
    bool device_told, fallback_told; // how it was decoded; likewise
} ww_scan_source;

typedef struct ww_scan_task {
    ww_scan_source *source;
    bool whole;           // a photo (or what begins like one): all its spans in this one task
    int span, span_count; // span_count 0: nothing to store (known already, or failed)
    bool already;         // the library holds this content, scanned with these options
    char *failure;        // why this file cannot be used; owned
    bool try_again;       // it is no fault of the file: the disk, or the memory
    ww_span_result seen;
    double share; // of the whole scan
} ww_scan_task;

typedef struct ww_scan_met { // a file of this run
    char *path, *file;       // as named, and from the root; owned
    int track;
    uint64_t hash; // of its content
} ww_scan_met;

#define WW_SCAN_STOPPED "stopped; what was scanned so far is kept, the same command goes on from here"

typedef struct ww_scan {
    ww_library *library;
    const ww_models *models;
    ww_scan_options options;
    ww_scan_result result;
    char *key;           // models and options, as text
    char *plain_key;     // of the same with software decoding
    char *exact_key;     // of that with exact times
    ww_hwaccel *hwaccel; // NULL: software decodes, or workers elsewhere do, with devices of their own
    ww_source_list inputs;
    double total_weight, done_share;
    ww_shard shard; // what of them is scanned
    // next():
    size_t next_input;
    ww_scan_source *source; // the video whose spans are being handed out
    int next_span, end_span;
    int next_track, tracks;  // of the video before next_input: what is to be handed out of its other tracks
    ww_id_set sources_begun; // content hashes of the videos of this run
    // done():
    WW_VECTOR(ww_scan_met) met; // the files of this run that could be read
    // Work is done elsewhere (remote.h); NULL: in threads of this process.
    const ww_transport *transport;
    struct ww_remote_openers *openers;
} ww_scan;

// --- scan_tasks.c
ww_scan_source *ww_scan_source_share(ww_scan_source *source);
void ww_scan_source_release(ww_scan_source *source); // NULL is fine
ww_source_times ww_scan_times(const ww_scan_options *options);
void ww_scan_tell_plan(const ww_scan *s, const ww_scan_source *source); // what is looked at in a video
// What the content of a file is known by, and that of its other tracks: other hashes than its own.
uint64_t ww_scan_hash_of_track(uint64_t content, int track);
ww_scan_source *ww_scan_source_new(const char *path, const char *file, int track);
// Opens the file, and hashes it first if asked; *failure: NULL, or why it cannot be used (the caller's to free). Fails
// only when stopped.
ww_status ww_scan_source_load(ww_scan_source *source, const ww_models *models, const ww_scan_options *options,
                              const ww_cancel *cancel, bool hash, const ww_log *log, char **failure, ww_error *err);
// Opens it by what another process found (video/planned.h), whose spans are to be taken one by one.
ww_status ww_scan_source_load_planned(ww_scan_source *source, const ww_models *models, const ww_scan_options *options,
                                      const ww_bytes *head, ww_error *err);
// The same for this scan, by whoever does it, and tells what is planned.
ww_status ww_scan_source_open(ww_scan *s, ww_scan_source *source, char **failure, ww_error *err);
// The key of a source's scan: what no device decodes has the key of software, also where a device was asked for.
const char *ww_scan_key_of(const ww_scan *s, const ww_scan_source *source);
// A source of this content that is finished, scanned with these options or with such as will do as well; 0: none.
ww_status ww_scan_find_whole(ww_scan *s, uint64_t hash, int64_t *source, ww_error *err);
// In *id the source with this content scanned with these options, finished or begun; 0: none. A finished one (*whole)
// that will do as well counts, too: at exact times where near ones are asked for (its spans are other ones), decoded by
// software where hardware may.
ww_status ww_scan_find_known(ww_scan *s, const ww_scan_source *source, int64_t *id, bool *whole, ww_error *err);
// The same for a photo that was opened by now: sets t->already.
ww_status ww_scan_photo_known(ww_scan *s, ww_scan_task *t, ww_error *err);
// The pipeline's next() and drop().
ww_status ww_scan_next(void *scan, void **task, ww_error *err);
void ww_scan_drop(void *scan, void *task);

// --- look.c: looking at what a task holds, for threads of the scan and for workers elsewhere
typedef struct ww_looker ww_looker; // one thread's tools: a span worker, and the reader of the source looked at last
// `cancel` may be NULL, and outlives the looker.
ww_status ww_looker_open(const ww_models *models, const ww_scan_options *options, const ww_cancel *cancel,
                         ww_looker **looker, ww_error *err);
void ww_looker_close(ww_looker *looker); // NULL is fine
// Fills task->seen. What is wrong with the file alone becomes task->failure and is no error. The source has its handle.
ww_status ww_look(ww_looker *looker, ww_scan_task *task, ww_error *err);

// --- remote.c, remote_open.c: the same by workers elsewhere (remote.h)
ww_status ww_remote_scan(ww_scan *s, ww_error *err);
// Waits until an opener has opened the source, and takes what was found; as ww_scan_source_load.
ww_status ww_remote_opened(ww_scan *s, ww_scan_source *source, char **failure, ww_error *err);

// --- scan_store.c: the pipeline's done(): commits what a task saw, counts it, reports progress.
ww_status ww_scan_store(void *scan, void *task, ww_error *err);

// --- settle.c: once all is scanned, brings the library's words about files up to date. New content at a known path
// takes the place of the old one, known content at a new path has moved, and files that are gone are told.
ww_status ww_scan_settle(ww_scan *s, ww_error *err);

void ww_scan_set_defaults(ww_scan_options *options);
// What a scan with these options is known by in the store; the caller's (free).
char *ww_scan_key(const ww_models *models, const ww_scan_options *options);

// ww_library_scan, and ww_library_scan_over: transport NULL: in this process.
ww_status ww_scan_sources(ww_library *library, const ww_models *models, const char *const *inputs, size_t count,
                          const ww_scan_options *options, const ww_transport *transport, ww_scan_result *result,
                          ww_error *err);

#endif
