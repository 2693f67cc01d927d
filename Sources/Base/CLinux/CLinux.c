#define _GNU_SOURCE
#include "CLinux.h"

#include <fcntl.h>
#include <malloc.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

int guandu_forbid_core_dumps(void) {
  // Swift's runtime would print a crashing process's memory to the log.
  static const int crashes[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGTRAP, SIGQUIT};
  for (unsigned i = 0; i < sizeof crashes / sizeof *crashes; i++) signal(crashes[i], SIG_DFL);
  struct rlimit none = {0, 0};
  if (setrlimit(RLIMIT_CORE, &none) != 0) return -1;
  return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}
void guandu_keep_memory(void) {
  mallopt(M_ARENA_MAX, 1);
  mallopt(M_MMAP_THRESHOLD, 32 << 20);
  mallopt(M_TRIM_THRESHOLD, 256 << 20);
}
int guandu_lock_memory(void) { return mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT); }
int guandu_limit_resources(unsigned long long processor_seconds, unsigned long long memory_bytes) {
  // A second more, so that the signal of the first can still be told from a kill.
  struct rlimit time = {processor_seconds, processor_seconds + 1}, memory = {memory_bytes, memory_bytes};
  return setrlimit(RLIMIT_CPU, &time) == 0 ? setrlimit(RLIMIT_AS, &memory) : -1;
}
int guandu_syncfs(int descriptor) { return syncfs(descriptor); }
void guandu_start_writeback(int descriptor, off_t offset, off_t count) {
  sync_file_range(descriptor, offset, count, SYNC_FILE_RANGE_WRITE);
}
int guandu_rename_exclusive(const char *from, const char *to) {
  return renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE);
}
int guandu_lock_exclusive(int descriptor) { return flock(descriptor, LOCK_EX | LOCK_NB); }
int guandu_unlock(int descriptor) { return flock(descriptor, LOCK_UN); }
int guandu_spawn_itself(const char *argument, int descriptor, pid_t *child) {
  posix_spawn_file_actions_t actions;
  int code = posix_spawn_file_actions_init(&actions);
  if (code != 0) return code;
  code = posix_spawn_file_actions_adddup2(&actions, descriptor, 0);
  if (code == 0) code = posix_spawn_file_actions_adddup2(&actions, descriptor, 1);
  if (code == 0) code = posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
  if (code == 0) code = posix_spawn_file_actions_addclosefrom_np(&actions, 3);
  char *words[] = {"guandu-signer", (char *)argument, NULL};
  if (code == 0) code = posix_spawn(child, "/proc/self/exe", &actions, NULL, words, environ);
  posix_spawn_file_actions_destroy(&actions);
  return code;
}
