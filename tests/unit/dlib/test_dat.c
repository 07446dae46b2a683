// SPDX-License-Identifier: MIT
// dlib's serialisation: numbers, strings and matrices, what is refused, and the .bz2 around a file.
#include "harness.h"

#include "dlib/stream.h"
#include "dat_writer.h"

#include <bzlib.h>

static ww_dat reader_of(const ww_buffer *b, ww_error *err)
{
    ww_dat d;
    ww_dat_open(&d, b->data, b->bytes, "test.dat", err);
    return d;
}

TEST(integers)
{
    static const int64_t value[] = {0,         1,         -1, 127, 255, 256, -256, 65535, 1234567890123, -1234567890123,
                                    INT64_MAX, -INT64_MAX};
    ww_buffer b = {0};
    ww_error err = {0};
    for (size_t i = 0; i < sizeof value / sizeof *value; i++)
        dat_int(&b, value[i]);
    ww_dat d = reader_of(&b, &err);
    for (size_t i = 0; i < sizeof value / sizeof *value; i++)
        CHECK_EQ(ww_dat_int(&d), value[i]);
    CHECK_OK(ww_dat_end(&d));
    ww_buffer_free(&b);
}

TEST(reals)
{
    static const double value[] = {0, 1, -1, 0.1, -2.5e-30, 1e30, 3.25, INFINITY, -INFINITY};
    ww_buffer b = {0};
    ww_error err = {0};
    for (size_t i = 0; i < sizeof value / sizeof *value; i++)
        dat_real(&b, value[i]);
    dat_real(&b, NAN);
    ww_buffer_text(&b, "1.5 -2e3 inf ninf "); // as versions of dlib before 2013 wrote them
    ww_dat d = reader_of(&b, &err);
    for (size_t i = 0; i < sizeof value / sizeof *value; i++)
        CHECK(ww_dat_real(&d) == value[i]);
    CHECK(isnan(ww_dat_real(&d)));
    CHECK(ww_dat_real(&d) == 1.5);
    CHECK(ww_dat_real(&d) == -2000);
    CHECK(ww_dat_real(&d) == INFINITY);
    CHECK(ww_dat_real(&d) == -INFINITY);
    CHECK_OK(ww_dat_end(&d));
    ww_buffer_free(&b);
}

TEST(text_and_matrix)
{
    ww_buffer b = {0};
    ww_error err = {0};
    char text[16];
    size_t rows, columns;
    dat_text(&b, "affine_");
    dat_bool(&b, true);
    dat_int(&b, -2); // newer versions negate the sizes
    dat_int(&b, -3);
    for (int i = 0; i < 6; i++)
        dat_real(&b, i + 0.5);
    dat_int(&b, 0);
    dat_int(&b, 5);
    ww_dat d = reader_of(&b, &err);
    CHECK(ww_dat_peek_text(&d, "aff"));
    CHECK(!ww_dat_peek_text(&d, "affix"));
    ww_dat_text(&d, text, sizeof text);
    CHECK_STR(text, "affine_");
    CHECK(ww_dat_bool(&d));
    float *m = ww_dat_matrix(&d, 10, 10, &rows, &columns);
    CHECK(m && rows == 2 && columns == 3 && m[0] == 0.5F && m[5] == 5.5F);
    free(m);
    m = ww_dat_matrix(&d, 10, 10, &rows, &columns);
    CHECK(m && rows == 0 && columns == 5);
    free(m);
    CHECK_OK(ww_dat_end(&d));
    ww_buffer_free(&b);
}

// One read of some bytes must fail, say where, and leave every later read at 0.
static void refuse(const char *bytes, size_t size, void (*read)(ww_dat *d), const char *what)
{
    ww_error err = {0};
    ww_dat d;
    ww_dat_open(&d, bytes, size, "test.dat", &err);
    read(&d);
    CHECK_EQ(d.status, WW_ERR_FORMAT);
    if (!strstr(err.message, "test.dat: byte ") || !strstr(err.message, what)) {
        printf("# message: %s\n", err.message);
        CHECK(!"names file, place and trouble");
    }
    CHECK_EQ(ww_dat_int(&d), 0);
    CHECK(ww_dat_real(&d) == 0);
    CHECK_EQ(d.status, WW_ERR_FORMAT);
}

