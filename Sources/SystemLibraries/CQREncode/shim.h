// SPDX-License-Identifier: Apache-2.0
// The part of libqrencode 4 that is used. The library is opened when the first code is drawn and is not needed to build
// or start a node: without it, a poster has the address alone.
#ifndef TROQUET_CQRENCODE_SHIM_H
#define TROQUET_CQRENCODE_SHIM_H

#include <dlfcn.h>
#include <stddef.h>

/// A code: `width` rows of `width` bytes each. The lowest bit of a byte says whether the module is black.
typedef struct {
    int version;
    int width;
    unsigned char *data;
} cqrencode_code;

/// Opens the library; NULL when it is not installed.
static inline void *cqrencode_open(void) { return dlopen("libqrencode.so.4", RTLD_NOW | RTLD_LOCAL); }

/// Encodes a text as bytes, so that it is read as it is; NULL when it is too long. To be freed with cqrencode_free.
/// The code is readable when up to 15 % of it is damaged (level M).
static inline cqrencode_code *cqrencode_encode(void *library, const char *text) {
    typedef cqrencode_code *(*encode)(const char *text, int version, int level, int mode, int keeps_case);
    encode function = (encode)dlsym(library, "QRcode_encodeString");
    return function == NULL ? NULL : function(text, 0, 1, 2, 1);
}

/// Frees a code.
static inline void cqrencode_free(void *library, cqrencode_code *code) {
    typedef void (*release)(cqrencode_code *code);
    release function = (release)dlsym(library, "QRcode_free");
    if (function != NULL) function(code);
}

#endif
