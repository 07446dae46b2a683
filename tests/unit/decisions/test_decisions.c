// SPDX-License-Identifier: MIT
// What must stay true of decisions, whatever they are: random ones, taken as the program takes them, each looking at
// what stands.
#include "base/files.h"
#include "base/memory.h"
#include "base/random.h"
#include "harness.h"
#include "decisions/decisions.h"
#include "scratch.h"

#include <time.h>

enum { SOURCES = 3, MOMENTS = 6, AT_ONCE = 3, FACES = SOURCES * MOMENTS * AT_ONCE, ENTRIES = 40, ROUNDS = 150 };

static ww_random dice;

// Three faces side by side at each moment; in another model's eyes (jitter) they are a little elsewhere.
static void make_faces(ww_face_key *face, double jitter)
{
    for (int i = 0; i < FACES; i++) {
        face[i] = (ww_face_key){.source = 1000 + (uint64_t)(i / (MOMENTS * AT_ONCE)),
                                .time_us = i / AT_ONCE % MOMENTS * 1000000};
        face[i].x = (float)(100 + i % AT_ONCE * 120 + jitter * (ww_random_unit(&dice) - 0.5));
        face[i].y = (float)(80 + jitter * (ww_random_unit(&dice) - 0.5));
        face[i].width = (float)(100 + jitter * (ww_random_unit(&dice) - 0.5));
        face[i].height = (float)(110 + jitter * (ww_random_unit(&dice) - 0.5));
    }
}

static ww_decided replay(const ww_journal *journal, const ww_face_key *face, size_t count)
{
    ww_error err = {0};
    ww_decided decided;
    CHECK_OK(ww_decisions_replay_journal(journal, face, count, &decided, &err));
    return decided;
}

// Marks them as taken.
static void add_some_faces(ww_operand *operand, const ww_face_key *face, bool *taken, int most)
{
    for (uint32_t n = 1 + ww_random_below(&dice, (uint32_t)most); n > 0; n--) {
        uint32_t i = ww_random_below(&dice, FACES);
        if (!taken[i])
            ww_vector_add(&operand->face, face[i]);
        taken[i] = true;
    }
}

// A person as the roster gives it: an identity, or faces, or both. `taken`: faces that the other side has.
static void add_person(ww_entry *entry, const ww_decided *decided, const ww_face_key *face, bool *taken)
{
    ww_operand *operand = ww_entry_add_operand(entry);
    uint32_t i = decided->identities.count ? ww_random_below(&dice, (uint32_t)decided->identities.count) : 0;
    bool other = entry->operand.count > 1 && entry->operand.item[0].identity.count && decided->identities.count
                 && entry->operand.item[0].identity.item[0] == decided->identities.item[i].id;
    if (decided->identities.count && !other && ww_random_below(&dice, 2)) {
        ww_vector_add(&operand->identity, decided->identities.item[i].id);
        for (int f = 0; f < FACES; f++)
            taken[f] = taken[f] || decided->identity[f] == (int32_t)i;
    }
    if (operand->identity.count == 0 || ww_random_below(&dice, 2))
        add_some_faces(operand, face, taken, 5);
}

static ww_entry random_entry(const ww_journal *journal, const ww_face_key *face)
{
    static const char *const names[] = {"Ada", "Ben", "Cleo", "Dan"};
    static const ww_decision_kind kinds[] = {WW_DECISION_NAME,  WW_DECISION_NAME,   WW_DECISION_MERGE,
                                             WW_DECISION_SPLIT, WW_DECISION_REJECT, WW_DECISION_DIFFERENT,
                                             WW_DECISION_SAME,  WW_DECISION_IGNORE, WW_DECISION_NOBODY};
    int64_t seq = journal->entry.count ? journal->entry.item[journal->entry.count - 1].seq + 1 : 1;
    ww_entry entry = {.seq = seq, .batch = seq, .words = ww_strdup("")};
    ww_decided decided = replay(journal, face, FACES);
    bool taken[FACES] = {false};
    entry.kind = kinds[ww_random_below(&dice, sizeof kinds / sizeof *kinds)];
    if (entry.kind == WW_DECISION_NAME && ww_random_below(&dice, 6))
        entry.text = ww_strdup(names[ww_random_below(&dice, 4)]);
    if (entry.kind == WW_DECISION_NOBODY || entry.kind == WW_DECISION_REJECT)
        add_some_faces(ww_entry_add_operand(&entry), face, taken, 3);
    else
        add_person(&entry, &decided, face, taken);
    bool one_side = entry.kind == WW_DECISION_NAME || entry.kind == WW_DECISION_IGNORE;
    if (entry.kind == WW_DECISION_NOBODY ? ww_random_below(&dice, 2) : !one_side)
        add_person(&entry, &decided, face, taken);
    ww_decided_free(&decided);
    return entry;
}

