// SPDX-License-Identifier: MIT
// Names from the regions of photos: XMP sidecars, and XMP within photos (see regions.h), and Picasa's .picasa.ini. They
// name faces of a photo and say nothing of the others.
//
// Regions should count in the photo as its pixels are stored. Programs have written them otherwise, and the photo may
// be away, so of the ways it could be turned the one is taken by which most regions lie on faces; of equals the right
// one.
#include "base/ascii.h"
#include "base/files.h"
#include "base/memory.h"
#include "formats/annotation.h"
#include "formats/import/import.h"
#include "formats/regions.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

enum { TURNS_MAX = 5 };

// --- which photo

// How many folders at their ends two paths have in common.
static size_t common_folders(const char *a, const char *b)
{
    size_t i = (size_t)(ww_path_base(a) - a), k = (size_t)(ww_path_base(b) - b), folders = 0;
    while (i > 0 && k > 0 && a[i - 1] == b[k - 1]) {
        i--;
        k--;
        folders += i == 0 || k == 0 || (a[i - 1] == '/' && b[k - 1] == '/');
    }
    return folders;
}

static bool same_file(const char *a, const char *b)
{
    char whole_a[PATH_MAX], whole_b[PATH_MAX];
    return realpath(a, whole_a) && realpath(b, whole_b) && strcmp(whole_a, whole_b) == 0;
}

// Whether `stem` is called as the photo is: with the photo's extension (*whole) or without.
static bool names_photo(const char *stem, const char *photo, bool *whole)
{
    const char *name = ww_path_base(stem);
    char *bare = ww_path_stem(photo);
    *whole = strcmp(name, ww_path_base(photo)) == 0;
    const bool names = *whole || strcmp(name, bare) == 0;
    free(bare);
    return names;
}

typedef enum photo_match { PHOTO_UNKNOWN, PHOTO_FOUND, PHOTO_AMBIGUOUS } photo_match;

// The source that `stem` is: by its name, and of several by the folders it lies in. `bare`: the name may lack the
// photo's extension.
static photo_match find_photo(const ww_import *m, const char *stem, bool bare, int *source)
{
    const ww_catalog *c = &m->view.catalog;
    size_t best = 0;
    photo_match found = PHOTO_UNKNOWN;
    for (size_t i = 0; i < c->source.count; i++) {
        const ww_catalog_source *s = &c->source.item[i];
        bool whole;
        if (ww_catalog_is_video(s) || s->error || !names_photo(stem, s->path, &whole) || (!whole && !bare))
            continue;
        const size_t score = 1 + 2 * common_folders(stem, s->path) + (whole ? 1 : 0)
                             + (whole && same_file(stem, ww_catalog_source_file(s)) ? (size_t)PATH_MAX * 4 : 0);
        if (score == best)
            found = PHOTO_AMBIGUOUS;
        if (score <= best)
            continue;
        best = score;
        found = PHOTO_FOUND;
        *source = (int)i;
    }
    return found;
}

// Its first frame; SIZE_MAX: nobody is on it.
static size_t photo_frame(const ww_import *m, int source)
{
    const ww_catalog *c = &m->view.catalog;
    for (size_t i = 0; i < c->frame.count; i++)
        if (c->frame.item[i].source == source && c->frame.item[i].sample == 0)
            return i;
    return SIZE_MAX;
}

// --- how it is turned

static size_t boxes_on_faces(const ww_import *m, size_t frame, const ww_named_region *region, size_t count, int turn)
{
    const ww_catalog_frame *f = &m->view.catalog.frame.item[frame];
    size_t on_faces = 0;
    for (size_t r = 0; r < count; r++) {
        const ww_box t = ww_turn_box(region[r].box, turn);
        const ww_box b = {t.x * f->width, t.y * f->height, t.width * f->width, t.height * f->height};
        bool any = false;
        for (size_t i = f->first_face; i < f->first_face + f->face_count; i++) {
            const ww_box own = ww_catalog_face_box(&m->view.catalog.face.item[i]);
            any = any || ww_box_iou(own, b) >= WW_IMPORT_REGION_OVERLAP_MIN;
        }
        on_faces += any;
    }
    return on_faces;
}

static int orientation_of(const ww_import *m, size_t frame)
{
    uint8_t *jpeg = NULL;
    size_t bytes = 0;
    int orientation = 1;
    const ww_catalog *c = &m->view.catalog;
    const char *path = ww_catalog_source_file(&c->source.item[c->frame.item[frame].source]);
    if (m->probe && ww_path_exists(path)
        && ww_store_frame_jpeg(c->store, c->frame.item[frame].id, &jpeg, &bytes, NULL) == WW_OK
        && m->probe->orientation(path, jpeg, bytes, &orientation, NULL) != WW_OK)
        orientation = 1;
    free(jpeg);
    return orientation;
}

