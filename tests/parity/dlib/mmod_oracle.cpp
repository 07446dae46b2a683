// SPDX-License-Identifier: MIT
// dlib's own answer, to compare ours with: `mmod_oracle FILE.dat UPSAMPLE [--plane] PICTURE.ppm...` prints for each picture its
// name and the number of faces, then a line for each face: left top right bottom score. With --plane it writes the network's
// input instead, as width, height and floats, to PICTURE.ppm.plane. With --time N each picture is looked at N times and the
// least processor time printed.
#include "oracle.h"

#include <dlib/dnn.h>
#include <dlib/image_processing.h>

using namespace dlib;

// The detector's network, layer by layer, as its file demands.
template <long filters, typename Below> using half = con<filters, 5, 5, 2, 2, Below>;
template <long filters, typename Below> using keep = con<filters, 5, 5, 1, 1, Below>;
template <typename Below> using shrink = relu<affine<half<32, relu<affine<half<32, relu<affine<half<16, Below>>>>>>>>>;
template <typename Below> using look = relu<affine<keep<45, Below>>>;
using detector = loss_mmod<con<1, 9, 9, 1, 1, look<look<look<shrink<input_rgb_image_pyramid<pyramid_down<6>>>>>>>>;

static void write_plane(detector &net, const matrix<rgb_pixel> &picture, const std::string &path)
{
    resizable_tensor plane;
    net.to_tensor(&picture, &picture + 1, plane);
    std::ofstream out(path, std::ios::binary);
    const int32_t size[2] = {(int32_t)plane.nc(), (int32_t)plane.nr()};
    out.write((const char *)size, sizeof size);
    out.write((const char *)plane.host(), (std::streamsize)(plane.size() * sizeof(float)));
}

int main(int argc, char **argv)
{
    detector net;
    deserialize(argv[1]) >> net;
    const int upsample = std::atoi(argv[2]);
    int first = 3, times = 0;
    bool plane = false;
    if (first < argc && std::string(argv[first]) == "--plane")
        plane = true, first++;
    if (first + 1 < argc && std::string(argv[first]) == "--time")
        times = std::atoi(argv[first + 1]), first += 2;
    for (int i = first; i < argc; i++) {
        matrix<rgb_pixel> picture = read_ppm(argv[i]);
        pyramid_down<2> pyramid;
        for (int k = 0; k < upsample; k++)
            pyramid_up(picture, pyramid);
        if (plane) {
            write_plane(net, picture, std::string(argv[i]) + ".plane");
            continue;
        }
        std::vector<mmod_rect> faces = net(picture);
        double least = 1e9;
        for (int k = 0; k < times; k++) {
            const double start = cpu_seconds();
            net(picture);
            least = std::min(least, cpu_seconds() - start);
        }
        if (times)
            std::printf("time %.6f\n", least);
        std::printf("%s %zu\n", argv[i], faces.size());
        for (const mmod_rect &f : faces) {
            const rectangle r = pyramid.rect_down(f.rect, (unsigned)upsample);
            std::printf("%ld %ld %ld %ld %.7f\n", r.left(), r.top(), r.right(), r.bottom(), f.detection_confidence);
        }
    }
    return 0;
}