static uint32_t root(const uint32_t *parent, uint32_t i)
{
    while (parent[i] != i)
        i = parent[i];
    return i;
}

static void check_consistent(const ww_decided *d, size_t count)
{
    uint32_t parent[FACES];
    for (uint32_t i = 0; i < count; i++)
        parent[i] = i;
    for (size_t i = 0; i < d->must.count; i++)
        parent[root(parent, d->must.item[i].a)] = root(parent, d->must.item[i].b);
    for (size_t i = 0; i < d->cannot.count; i++)
        CHECK(root(parent, d->cannot.item[i].a) != root(parent, d->cannot.item[i].b));
    CHECK_EQ(d->cannot.count, d->cannot_entry.count);
    for (uint32_t i = 0; i < count; i++) {
        for (uint32_t k = 0; k < i; k++) // must-links join exactly the faces of an identity
            CHECK((root(parent, i) == root(parent, k)) == (d->identity[i] >= 0 && d->identity[i] == d->identity[k]));
        CHECK(d->identity[i] >= -1 && d->identity[i] < (int32_t)d->identities.count);
    }
    for (size_t i = 0; i < d->nobody.count; i++)
        CHECK_EQ(d->identity[d->nobody.item[i]], -1);
    for (size_t a = 0; a < d->identities.count; a++)
        for (size_t b = 0; b < a; b++) {
            const char *p = d->identities.item[a].name, *q = d->identities.item[b].name;
            CHECK(!p || !q || strcmp(p, q) != 0); // one name, one identity
        }
}

static bool kept_apart(const ww_decided *d, int a, int b)
{
    for (size_t i = 0; i < d->cannot.count; i++) {
        int p = (int)d->cannot.item[i].a, q = (int)d->cannot.item[i].b;
        for (int turn = 0; turn < 2; turn++, p ^= q, q ^= p, p ^= q)
            if ((p == a || (d->identity[a] >= 0 && d->identity[p] == d->identity[a]))
                && (q == b || (d->identity[b] >= 0 && d->identity[q] == d->identity[b])))
                return true;
    }
    return false;
}

static int index_of(const ww_face_key *face, const ww_face_key *key)
{
    int i = 0;
    while (memcmp(&face[i], key, sizeof *key) != 0)
        i++;
    return i;
}

// The last word holds in full.
static void check_obeyed(const ww_entry *e, const ww_decided *d, const ww_face_key *face)
{
    const ww_operand *s = e->operand.item;
    int first = s[0].face.count ? index_of(face, &s[0].face.item[0]) : -1;
    int second = e->operand.count > 1 && s[1].face.count ? index_of(face, &s[1].face.item[0]) : -1;
    for (size_t i = 0; i < s[0].face.count; i++) {
        int f = index_of(face, &s[0].face.item[i]), nobody = 0;
        CHECK_EQ(d->entry[f], e->seq);
        for (size_t k = 0; k < d->nobody.count; k++)
            nobody += (int)d->nobody.item[k] == f;
        if (e->kind == WW_DECISION_REJECT) { // somebody who is to stay unsorted does so
            CHECK(second < 0 || nobody || kept_apart(d, f, second));
            continue;
        }
        CHECK_EQ(nobody, e->kind == WW_DECISION_NOBODY);
        if (e->kind == WW_DECISION_NOBODY)
            continue;
        CHECK(d->identity[f] >= 0 && d->identity[f] == d->identity[first]);
        const ww_identity *identity = &d->identities.item[d->identity[f]];
        if (e->kind == WW_DECISION_NAME && e->text)
            CHECK(identity->name && strcmp(identity->name, e->text) == 0 && !identity->ignored);
        if (e->kind == WW_DECISION_NAME && !e->text)
            CHECK(!identity->name);
        if (e->kind == WW_DECISION_IGNORE)
            CHECK(identity->ignored);
        if (second >= 0 && (e->kind == WW_DECISION_MERGE || e->kind == WW_DECISION_SAME))
            CHECK_EQ(d->identity[second], d->identity[f]);
        if (second >= 0 && (e->kind == WW_DECISION_SPLIT || e->kind == WW_DECISION_DIFFERENT))
            CHECK(d->identity[second] != d->identity[f] && kept_apart(d, f, second));
    }
}

