// SPDX-License-Identifier: Apache-2.0
#ifndef TROQUET_CZLIB_SHIM_H
#define TROQUET_CZLIB_SHIM_H

#include <zlib.h>

/// Prepares a compressor without a header of its own (raw deflate). A macro in zlib.
static inline int czlib_begin(z_streamp stream, int level) {
    return deflateInit2(stream, level, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
}

#endif
