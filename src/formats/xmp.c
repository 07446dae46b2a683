// SPDX-License-Identifier: MIT
// XMP sidecars with MWG-RS regions, for photo managers: for PHOTO.jpg a PHOTO.jpg.xmp, in the folders that the photos
// lie in, from the one they have in common. The photos and what lies beside them stay untouched: a sidecar that is
// there (PHOTO.jpg.xmp, else PHOTO.xmp) is read, and what is written is that sidecar with all its tags and regions, and
// ours beside them. A region of ours, as it was written, is renewed; one that somebody has renamed since is theirs. A
// sidecar that cannot be read, is not UTF-8, or has no place for regions is left, and told.
//
// Regions count in the photo as its pixels are stored; see regions.h. People without a name get a region without one.
#include "base/ascii.h"
#include "base/files.h"
#include "base/hash.h"
#include "base/id_set.h"
#include "base/text.h"
#include "formats/annotation.h"
#include "formats/format.h"
#include "formats/regions.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#define SIDECAR_BYTES_MAX ((size_t)64 << 20)
#define SAME_REGION_OVERLAP 0.3 // intersection over union from which a region of the user's is about the same face
#define REGION_INDENT "     "

typedef struct sidecar {
    const ww_dataset *set;
    size_t frame;
    char *photo; // its real path
    int orientation;
    uint8_t *old; // the content of the sidecar that is there; NULL: there is none
    size_t old_bytes;
    ww_regions regions; // in it
} sidecar;

typedef struct writing {
    const ww_dataset *set;
    ww_dataset_out *out;
    size_t root_bytes; // of the folder that the photos have in common, with its '/'
    ww_id_set taken;   // hashes of the paths that are put
} writing;

// --- which photos

static bool is_shown(const ww_dataset *set, size_t face) { return set->class_of[face] != WW_NO_CLASS; }

// The first frame of a photo, with somebody on it.
static bool is_photo(const ww_dataset *set, size_t frame)
{
    const ww_catalog *c = set->catalog;
    const ww_catalog_frame *f = &c->frame.item[frame];
    bool any = false;
    for (size_t i = f->first_face; i < f->first_face + f->face_count; i++)
        any = any || is_shown(set, i);
    return any && !ww_catalog_is_video(&c->source.item[f->source]);
}

static char *real_path(const ww_dataset *set, size_t frame)
{
    char whole[PATH_MAX];
    const ww_catalog_source *source = &set->catalog->source.item[set->catalog->frame.item[frame].source];
    return realpath(ww_catalog_source_file(source), whole) ? ww_strdup(whole) : NULL;
}

// Bytes of the longest folder that the paths of all photos begin with.
static size_t common_root(const ww_dataset *set)
{
    char *first = NULL;
    size_t bytes = 0;
    for (size_t i = 0; i < set->catalog->frame.count; i++) {
        char *path = is_photo(set, i) ? real_path(set, i) : NULL;
        if (!path)
            continue;
        if (!first) {
            first = ww_strdup(path);
            bytes = strlen(path);
        }
        size_t same = 0;
        while (same < bytes && path[same] == first[same])
            same++;
        bytes = same;
        free(path);
    }
    while (bytes > 0 && first[bytes - 1] != '/')
        bytes--;
    free(first);
    return bytes;
}

// --- regions

static const char *given_name(const ww_dataset *set, size_t face)
{
    const char *name = set->classes.item[set->class_of[face]].person->name;
    return name ? name : "";
}

// The face's box in shares of the stored photo; false: it has no area.
static bool region_box(const sidecar *s, size_t face, ww_box *box)
{
    const ww_catalog_frame *f = &s->set->catalog->frame.item[s->frame];
    if (!ww_annotation_box(s->set, face, box))
        return false;
    const ww_box shares = {box->x / f->jpeg_width, box->y / f->jpeg_height, box->width / f->jpeg_width,
                           box->height / f->jpeg_height};
    *box = ww_turn_box(shares, ww_turn_back(s->orientation));
    return true;
}

