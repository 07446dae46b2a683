// SPDX-License-Identifier: MIT
// Footage holds frames, frames hold faces; whatever is large (pictures, embeddings) lies in a table of its own under
// the same id, so that walking the rows does not drag it through memory. Names of files are BLOBs, because on Linux a
// name is bytes and need not be UTF-8.
#include "store/schema.h"
#include "store/store.h"

static const char version_1[] =
    "CREATE TABLE meta ("
    "  key TEXT PRIMARY KEY,"
    "  value TEXT NOT NULL"
    ") WITHOUT ROWID;"

    "CREATE TABLE source ("
    "  id INTEGER PRIMARY KEY,"
    "  path BLOB NOT NULL,"
    "  hash INTEGER NOT NULL," // XXH64 of the content
    "  bytes INTEGER NOT NULL,"
    "  kind INTEGER NOT NULL," // 0 video, 1 photo
    "  width INTEGER NOT NULL,"
    "  height INTEGER NOT NULL,"
    "  duration_us INTEGER NOT NULL,"
    "  scan_key TEXT NOT NULL," // models and options it was scanned with
    "  span_count INTEGER NOT NULL,"
    "  error TEXT,"               // why it could not be read
    "  damaged INTEGER NOT NULL," // samples that could not be decoded
    "  frames_looked_at INTEGER NOT NULL"
    ");"
    "CREATE INDEX source_content ON source (hash, scan_key);"

    "CREATE TABLE span (" // the spans of a source that are done
    "  source INTEGER NOT NULL REFERENCES source ON DELETE CASCADE,"
    "  span INTEGER NOT NULL,"
    "  PRIMARY KEY (source, span)"
    ") WITHOUT ROWID;"

    "CREATE TABLE frame (" // a frame with at least one face on it
    "  id INTEGER PRIMARY KEY,"
    "  source INTEGER NOT NULL REFERENCES source ON DELETE CASCADE,"
    "  span INTEGER NOT NULL,"
    "  sample INTEGER NOT NULL,"
    "  time_us INTEGER NOT NULL,"
    "  jpeg_width INTEGER NOT NULL,"
    "  jpeg_height INTEGER NOT NULL,"
    "  UNIQUE (source, sample)" // also the order in which frames are read
    ");"
    "CREATE TABLE frame_picture ("
    "  frame INTEGER PRIMARY KEY REFERENCES frame ON DELETE CASCADE,"
    "  jpeg BLOB NOT NULL"
    ");"

    "CREATE TABLE face ("
    "  id INTEGER PRIMARY KEY,"
    "  frame INTEGER NOT NULL REFERENCES frame ON DELETE CASCADE,"
    "  place INTEGER NOT NULL,"                                                      // 0, 1, ... on its frame
    "  x REAL NOT NULL, y REAL NOT NULL, width REAL NOT NULL, height REAL NOT NULL," // pixels of the source frame
    "  score REAL NOT NULL,"
    "  quality REAL NOT NULL,"
    "  landmarks BLOB NOT NULL," // 10 little-endian floats: x0, y0 ... x4, y4
    "  embedding_dim INTEGER NOT NULL,"
    "  person INTEGER,"                                     // person.number, NULL: nobody
    "  portrait_x REAL NOT NULL, portrait_y REAL NOT NULL," // the face inside its portrait, pixels of the portrait
    "  portrait_w REAL NOT NULL, portrait_h REAL NOT NULL,"
    "  portrait_width INTEGER NOT NULL, portrait_height INTEGER NOT NULL,"
    "  UNIQUE (frame, place)" // also the order in which faces are read
    ");"
    "CREATE TABLE face_embedding ("
    "  face INTEGER PRIMARY KEY REFERENCES face ON DELETE CASCADE,"
    "  embedding BLOB NOT NULL" // embedding_dim little-endian floats
    ");"
    "CREATE TABLE face_picture ("
    "  face INTEGER PRIMARY KEY REFERENCES face ON DELETE CASCADE,"
    "  jpeg BLOB NOT NULL"
    ");"

    "CREATE TABLE person ("
    "  number INTEGER PRIMARY KEY," // the N of Face_N
    "  name TEXT"
    ");"

    "CREATE TABLE exported (" // files the export wrote, by path relative to the output folder
    "  path BLOB NOT NULL,"
    "  hash INTEGER NOT NULL," // XXH64 of what was written
    "  PRIMARY KEY (path, hash)"
    ") WITHOUT ROWID;";