static void check_same(const ww_decided *a, const ww_decided *b, size_t count)
{
    CHECK_EQ(a->must.count, b->must.count);
    CHECK_EQ(a->cannot.count, b->cannot.count);
    CHECK_EQ(a->nobody.count, b->nobody.count);
    CHECK_EQ(a->identities.count, b->identities.count);
    if (a->cannot.count == b->cannot.count && a->cannot.count)
        CHECK(memcmp(a->cannot.item, b->cannot.item, a->cannot.count * sizeof *a->cannot.item) == 0);
    CHECK(memcmp(a->identity, b->identity, count * sizeof *a->identity) == 0);
}

// With footage away, what is said of the faces at hand is what is said of them with all of it.
static void check_without_a_source(const ww_journal *journal, const ww_decided *all, const ww_face_key *face)
{
    ww_face_key here[FACES];
    int whole[FACES], count = 0, away = (int)ww_random_below(&dice, SOURCES);
    for (int i = 0; i < FACES; i++)
        if (i / (MOMENTS * AT_ONCE) != away) {
            whole[count] = i;
            here[count++] = face[i];
        }
    ww_decided part = replay(journal, here, (size_t)count);
    check_consistent(&part, (size_t)count);
    for (int i = 0; i < count; i++) {
        int32_t p = part.identity[i], q = all->identity[whole[i]];
        CHECK((p < 0) == (q < 0));
        if (p >= 0 && q >= 0)
            CHECK_EQ(part.identities.item[p].id, all->identities.item[q].id);
        for (int k = 0; k < i; k++)
            CHECK_EQ(kept_apart(&part, i, k), kept_apart(all, whole[i], whole[k]));
    }
    ww_decided_free(&part);
}

TEST(random_decisions_are_obeyed_and_never_contradict_each_other)
{
    ww_face_key face[FACES], elsewhere[FACES];
    for (int round = 0; round < ROUNDS && harness_failures == 0; round++) {
        make_faces(face, 0);
        ww_journal journal = {0};
        for (int n = 0; n < ENTRIES; n++) {
            ww_entry entry = random_entry(&journal, face);
            ww_vector_add(&journal.entry, entry);
            ww_decided decided = replay(&journal, face, FACES);
            check_consistent(&decided, FACES);
            check_obeyed(&entry, &decided, face);
            ww_decided_free(&decided);
        }
        ww_decided decided = replay(&journal, face, FACES), again = replay(&journal, face, FACES);
        check_same(&decided, &again, FACES);
        make_faces(elsewhere, 20);
        ww_decided moved = replay(&journal, elsewhere, FACES);
        check_same(&decided, &moved, FACES);
        check_without_a_source(&journal, &decided, face);
        ww_decided_free(&moved);
        ww_decided_free(&again);
        ww_decided_free(&decided);
        ww_journal_free(&journal);
    }
}

// After a scan by another model two keys may mean one face, and faces may be missing: still nothing contradicts.
TEST(decisions_stay_consistent_when_faces_fall_together)
{
    ww_face_key face[FACES], fewer[FACES];
    for (int round = 0; round < ROUNDS && harness_failures == 0; round++) {
        make_faces(face, 0);
        for (int i = 0; i < FACES; i += 2) // neighbours in time and place: half of them close enough to be one
            face[i].x = face[i ^ 1].x + (float)ww_random_below(&dice, 60);
        ww_journal journal = {0};
        for (int n = 0; n < ENTRIES; n++)
            ww_vector_add(&journal.entry, random_entry(&journal, face));
        size_t count = 0;
        for (int i = 0; i < FACES; i++)
            if (ww_random_below(&dice, 3))
                fewer[count++] = face[i];
        ww_decided decided = replay(&journal, fewer, count);
        check_consistent(&decided, count);
        ww_decided_free(&decided);
        ww_journal_free(&journal);
    }
}

static ww_store *open_store(void)
{
    ww_error err = {0};
    ww_store *store = NULL;
    char *path = ww_path_join(scratch_folder_in_memory(), "whoswho.db");
    CHECK_OK(ww_store_open(path, true, &store, &err));
    free(path);
    return store;
}