// As we wrote it: the name is still the one in the mark.
static bool is_ours(const ww_region *region)
{
    ww_box found;
    const char *label;
    return region->mark && ww_annotation_read_mark(region->mark, &found, &label)
           && strcmp(label, region->name ? region->name : "") == 0;
}

static bool is_told_already(const sidecar *s, ww_box box)
{
    for (size_t i = 0; i < s->regions.region.count; i++) {
        const ww_region *r = &s->regions.region.item[i];
        if (!r->microsoft && !is_ours(r) && r->box.width > 0 && ww_box_iou(r->box, box) >= SAME_REGION_OVERLAP)
            return true;
    }
    return false;
}

static void add_region(const sidecar *s, size_t face, ww_box b, ww_buffer *text)
{
    static const char *const side[] = {"stArea:x", "stArea:y", "stArea:w", "stArea:h"};
    const double value[] = {b.x + b.width / 2, b.y + b.height / 2, b.width, b.height};
    const char *name = given_name(s->set, face);
    char *mark = ww_annotation_mark(s->set->catalog->face.item[face].found, name);
    ww_buffer_text(text, REGION_INDENT "<rdf:li rdf:parseType=\"Resource\" xmlns:rdf=\"" WW_XMP_RDF
                                       "\" xmlns:mwg-rs=\"" WW_XMP_MWG_RS "\" xmlns:stArea=\"" WW_XMP_AREA "\">\n");
    if (*name) {
        ww_buffer_text(text, REGION_INDENT " <mwg-rs:Name>");
        ww_text_xml(text, name);
        ww_buffer_text(text, "</mwg-rs:Name>\n");
    }
    ww_buffer_text(text, REGION_INDENT " <mwg-rs:Type>Face</mwg-rs:Type>\n" REGION_INDENT " <mwg-rs:Area");
    for (int i = 0; i < 4; i++)
        ww_text_attribute(text, side[i], value[i], 6);
    ww_buffer_text(text,
                   " stArea:unit=\"normalized\"/>\n" REGION_INDENT
                   " <mwg-rs:Extensions rdf:parseType=\"Resource\"><whoswho:face xmlns:whoswho=\"" WW_XMP_OWN "\">");
    ww_text_xml(text, mark);
    ww_buffer_text(text, "</whoswho:face></mwg-rs:Extensions>\n" REGION_INDENT "</rdf:li>\n");
    free(mark);
}

// The regions that the sidecar does not tell already; how many.
static size_t add_regions(const sidecar *s, ww_buffer *text)
{
    const ww_catalog_frame *f = &s->set->catalog->frame.item[s->frame];
    size_t count = 0;
    for (size_t i = f->first_face; i < f->first_face + f->face_count; i++) {
        ww_box box;
        if (!is_shown(s->set, i) || !region_box(s, i, &box) || is_told_already(s, box))
            continue;
        add_region(s, i, box, text);
        count++;
    }
    return count;
}

static void add_description(const sidecar *s, const ww_buffer *regions, ww_buffer *text)
{
    const ww_catalog_frame *f = &s->set->catalog->frame.item[s->frame];
    const bool swapped = s->orientation >= 5;
    ww_buffer_text(text, "  <rdf:Description xmlns:rdf=\"" WW_XMP_RDF "\" rdf:about=\"");
    ww_text_xml(text, s->regions.about ? s->regions.about : "");
    ww_buffer_format(text,
                     "\" xmlns:mwg-rs=\"" WW_XMP_MWG_RS "\" xmlns:stDim=\"" WW_XMP_DIMENSIONS
                     "\">\n   <mwg-rs:Regions rdf:parseType=\"Resource\">\n    <mwg-rs:AppliedToDimensions "
                     "stDim:w=\"%d\" stDim:h=\"%d\" stDim:unit=\"pixel\"/>\n    <mwg-rs:RegionList><rdf:Bag>\n",
                     swapped ? f->height : f->width, swapped ? f->width : f->height);
    ww_buffer_add(text, regions->data, regions->bytes);
    ww_buffer_text(text, REGION_INDENT "</rdf:Bag></mwg-rs:RegionList>\n   </mwg-rs:Regions>\n  </rdf:Description>\n");
}