static const char version_2[] =
    // a stranger: sorted, but not written as a person
    "ALTER TABLE person ADD COLUMN ignored INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE face ADD COLUMN was INTEGER;"    // person.number before the last move
    "ALTER TABLE face ADD COLUMN former INTEGER;" // the last that was another than now

    "CREATE TABLE journal (" // what the user decided; rows are added, never changed
    "  seq INTEGER PRIMARY KEY AUTOINCREMENT,"
    "  batch INTEGER NOT NULL,"  // seq of the first entry of the same command: they are undone together
    "  time_s INTEGER NOT NULL," // Unix time
    "  kind TEXT NOT NULL,"
    "  text TEXT,"           // the name
    "  words TEXT NOT NULL," // for the log
    "  sides BLOB NOT NULL"  // the faces and people it speaks of, see decisions/journal.h
    ");"

    "CREATE TABLE known_picture (" // what was found in a picture of a known person, so that it is looked at once
    "  hash INTEGER NOT NULL,"     // XXH64 of the file
    "  models TEXT NOT NULL,"      // what looked
    "  found TEXT NOT NULL,"       // 'face', 'none', or 'several'
    "  embedding BLOB NOT NULL,"   // little-endian floats; empty where there is no face
    "  PRIMARY KEY (hash, models)"
    ") WITHOUT ROWID;";

static const char version_3[] =
    "ALTER TABLE face ADD COLUMN track INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE source ADD COLUMN looks INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE source ADD COLUMN faces_small INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE source ADD COLUMN faces_fleeting INTEGER NOT NULL DEFAULT 0;"

    "CREATE TABLE remembered ("  // faces of deleted sources that belonged to people, until the next sorting
    "  source INTEGER NOT NULL," // XXH64 of the content
    "  time_us INTEGER NOT NULL,"
    "  x REAL NOT NULL, y REAL NOT NULL, width REAL NOT NULL, height REAL NOT NULL,"
    "  person INTEGER NOT NULL"
    ");";

static const char version_4[] =
    // of frames that are not as large as their source says: videos whose size changes, pages, turned photos
    "CREATE TABLE frame_size ("
    "  frame INTEGER PRIMARY KEY REFERENCES frame ON DELETE CASCADE,"
    "  width INTEGER NOT NULL,"
    "  height INTEGER NOT NULL"
    ");"
    "CREATE TABLE damage (" // what could not be read, or only in part, for people
    "  source INTEGER NOT NULL REFERENCES source ON DELETE CASCADE,"
    "  span INTEGER NOT NULL," // -1: the file as a whole
    "  words TEXT NOT NULL,"
    "  PRIMARY KEY (source, span)"
    ") WITHOUT ROWID;";

static const char version_5[] = // of libraries that are older, footage has none of these rows until it is scanned again
    "CREATE TABLE frame_view ("
    "  frame INTEGER PRIMARY KEY REFERENCES frame ON DELETE CASCADE,"
    "  view BLOB NOT NULL" // the frame in a few cells, see library/view.h
    ");"
    "CREATE TABLE face_colours ("
    "  face INTEGER PRIMARY KEY REFERENCES face ON DELETE CASCADE,"
    "  torso BLOB NOT NULL," // histograms, see face/colours.h; empty: out of the picture
    "  hair BLOB NOT NULL"
    ");"
    "CREATE TABLE face_intermediate (" // the same face in frames that were not kept
    "  face INTEGER PRIMARY KEY REFERENCES face ON DELETE CASCADE,"
    "  weight REAL NOT NULL,"   // sum of theirs
    "  embedding BLOB NOT NULL" // weighted mean of theirs: as many little-endian floats as the face's own
    ");";

static const char version_6[] = // of footage that was scanned before there are none
    "CREATE TABLE shot ("
    "  source INTEGER NOT NULL REFERENCES source ON DELETE CASCADE,"
    "  first_us INTEGER NOT NULL," // of the first and the last frame looked at
    "  last_us INTEGER NOT NULL,"
    "  span INTEGER NOT NULL," // in which it ends
    "  ending BLOB NOT NULL,"  // the last frame in a few cells, see video/shot.h; empty: the span goes on after it
    "  PRIMARY KEY (source, first_us)"
    ") WITHOUT ROWID;";

