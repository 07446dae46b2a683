// SPDX-License-Identifier: MIT
// dlib's own landmarks and chips, to compare ours with:
//
//   shape_oracle train POINTS OUT.dat            a shape predictor of as many cascades and as deep trees as the published ones, with
//                                                fewer trees, learned from a few drawn faces
//   shape_oracle find FILE.dat PICTURE...        for each picture (PPM or PGM) the landmarks of some boxes: left top right bottom
//                                                x0 y0 ...
//   shape_oracle chip PICTURE.ppm N X0 Y0 ...    cuts the chip by N points, and 3 jittered ones of it, to stdout: 4 x 150 x 150
//                                                x 3 bytes
//   shape_oracle random N                        the first N numbers of dlib's generator
#include <dlib/image_processing.h>
#include <dlib/image_transforms.h>

#include "oracle.h"

using namespace dlib;

// --- drawn faces: an oval with eyes, a nose and a mouth, and where their landmarks are --------------------------------------

struct drawing {
    array2d<unsigned char> picture;
    full_object_detection face;
};

static void blot(array2d<unsigned char> &picture, double x, double y, double rx, double ry, int level)
{
    for (long r = 0; r < picture.nr(); r++)
        for (long c = 0; c < picture.nc(); c++) {
            const double dx = (c - x) / rx, dy = (r - y) / ry;
            if (dx * dx + dy * dy < 1)
                picture[r][c] = (unsigned char)level;
        }
}

static void draw(unsigned long points, dlib::rand &rnd, drawing &d)
{
    const long size = 160;
    d.picture.set_size(size, size);
    for (long r = 0; r < size; r++)
        for (long c = 0; c < size; c++)
            d.picture[r][c] = (unsigned char)(40 + rnd.get_random_8bit_number() % 40);
    const double x = 80 + rnd.get_double_in_range(-6, 6), y = 80 + rnd.get_double_in_range(-6, 6),
                 turn = rnd.get_double_in_range(-0.3, 0.3);
    const double s = rnd.get_double_in_range(38, 46);
    const auto at = [&](double dx, double dy) {
        return dpoint(x + s * (dx * std::cos(turn) - dy * std::sin(turn)), y + s * (dx * std::sin(turn) + dy * std::cos(turn)));
    };
    blot(d.picture, x, y, s, 1.2 * s, 190);
    for (int side = -1; side <= 1; side += 2)
        blot(d.picture, at(0.4 * side, -0.35).x(), at(0.4 * side, -0.35).y(), 0.16 * s, 0.1 * s, 30);
    blot(d.picture, at(0, 0.15).x(), at(0, 0.15).y(), 0.1 * s, 0.2 * s, 120);
    blot(d.picture, at(0, 0.6).x(), at(0, 0.6).y(), 0.35 * s, 0.1 * s, 70);
    const rectangle box = centered_rect(point((long)x, (long)y), (long)(2 * s), (long)(2 * s));
    std::vector<point> part;
    for (unsigned long i = 0; i < points; i++) { // on two rings, which is all that matters here
        const double angle = 2 * 3.14159265 * i / points, ring = i % 2 ? 0.45 : 0.8;
        part.push_back(at(ring * std::cos(angle), ring * std::sin(angle)));
    }
    d.face = full_object_detection(box, part);
}

static void train(unsigned long points, const char *path)
{
    dlib::rand rnd;
    const unsigned long count = 12;
    dlib::array<array2d<unsigned char>> pictures(count);
    std::vector<std::vector<full_object_detection>> faces(count);
    for (unsigned long i = 0; i < count; i++) {
        drawing d;
        draw(points, rnd, d);
        swap(pictures[i], d.picture);
        faces[i].push_back(d.face);
    }
    shape_predictor_trainer trainer;
    trainer.set_cascade_depth(15);
    trainer.set_tree_depth(5);
    trainer.set_num_trees_per_cascade_level(20);
    trainer.set_feature_pool_size(400);
    trainer.set_oversampling_amount(5);
    trainer.set_num_threads(1);
    serialize(path) << trainer.train(pictures, faces);
}

// --- landmarks ----------------------------------------------------------------------------------------------------------------

template <typename picture_type> static void find(const shape_predictor &predictor, const picture_type &picture)
{
    const long w = num_columns(picture), h = num_rows(picture);
    for (int i = 0; i < 12; i++) { // boxes of many sizes, some over the edge
        const long side = 40 + 37 * i % (w / 2), left = (w - side) * i / 11 - 10, top = (h - side) * ((5 * i) % 12) / 11 - 5;
        const rectangle box(left, top, left + side, top + side - i % 3);
        const full_object_detection found = predictor(picture, box);
        std::printf("%ld %ld %ld %ld", box.left(), box.top(), box.right(), box.bottom());
        for (unsigned long k = 0; k < found.num_parts(); k++)
            std::printf(" %ld %ld", found.part(k).x(), found.part(k).y());
        std::printf("\n");
    }
}

// --- chips --------------------------------------------------------------------------------------------------------------------

static void put(const matrix<rgb_pixel> &chip)
{
    std::fwrite(&chip(0, 0), 3, (size_t)chip.size(), stdout);
}

static void cut(const std::string &path, int points, char **number)
{
    const matrix<rgb_pixel> picture = read_ppm(path);
    std::vector<point> part;
    for (int i = 0; i < points; i++)
        part.push_back(point(std::atol(number[2 * i]), std::atol(number[2 * i + 1])));
    matrix<rgb_pixel> chip;
    extract_image_chip(picture, get_face_chip_details(full_object_detection(rectangle(0, 0, 1, 1), part), 150, 0.25), chip);
    put(chip);
    dlib::rand rnd;
    for (int i = 0; i < 3; i++)
        put(jitter_image(chip, rnd));
}

int main(int argc, char **argv)
{
    const std::string what = argc > 1 ? argv[1] : "";
    if (what == "train" && argc == 4) {
        train(std::strtoul(argv[2], nullptr, 10), argv[3]);
    } else if (what == "find" && argc > 3) {
        shape_predictor predictor;
        deserialize(argv[2]) >> predictor;
        for (int i = 3; i < argc; i++) {
            const std::string path = argv[i];
            if (path.substr(path.size() - 4) == ".pgm")
                find(predictor, read_pgm(path));
            else
                find(predictor, read_ppm(path));
        }
    } else if (what == "chip" && argc > 3 && argc == 4 + 2 * std::atoi(argv[3])) {
        cut(argv[2], std::atoi(argv[3]), argv + 4);
    } else if (what == "random" && argc == 3) {
        dlib::rand rnd;
        for (int i = 0; i < std::atoi(argv[2]); i++)
            std::printf("%.17g\n", rnd.get_random_double());
    } else {
        return 2;
    }
    return 0;
}
