// SPDX-License-Identifier: MIT
// dlib's own answer, to compare ours with: `hog_oracle UPSAMPLE [--time N] PICTURE...` prints for each picture (PPM or PGM) its
// name and the number of faces, then a line for each face: left top right bottom score. With --time each picture is looked at N
// times and the least processor time printed.
#include <dlib/image_processing/frontal_face_detector.h>

#include "oracle.h"

using namespace dlib;

static std::vector<rect_detection> look(frontal_face_detector &detector, const array2d<rgb_pixel> &rgb,
                                        const array2d<unsigned char> &grey, int upsample)
{
    std::vector<rect_detection> faces;
    pyramid_down<2> pyramid;
    if (grey.size() != 0) {
        array2d<unsigned char> picture;
        assign_image(picture, grey);
        for (int k = 0; k < upsample; k++)
            pyramid_up(picture, pyramid);
        detector(picture, faces);
    } else {
        array2d<rgb_pixel> picture;
        assign_image(picture, rgb);
        for (int k = 0; k < upsample; k++)
            pyramid_up(picture, pyramid);
        detector(picture, faces);
    }
    for (rect_detection &f : faces)
        f.rect = pyramid.rect_down(f.rect, (unsigned)upsample);
    return faces;
}

int main(int argc, char **argv)
{
    frontal_face_detector detector = get_frontal_face_detector();
    const int upsample = std::atoi(argv[1]);
    int first = 2, times = 0;
    if (first + 1 < argc && std::string(argv[first]) == "--time")
        times = std::atoi(argv[first + 1]), first += 2;
    for (int i = first; i < argc; i++) {
        const std::string path = argv[i];
        array2d<rgb_pixel> rgb;
        array2d<unsigned char> grey;
        if (path.substr(path.size() - 4) == ".pgm")
            assign_image(grey, read_pgm(path));
        else
            assign_image(rgb, read_ppm(path));
        const std::vector<rect_detection> faces = look(detector, rgb, grey, upsample);
        double least = 1e9;
        for (int k = 0; k < times; k++) {
            const double start = cpu_seconds();
            look(detector, rgb, grey, upsample);
            least = std::min(least, cpu_seconds() - start);
        }
        if (times)
            std::printf("time %.6f\n", least);
        std::printf("%s %zu\n", argv[i], faces.size());
        for (const rect_detection &f : faces)
            std::printf("%ld %ld %ld %ld %.7f\n", f.rect.left(), f.rect.top(), f.rect.right(), f.rect.bottom(),
                        f.detection_confidence);
    }
    return 0;
}
