// SPDX-License-Identifier: MIT
// The peer of the benchmark: the well-known way to cluster the faces of a video with OpenCV and dlib (one frame a second out of
// a read loop, HOG detector, ResNet descriptor, DBSCAN, portraits and montages), written in C++ so that no interpreter slows it.
//
//   article_chain prepare MODELS                   makes the model files (random weights of the real shape and size)
//   article_chain run CLIP MODELS OUT --threads N     prints one line of JSON: seconds by stage, counts
//
// What is as in the article: every frame is read, one a second kept and written as a JPEG; frames at most 700 x 500; detection
// with one upsampling; five points, chip of 150 px, one descriptor a face; brute-force DBSCAN; everything written through
// OpenCV. What is better than there: no Python, all stages but the read loop run over N threads (one BLAS thread each, its
// fastest way), the compiler's -O3 -march=native. What is left out: nothing is drawn or shown, models are not downloaded.
#include "article_net.h"

#include <dlib/clustering.h>
#include <dlib/image_processing.h>
#include <dlib/image_processing/frontal_face_detector.h>
#include <dlib/opencv.h>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>
#include <opencv2/videoio.hpp>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <random>
#include <string>
#include <thread>
#include <vector>

namespace fs = std::filesystem;
using rgb_image = dlib::matrix<dlib::rgb_pixel>;
using descriptor = dlib::matrix<float, 0, 1>;