static void add_document(const sidecar *s, const ww_buffer *regions, ww_buffer *text)
{
    ww_buffer_text(text, "<?xpacket begin=\"\xef\xbb\xbf\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n"
                         "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\">\n <rdf:RDF xmlns:rdf=\"" WW_XMP_RDF "\">\n");
    add_description(s, regions, text);
    ww_buffer_text(text, " </rdf:RDF>\n</x:xmpmeta>\n<?xpacket end=\"w\"?>\n");
}

// Where the line begins that only has spaces before `at`; else `at`.
static size_t line_begin(const sidecar *s, size_t at)
{
    size_t begin = at;
    while (begin > 0 && (s->old[begin - 1] == ' ' || s->old[begin - 1] == '\t'))
        begin--;
    return begin > 0 && s->old[begin - 1] == '\n' ? begin : at;
}

// The bytes of the sidecar that is there, without our regions, and with the new ones: what nobody changed comes out as
// it went in.
static void add_merged(const sidecar *s, const ww_buffer *regions, ww_buffer *text)
{
    const size_t insert = line_begin(s, s->regions.has_regions ? s->regions.list_end : s->regions.rdf_end);
    size_t at = 0;
    for (size_t i = 0; i < s->regions.region.count; i++) {
        const ww_region *r = &s->regions.region.item[i];
        if (r->microsoft || !is_ours(r) || r->end > insert)
            continue;
        const size_t begin = line_begin(s, r->begin);
        ww_buffer_add(text, s->old + at, begin - at);
        at = r->end + (begin < r->begin && s->old[r->end] == '\n');
    }
    ww_buffer_add(text, s->old + at, insert - at);
    if (s->regions.has_regions)
        ww_buffer_add(text, regions->data, regions->bytes);
    else if (regions->bytes)
        add_description(s, regions, text);
    ww_buffer_add(text, s->old + insert, s->old_bytes - insert);
}

// --- files

static bool is_taken(const writing *w, const char *path)
{
    return ww_id_set_has(&w->taken, ww_hash_bytes(path, strlen(path)));
}

// The sidecar of the photo: PHOTO.jpg.xmp, or PHOTO.xmp where only that is there. The caller frees.
static char *sidecar_path(const writing *w, const char *photo)
{
    const char *extension = ww_path_extension(photo);
    char *path = ww_strf("%s.xmp", photo),
         *other = ww_strf("%.*sxmp", (int)(extension - photo), photo); // with the dot, which an extension has before it
    if (*extension && !ww_path_exists(path) && ww_path_exists(other) && !is_taken(w, other + w->root_bytes)) {
        free(path);
        return other;
    }
    free(other);
    return path;
}

// False, after a message: the sidecar that is there is left.
static bool read_old(sidecar *s, const char *path, ww_dataset_out *out)
{
    ww_error why = {0};
    if (!ww_path_exists(path))
        return true;
    ww_status status = ww_read_file(path, SIDECAR_BYTES_MAX, &s->old, &s->old_bytes, &why);
    if (status == WW_OK)
        status = ww_regions_read(s->old, s->old_bytes, path, &s->regions, &why);
    if (status != WW_OK) {
        ww_dataset_out_pass_over(out, "%s; this sidecar is left as it is, without regions", why.message);
        return false;
    }
    if (s->regions.is_utf8 && (s->regions.has_regions ? s->regions.list_end : s->regions.rdf_end) > 0)
        return true;
    ww_dataset_out_pass_over(out, "'%s' is not in UTF-8, or has no place for regions: this sidecar is left as it is",
                             path);
    return false;
}