static int turn_of(const ww_import *m, size_t frame, const ww_named_region *region, size_t count)
{
    const int turns[TURNS_MAX] = {orientation_of(m, frame), 1, 6, 8, 3};
    int best = turns[0];
    size_t most = 0;
    for (int i = 0; i < TURNS_MAX; i++) {
        const size_t on_faces = boxes_on_faces(m, frame, region, count, turns[i]);
        if (on_faces > most) {
            most = on_faces;
            best = turns[i];
        }
    }
    return best;
}

// --- claims

static ww_status claim_region(ww_import *m, const char *file, size_t frame, const ww_named_region *r, int turn,
                              ww_error *err)
{
    ww_claim claim = {.frame = frame, .face = WW_NO_FACE, .file = file, .line = r->line, .partial = true};
    const char *was = NULL;
    ww_status status = ww_import_place(m, frame, ww_turn_box(r->box, turn), 1, 1, &claim.box, err);
    if (status == WW_ERR_FORMAT)
        return ww_error_prefix(err, "'%s', line %zu", file, r->line);
    claim.label = ww_try_strdup(r->name);
    if (r->mark && ww_annotation_read_mark(r->mark, &claim.found, &was)) {
        claim.marked = true;
        claim.was = ww_try_strdup(was);
    }
    if (claim.label && (!claim.marked || claim.was))
        return ww_import_claim(m, &claim, err);
    free(claim.label);
    free(claim.was);
    return ww_fail_memory(err, "the regions of '%s'", file);
}

ww_status ww_import_regions(ww_import *m, const char *file, const char *stem, bool bare, const ww_named_region *region,
                            size_t count, ww_error *err)
{
    int source = 0;
    ww_status status = WW_OK;
    if (count == 0)
        return WW_OK;
    const photo_match match = find_photo(m, stem, bare, &source);
    if (match != PHOTO_FOUND) {
        ww_import_pass_over(m,
                            match == PHOTO_UNKNOWN ? "'%s': the library knows no photo '%s'"
                                                   : "'%s': the library knows several photos '%s'; import the "
                                                     "file from beside its photo",
                            file, ww_path_base(stem));
        return WW_OK;
    }
    const size_t frame = photo_frame(m, source);
    if (frame == SIZE_MAX) {
        ww_import_pass_over(m, "'%s': no face was found on '%s', which it names %zu of", file, ww_path_base(stem),
                            count);
        return WW_OK;
    }
    const int turn = turn_of(m, frame, region, count);
    for (size_t i = 0; status == WW_OK && i < count; i++)
        status = claim_region(m, file, frame, &region[i], turn, err);
    return status;
}

// --- XMP

static ww_status read_regions(ww_import *m, const char *path, const ww_regions *found, bool sidecar, ww_error *err)
{
    ww_named_region *named = ww_try_array(found->region.count, sizeof *named);
    size_t count = 0;
    bool mwg = false;
    if (!named)
        return ww_fail_memory(err, "the regions of '%s'", path);
    for (size_t i = 0; i < found->region.count; i++)
        mwg = mwg || !found->region.item[i].microsoft;
    for (size_t i = 0; i < found->region.count; i++) {
        const ww_region *r = &found->region.item[i];
        if (r->name && r->face && r->box.width > 0 && r->microsoft != mwg)
            named[count++] = (ww_named_region){r->box, r->name, r->mark, r->line};
    }
    char *stem = sidecar ? ww_strndup(path, strlen(path) - strlen(".xmp")) : ww_strdup(path);
    ww_status status = ww_import_regions(m, path, stem, sidecar, named, count, err);
    free(stem);
    free(named);
    return status;
}

static ww_status read(ww_import *m, const char *path, const uint8_t *data, size_t bytes, ww_error *err)
{
    ww_regions found;
    size_t packet_bytes;
    const uint8_t *packet = ww_xmp_packet(data, bytes, &packet_bytes);
    ww_status status = ww_regions_read(packet, packet_bytes, path, &found, err);
    if (status != WW_OK)
        return status;
    const bool sidecar = ww_ascii_same(ww_path_extension(path), "xmp");
    status = read_regions(m, path, &found, sidecar, err);
    ww_regions_free(&found);
    return status;
}

static bool recognise(const char *path, const uint8_t *data, size_t bytes)
{
    size_t packet_bytes;
    (void)path;
    return ww_xmp_packet(data, bytes, &packet_bytes) != NULL;
}

const ww_import_kind ww_import_xmp = {recognise, read};
