// SPDX-License-Identifier: MIT
// Joining: several libraries become one, as one scan of all their footage would have made it.
//
//   survey.c          opens each library once: its sources, what it was scanned with, which shard of what it is
//   order.c           the sources in their order; those of one content become one group, whose spans are put together
//   footage.c         copies each group, span by span from the first library that has it, and its shots
//   journals.c        the decisions that stand, of all journals in order of time
//   contradictions.c  which of them do not hold any more because of another library's
//   join.c            all of it, in a folder beside the place where the new library goes, which is renamed in the end
//
// Nothing here depends on the order in which the libraries are named.
#ifndef WW_JOIN_JOIN_H
#define WW_JOIN_JOIN_H
#include "base/vector.h"
#include "decisions/journal.h"
#include "library/library.h"
#include "library/settings.h"
#include "library/shard_lists.h"

enum { WW_JOIN_SETTINGS = 6 };

typedef struct ww_join_source { // of one of the libraries
    size_t library;
    int64_t id;
    int64_t place;     // 0: not known
    char *path, *file; // owned; file: NULL: not known
    int track;
    uint64_t hash;
    int span_count;
    bool failed; // could not be read
} ww_join_source;

typedef struct ww_join_seq { // what an entry of a journal became
    int64_t old, now;
} ww_join_seq;

typedef struct ww_join_library {
    char *dir;
    ww_library *open; // NULL: not now
    ww_shard_lists shards;
    ww_sort_settings sorting;
    size_t sources;
    ww_journal journal;
    bool *held; // of each entry of the journal, whether it holds in this library; owned
    WW_VECTOR(ww_join_seq) seq;
} ww_join_library;

typedef struct ww_join_origin { // of an entry of the new journal, by number
    int64_t seq;
    size_t library, entry;
} ww_join_origin;

typedef struct ww_join_group { // sources of one content, or one file that could not be read
    size_t first, count;       // in ww_join.order
} ww_join_group;

typedef struct ww_join {
    const char *out;
    ww_library *target;
    const ww_log *log;
    ww_join_result result;
    ww_join_library *library;
    size_t count, opened; // of the libraries; the one that is open, count: none
    WW_VECTOR(ww_join_source) source;
    char *scan_key, *key_of;      // of all sources; the path of the first one seen
    char *meta[WW_JOIN_SETTINGS]; // what a scan leaves for those who sort and write, as text
    const ww_join_source **order; // the sources, each group's side by side
    WW_VECTOR(ww_join_group) group;
    WW_VECTOR(ww_join_origin) origin;
} ww_join;

// For orders: below 0, 0 or above 0, as strcmp has it.
static inline int ww_join_compare(int64_t a, int64_t b) { return (a > b) - (a < b); }

ww_status ww_join_open(ww_join *join, size_t library, ww_error *err); // closes the one that was
void ww_join_shut(ww_join *join);
ww_status ww_join_survey(ww_join *join, ww_error *err);
ww_status ww_join_put_in_order(ww_join *join, ww_error *err);
ww_status ww_join_footage(ww_join *join, ww_error *err);
ww_status ww_join_journals(ww_join *join, ww_error *err);
// Before the journals are joined, which of their entries hold; afterwards, which do no longer.
ww_status ww_join_judge_alone(ww_join *join, ww_error *err);
ww_status ww_join_tell_contradictions(ww_join *join, ww_error *err);

// ww_library_join.
ww_status ww_join_libraries(const char *const *dirs, size_t count, const char *out, const ww_callbacks *callbacks,
                            ww_join_result *result, ww_error *err);

#endif
