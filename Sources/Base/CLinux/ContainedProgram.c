#define _GNU_SOURCE
#include "CLinux.h"
#include "SeccompFilter.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef LANDLOCK_ACCESS_FS_TRUNCATE
#define LANDLOCK_ACCESS_FS_TRUNCATE (1ULL << 14)
#endif

#define READING_FILE (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_EXECUTE)
#define READING (READING_FILE | LANDLOCK_ACCESS_FS_READ_DIR)

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
    struct landlock_path_beneath_attr beneath = {.allowed_access = READING_FILE, .parent_fd = folder};
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
static const struct sock_filter filter[] = {
  FILTER_HEAD
  // Its input and output, and files that landlock lets it open.
  ALLOW(read), ALLOW(write), ALLOW(readv), ALLOW(writev), ALLOW(pread64), ALLOW(lseek), ALLOW(close), ALLOW(fstat),
  ALLOW(newfstatat), ALLOW(statx), ALLOW(openat), ALLOW(faccessat), ALLOW(faccessat2), ALLOW(readlinkat),
  ALLOW(getdents64), ALLOW(statfs), ALLOW(fstatfs), ALLOW(fadvise64), ALLOW(getcwd), ALLOW(dup), ALLOW(dup3),
#ifdef __NR_open
  ALLOW(open), ALLOW(stat), ALLOW(lstat), ALLOW(access), ALLOW(readlink), ALLOW(dup2),
#endif
  // The program itself, its memory, threads of its own, time. A mapping may be code: libraries are loaded.
  ALLOW(execve), ALLOW(brk), ALLOW(mmap), ALLOW(mprotect), ALLOW(munmap), ALLOW(mremap), ALLOW(madvise), ALLOW(futex),
  ALLOW(sched_yield), ALLOW(sched_getaffinity), ALLOW(set_robust_list), ALLOW(set_tid_address),
#ifdef __NR_arch_prctl
  ALLOW(arch_prctl),
#endif
#ifdef __NR_rseq
  ALLOW(rseq),
#endif
  ALLOW(rt_sigaction), ALLOW(rt_sigprocmask), ALLOW(rt_sigreturn), ALLOW(sigaltstack), ALLOW(getpid), ALLOW(gettid),
  ALLOW(getuid), ALLOW(geteuid), ALLOW(getgid), ALLOW(getegid), ALLOW(uname), ALLOW(sysinfo), ALLOW(getrusage),
  ALLOW(clock_gettime), ALLOW(clock_getres), ALLOW(gettimeofday), ALLOW(nanosleep), ALLOW(clock_nanosleep),
  ALLOW(restart_syscall), ALLOW(getrandom), ALLOW(exit), ALLOW(exit_group),
  ON(ioctl, REFUSE(ENOTTY)),
  // glibc then begins a thread with clone.
  ON(clone3, REFUSE(ENOSYS)),
  // Limits are its own alone.
  BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_prlimit64, 0, 4),
  LOAD_ARGUMENT(0),
  IS(0, 0, 1),
  ANSWER(SECCOMP_RET_ALLOW),
  REFUSE(EPERM),
  // Flags of descriptors, and copies of them; nothing that names an owner or a signal.
  BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_fcntl, 0, 8),
  LOAD_ARGUMENT(1),
  IS(F_DUPFD, 5, 0),
  IS(F_GETFD, 4, 0),
  IS(F_SETFD, 3, 0),
  IS(F_GETFL, 2, 0),
  IS(F_DUPFD_CLOEXEC, 1, 0),
  REFUSE(EPERM),
  ANSWER(SECCOMP_RET_ALLOW),
  // A thread of its own.
  BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_clone, 0, 4),
  LOAD_ARGUMENT(0),
  BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, CLONE_THREAD, 0, 1),
  ANSWER(SECCOMP_RET_ALLOW),
  ANSWER(SECCOMP_RET_KILL_PROCESS),
  // What no printing ever asks for.
  KILL(socket), KILL(socketpair), KILL(connect), KILL(bind), KILL(listen), KILL(accept), KILL(accept4), KILL(sendto),
  KILL(sendmsg), KILL(sendmmsg), KILL(execveat), KILL(ptrace), KILL(process_vm_readv), KILL(process_vm_writev),
  KILL(bpf), KILL(keyctl), KILL(unshare), KILL(setns), KILL(mount), KILL(kill), KILL(tgkill), KILL(tkill),
  KILL(pidfd_send_signal), KILL(rt_sigqueueinfo), KILL(rt_tgsigqueueinfo),
#ifdef __NR_fork
  KILL(fork), KILL(vfork),
#endif
#ifdef __NR_io_uring_setup
  KILL(io_uring_setup),
#endif
  // Above all, every call that changes a file, another process, or how one is scheduled.
  REFUSE(EPERM),
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
