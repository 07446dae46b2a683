// SPDX-License-Identifier: MIT
#include "base/files.h"
#include "fetch/digest.h"
#include "base/memory.h"
#include "harness.h"
#include "scratch.h"

static ww_error err;
static char *path; // of what is digested

static char *digest_of(const void *content, size_t bytes, ww_digest_kind kind, char hex[WW_DIGEST_HEX_MAX])
{
    CHECK_OK(ww_write_file(path, content, bytes, &err));
    CHECK_OK(ww_digest_file(path, kind, hex, &err));
    return hex;
}

TEST(sha256_is_the_standards)
{
    char hex[WW_DIGEST_HEX_MAX];
    CHECK_STR(digest_of("abc", 3, WW_DIGEST_SHA256, hex),
              "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK_STR(digest_of("", 0, WW_DIGEST_SHA256, hex),
              "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(git_blob_is_gits)
{
    char hex[WW_DIGEST_HEX_MAX];
    CHECK_STR(digest_of("", 0, WW_DIGEST_GIT_BLOB, hex), "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391");
    CHECK_STR(digest_of("hello\n", 6, WW_DIGEST_GIT_BLOB, hex), "ce013625030ba8dba906f756967f9e9ca394464a");
}

TEST(longer_than_a_block)
{
    static char zeros[1000000];
    char hex[WW_DIGEST_HEX_MAX];
    CHECK_STR(digest_of(zeros, sizeof zeros, WW_DIGEST_SHA256, hex),
              "d29751f2649b32ff572b5e0a9f541ea660a50f94ff0beedfb0b692b924cc8025");
}

TEST(another_file_is_named)
{
    CHECK_OK(ww_write_file(path, "abd", 3, &err));
    ww_digest abc = {WW_DIGEST_SHA256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"};
    CHECK_EQ(ww_digest_check(path, &abc, &err), WW_ERR_FORMAT);
    CHECK(strstr(err.message, path) && strstr(err.message, abc.hex));
    unlink(path);
    CHECK_EQ(ww_digest_check(path, &abc, &err), WW_ERR_NOT_FOUND);
    CHECK_EQ(ww_digest_check("/", &abc, &err), WW_ERR_IO);
}

int main(void)
{
    path = ww_path_join(scratch_folder(), "file");
    RUN(sha256_is_the_standards);
    RUN(git_blob_is_gits);
    RUN(longer_than_a_block);
    RUN(another_file_is_named);
    free(path);
    return FINISH();
}
