// SPDX-License-Identifier: MIT
// What the C++ oracles share: pictures as binary PPM and PGM, and the processor time used.
#ifndef WW_TESTS_PARITY_DLIB_ORACLE_H
#define WW_TESTS_PARITY_DLIB_ORACLE_H
#include <dlib/matrix.h>
#include <dlib/pixel.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <sys/resource.h>
#include <vector>

inline dlib::matrix<dlib::rgb_pixel> read_ppm(const std::string &path)
{
    std::ifstream in(path, std::ios::binary);
    std::string magic;
    long width = 0, height = 0, most = 0;
    in >> magic >> width >> height >> most;
    in.get();
    if (!in || magic != "P6" || most != 255) {
        std::fprintf(stderr, "%s: no binary PPM\n", path.c_str());
        std::exit(2);
    }
    dlib::matrix<dlib::rgb_pixel> picture(height, width);
    in.read((char *)&picture(0, 0), (std::streamsize)(3 * width * height));
    return picture;
}

inline dlib::matrix<unsigned char> read_pgm(const std::string &path)
{
    std::ifstream in(path, std::ios::binary);
    std::string magic;
    long width = 0, height = 0, most = 0;
    in >> magic >> width >> height >> most;
    in.get();
    if (!in || magic != "P5" || most != 255) {
        std::fprintf(stderr, "%s: no binary PGM\n", path.c_str());
        std::exit(2);
    }
    dlib::matrix<unsigned char> picture(height, width);
    in.read((char *)&picture(0, 0), (std::streamsize)(width * height));
    return picture;
}

inline double user_seconds()
{
    rusage u;
    getrusage(RUSAGE_SELF, &u);
    return (double)u.ru_utime.tv_sec + 1e-6 * (double)u.ru_utime.tv_usec;
}

// User and system: what malloc costs is in the latter.
inline double cpu_seconds()
{
    rusage u;
    getrusage(RUSAGE_SELF, &u);
    return user_seconds() + (double)u.ru_stime.tv_sec + 1e-6 * (double)u.ru_stime.tv_usec;
}

#endif