namespace {

constexpr int frame_max_width = 700, frame_max_height = 500;
constexpr double eps = 0.5;
constexpr float random_scale = 0.1f; // brings the random descriptors to where eps groups some of them, so that montages get written
constexpr size_t min_samples = 5;
constexpr int widen_x_px = 100, widen_y_px = 150, portrait_width = 400;
constexpr int tile_width = 96, tile_height = 120, tiles_a_side = 5;

struct Face {
    int frame;
    dlib::rectangle box;
    descriptor values;
    int person = -1;
};

double now()
{
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

// Calls work(thread, item) for every item, over `threads` threads, items handed out one by one.
void parallel(int threads, int items, const std::function<void(int, int)> &work)
{
    std::atomic<int> next{0};
    std::vector<std::thread> pool;
    for (int t = 0; t < threads; t++)
        pool.emplace_back([&, t] {
            for (int item; (item = next++) < items;)
                work(t, item);
        });
    for (auto &thread : pool)
        thread.join();
}

std::string frame_path(const fs::path &out, int number)
{
    return (out / "Frames" / ("frame_" + std::to_string(number) + ".jpg")).string();
}

// Stage 1: the read loop. Returns how many frames were kept.
int keep_frames(const std::string &clip, const fs::path &out, double &duration_s)
{
    cv::VideoCapture capture(clip);
    if (!capture.isOpened())
        throw std::runtime_error(clip + ": OpenCV cannot open it");
    const double rate = capture.get(cv::CAP_PROP_FPS);
    const int step = std::max(1, int(rate + 0.5));
    cv::Mat frame, small;
    int number = 0, kept = 0;
    for (; capture.read(frame); number++) {
        if (number % step)
            continue;
        const double scale = std::min({1.0, double(frame_max_width) / frame.cols, double(frame_max_height) / frame.rows});
        cv::resize(frame, small, cv::Size(), scale, scale, cv::INTER_LANCZOS4);
        cv::imwrite(frame_path(out, kept++), small);
    }
    duration_s = number / rate;
    return kept;
}

rgb_image read_rgb(const std::string &path)
{
    cv::Mat rgb;
    cv::cvtColor(cv::imread(path), rgb, cv::COLOR_BGR2RGB);
    return dlib::mat(dlib::cv_image<dlib::rgb_pixel>(rgb));
}

// Stage 2: boxes. A detector belongs to one thread.
std::vector<Face> find_faces(const fs::path &out, int frames, int threads)
{
    std::vector<dlib::frontal_face_detector> detectors(threads, dlib::get_frontal_face_detector());
    std::vector<std::vector<dlib::rectangle>> boxes(frames);
    parallel(threads, frames, [&](int thread, int frame) {
        rgb_image image = read_rgb(frame_path(out, frame));
        dlib::pyramid_up(image);
        for (const auto &box : detectors[thread](image))
            boxes[frame].push_back(dlib::pyramid_down<2>().rect_down(box));
    });
    std::vector<Face> faces;
    for (int frame = 0; frame < frames; frame++)
        for (const auto &box : boxes[frame])
            faces.push_back({frame, box, {}, -1});
    return faces;
}

// Stage 3: landmarks, chip, descriptor.
void describe(std::vector<Face> &faces, const fs::path &out, const fs::path &models, int threads)
{
    dlib::shape_predictor points;
    article::net net;
    dlib::deserialize((models / "points.dat").string()) >> points;
    dlib::deserialize((models / "descriptor.dat").string()) >> net;
    std::vector<article::net> nets(threads, net);
    std::map<int, std::vector<Face *>> by_frame;
    for (auto &face : faces)
        by_frame[face.frame].push_back(&face);
    std::vector<std::pair<int, std::vector<Face *>>> work(by_frame.begin(), by_frame.end());
    parallel(threads, int(work.size()), [&](int thread, int item) {
        const rgb_image image = read_rgb(frame_path(out, work[item].first));
        for (Face *face : work[item].second) {
            rgb_image chip;
            dlib::extract_image_chip(image, dlib::get_face_chip_details(points(image, face->box), article::chip_px, 0.25), chip);
            face->values = random_scale * nets[thread](chip);
        }
    });
}

// Stage 4: DBSCAN as it stands in the textbook, neighbours by brute force. Returns the number of people.
int cluster(std::vector<Face> &faces, int threads)
{
    const int count = int(faces.size());
    std::vector<std::vector<int>> near(count);
    parallel(threads, count, [&](int, int i) {
        for (int j = 0; j < count; j++)
            if (dlib::length(faces[i].values - faces[j].values) <= eps)
                near[i].push_back(j);
    });
    int people = 0;
    for (int seed = 0; seed < count; seed++) {
        if (faces[seed].person >= 0 || near[seed].size() < min_samples)
            continue;
        std::vector<int> open{seed};
        faces[seed].person = people;
        while (!open.empty()) {
            const int at = open.back();
            open.pop_back();
            if (near[at].size() < min_samples)
                continue;
            for (int other : near[at])
                if (faces[other].person < 0) {
                    faces[other].person = people;
                    open.push_back(other);
                }
        }
        people++;
    }
    return people;
}

fs::path person_folder(const fs::path &out, int person)
{
    return out / (person < 0 ? "Unsorted" : "Face_" + std::to_string(person));
}

void write_portrait(const Face &face, size_t number, const fs::path &out)
{
    const cv::Mat frame = cv::imread(frame_path(out, face.frame));
    const cv::Rect wide(int(face.box.left()) - widen_x_px, int(face.box.top()) - widen_y_px,
        int(face.box.width()) + 2 * widen_x_px, int(face.box.height()) + 2 * widen_y_px);
    const cv::Mat part = frame(wide & cv::Rect(0, 0, frame.cols, frame.rows));
    cv::Mat portrait;
    const double scale = double(portrait_width) / part.cols;
    cv::resize(part, portrait, cv::Size(), scale, scale, cv::INTER_LANCZOS4);
    const std::string name = (person_folder(out, face.person) / ("face_" + std::to_string(number))).string();
    cv::imwrite(name + ".jpg", portrait);
    std::ofstream(name + ".txt") << face.person << ' ' << face.box.left() << ' ' << face.box.top() << ' ' << face.box.width()
                                 << ' ' << face.box.height() << '\n';
}

void write_montage(const std::vector<size_t> &numbers, int person, const fs::path &out)
{
    cv::Mat montage = cv::Mat::zeros(tile_height * tiles_a_side, tile_width * tiles_a_side, CV_8UC3);
    for (size_t i = 0; i < numbers.size() && i < tiles_a_side * tiles_a_side; i++) {
        const cv::Mat portrait = cv::imread((person_folder(out, person) / ("face_" + std::to_string(numbers[i]) + ".jpg")).string());
        const cv::Rect place(int(i) % tiles_a_side * tile_width, int(i) / tiles_a_side * tile_height, tile_width, tile_height);
        cv::resize(portrait, montage(place), place.size());
    }
    cv::imwrite((out / "Montage" / ("Face_" + std::to_string(person) + ".jpg")).string(), montage);
}

// Stage 5: portraits with annotations, then the montages.
void write_people(const std::vector<Face> &faces, const fs::path &out, int threads)
{
    std::map<int, std::vector<size_t>> people;
    for (size_t i = 0; i < faces.size(); i++)
        people[faces[i].person].push_back(i);
    for (const auto &[person, numbers] : people)
        fs::create_directories(person_folder(out, person));
    parallel(threads, int(faces.size()), [&](int, int i) { write_portrait(faces[i], size_t(i), out); });
    std::vector<std::pair<int, std::vector<size_t>>> work(people.begin(), people.end());
    parallel(threads, int(work.size()), [&](int, int i) {
        if (work[i].first >= 0)
            write_montage(work[i].second, work[i].first, out);
    });
}

int run(const std::string &clip, const fs::path &models, const fs::path &out, int threads)
{
    cv::setNumThreads(threads);
    fs::create_directories(out / "Frames");
    fs::create_directories(out / "Montage");
    double duration_s, t[6] = {now()};
    const int frames = keep_frames(clip, out, duration_s);
    t[1] = now();
    std::vector<Face> faces = find_faces(out, frames, threads);
    t[2] = now();
    describe(faces, out, models, threads);
    t[3] = now();
    const int people = cluster(faces, threads);
    t[4] = now();
    write_people(faces, out, threads);
    t[5] = now();
    std::printf("{\"read\": %.3f, \"detect\": %.3f, \"describe\": %.3f, \"cluster\": %.3f, \"write\": %.3f, \"total\": %.3f, "
                "\"footage_s\": %.2f, \"frames\": %d, \"faces\": %zu, \"people\": %d}\n",
        t[1] - t[0], t[2] - t[1], t[3] - t[2], t[4] - t[3], t[5] - t[4], t[5] - t[0], duration_s, frames, faces.size(), people);
    return 0;
}

// A shape predictor of the size of dlib's five-point one (10 cascades of 500 trees of depth 5), trained on noise around one
// mean face: it answers with sensible points and costs what the real one costs.
dlib::shape_predictor random_points()
{
    static const double mean[5][2] = {{0.80, 0.32}, {0.62, 0.33}, {0.20, 0.32}, {0.38, 0.33}, {0.50, 0.62}}; // of the box
    std::mt19937 random(5);
    std::normal_distribution<double> noise(0, 0.02);
    std::uniform_int_distribution<int> byte(0, 255);
    dlib::array<dlib::array2d<unsigned char>> images;
    std::vector<std::vector<dlib::full_object_detection>> truth;
    const dlib::rectangle box(20, 20, 99, 99);
    for (int i = 0; i < 40; i++) {
        dlib::array2d<unsigned char> image(120, 120);
        for (auto &pixel : image)
            pixel = static_cast<unsigned char>(byte(random));
        std::vector<dlib::point> parts;
        for (const auto &m : mean)
            parts.emplace_back(std::lround(20 + 80 * (m[0] + noise(random))), std::lround(20 + 80 * (m[1] + noise(random))));
        images.push_back(image);
        truth.push_back({dlib::full_object_detection(box, parts)});
    }
    dlib::shape_predictor_trainer trainer;
    trainer.set_cascade_depth(10);
    trainer.set_num_trees_per_cascade_level(500);
    trainer.set_tree_depth(5);
    trainer.set_oversampling_amount(2);
    trainer.set_num_threads(2);
    return trainer.train(images, truth);
}

int prepare(const fs::path &models)
{
    fs::create_directories(models);
    article::net net;
    rgb_image blank(article::chip_px, article::chip_px);
    dlib::assign_all_pixels(blank, dlib::rgb_pixel(128, 128, 128));
    net(blank); // dlib draws the random weights on first use
    dlib::serialize((models / "points.dat").string()) << random_points();
    dlib::serialize((models / "descriptor.dat").string()) << net;
    return 0;
}

} // namespace

int main(int argc, char **argv)
try {
    const std::string command = argc > 1 ? argv[1] : "";
    if (command == "prepare" && argc == 3)
        return prepare(argv[2]);
    if (command == "run" && argc == 7 && std::string(argv[5]) == "--threads")
        return run(argv[2], argv[3], argv[4], std::max(1, std::atoi(argv[6])));
    std::fprintf(stderr, "usage: article_chain prepare MODELS | article_chain run CLIP MODELS OUT --threads N\n");
    return 2;
} catch (const std::exception &error) {
    std::fprintf(stderr, "article_chain: %s\n", error.what());
    return 1;
}
