// SPDX-License-Identifier: MIT
// Errors, the version, and what the library tells while it works.
#ifndef WHOSWHO_BASE_H
#define WHOSWHO_BASE_H
#include <stddef.h>
#include <stdint.h>
#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define WW_API __attribute__((visibility("default")))
#else
#define WW_API
#endif

// --- errors ----------------------------------------------------------------------------------------------------------

typedef enum ww_status {
    WW_OK = 0,
    WW_ERR_ARGUMENT = -1,    // the caller asked for something that makes no sense
    WW_ERR_MEMORY = -2,      // no memory, or a size over the bound set for it
    WW_ERR_IO = -3,          // a file or folder cannot be read or written
    WW_ERR_FORMAT = -4,      // a file is not what it claims to be, or is damaged
    WW_ERR_UNSUPPORTED = -5, // well formed, but beyond what this program does
    WW_ERR_STORE = -6,       // the store is broken, locked or of another version
    WW_ERR_NO_SPACE = -7,    // the disk is full
    WW_ERR_CANCELLED = -8,   // a progress callback asked to stop
    WW_ERR_NOT_FOUND = -9,   // no such file, person, face or model
    WW_ERR_CHANGED = -10,    // somebody sorted the folders by hand since they were written: ww_library_sync first
    // the decision is most likely a mistake (two people seen together made one): set `force` to make it all the same
    WW_ERR_CONFIRM = -11,
} ww_status;

#define WW_ERROR_MESSAGE_MAX 1024 // bytes

typedef struct ww_error {
    ww_status status;
    // UTF-8, one line, no trailing newline; names the file, the place and what to do
    char message[WW_ERROR_MESSAGE_MAX];
} ww_error;

// The version of this header, and of the library that is linked; a number is major * 10000 + minor * 100 + patch.
#define WHOSWHO_VERSION_MAJOR 0
#define WHOSWHO_VERSION_MINOR 2
#define WHOSWHO_VERSION_PATCH 0
#define WHOSWHO_VERSION_NUMBER (WHOSWHO_VERSION_MAJOR * 10000 + WHOSWHO_VERSION_MINOR * 100 + WHOSWHO_VERSION_PATCH)
WW_API const char *ww_version(void); // "1.2.3"
WW_API int ww_version_number(void);

// "WW_ERR_IO" and so on; "unknown status" for a value that is none. Static.
WW_API const char *ww_status_name(ww_status status);

// Called, from whatever thread it is, when a small allocation of `bytes` fails (whoswho.h tells which are small).
// It should end the program in its own way; if it returns, or is NULL, abort() follows. One handler for the process.
WW_API void ww_on_out_of_memory(void (*handler)(size_t bytes));

// Sets libav's log level to quiet, for the whole process.
WW_API void ww_silence_libav(void);

// --- what the library tells while it works ---------------------------------------------------------------------------

// INFO: the plan of a scan, notes on files. DEBUG: what became of each span, and at the end of a scan the times of the
// networks' layers, a line each.
typedef enum ww_log_level { WW_LOG_ERROR, WW_LOG_WARNING, WW_LOG_INFO, WW_LOG_DEBUG } ww_log_level;

typedef enum ww_stage { WW_STAGE_SCAN, WW_STAGE_CLUSTER, WW_STAGE_EXPORT, WW_STAGE_FETCH } ww_stage;

typedef struct ww_progress {
    ww_stage stage;
    double share;    // 0..1 of this stage, never decreasing
    int64_t done;    // scan: frames looked at; cluster: faces; export: files; fetch: bytes
    int64_t faces;   // found so far in this scan
    const char *now; // scan: the input at hand; borrowed, may be NULL
} ww_progress;

typedef struct ww_callbacks {
    void *user;
    // May be called from any worker thread, but never by two at once.
    void (*log)(void *user, ww_log_level level, const char *message);
    // Non-zero cancels: the call returns WW_ERR_CANCELLED, and what was done so far is kept.
    int (*progress)(void *user, const ww_progress *progress);
} ww_callbacks;

#ifdef __cplusplus
}
#endif
#endif
