// SPDX-License-Identifier: MIT
// dlib's face descriptor network (29 convolutions) as dlib runs it. `resnet_oracle make SEED FILE.dat` saves one with random
// weights and statistics; `resnet_oracle run FILE.dat [--time N] CHIP.ppm...` prints the 128 numbers of each 150x150 chip, a
// chip a line. `resnet_oracle zoo SEED FILE.dat` saves a small network with a layer of every other kind that the reader knows,
// `zoo-run` runs it.
#include "oracle.h"

#include <dlib/dnn.h>

using namespace dlib;

template <template <typename> class Norm, long filters, int step, typename Below>
using pair_of = Norm<con<filters, 3, 3, 1, 1, relu<Norm<con<filters, 3, 3, step, step, Below>>>>>;
template <template <typename> class Norm, long filters, typename Below>
using same = relu<add_prev1<pair_of<Norm, filters, 1, tag1<Below>>>>;
template <template <typename> class Norm, long filters, typename Below>
using down = relu<add_prev2<avg_pool<2, 2, 2, 2, skip1<tag2<pair_of<Norm, filters, 2, tag1<Below>>>>>>>;

template <template <typename> class N, typename B> using part0 = down<N, 256, B>;
template <template <typename> class N, typename B> using part1 = same<N, 256, same<N, 256, down<N, 256, B>>>;
template <template <typename> class N, typename B> using part2 = same<N, 128, same<N, 128, down<N, 128, B>>>;
template <template <typename> class N, typename B> using part3 = same<N, 64, same<N, 64, same<N, 64, down<N, 64, B>>>>;
template <template <typename> class N, typename B> using part4 = same<N, 32, same<N, 32, same<N, 32, B>>>;
template <template <typename> class N, typename B> using stem = max_pool<3, 3, 2, 2, relu<N<con<32, 7, 7, 2, 2, B>>>>;
template <template <typename> class N>
using resnet = loss_metric<fc_no_bias<
    128, avg_pool_everything<part0<N, part1<N, part2<N, part3<N, part4<N, stem<N, input_rgb_image_sized<150>>>>>>>>>>;

template <typename Below> using zoo_dense = concat2<tag1, tag2, tag2<con<6, 3, 3, 1, 1, htan<bn_con<tag1<Below>>>>>>;
using zoo = loss_metric<fc<
    9, relu<bn_fc<fc<
           16, max_pool<0, 0, 1, 1, multiply<repeat<4, zoo_dense, avg_pool<3, 2, 2, 1, elu<add_layer<con_<5, 3, 4, 2, 1, 1, 2>,
                   sig<prelu<leaky_relu<add_layer<max_pool_<3, 3, 1, 2, 1, 1>, affine<con<
                       7, 4, 5, 2, 3, tag3<input_rgb_image>>>>>>>>>>>>>>>>>>;

static float uniform(dlib::rand &r, float low, float high)
{
    return low + (high - low) * r.get_random_float();
}

