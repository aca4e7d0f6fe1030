// SPDX-License-Identifier: Apache-2.0
#ifndef TROQUET_CLIBXML2_H
#define TROQUET_CLIBXML2_H

// libxml2 built with ICU shows ICU's headers, which clash with the copy inside Foundation. Only the layout of
// its encoding handlers depends on that, and no Swift code looks into one.
#include <libxml/xmlversion.h>
#undef LIBXML_ICU_ENABLED

#include <libxml/HTMLparser.h>
#include <libxml/SAX2.h>
#include <libxml/parser.h>
#include <libxml/tree.h>

#endif
