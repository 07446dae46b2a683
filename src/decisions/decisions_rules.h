// SPDX-License-Identifier: MIT
// What each kind of decision does to the identities: the meaning of the journal. The last word wins.
//
//   name       the faces of operand 0 are one identity, with this name; an identity that has the name already is the
//              same. A name ends being ignored. No name: it has none any more
//   merge      all operands are one identity; it is called `text`, or as the first operand with a name
//   same       likewise
//   split      the faces of operand 1 leave for a new identity, which cannot be operand 0's
//   reject     the faces of operand 0 leave the identity of operand 1 and cannot be of it
//   different  operand 0 and operand 1 are two identities that cannot be one
//   ignore     operand 0 is an identity of strangers
//   box        the face of operand 0 has the box `text`, "x y width height"; whose it is does not change
//   add        the face of operand 0 was added by hand; it is nobody's yet. Taken back, the face is not shown
//   cover      the face of operand 0 is shown first of whose it is
//   nobody     the faces of operand 0 leave their identities and stay unassigned; with a text they are not even
//              written, with WW_NOT_A_FACE no label tells of them either. Operand 1, if there is one, is the person
//              they were taken from, who stays a person
// Listing a face in an operand that is a person moves it there from wherever it was.
#ifndef WW_DECISIONS_DECISIONS_RULES_H
#define WW_DECISIONS_DECISIONS_RULES_H
#include "base/box.h"
#include "decisions/decisions_match.h"
#include "decisions/journal.h"

typedef struct ww_rules_identity {
    int64_t id;
    int32_t into;     // itself, or whom it was merged into
    const char *name; // borrowed from the journal
    bool ignored;
} ww_rules_identity;

typedef struct ww_apart {
    int32_t a, b; // identities
    int64_t entry;
} ww_apart;

typedef struct ww_rejected {
    uint32_t node;
    int32_t identity;
    int64_t entry;
    bool over; // a later entry put the face there after all
} ww_rejected;

typedef struct ww_rules_box {
    uint32_t node;
    ww_box box;
} ww_rules_box;

typedef struct ww_rules {
    int32_t *identity_of; // of each node, as put there; see ww_rules_identity_of
    bool *nobody, *discarded, *absent, *was_rejected;
    int64_t *entry; // of each node: the last entry that moved it
    WW_VECTOR(ww_rules_identity) identity;
    WW_VECTOR(ww_apart) apart;
    WW_VECTOR(ww_rejected) rejected;
    WW_VECTOR(ww_rules_box) box; // in the order of the entries
    WW_VECTOR(uint32_t) cover;   // nodes, likewise
    bool starved;                // no memory for one of the lists
} ww_rules;

// All standing entries of the journal, one after the other, over `count` faces. *rules and *nodes, zero at first, are
// the caller's (ww_rules_end, ww_nodes_free), also after a failure. WW_ERR_STORE: an entry makes no sense.
ww_status ww_rules_act_out(const ww_journal *journal, const ww_face_key *faces, size_t count, ww_rules *rules,
                           ww_nodes *nodes, ww_error *err);
void ww_rules_end(ww_rules *rules);

int32_t ww_rules_find(const ww_rules *rules, int64_t id); // or -1: there is no such identity
int32_t ww_rules_root(const ww_rules *rules, int32_t identity);
int32_t ww_rules_identity_of(const ww_rules *rules, uint32_t node); // or -1

#define WW_BOX_LARGEST_PX 1e6 // of a coordinate of a corrected box
// "x y width height", as a box entry has it; false: it is no box, or one without an area.
bool ww_read_box(const char *text, ww_box *box);

#endif
