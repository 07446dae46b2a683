// SPDX-License-Identifier: MIT
// The face descriptor network of dlib's models as a dlib type: a residual network of 29 convolutions, 150 x 150 RGB in,
// 128 values out. Only its shape matters here; the weights are random.
//
//   7x7/2 convolution to 32 maps, 3x3/2 max pooling
//   3 blocks of 32 maps
//   a halving block to 64 maps, 3 blocks     (every block: two 3x3 convolutions, each followed by a learnt scale and
//   a halving block to 128 maps, 2 blocks     offset, a ReLU between them; added to the input, then a ReLU)
//   a halving block to 256 maps, 2 blocks    (halving: the first convolution has stride 2, the input is averaged 2x2)
//   a halving block to 256 maps
//   mean over the picture, a matrix to 128 values
#ifndef BENCH_ARTICLE_NET_H
#define BENCH_ARTICLE_NET_H
#include <dlib/dnn.h>

namespace article {

constexpr int chip_px = 150;

template <int maps, int stride, typename Below>
using conv = dlib::affine<dlib::con<maps, 3, 3, stride, stride, Below>>;

template <int maps, typename Below>
using block = dlib::relu<dlib::add_prev1<conv<maps, 1, dlib::relu<conv<maps, 1, dlib::tag1<Below>>>>>>;

template <int maps, typename Below>
using halved_branch = dlib::tag2<conv<maps, 1, dlib::relu<conv<maps, 2, dlib::tag1<Below>>>>>;
template <int maps, typename Below>
using halving_block =
    dlib::relu<dlib::add_prev2<dlib::avg_pool<2, 2, 2, 2, dlib::skip1<halved_branch<maps, Below>>>>>;

template <typename Input>
using stem = dlib::max_pool<3, 3, 2, 2, dlib::relu<dlib::affine<dlib::con<32, 7, 7, 2, 2, Input>>>>;

template <typename Below> using maps_32 = block<32, block<32, block<32, Below>>>;
template <typename Below> using maps_64 = block<64, block<64, block<64, halving_block<64, Below>>>>;
template <typename Below> using maps_128 = block<128, block<128, halving_block<128, Below>>>;
template <typename Below> using maps_256 = block<256, block<256, halving_block<256, Below>>>;

using net = dlib::loss_metric<dlib::fc_no_bias<128, dlib::avg_pool_everything<halving_block<256,
    maps_256<maps_128<maps_64<maps_32<stem<dlib::input_rgb_image_sized<chip_px>>>>>>>>>>;

} // namespace article

#endif
