// SPDX-License-Identifier: MIT
// dlib's own run of face_recognition_densenet_model_v1.dat: `densenet_oracle FILE.dat CHIP.ppm...` prints the 128 numbers of
// each chip, a chip a line. Architecture: github.com/Cydral/BAREL (growth rate 16; blocks of 3, 6, 12 and 8 dense layers).
#include "oracle.h"

#include <dlib/dnn.h>

using namespace dlib;

enum { GROWTH = 16 };
template <typename Below> using ready = relu<affine<Below>>;
template <long filters, int size, int step, typename Below>
using filter = add_layer<con_<filters, size, size, step, step, size / 2, size / 2>, Below>;
template <typename Below>
using dense = concat2<tag1, tag2, tag2<filter<GROWTH, 3, 1, ready<filter<4 * GROWTH, 1, 1, ready<tag1<Below>>>>>>>;
template <long filters, typename Below> using thinner = avg_pool<2, 2, 2, 2, con<filters, 1, 1, 1, 1, ready<Below>>>;
template <typename Below> using stem = add_layer<max_pool_<3, 3, 2, 2, 1, 1>, ready<filter<2 * GROWTH, 7, 2, Below>>>;
template <typename Below> using first = repeat<3, dense, stem<Below>>;
template <typename Below> using second = repeat<6, dense, thinner<GROWTH * 5 / 2, Below>>;
template <typename Below> using third = repeat<12, dense, thinner<GROWTH * 17 / 4, Below>>;
template <typename Below> using fourth = repeat<8, dense, thinner<GROWTH * 65 / 8, Below>>;
using densenet = loss_metric<fc_no_bias<128, avg_pool_everything<ready<fourth<third<second<first<input_rgb_image>>>>>>>>;

int main(int argc, char **argv)
{
    densenet net;
    deserialize(argv[1]) >> net;
    for (int i = 2; i < argc; i++) {
        const matrix<float, 0, 1> numbers = net(read_ppm(argv[i]));
        for (long k = 0; k < numbers.size(); k++)
            std::printf("%.9g%c", numbers(k), k + 1 < numbers.size() ? ' ' : '\n');
    }
    return 0;
}
