// SPDX-License-Identifier: MIT
#include "fetch/digest.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BLOCK_BYTES = 64 * 1024 };

static ww_status library_failed(const char *path, ww_error *err)
{
    return ww_fail(err, WW_ERR_UNSUPPORTED, "cannot check '%s': OpenSSL's libcrypto here refuses to compute its digest",
                   path);
}

static ww_status begin(EVP_MD_CTX *context, ww_digest_kind kind, int64_t bytes, const char *path, ww_error *err)
{
    bool good = EVP_DigestInit_ex(context, kind == WW_DIGEST_SHA256 ? EVP_sha256() : EVP_sha1(), NULL) == 1;
    if (good && kind == WW_DIGEST_GIT_BLOB) {
        char header[40];
        int length = snprintf(header, sizeof header, "blob %lld", (long long)bytes);
        good = EVP_DigestUpdate(context, header, (size_t)length + 1) == 1; // with its zero
    }
    return good ? WW_OK : library_failed(path, err);
}

static ww_status add_content(EVP_MD_CTX *context, int fd, const char *path, ww_error *err)
{
    uint8_t block[BLOCK_BYTES];
    for (;;) {
        ssize_t n = read(fd, block, sizeof block);
        if (n == 0)
            return WW_OK;
        if (n < 0 && errno != EINTR)
            return ww_fail_errno(err, errno, "cannot read '%s'", path);
        if (n > 0 && EVP_DigestUpdate(context, block, (size_t)n) != 1)
            return library_failed(path, err);
    }
}

static ww_status finish(EVP_MD_CTX *context, char hex[WW_DIGEST_HEX_MAX], const char *path, ww_error *err)
{
    uint8_t value[EVP_MAX_MD_SIZE];
    unsigned bytes = 0;
    if (EVP_DigestFinal_ex(context, value, &bytes) != 1 || 2 * bytes >= WW_DIGEST_HEX_MAX)
        return library_failed(path, err);
    for (unsigned i = 0; i < bytes; i++)
        snprintf(hex + (size_t)2 * i, 3, "%02x", value[i]);
    return WW_OK;
}

ww_status ww_digest_file(const char *path, ww_digest_kind kind, char hex[WW_DIGEST_HEX_MAX], ww_error *err)
{
    ww_status status;
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat s;
    if (fd < 0 || fstat(fd, &s) != 0)
        status = ww_fail_errno(err, errno, "cannot open '%s'", path);
    else if (!S_ISREG(s.st_mode))
        status = ww_fail(err, WW_ERR_IO, "'%s' is not a regular file", path);
    else
        status = context ? begin(context, kind, s.st_size, path, err) : library_failed(path, err);
    if (status == WW_OK)
        status = add_content(context, fd, path, err);
    if (status == WW_OK)
        status = finish(context, hex, path, err);
    if (fd >= 0)
        close(fd);
    EVP_MD_CTX_free(context);
    return status;
}

ww_status ww_digest_check(const char *path, const ww_digest *expected, ww_error *err)
{
    char hex[WW_DIGEST_HEX_MAX];
    ww_status status = ww_digest_file(path, expected->kind, hex, err);
    if (status == WW_OK && strcmp(hex, expected->hex) != 0)
        status = ww_fail(err, WW_ERR_FORMAT, "'%s' is not the file it should be: its %s is %s, not %s", path,
                         expected->kind == WW_DIGEST_SHA256 ? "SHA-256" : "git blob id", hex, expected->hex);
    return status;
}
