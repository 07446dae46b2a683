// SPDX-License-Identifier: MIT
#ifndef WHOSWHO_H
#define WHOSWHO_H
#ifdef __cplusplus
extern "C" {
#endif
typedef enum ww_status {
    WW_OK = 0,
    WW_ERR_ARGUMENT = -1,    // the caller asked for something that makes no sense
    WW_ERR_MEMORY = -2,      // no memory, or a size over the bound set for it
    WW_ERR_IO = -3,          // a file or folder cannot be read or written
    WW_ERR_FORMAT = -4,      // a file is not what it claims to be, or is damaged
    WW_ERR_UNSUPPORTED = -5, // well formed, but beyond what this program does
    WW_ERR_STORE = -6,       // the store is broken, locked or of another version
    WW_ERR_NO_SPACE = -7,    // the disk is full
    WW_ERR_CANCELLED = -8,   // a progress callback asked to stop
    WW_ERR_NOT_FOUND = -9,   // no such file, person, face or model
} ww_status;
#ifdef __cplusplus
}
#endif
#endif
