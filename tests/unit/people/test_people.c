// SPDX-License-Identifier: MIT
// The threshold is for as many people as there are, not for as many photos.
#include "base/memory.h"
#include "harness.h"
#include "library/library.h"
#include "people.h"

#include <ftw.h>
#include <unistd.h>

enum { PHOTOS = 360, PHOTO_KIND = 1 };

static int remove_one(const char *path, const struct stat *s, int type, struct FTW *where) { return remove(path); }

static void add_photo(ww_library *library, ww_random *r, uint64_t number, int who)
{
    ww_error err = {0};
    int64_t source = 0, frame = 0, face = 0;
    float vector[PEOPLE_DIM];
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
    ww_face_row d = people_face_row(frame);
    people_face(r, who, 0.6, vector);
    CHECK_OK(ww_store_add_face(library->store, &d, vector, "p", 1, &face, &err));
}

static ww_cluster_result sort_photos(int people)
{
    char dir[] = "/tmp/ww-people-XXXXXX";
    ww_error err = {0};
    ww_random r = {21};
    ww_library *library = NULL;
    ww_cluster_result result = WW_CLUSTER_RESULT_INIT;
    if (!mkdtemp(dir))
        abort();
    CHECK_OK(ww_library_open(dir, WW_LIBRARY_CREATE, NULL, &library, &err));
    CHECK_OK(ww_store_begin(library->store, &err));
    for (int i = 0; i < PHOTOS; i++)
        add_photo(library, &r, (uint64_t)i + 1, i % people);
    CHECK_OK(ww_store_commit(library->store, &err));
    CHECK_OK(ww_library_cluster(library, NULL, &result, &err));
    ww_library_close(library);
    nftw(dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
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