// Gives parameters and running statistics numbers as a trained network has them.
struct randomize {
    dlib::rand &r;
    template <typename Layer> void operator()(size_t, Layer &l) const { set(l); }
    template <typename Details, typename Below, typename Kind> void set(add_layer<Details, Below, Kind> &l) const
    {
        set_details(l.layer_details());
    }
    template <typename Other> void set(Other &) const {}
    template <layer_mode mode> void set_details(bn_<mode> &l) const
    {
        // The running statistics can only be put in through the file's own form.
        std::ostringstream out;
        serialize(l, out);
        std::istringstream in(out.str());
        std::string name;
        resizable_tensor params, skipped;
        alias_tensor gamma, beta;
        deserialize(name, in), deserialize(params, in), deserialize(gamma, in), deserialize(beta, in);
        resizable_tensor mean, variance;
        mean.set_size(1, (long)gamma.size()), variance.set_size(1, (long)gamma.size());
        mean.copy_size(gamma(params, 0)), variance.copy_size(gamma(params, 0));
        for (size_t i = 0; i < gamma.size(); i++) {
            params.host()[i] = uniform(r, 0.6f, 1.4f);
            params.host()[gamma.size() + i] = uniform(r, -0.3f, 0.3f);
            mean.host()[i] = uniform(r, -0.3f, 0.3f);
            variance.host()[i] = uniform(r, 0.5f, 1.5f);
        }
        std::ostringstream made;
        serialize(name, made), serialize(params, made), serialize(gamma, made), serialize(beta, made);
        serialize(skipped, made), serialize(skipped, made), serialize(mean, made), serialize(variance, made);
        serialize((unsigned long)5, made), serialize((unsigned long)100, made);
        for (int i = 0; i < 4; i++)
            serialize(1.0, made);
        serialize(1e-4, made);
        std::istringstream back(made.str());
        deserialize(l, back);
    }
    void set_details(affine_ &l) const
    {
        auto gamma = l.get_gamma(), beta = l.get_beta();
        for (size_t i = 0; i < gamma.size(); i++) {
            gamma.host()[i] = uniform(r, 0.6f, 1.4f);
            beta.host()[i] = uniform(r, -0.3f, 0.3f);
        }
    }
    void set_details(prelu_ &l) const { l.get_layer_params() = uniform(r, 0.1f, 0.4f); }
    template <typename Other> void set_details(Other &l) const
    {
        // Weights are random from the start; biases are 0.
        tensor &p = l.get_layer_params();
        for (size_t i = 0; i < p.size(); i++)
            p.host()[i] += uniform(r, -0.02f, 0.02f);
    }
};

template <typename Net> static int make(int seed, const char *file, long side)
{
    Net net;
    matrix<rgb_pixel> picture(side, side);
    dlib::rand r((time_t)seed);
    for (long i = 0; i < picture.size(); i++)
        picture(i) = rgb_pixel(r.get_random_8bit_number(), r.get_random_8bit_number(), r.get_random_8bit_number());
    net(picture); // weights get their sizes from the first run
    visit_layers(net, randomize{r});
    const matrix<float, 0, 1> numbers = net(picture);
    tensor &last = layer<1>(net).layer_details().get_layer_params();
    last *= 1.4f / length(numbers); // descriptors are about that long
    net.clean();
    serialize(file) << net;
    return 0;
}

template <typename Net> static int run(int argc, char **argv)
{
    Net net;
    deserialize(argv[2]) >> net;
    int first = 3, times = 0;
    if (first + 1 < argc && std::string(argv[first]) == "--time")
        times = std::atoi(argv[first + 1]), first += 2;
    std::vector<matrix<rgb_pixel>> chips;
    for (int i = first; i < argc; i++)
        chips.push_back(read_ppm(argv[i]));
    double least = 1e9;
    for (int k = 0; k < times; k++) {
        const double start = cpu_seconds();
        for (int i = 0; i < 20; i++)
            net(chips[0]);
        least = std::min(least, (cpu_seconds() - start) / 20);
    }
    if (times)
        std::printf("time %.6f\n", least);
    for (const auto &chip : chips) {
        const matrix<float, 0, 1> numbers = net(chip);
        for (long k = 0; k < numbers.size(); k++)
            std::printf("%.9g%c", numbers(k), k + 1 < numbers.size() ? ' ' : '\n');
    }
    return 0;
}

int main(int argc, char **argv)
{
    const std::string what = argc > 3 ? argv[1] : "";
    if (what == "make")
        return make<resnet<bn_con>>(std::atoi(argv[2]), argv[3], 150);
    if (what == "make-affine")
        return make<resnet<affine>>(std::atoi(argv[2]), argv[3], 150);
    if (what == "zoo")
        return make<zoo>(std::atoi(argv[2]), argv[3], 80);
    if (what == "run")
        return run<resnet<affine>>(argc, argv);
    if (what == "zoo-run")
        return run<zoo>(argc, argv);
    std::fprintf(stderr, "usage: resnet_oracle make|make-affine|zoo SEED FILE, run|zoo-run FILE CHIP...\n");
    return 2;
}
