// SPDX-License-Identifier: MIT
// The record of a data set's files: what is written is read, and lines that tell of no file inside the folder are told
// apart.
#include "library/dataset_records.h"
#include "harness.h"

#include <string.h>

TEST(what_is_written_is_read)
{
    ww_error err = {0};
    ww_file_records records = {0};
    ww_buffer text = {0};
    ww_file_record read;
    char path[] = "images/train/a b.jpg";
    CHECK_OK(ww_file_records_add(&records, &(ww_file_record){path, UINT64_MAX, 7, 123, 1700000000000000001}, &err));
    ww_file_records_write(&records, &text);
    CHECK_STR(text.data, "ffffffffffffffff 0000000000000007 123 1700000000000000001 images/train/a b.jpg\n");
    text.data[strcspn(text.data, "\n")] = 0;
    CHECK(ww_file_record_read(text.data, &read));
    CHECK_STR(read.path, path);
    CHECK(read.hash == UINT64_MAX && read.key == 7 && read.bytes == 123 && read.changed_ns == 1700000000000000001);
    ww_file_records_free(&records);
    ww_buffer_free(&text);
}

TEST(other_lines_are_none)
{
    static const char *const lines[] = {
        "",
        "whoswho data set 2",
        "ffffffffffffffff images/a.jpg",
        "fffffffffffffff 0000000000000007 123 1 images/a.jpg",
        "ffffffffffffffff 7 123 1 images/a.jpg",
        "ffffffffffffffff 0000000000000007 123 1",
        "ffffffffffffffff 0000000000000007 123 1 ",
        "ffffffffffffffff 0000000000000007 123 1 ../a.jpg",
        "ffffffffffffffff 0000000000000007 123 1 /a.jpg",
    };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        ww_file_record read;
        char *line = ww_strdup(lines[i]);
        CHECK(!ww_file_record_read(line, &read));
        free(line);
    }
}

int main(void)
{
    RUN(what_is_written_is_read);
    RUN(other_lines_are_none);
    return FINISH();
}