// Undone and done again at random, the journal says what a plain stack says.
TEST(undo_and_redo_are_a_stack_and_the_journal_keeps_everything)
{
    enum { STEPS = 200 };
    ww_error err = {0};
    ww_store *store = open_store();
    int64_t done[STEPS], taken_back[STEPS];
    size_t done_count = 0, taken_count = 0;
    ww_face_key face[FACES];
    make_faces(face, 0);
    for (int step = 0; step < STEPS && harness_failures == 0; step++) {
        ww_journal journal;
        CHECK_OK(ww_journal_load(store, &journal, &err));
        CHECK_EQ(journal.entry.count, step);
        CHECK_EQ(journal.undo, done_count ? done[done_count - 1] : 0);
        CHECK_EQ(journal.redo, taken_count ? taken_back[taken_count - 1] : 0);
        size_t standing = 0;
        for (size_t i = 0; i < journal.entry.count; i++) {
            const ww_entry *e = &journal.entry.item[i];
            bool stands = false;
            for (size_t k = 0; k < done_count; k++)
                stands = stands || done[k] == e->batch;
            CHECK(e->kind >= WW_DECISION_UNDO || e->undone == !stands);
            standing += e->kind < WW_DECISION_UNDO && stands;
        }
        CHECK(standing == done_count);
        ww_entry entry = {.kind = WW_DECISION_NAME, .words = ww_strdup("x"), .text = ww_strdup("Ada")};
        uint32_t what = ww_random_below(&dice, 3);
        if (what == 1 && done_count) {
            entry.kind = WW_DECISION_UNDO;
            taken_back[taken_count++] = done[--done_count];
        } else if (what == 2 && taken_count) {
            entry.kind = WW_DECISION_REDO;
            done[done_count++] = taken_back[--taken_count];
        } else {
            ww_operand *operand = ww_entry_add_operand(&entry);
            ww_vector_add(&operand->face, face[step % FACES]);
            done[done_count++] = step + 1;
            taken_count = 0;
        }
        CHECK_OK(ww_journal_append(store, &entry, &err));
        CHECK_EQ(entry.seq, step + 1);
        ww_entry_free(&entry);
        ww_journal_free(&journal);
    }
    ww_store_close(store);
}

TEST(sides_come_back_as_they_went_in_and_damage_is_noticed)
{
    ww_error err = {0};
    ww_face_key face[FACES];
    for (int round = 0; round < ROUNDS; round++) {
        bool taken[FACES] = {false};
        ww_entry entry = {.seq = 7}, back = {.seq = 7};
        ww_buffer bytes = {0};
        make_faces(face, 30);
        for (uint32_t s = ww_random_below(&dice, 4); s > 0; s--) {
            ww_operand *operand = ww_entry_add_operand(&entry);
            add_some_faces(operand, face, taken, 40);
            ww_vector_add(&operand->identity, (int64_t)ww_random_u64(&dice) >> 20);
        }
        ww_operands_encode(&entry, &bytes);
        CHECK_OK(ww_operands_decode(bytes.data, bytes.bytes, &back, &err));
        CHECK_EQ(back.operand.count, entry.operand.count);
        for (size_t s = 0; s < entry.operand.count && s < back.operand.count; s++) {
            const ww_operand *a = &entry.operand.item[s], *b = &back.operand.item[s];
            CHECK_EQ(a->face.count, b->face.count);
            CHECK(a->identity.count == b->identity.count && a->identity.item[0] == b->identity.item[0]);
            for (size_t i = 0; i < a->face.count && i < b->face.count; i++) {
                CHECK(a->face.item[i].source == b->face.item[i].source
                      && a->face.item[i].time_us == b->face.item[i].time_us);
                CHECK_NEAR(a->face.item[i].x, b->face.item[i].x, 1.0 / 16);
                CHECK_NEAR(a->face.item[i].height, b->face.item[i].height, 1.0 / 16);
            }
        }
        ww_entry_free(&back);
        for (size_t cut = 1; cut < bytes.bytes; cut++) { // a blob that was cut short is never taken for a whole one
            ww_entry damaged = {.seq = 7};
            CHECK_EQ(ww_operands_decode(bytes.data, cut, &damaged, &err), WW_ERR_STORE);
            ww_entry_free(&damaged);
        }
        for (int i = 0; i < 50 && bytes.bytes; i++) { // a changed one may pass, but does no harm
            ww_entry damaged = {.seq = 7};
            bytes.data[ww_random_below(&dice, (uint32_t)bytes.bytes)] = (char)ww_random_u64(&dice);
            ww_operands_decode(bytes.data, bytes.bytes, &damaged, NULL);
            ww_entry_free(&damaged);
        }
        ww_buffer_free(&bytes);
        ww_entry_free(&entry);
    }
}

