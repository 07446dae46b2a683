// SPDX-License-Identifier: MIT
// The threshold is for as many people as there are, not for as many photos.
#include "base/memory.h"
#include "harness.h"
#include "library/library.h"
#include "people.h"
#include "scratch.h"

enum { PHOTOS = 360, PHOTO_KIND = 1 };

static void add_photo(ww_library *library, ww_random *r, uint64_t number, int who)
{
    ww_error err = {0};
    int64_t source = 0, frame = 0;
    ww_source_row photo = {.path = "photo.jpg",
                           .hash = number,
                           .kind = PHOTO_KIND,
                           .scan_key = "k",
                           .span_count = 1,
                           .width = 640,
                           .height = 360};
    CHECK_OK(ww_store_add_source(library->store, &photo, &source, &err));
    ww_frame_row f = {.source = source};
    CHECK_OK(ww_store_add_frame(library->store, &f, "j", 1, &frame, &err));
    CHECK_OK(people_store_face(library->store, r, who, frame, 0, &err));
}

static ww_cluster_result sort_photos(int people)
{
    const char *dir = scratch_folder_in_memory();
    ww_error err = {0};
    ww_random r = {21};
    ww_library *library = NULL;
    ww_cluster_result result = WW_CLUSTER_RESULT_INIT;
    CHECK_OK(ww_library_open(dir, WW_LIBRARY_CREATE, NULL, &library, &err));
    CHECK_OK(ww_store_begin(library->store, &err));
    for (int i = 0; i < PHOTOS; i++)
        add_photo(library, &r, (uint64_t)i + 1, i % people);
    CHECK_OK(ww_store_commit(library->store, &err));
    CHECK_OK(ww_library_cluster(library, NULL, &result, &err));
    ww_library_close(library);
    scratch_remove(dir);
    return result;
}

TEST(the_threshold_shrinks_with_people_not_with_photos)
{
    const ww_cluster_result few = sort_photos(6), many = sort_photos(PHOTOS);
    CHECK_EQ(few.people, 6);
    CHECK_EQ(few.unassigned, 0);
    CHECK_EQ(many.people, 0);
    CHECK_EQ(many.unassigned, PHOTOS);
    CHECK(few.threshold > 1.03 * many.threshold);
}

int main(void)
{
    RUN(the_threshold_shrinks_with_people_not_with_photos);
    return FINISH();
}