static const char version_7[] =
    "CREATE TABLE source_file (" // where the file of a source is; of libraries that are older, unknown
    "  source INTEGER PRIMARY KEY REFERENCES source ON DELETE CASCADE,"
    "  path BLOB NOT NULL,"    // absolute
    "  track INTEGER NOT NULL" // 0: the main one
    ");"
    // content that took the place of other content (a file that was edited, a recording that grew): what was decided
    // about the old one holds for the new one. One step always leads to the newest.
    "CREATE TABLE succession ("
    "  old INTEGER PRIMARY KEY," // XXH64 of the content
    "  new INTEGER NOT NULL"
    ");"
    "CREATE INDEX source_failed ON source (path) WHERE error IS NOT NULL;";

static const char version_8[] = // of footage that was scanned before there are none
    "CREATE TABLE face_chip ("
    "  face INTEGER PRIMARY KEY REFERENCES face ON DELETE CASCADE,"
    "  light BLOB NOT NULL," // little-endian floats, see base/light.h
    "  png BLOB NOT NULL"    // see image/chip.h
    ");";

static const char version_9[] = // what tells, without reading it, that a file of the export is as it was written
    "ALTER TABLE exported ADD COLUMN key INTEGER NOT NULL DEFAULT 0;"   // of all that it was made from; 0: not known
    "ALTER TABLE exported ADD COLUMN bytes INTEGER NOT NULL DEFAULT 0;" // its size
    "ALTER TABLE exported ADD COLUMN changed_ns INTEGER NOT NULL DEFAULT 0;"; // its ctime; 0: not known

static const char version_10[] = // of shards: what joining them needs
    "CREATE TABLE source_place ("
    "  source INTEGER PRIMARY KEY REFERENCES source ON DELETE CASCADE,"
    "  place INTEGER NOT NULL" // of its file among the inputs of all shards together, from 1
    ");"
    "CREATE TABLE span_part ("
    "  source INTEGER NOT NULL REFERENCES source ON DELETE CASCADE,"
    "  span INTEGER NOT NULL,"
    "  beginning BLOB NOT NULL,"  // the first frame looked at in a few cells, see video/shot.h; empty: no shots
    "  damaged INTEGER NOT NULL," // the counts of the span, as those of the source
    "  frames_looked_at INTEGER NOT NULL,"
    "  looks INTEGER NOT NULL,"
    "  faces_small INTEGER NOT NULL,"
    "  faces_fleeting INTEGER NOT NULL,"
    "  PRIMARY KEY (source, span)"
    ") WITHOUT ROWID;";

static const char version_11[] =
    // What files held when they were hashed last, so that a known one is not read: see scan/known_file.h.
    "CREATE TABLE file_content ("
    "  path BLOB PRIMARY KEY,"   // absolute
    "  hash INTEGER NOT NULL,"   // XXH64 of the content
    "  photo INTEGER NOT NULL,"  // it begins like one
    "  tracks INTEGER NOT NULL," // beside the main one
    "  bytes INTEGER NOT NULL,"  // what the file system said before it was hashed
    "  modified_ns INTEGER NOT NULL,"
    "  changed_ns INTEGER NOT NULL,"
    "  inode INTEGER NOT NULL,"
    "  hashed_ns INTEGER NOT NULL"
    ") WITHOUT ROWID;"
    "CREATE INDEX file_content_hash ON file_content (hash);";

static const char version_12[] =
    // What the last sort leaves for the next one, in one row at most: see people/sort_state.h.
    "CREATE TABLE sort_state ("
    "  digest INTEGER NOT NULL,"  // of all it goes by but decisions, and of who is who
    "  journal INTEGER NOT NULL," // the last decision heeded
    "  threshold REAL NOT NULL,"
    "  duplicates INTEGER NOT NULL," // for ww_cluster_result
    "  same INTEGER NOT NULL,"
    "  different INTEGER NOT NULL,"
    "  false_merge REAL NOT NULL,"
    "  false_split REAL NOT NULL,"
    "  clusters BLOB NOT NULL," // for each face a little-endian number
    "  joins BLOB NOT NULL"
    ");"
    // Of footage that was scanned before it is not known until the file is met again.
    "ALTER TABLE source ADD COLUMN stream_start_us INTEGER;";

const char *const ww_schema_step[] = {version_1, version_2, version_3, version_4,  version_5,  version_6,
                                      version_7, version_8, version_9, version_10, version_11, version_12};
const int ww_schema_steps = sizeof ww_schema_step / sizeof *ww_schema_step;
_Static_assert(sizeof ww_schema_step / sizeof *ww_schema_step == WW_STORE_VERSION, "one step a version");
