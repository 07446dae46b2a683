// SPDX-License-Identifier: MIT
#include "models/pinned.h"
#include "base/files.h"
#include "base/memory.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

// Files are named by commit and by digest, so what these addresses hold cannot change under us unnoticed.
#define GITHUB_RAW "https://raw.githubusercontent.com/"
#define DLIB_COMMIT "e67de717267507d1e9246de95692eb8be736ab61"
#define DLIB_FILES GITHUB_RAW "ageitgey/face_recognition_models/" DLIB_COMMIT "/face_recognition_models/models/"
#define GITHUB_LFS                                                                                                     \
    "https://media.githubusercontent.com/media/" // files that the repository itself holds as Git LFS pointers
#define OPENCV_COMMIT "966be4cb6eefc2a4f586ed0581bf4bbaa2533070"
#define OPENCV_FILES GITHUB_LFS "opencv/opencv_zoo/" OPENCV_COMMIT "/models/"
#define DLIB_PEOPLE "Davis King's dlib-models, by way of ageitgey/face_recognition_models"

static const ww_pin pins[] = {
    {.shown = {.name = "yunet",
               .kind = WW_PINNED_DETECTOR,
               .file = "face_detection_yunet_2023mar.onnx",
               .url = OPENCV_FILES "face_detection_yunet/face_detection_yunet_2023mar.onnx",
               .bytes = 232589,
               .licence = "MIT",
               .origin = "Shiqi Yu's libfacedetection, by way of opencv/opencv_zoo",
               .about = "quick detector with five landmarks"},
     .digest = {WW_DIGEST_SHA256, "8f2383e4dd3cfbb4553ea8718107fc0423210dc964f9f4280604804ed2552fa4"}},
    {.shown = {.name = "mmod",
               .kind = WW_PINNED_DETECTOR,
               .file = "mmod_human_face_detector.dat",
               .url = DLIB_FILES "mmod_human_face_detector.dat",
               .bytes = 729940,
               .licence = "CC0-1.0",
               .origin = DLIB_PEOPLE,
               .about = "dlib's CNN detector: face_recognition's model=\"cnn\""},
     .digest = {WW_DIGEST_GIT_BLOB, "f112a0a45dbda96080352c45f615d00ddd4f130c"}},
    {.shown = {.name = "sface",
               .kind = WW_PINNED_EMBEDDER,
               .file = "face_recognition_sface_2021dec.onnx",
               .url = OPENCV_FILES "face_recognition_sface/face_recognition_sface_2021dec.onnx",
               .bytes = 38696353,
               .licence = "Apache-2.0",
               .origin = "Yaoyao Zhong's SFace, by way of opencv/opencv_zoo",
               .about = "embedder, 128 values"},
     .digest = {WW_DIGEST_SHA256, "0ba9fbfa01b5270c96627c4ef784da859931e02f04419c829e83484087c34e79"}},
    {.shown = {.name = "dlib",
               .kind = WW_PINNED_EMBEDDER,
               .file = "dlib_face_recognition_resnet_model_v1.dat",
               .url = DLIB_FILES "dlib_face_recognition_resnet_model_v1.dat",
               .licence = "CC0-1.0",
               .origin = DLIB_PEOPLE,
               .about = "dlib's ResNet-29: face_recognition's encodings, 128 values; about 22 MB"},
     .digest = {WW_DIGEST_GIT_BLOB, "ddb515897db3724ddeed593083d3f39818db1a54"}},
    {.shown = {.name = "dlib5",
               .kind = WW_PINNED_LANDMARKS,
               .file = "shape_predictor_5_face_landmarks.dat",
               .url = DLIB_FILES "shape_predictor_5_face_landmarks.dat",
               .licence = "CC0-1.0",
               .origin = DLIB_PEOPLE,
               .about = "eyes and nose, 5 points, for dlib's embedders with dlib's detectors; about 9 MB"},
     .digest = {WW_DIGEST_GIT_BLOB, "67878ed3894d929c5e03bd1ad2d931cc6d745ee7"}},
    {.shown = {.name = "dlib68",
               .kind = WW_PINNED_LANDMARKS,
               .file = "shape_predictor_68_face_landmarks.dat",
               .url = DLIB_FILES "shape_predictor_68_face_landmarks.dat",
               .licence = "not for commercial use",
               .terms = "it was trained on the iBUG 300-W pictures, whose licence excludes commercial use",
               .origin = DLIB_PEOPLE,
               .about = "the whole face, 68 points; about 100 MB"},
     .digest = {WW_DIGEST_GIT_BLOB, "e0ec20d69ac9195f056214f071e12afcfe714199"}},
    {.shown = {.name = NULL}},
};

const ww_pin *ww_pins(void) { return pins; }

// Other names that a model is known by.
static const char *const aliases[][2] = {{"cnn", "mmod"}}; // face_recognition's

const ww_pin *ww_pin_find(const char *name)
{
    for (size_t i = 0; i < sizeof aliases / sizeof *aliases; i++)
        if (strcmp(name, aliases[i][0]) == 0)
            name = aliases[i][1];
    for (const ww_pin *p = pins; p->shown.name; p++)
        if (strcmp(p->shown.name, name) == 0)
            return p;
    return NULL;
}

ww_status ww_pin_path(const ww_pin *pin, char **path, ww_error *err)
{
    const char *data = getenv("WHOSWHO_DATA"), *share = getenv("XDG_DATA_HOME"), *home = getenv("HOME");
    const char *file = pin->shown.file;
    if (data && *data)
        *path = ww_path_join(data, file);
    else if (share && *share == '/') // the XDG base directory specification: a relative path is to be ignored
        *path = ww_strf("%s/whoswho/models/%s", share, file);
    else if (home && *home)
        *path = ww_strf("%s/.local/share/whoswho/models/%s", home, file);
    else
        return ww_fail(err, WW_ERR_NOT_FOUND,
                       "there is no folder for models: set HOME, or WHOSWHO_DATA to the folder they are in");
    return WW_OK;
}

static const char *kind_name(ww_pinned_kind kind)
{
    switch (kind) {
    case WW_PINNED_DETECTOR: return "a detector";
    case WW_PINNED_EMBEDDER: return "an embedder";
    case WW_PINNED_LANDMARKS: return "a shape predictor (landmarks)";
    }
    return "";
}

ww_status ww_pinned_or_path(const char *text, ww_pinned_kind kind, char **path, ww_error *err)
{
    const ww_pin *pin = ww_pin_find(text);
    if (!pin) {
        *path = ww_strdup(text);
        return WW_OK;
    }
    if (pin->shown.kind != kind)
        return ww_fail(err, WW_ERR_ARGUMENT, "'%s' is %s, not %s (a file of that name would be './%s')", text,
                       kind_name(pin->shown.kind), kind_name(kind), text);
    ww_status status = ww_pin_path(pin, path, err);
    if (status == WW_OK && !ww_path_exists(*path)) {
        status =
            ww_fail(err, WW_ERR_NOT_FOUND, "the model '%s' is not here ('%s'); 'whoswho models get %s' downloads it",
                    text, *path, pin->shown.name);
        free(*path);
        *path = NULL;
    }
    return status;
}
