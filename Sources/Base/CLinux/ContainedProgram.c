#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__)
#define OWN_ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define OWN_ARCHITECTURE AUDIT_ARCH_AARCH64
#endif

#ifndef LANDLOCK_ACCESS_FS_TRUNCATE
#define LANDLOCK_ACCESS_FS_TRUNCATE (1ULL << 14)
#endif

#define READING (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR | LANDLOCK_ACCESS_FS_EXECUTE)

// All that the kernel can forbid, and reading allowed below the folders: landlock(7).
static int allow_reading_only(const char *const folders[]) {
  long version = syscall(__NR_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
  if (version < 1) return -1;
  struct landlock_ruleset_attr rules = {.handled_access_fs = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1};
  if (version >= 2) rules.handled_access_fs |= LANDLOCK_ACCESS_FS_REFER;
  if (version >= 3) rules.handled_access_fs |= LANDLOCK_ACCESS_FS_TRUNCATE;
  int ruleset = (int)syscall(__NR_landlock_create_ruleset, &rules, sizeof rules, 0);
  if (ruleset < 0) return -1;
  int result = 0;
  for (; *folders && result == 0; ++folders) {
    int folder = open(*folders, O_PATH | O_CLOEXEC);
    // What this system does not have needs no rule.
    if (folder < 0) continue;
    struct stat status;
    struct landlock_path_beneath_attr beneath = {.allowed_access = LANDLOCK_ACCESS_FS_READ_FILE, .parent_fd = folder};
    // Of a file nothing can be allowed that folders alone have.
    if (fstat(folder, &status) == 0 && S_ISDIR(status.st_mode)) beneath.allowed_access = READING;
    result = (int)syscall(__NR_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &beneath, 0);
    close(folder);
  }
  if (result == 0) result = (int)syscall(__NR_landlock_restrict_self, ruleset, 0);
  close(ruleset);
  return result;
}

#ifdef OWN_ARCHITECTURE
#define ANSWER(value) BPF_STMT(BPF_RET | BPF_K, value)
#define ON(call, answer) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_##call, 0, 1), answer
#define KILL(call) ON(call, ANSWER(SECCOMP_RET_KILL_PROCESS))
#define REFUSE(call, number) ON(call, ANSWER(SECCOMP_RET_ERRNO | (number)))

static const struct sock_filter filter[] = {
  BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
  BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, OWN_ARCHITECTURE, 1, 0),
  ANSWER(SECCOMP_RET_KILL_PROCESS),
  BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
#if defined(__x86_64__)
  // The calls of the x32 interface.
  BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 0x40000000, 0, 1),
  ANSWER(SECCOMP_RET_KILL_PROCESS),
#endif
  KILL(socket), KILL(socketpair), KILL(connect), KILL(bind), KILL(listen), KILL(accept), KILL(accept4), KILL(sendto),
  KILL(sendmsg), KILL(sendmmsg), KILL(ptrace), KILL(process_vm_readv), KILL(process_vm_writev), KILL(bpf),
  KILL(keyctl), KILL(add_key), KILL(request_key), KILL(unshare), KILL(setns), KILL(mount), KILL(perf_event_open),
  KILL(kill), KILL(tgkill), KILL(tkill), KILL(pidfd_send_signal), KILL(pidfd_getfd), KILL(rt_sigqueueinfo), KILL(rt_tgsigqueueinfo),
  KILL(execveat), KILL(shmget), KILL(msgget), KILL(semget),
#ifdef __NR_fork
  KILL(fork), KILL(vfork),
#endif
#ifdef __NR_io_uring_setup
  KILL(io_uring_setup),
#endif
  // What belongs to a file and no rule of landlock forbids.
  REFUSE(fchmod, EPERM), REFUSE(fchmodat, EPERM), REFUSE(fchown, EPERM), REFUSE(fchownat, EPERM),
  REFUSE(utimensat, EPERM), REFUSE(fsetxattr, EPERM), REFUSE(setxattr, EPERM), REFUSE(lsetxattr, EPERM),
#ifdef __NR_chmod
  REFUSE(chmod, EPERM), REFUSE(chown, EPERM), REFUSE(lchown, EPERM), REFUSE(utime, EPERM), REFUSE(utimes, EPERM),
#endif
  // Limits are its own alone.
  BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_prlimit64, 0, 4),
  BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args)),
  BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 1),
  ANSWER(SECCOMP_RET_ALLOW),
  ANSWER(SECCOMP_RET_ERRNO | EPERM),
  // glibc then begins a thread with clone.
  REFUSE(clone3, ENOSYS),
  BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_clone, 0, 3),
  BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args)),
  BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, CLONE_THREAD, 1, 0),
  ANSWER(SECCOMP_RET_KILL_PROCESS),
  ANSWER(SECCOMP_RET_ALLOW),
};

int guandu_contain_program(const char *const folders[]) {
  if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return -1;
  struct rlimit nothing = {0, 0};
  if (setrlimit(RLIMIT_FSIZE, &nothing) != 0 || allow_reading_only(folders) != 0) return -1;
  struct sock_fprog program = {sizeof filter / sizeof *filter, (struct sock_filter *)filter};
  return (int)syscall(__NR_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &program);
}
#else
int guandu_contain_program(const char *const folders[]) {
  (void)folders;
  errno = ENOSYS;
  return -1;
}
#endif

int guandu_become(const char *program, char *const arguments[]) {
  char *const environment[] = {NULL};
  return execve(program, arguments, environment);
}
