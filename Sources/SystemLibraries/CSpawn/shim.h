// SPDX-License-Identifier: Apache-2.0
#ifndef TROQUET_CSPAWN_H
#define TROQUET_CSPAWN_H

// glibc 2.34 shows these two only to GNU sources, which Swift's importer does not call itself.
#include <spawn.h>

extern int posix_spawn_file_actions_addchdir_np(posix_spawn_file_actions_t *actions, const char *path);
extern int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *actions, int from);

#endif