// A box entry about the face; the status of its replay. *decided is to be freed where that is WW_OK.
static ww_status replay_box(const ww_face_key *face, const char *text, ww_decided *decided, ww_error *err)
{
    ww_journal journal = {0};
    ww_entry entry = {
        .seq = 1, .batch = 1, .kind = WW_DECISION_BOX, .text = ww_strdup(text), .words = ww_strdup("moved")};
    ww_operand_add_face(ww_entry_add_operand(&entry), face);
    ww_vector_add(&journal.entry, entry);
    ww_status status = ww_decisions_replay_journal(&journal, face, 1, decided, err);
    ww_journal_free(&journal);
    return status;
}

TEST(a_box_is_read_and_damage_is_noticed)
{
    static const char *const damaged[] = {"",          "1 2 3",     "1 2 3 0",    "1 2 -3 4", "nan 2 3 4",
                                          "1 2 inf 4", "1 2 3 4 5", "1e99 2 3 4", "1 2 3 4x"};
    const ww_face_key face = {.source = 1, .time_us = 5, .x = 10, .y = 20, .width = 30, .height = 40};
    ww_decided decided = {0};
    ww_error err = {0};
    CHECK_OK(replay_box(&face, "11.5 -2 33 44.25", &decided, &err));
    CHECK_EQ(decided.boxes.count, 1u);
    const ww_box box = decided.boxes.count ? decided.boxes.item[0].box : (ww_box){0};
    CHECK(box.x == 11.5 && box.y == -2 && box.width == 33 && box.height == 44.25);
    CHECK_EQ(decided.identity[0], -1);
    ww_decided_free(&decided);
    for (size_t i = 0; i < sizeof damaged / sizeof *damaged; i++) {
        CHECK_EQ(replay_box(&face, damaged[i], &decided, &err), WW_ERR_STORE);
        CHECK(strstr(err.message, "entry 1 of its journal"));
    }
}

// Naming a folder of 100,000 faces is a matter of a moment, and of little more than ten bytes a face.
TEST(a_large_folder_is_named_quickly_and_compactly)
{
    enum { MANY = 100000 };
    ww_face_key *face = ww_alloc(MANY * sizeof *face);
    ww_entry entry = {.seq = 1, .batch = 1, .kind = WW_DECISION_NAME, .text = ww_strdup("Ada")};
    ww_operand *operand = ww_entry_add_operand(&entry);
    for (int i = 0; i < MANY; i++) {
        face[i] = (ww_face_key){.source = (uint64_t)i / 5000,
                                .time_us = i % 5000 * (int64_t)1000000,
                                .x = (float)ww_random_below(&dice, 1800),
                                .y = (float)ww_random_below(&dice, 900),
                                .width = 120,
                                .height = 150};
        ww_vector_add(&operand->face, face[i]);
    }
    ww_buffer bytes = {0};
    clock_t begun = clock();
    ww_operands_encode(&entry, &bytes);
    CHECK(bytes.bytes < MANY * 13);
    ww_journal journal = {0};
    ww_vector_add(&journal.entry, entry);
    ww_decided decided = replay(&journal, face, MANY);
    CHECK_EQ(decided.must.count, MANY - 1);
    CHECK((double)(clock() - begun) / CLOCKS_PER_SEC < 2); // 0.05 s where it was measured
    ww_decided_free(&decided);
    ww_journal_free(&journal);
    ww_buffer_free(&bytes);
    free(face);
}

int main(void)
{
    const char *seed = getenv("SEED");
    dice.state = seed ? strtoull(seed, NULL, 10) : (uint64_t)time(NULL);
    printf("# SEED=%llu\n", (unsigned long long)dice.state);
    RUN(random_decisions_are_obeyed_and_never_contradict_each_other);
    RUN(decisions_stay_consistent_when_faces_fall_together);
    RUN(undo_and_redo_are_a_stack_and_the_journal_keeps_everything);
    RUN(sides_come_back_as_they_went_in_and_damage_is_noticed);
    RUN(a_box_is_read_and_damage_is_noticed);
    RUN(a_large_folder_is_named_quickly_and_compactly);
    return FINISH();
}
