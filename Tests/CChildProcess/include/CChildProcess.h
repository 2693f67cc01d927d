#pragma once
#include <spawn.h>

/// Calls whose declarations need `_GNU_SOURCE`.

/// `posix_spawn_file_actions_addclosefrom_np(3)`.
int child_close_from(posix_spawn_file_actions_t *actions, int descriptor);
/// `posix_spawn_file_actions_addchdir_np(3)`.
int child_change_folder(posix_spawn_file_actions_t *actions, const char *path);
