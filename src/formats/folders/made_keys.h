// SPDX-License-Identifier: MIT
// Numbers for everything that pictures of the export are made from, so that what is there already need not be made, nor
// read, to tell that it is right. The program's version is in them: another one may make other pictures.
// Private to formats/folders/.
#ifndef WW_FORMATS_FOLDERS_MADE_KEYS_H
#define WW_FORMATS_FOLDERS_MADE_KEYS_H
#include "library/catalog.h"

uint64_t ww_portrait_key(const ww_catalog *catalog, size_t face);
uint64_t ww_frame_key(const ww_catalog *catalog, size_t frame);
uint64_t ww_montage_key(const ww_catalog *catalog, const ww_catalog_person *person);

#endif
