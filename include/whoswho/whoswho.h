// SPDX-License-Identifier: MIT
// libwhoswho: finds every face in footage and photos and sorts the faces into people.
//
// The simple way:
//
//     ww_error err;
//     ww_models *models;
//     ww_library *library;
//     const char *inputs[] = {"Footage.mp4"};
//     if (ww_models_open(NULL, &models, &err) == WW_OK
//         && ww_library_open("ClusteredFaces", WW_LIBRARY_CREATE, NULL, &library, &err) == WW_OK
//         && ww_library_scan(library, models, inputs, 1, NULL, NULL, &err) == WW_OK
//         && ww_library_cluster(library, NULL, NULL, &err) == WW_OK && ww_library_export(library, NULL, &err) == WW_OK)
//         puts("done: look at ClusteredFaces/index.html");
//     else
//         puts(err.message);
//
// This header is all of them but two: base.h (errors, progress), library.h (from footage to folders), dataset.h (data
// sets for those who train), decisions.h (names, merges, folders and annotations changed by hand), eval.h (how good a
// result is). The two: view.h reads a library's tables, face by face; distribute.h scans with many processes.
//
// Rules that hold everywhere: a function returns 0 or a negative ww_status, and then *err (which may be NULL) holds one
// sentence a person can act on; an out-parameter is the caller's to close, a returned pointer is borrowed; strings are
// UTF-8 (paths: any bytes); a handle is used by one thread at a time. Option and result structs begin with their INIT
// macro:
//
//     ww_scan_options options = WW_SCAN_OPTIONS_INIT; // all defaults; as C++: C++20
//     options.every_us = 200000;
//
// A callback that returns int cancels with anything but 0: the call then returns WW_ERR_CANCELLED and has decided
// nothing. NULL in place of options means the defaults, in place of a result or an on_line that it is not wanted;
// elsewhere a pointer is NULL only where the function says what that means. Distances are Euclidean, of embeddings.
// How the interface grows is told in docs/api-stability.md.
// Nothing is ever sent anywhere; ww_pinned_model_get alone reaches for the network, to fetch.
//
// What the library does to its process, and nothing else:
// - Locale: setlocale() is never called. Numbers in files are those of the C locale, whatever the host chose; while it
//   writes one, the thread uses a C locale (uselocale()), and has the host's back before anything else runs.
// - Threads: a call starts as many as its `threads` say and has joined them when it returns. OpenMP (oneDNN's) is held
//   to one thread a call by omp_set_num_threads, which is the calling thread's own setting and is put back.
// - Signals: none is caught, sent or ignored; SIGPIPE is blocked in the calling thread while ww_pinned_model_get
//   downloads. A host that limits file sizes ignores SIGXFSZ, to get WW_ERR_IO instead.
// - Environment: WHOSWHO_DATA, XDG_DATA_HOME, HOME and WHOSWHO_MODELS_URL are read, for pinned models; oneDNN, OpenMP
//   and libcurl read theirs. Nothing is set. The working folder and the umask are used, not changed.
// - Standard streams: never written to by the library. libav reports damaged footage on standard error unless the host
//   says ww_silence_libav(), or has set libav's log level or callback itself.
// - Libraries: SQLite initialises itself at the first ww_library_open; curl_global_init and curl_global_cleanup
//   (counted by libcurl) frame a download. oneDNN keeps its cache of primitives until the process ends, and other
//   libraries what they set up; this one registers no atexit handler and keeps nothing beyond its handles.
// - Memory: what grows with files, pictures, models or libraries is asked for carefully and reports WW_ERR_MEMORY, and
//   so do C++ exceptions and failures of the libraries below. Small fixed allocations (a handle, a path, a message: a
//   few KiB at most) end the process when they fail: ww_on_out_of_memory's handler is called, or abort().
#ifndef WHOSWHO_H
#define WHOSWHO_H
#include "whoswho/base.h"
#include "whoswho/dataset.h"
#include "whoswho/decisions.h"
#include "whoswho/eval.h"
#include "whoswho/library.h"
#endif
