// SPDX-License-Identifier: MIT
// The journal in memory: what the user said, entry by entry, and which of it still stands.
//
// An entry speaks of operands, each a person: the identities that earlier entries made (see decided.h), and faces by
// their keys. An identity is named by the entry that made it: WW_IDENTITY_ID(seq, operand). Entries are undone from the
// last to the first and a new one drops what was undone before it, so those that stand are always a stack: whatever an
// entry refers to stands when it does.
//
// Operands are stored compactly, about 12 bytes a face, and an entry lists only faces that its identities do not hold
// yet: naming a folder of 100,000 faces takes about a megabyte, renaming it nothing.
#ifndef WW_DECISIONS_JOURNAL_H
#define WW_DECISIONS_JOURNAL_H
#include "base/buffer.h"
#include "base/vector.h"
#include "library/face_key.h"
#include "store/store.h"
#include "whoswho/whoswho.h"

#define WW_OPERANDS_MAX 255
#define WW_IDENTITY_ID(seq, operand) ((seq) * (WW_OPERANDS_MAX + 1) + (operand))

typedef struct ww_operand {
    WW_VECTOR(int64_t) identity;
    WW_VECTOR(ww_face_key) face;
    bool starved; // no memory for one of them; ww_journal_append then refuses the entry
} ww_operand;

typedef struct ww_entry {
    int64_t seq, batch; // entries of one batch are undone together
    int64_t time_s;     // Unix time
    ww_decision_kind kind;
    char *text;  // owned, or NULL: a name; of undo and redo the batch they speak of
    char *words; // owned: for people to read
    WW_VECTOR(ww_operand) operand;
    bool undone; // filled by ww_journal_load
} ww_entry;

typedef struct ww_journal {
    WW_VECTOR(ww_entry) entry;
    int64_t undo, redo; // the batches that undo and redo would turn to, 0: none
} ww_journal;

ww_status ww_journal_load(ww_store *store, ww_journal *journal, ww_error *err);
// As it was when `last` was its last entry.
ww_status ww_journal_load_until(ww_store *store, int64_t last, ww_journal *journal, ww_error *err);
void ww_journal_free(ww_journal *journal);

// Appends the entry and sets its seq and time, and its batch if that is 0. Its faces are put in order.
ww_status ww_journal_append(ww_store *store, ww_entry *entry, ww_error *err);
// The same for an entry that another library has, which keeps its time.
ww_status ww_journal_copy(ww_store *store, ww_entry *entry, ww_error *err);
void ww_entry_free(ww_entry *entry);
// Whether faces may not be seen any more for it: it says so of them, or it added one and was taken back.
bool ww_entry_discards(const ww_entry *entry);
// The face that the entry adds, standing or not; NULL: it adds none. Borrowed.
const ww_face_key *ww_entry_added_face(const ww_entry *entry);
ww_operand *ww_entry_add_operand(ww_entry *entry); // at most WW_OPERANDS_MAX; borrowed until the next operand is added
void ww_operand_add_identity(ww_operand *operand, int64_t identity);
void ww_operand_add_face(ww_operand *operand, const ww_face_key *face);

// Content that took the place of other content is what decisions about that one now speak of.
typedef struct ww_succession {
    uint64_t old, now; // content hashes
} ww_succession;
typedef WW_VECTOR(ww_succession) ww_successions;
// Adds those of the store to the list, by `old`. ww_journal_load follows them by itself.
ww_status ww_successions_add(ww_store *store, ww_successions *list, ww_error *err);

// "name", "merge", ...
const char *ww_decision_kind_name(ww_decision_kind kind);

// --- journal_operands.c: the form in which operands are stored, coordinates to an eighth of a pixel.
#define WW_JOURNAL_STEPS_A_PIXEL 8.0
void ww_operands_encode(ww_entry *entry, ww_buffer *bytes);
// WW_ERR_STORE when the bytes make no sense.
ww_status ww_operands_decode(const void *bytes, size_t count, ww_entry *entry, ww_error *err);

#endif