static void read_int(ww_dat *d) { ww_dat_int(d); }
static void read_real(ww_dat *d) { ww_dat_real(d); }
static void read_small(ww_dat *d) { ww_dat_int_in(d, "a size", 1, 5); }
static void read_count(ww_dat *d) { ww_dat_count(d, "a count", 1000, 8); }
static void read_flag(ww_dat *d) { ww_dat_bool(d); }
static void read_name(ww_dat *d)
{
    char text[8];
    ww_dat_text(d, text, sizeof text);
}
static void read_matrix(ww_dat *d)
{
    size_t rows, columns;
    CHECK(ww_dat_matrix(d, 100, 100, &rows, &columns) == NULL);
}

TEST(damage_is_refused)
{
#define REFUSE(bytes, read, what) refuse(bytes, sizeof(bytes) - 1, read, what)
    REFUSE("", read_int, "ends here");
    REFUSE("\x00", read_int, "starts no integer");
    REFUSE("\x09"
           "123456789",
           read_int, "starts no integer");
    REFUSE("\x04"
           "123",
           read_int, "ends here");
    REFUSE("\x08\xff\xff\xff\xff\xff\xff\xff\xff", read_int, "beyond 63 bits");
    REFUSE("\x01\x06", read_small, "a size is 6, not in 1 to 5");
    REFUSE("\x01\x03"
           "123",
           read_count, "more than the rest of the file");
    REFUSE("2", read_flag, "neither yes nor no");
    REFUSE("\x01\x08"
           "too long",
           read_name, "length of a name");
    REFUSE("\x01\x03"
           "a\0b",
           read_name, "zero byte");
    REFUSE("\x01\x7f\x01\x7f", read_matrix, "matrix of 127x127");
    REFUSE("\x01\x03\x01\x03\x01\x01", read_matrix, "matrix of 3x3");
    REFUSE("\x01\x01\x03\xff\xff\xff", read_real, "an exponent");
    REFUSE("nonsense ", read_real, "no number");
    REFUSE("1.5", read_real, "ends here");
}

static ww_buffer packed(const char *text)
{
    char out[4096];
    unsigned size = sizeof out;
    ww_buffer b = {0};
    CHECK_EQ(BZ2_bzBuffToBuffCompress(out, &size, (char *)(uintptr_t)text, (unsigned)strlen(text), 1, 0, 0), BZ_OK);
    ww_buffer_add(&b, out, size);
    return b;
}

TEST(unpacking)
{
    const uint8_t *data;
    size_t size;
    void *owned;
    ww_error err = {0};
    CHECK_OK(ww_dat_unpack("as it is", 8, "a.dat", &data, &size, &owned, &err));
    CHECK(size == 8 && owned == NULL && memcmp(data, "as it is", 8) == 0);

    ww_buffer b = packed("one "), second = packed("two");
    ww_buffer_add(&b, second.data, second.bytes); // as parallel packers do
    CHECK_OK(ww_dat_unpack(b.data, b.bytes, "a.dat.bz2", &data, &size, &owned, &err));
    CHECK(size == 7 && owned == data && memcmp(data, "one two", 7) == 0);
    free(owned);
    for (size_t cut = 4; cut < second.bytes; cut++)
        CHECK_EQ(ww_dat_unpack(second.data, cut, "a.dat.bz2", &data, &size, &owned, &err), WW_ERR_FORMAT);
    CHECK(strstr(err.message, "a.dat.bz2: the bzip2 data is cut off") != NULL);
    second.data[second.bytes / 2] ^= 1;
    CHECK_EQ(ww_dat_unpack(second.data, second.bytes, "a.dat.bz2", &data, &size, &owned, &err), WW_ERR_FORMAT);
    ww_buffer_free(&b);
    ww_buffer_free(&second);
}

int main(void)
{
    RUN(integers);
    RUN(reals);
    RUN(text_and_matrix);
    RUN(damage_is_refused);
    RUN(unpacking);
    return FINISH();
}
