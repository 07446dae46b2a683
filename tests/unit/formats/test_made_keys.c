// SPDX-License-Identifier: MIT
// Whatever a picture of the folders is made from gives it another key.
#include "formats/folders/made_keys.h"
#include "harness.h"

#define TIME_US 1000000

static ww_catalog_source source;
static ww_catalog_frame frame;
static ww_catalog_face faces[2];
static size_t own[] = {0, 1};
static ww_catalog_person person;
static ww_catalog catalog;

static void set_up(void)
{
    source = (ww_catalog_source){.id = 1, .hash = 11, .scan = 12};
    frame = (ww_catalog_frame){.id = 1, .sample = 2, .time_us = TIME_US, .jpeg_width = 64, .jpeg_height = 48};
    for (int i = 0; i < 2; i++)
        faces[i] = (ww_catalog_face){
            .id = i + 1, .found = {10.0 + i, 10, 20, 20}, .quality = 0.5, .portrait_width = 96, .portrait_height = 120};
    person = (ww_catalog_person){.face = own, .face_count = 2, .cover = WW_NONE};
    catalog = (ww_catalog){.source = {.item = &source, .count = 1},
                           .frame = {.item = &frame, .count = 1},
                           .face = {.item = faces, .count = 2},
                           .person = {.item = &person, .count = 1}};
}

enum { PORTRAIT, FRAME, MONTAGE, KEYS };

typedef struct keys {
    uint64_t of[KEYS];
} keys;

static keys all_keys(void)
{
    return (keys){{ww_portrait_key(&catalog, 0), ww_frame_key(&catalog, 0), ww_montage_key(&catalog, &person)}};
}

// Which keys differ from those of the catalog as it was set up, as a mask; and sets it up again.
static int changed_since(keys before)
{
    const keys now = all_keys();
    int changed = 0;
    for (int i = 0; i < KEYS; i++)
        changed |= (now.of[i] != before.of[i]) << i;
    set_up();
    return changed;
}

enum { IN_PORTRAIT = 1 << PORTRAIT, IN_FRAME = 1 << FRAME, IN_MONTAGE = 1 << MONTAGE };
enum { IN_FACES = IN_PORTRAIT | IN_MONTAGE, IN_ALL = IN_FACES | IN_FRAME };

TEST(what_a_frame_is_made_from_is_in_all_keys)
{
    set_up();
    const keys before = all_keys();
    CHECK_EQ(changed_since(before), 0);
    source.hash++;
    CHECK_EQ(changed_since(before), IN_ALL);
    source.scan++;
    CHECK_EQ(changed_since(before), IN_ALL);
    frame.sample++;
    CHECK_EQ(changed_since(before), IN_ALL);
    frame.jpeg_width++;
    CHECK_EQ(changed_since(before), IN_ALL);
}

// The store gives the number of a face that was forgotten to the next one that is added, on the same frame.
TEST(a_face_drawn_elsewhere_under_an_old_number_has_another_key)
{
    set_up();
    const keys before = all_keys();
    faces[0].found.x++;
    CHECK_EQ(changed_since(before), IN_FACES);
    faces[0].portrait_width++;
    CHECK_EQ(changed_since(before), IN_FACES);
    faces[0].x++; // a corrected box: the portrait stays
    CHECK_EQ(changed_since(before), 0);
}

TEST(what_a_montage_chooses_by_is_in_its_key_alone)
{
    set_up();
    const keys before = all_keys();
    faces[1].quality = 0.6;
    CHECK_EQ(changed_since(before), IN_MONTAGE);
    faces[1].landmark[0]++;
    CHECK_EQ(changed_since(before), IN_MONTAGE);
    faces[1].track++;
    CHECK_EQ(changed_since(before), IN_MONTAGE);
    person.cover = 1;
    CHECK_EQ(changed_since(before), IN_MONTAGE);
    person.face_count = 1;
    CHECK_EQ(changed_since(before), IN_MONTAGE);
}

int main(void)
{
    RUN(what_a_frame_is_made_from_is_in_all_keys);
    RUN(a_face_drawn_elsewhere_under_an_old_number_has_another_key);
    RUN(what_a_montage_chooses_by_is_in_its_key_alone);
    return FINISH();
}