static ww_status put_sidecar(const sidecar *s, const char *path, writing *w, ww_error *err)
{
    ww_buffer regions = {0}, text = {0};
    const size_t count = add_regions(s, &regions);
    ww_status status = ww_buffer_status(&regions, path, err);
    if (status == WW_OK && s->old)
        add_merged(s, &regions, &text);
    else if (status == WW_OK && count > 0)
        add_document(s, &regions, &text);
    if (status == WW_OK && !ww_id_set_put(&w->taken, ww_hash_bytes(path, strlen(path)), NULL))
        status = ww_fail_memory(err, "a list of %zu files", w->taken.count);
    if (status == WW_OK && (s->old || count > 0))
        status = ww_dataset_out_put_text(w->out, path, &text, err);
    ww_buffer_free(&regions);
    ww_buffer_free(&text);
    return status;
}

// False, after a message: nothing can be said of where the photo's pixels lie.
static bool find_orientation(sidecar *s, writing *w)
{
    uint8_t *jpeg = NULL;
    size_t bytes = 0;
    ww_error why = {0};
    const ww_catalog *c = s->set->catalog;
    const char *path = c->source.item[c->frame.item[s->frame].source].path;
    ww_status status = s->photo && s->set->probe
                           ? ww_store_frame_jpeg(c->store, c->frame.item[s->frame].id, &jpeg, &bytes, &why)
                           : ww_fail(&why, WW_ERR_NOT_FOUND, "'%s' is not there", path);
    if (status == WW_OK)
        status = s->set->probe->orientation(s->photo, jpeg, bytes, &s->orientation, &why);
    free(jpeg);
    if (status != WW_OK)
        ww_dataset_out_pass_over(w->out, "%s; it gets no sidecar, since which way its pixels lie is not known",
                                 why.message);
    return status == WW_OK;
}

static bool is_plain(const char *path)
{
    for (; *path; path++)
        if (ww_ascii_is_control(*path))
            return false;
    return true;
}

static ww_status put_photo(writing *w, size_t frame, ww_error *err)
{
    sidecar s = {.set = w->set, .frame = frame, .photo = real_path(w->set, frame)};
    ww_status status = WW_OK;
    if (w->set->catalog->frame.item[frame].sample != 0) {
        ww_dataset_out_pass_over(w->out, "a page behind the first of '%s' has no place in a sidecar",
                                 s.photo ? s.photo : "a photo that is not there");
    } else if (find_orientation(&s, w)) {
        char *path = sidecar_path(w, s.photo);
        const char *inside = path + w->root_bytes;
        if (!is_plain(inside) || is_taken(w, inside))
            ww_dataset_out_pass_over(w->out,
                                     is_plain(inside)
                                         ? "'%s' would be written twice: the photo was changed since it was "
                                           "scanned first; the older one is left"
                                         : "'%s' has control characters in its name; it is left",
                                     path);
        else if (read_old(&s, path, w->out))
            status = put_sidecar(&s, inside, w, err);
        free(path);
    }
    ww_regions_free(&s.regions);
    free(s.old);
    free(s.photo);
    return status;
}

static ww_status write(const ww_dataset *set, ww_dataset_out *out, ww_error *err)
{
    writing w = {.set = set, .out = out, .root_bytes = common_root(set)};
    ww_status status = WW_OK;
    size_t photos = 0;
    for (size_t i = 0; status == WW_OK && i < set->catalog->frame.count; i++)
        if (is_photo(set, i)) {
            photos++;
            status = put_photo(&w, i, err);
        }
    ww_id_set_free(&w.taken);
    if (status == WW_OK && photos == 0)
        status =
            ww_fail(err, WW_ERR_NOT_FOUND, "nobody is seen on a photo of this library, and videos have no sidecars");
    return status;
}

const ww_export_format ww_format_xmp = {.name = "xmp",
                                        .description = "XMP sidecars with face regions (MWG-RS) for photo managers; "
                                                       "whoswho import reads them back",
                                        .whole = true,
                                        .write = write};
