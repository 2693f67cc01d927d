// Shuts itself in as a check does, or, where a second argument says so, as another program is, and then does what its argument names. Exit status: 0 it was let, 2 it was refused.
#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

static void *nothing(void *argument) { return argument; }

static int attempt(const char *what) {
  if (!strcmp(what, "nothing")) return 1;
  if (!strcmp(what, "thread")) {
    pthread_t thread;
    return pthread_create(&thread, NULL, nothing, NULL) == 0 && pthread_join(thread, NULL) == 0;
  }
  if (!strcmp(what, "memory")) return mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED;
  if (!strcmp(what, "code")) return mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED;
  if (!strcmp(what, "read")) return open("/etc/hostname", O_RDONLY) >= 0;
  if (!strcmp(what, "library")) return open("/usr/lib/os-release", O_RDONLY) >= 0;
  if (!strcmp(what, "process")) return open("/proc/1/cmdline", O_RDONLY) >= 0;
  if (!strcmp(what, "limits")) return syscall(SYS_prlimit64, getppid(), 7, NULL, NULL) == 0;
  if (!strcmp(what, "truncate")) return !(truncate("/dev/null", 0) != 0 && errno == EPERM && ftruncate(1, 0) != 0 && errno == EPERM);
  if (!strcmp(what, "mode")) return chmod("/proc/self", 0755) == 0 || errno != EPERM || syscall(452, AT_FDCWD, "/proc/self", 0755, 0) == 0 || errno != EPERM;
  if (!strcmp(what, "owner")) return fcntl(1, F_SETOWN, getppid()) == 0 || fcntl(1, F_SETFL, O_ASYNC) == 0;
  if (!strcmp(what, "priority")) return setpriority(PRIO_PROCESS, getppid(), 19) == 0;
  if (!strcmp(what, "attribute")) return setxattr("/dev/null", "user.x", "x", 1, 0) == 0 || errno != EPERM || utimensat(AT_FDCWD, "/dev/null", NULL, 0) == 0;
  if (!strcmp(what, "write")) return open("/dev/null", O_WRONLY) >= 0;
  if (!strcmp(what, "remove")) return unlink("/tmp/there-is-no-such-file") == 0;
  if (!strcmp(what, "socket")) return socket(AF_INET, SOCK_STREAM, 0) >= 0;
  if (!strcmp(what, "fork")) return fork() >= 0;
  if (!strcmp(what, "ptrace")) return ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0;
  if (!strcmp(what, "signal")) return syscall(SYS_tgkill, getppid(), getppid(), 0) == 0;
  if (!strcmp(what, "execute")) return execl("/bin/true", "true", (char *)NULL) == 0;
  if (!strcmp(what, "descriptor")) return write(3, "x", 1) == 1;
  if (!strcmp(what, "environment")) return environ[0] != NULL;
  return 1;
}

int main(int count, char **arguments) {
  const char *const folders[] = {"/usr", "/lib", "/lib64", "/etc/ld.so.cache", NULL};
  if ((count > 2 ? guandu_contain_program(folders) : guandu_contain_self()) != 0) return 3;
  return attempt(count > 1 ? arguments[1] : "nothing") ? 0 : 2;
}
