// SPDX-License-Identifier: MIT
// find_faces PHOTO.jpg: where the faces of a photo are, and how good.
// cc find_faces.c $(pkg-config --cflags --libs whoswho)
#include <stdio.h>
#include <stdlib.h>
#include <whoswho/view.h>

static unsigned char *read_file(const char *path, size_t *bytes)
{
    FILE *f = fopen(path, "rb");
    unsigned char *data = NULL;
    if (f && fseek(f, 0, SEEK_END) == 0 && ftell(f) > 0) {
        *bytes = (size_t)ftell(f);
        rewind(f);
        data = malloc(*bytes);
        if (data && fread(data, 1, *bytes, f) != *bytes) {
            free(data);
            data = NULL;
        }
    }
    if (f)
        fclose(f);
    return data;
}

int main(int argc, char **argv)
{
    ww_error err = {0};
    ww_models *models = NULL;
    ww_finder *finder = NULL;
    const ww_found_face *face = NULL;
    size_t bytes = 0, count = 0;
    if (argc != 2) {
        fputs("usage: find_faces PHOTO.jpg\n", stderr);
        return 2;
    }
    unsigned char *jpeg = read_file(argv[1], &bytes);
    ww_status status = jpeg ? ww_models_open(NULL, &models, &err) : WW_ERR_IO;
    if (status == WW_OK)
        status = ww_finder_open(models, NULL, &finder, &err);
    if (status == WW_OK)
        status = ww_finder_find_jpeg(finder, jpeg, bytes, &face, &count, &err);
    for (size_t i = 0; i < count; i++)
        printf("face at %.0f,%.0f, %.0f x %.0f pixels, score %.2f, quality %.2f; eyes at %.0f,%.0f and %.0f,%.0f\n",
               face[i].x, face[i].y, face[i].width, face[i].height, face[i].score, face[i].quality,
               (double)face[i].landmark[0][0], (double)face[i].landmark[0][1], (double)face[i].landmark[1][0],
               (double)face[i].landmark[1][1]);
    if (status != WW_OK)
        fprintf(stderr, "%s: %s\n", ww_status_name(status), err.message);
    ww_finder_close(finder);
    ww_models_close(models);
    free(jpeg);
    return status == WW_OK ? 0 : 1;
}
