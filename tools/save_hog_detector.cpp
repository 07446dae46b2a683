// SPDX-License-Identifier: MIT
// Usage: save_hog_detector OUT.dat: writes the frontal face detector that comes with dlib's headers, as dlib saves detectors. The build
// runs it where dlib is installed, and takes the file in (models/meson.build).
#include <dlib/image_processing/frontal_face_detector.h>

#include <fstream>
#include <iostream>

int main(int argc, char **argv)
{
    if (argc != 2) {
        std::cerr << "usage: save_hog_detector OUT.dat\n";
        return 2;
    }
    std::ofstream out(argv[1], std::ios::binary);
    serialize(dlib::get_frontal_face_detector(), out);
    out.close();
    if (!out)
        std::cerr << argv[1] << ": cannot be written\n";
    return out ? 0 : 1;
}
