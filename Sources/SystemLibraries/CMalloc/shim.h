// SPDX-License-Identifier: Apache-2.0
#ifndef TROQUET_CMALLOC_H
#define TROQUET_CMALLOC_H

// Swift's module of glibc leaves this header out.
#include <malloc.h>

#endif
