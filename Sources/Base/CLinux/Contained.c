#define _GNU_SOURCE
#include "CLinux.h"
#include "SeccompFilter.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

int guandu_memory_file(void) { return memfd_create("guandu", MFD_CLOEXEC); }

int guandu_pipe(int ends[2]) { return pipe2(ends, O_CLOEXEC); }

int guandu_process_handle(pid_t process) { return (int)syscall(__NR_pidfd_open, process, 0); }

int guandu_start_contained(const char *program, char *const arguments[], int input, int output, pid_t *process) {
  posix_spawn_file_actions_t actions;
  int error = posix_spawn_file_actions_init(&actions);
  if (error) return error;
  posix_spawnattr_t attributes;
  error = posix_spawnattr_init(&attributes);
  if (error) {
    posix_spawn_file_actions_destroy(&actions);
    return error;
  }
  sigset_t none, all;
  sigemptyset(&none);
  sigfillset(&all);
  char *const environment[] = {NULL};
  if (!(error = posix_spawn_file_actions_adddup2(&actions, input, 0)) &&
      !(error = posix_spawn_file_actions_adddup2(&actions, output, 1)) &&
      !(error = posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)) &&
      !(error = posix_spawn_file_actions_addclosefrom_np(&actions, 3)) &&
      !(error = posix_spawnattr_setsigmask(&attributes, &none)) &&
      !(error = posix_spawnattr_setsigdefault(&attributes, &all)) &&
      !(error = posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF)))
    error = posix_spawn(process, program, &actions, &attributes, arguments, environment);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  return error;
}

#ifdef OWN_ARCHITECTURE
static const struct sock_filter filter[] = {
  FILTER_HEAD
  // Its input and output.
  ALLOW(read), ALLOW(write), ALLOW(readv), ALLOW(writev), ALLOW(pread64), ALLOW(lseek), ALLOW(close), ALLOW(fstat),
  // Memory, threads of its own, time.
  ALLOW(brk), ALLOW(munmap), ALLOW(mremap), ALLOW(madvise), ALLOW(futex), ALLOW(sched_yield),
  ALLOW(sched_getaffinity), ALLOW(set_robust_list), ALLOW(set_tid_address),
#ifdef __NR_rseq
  ALLOW(rseq),
#endif
  ALLOW(rt_sigaction), ALLOW(rt_sigprocmask), ALLOW(rt_sigreturn), ALLOW(sigaltstack),
  ALLOW(getpid), ALLOW(gettid), ALLOW(getuid), ALLOW(geteuid), ALLOW(getgid), ALLOW(getegid), ALLOW(uname),
  ALLOW(getrusage), ALLOW(clock_gettime), ALLOW(clock_getres), ALLOW(gettimeofday), ALLOW(nanosleep),
  ALLOW(clock_nanosleep), ALLOW(restart_syscall), ALLOW(getrandom), ALLOW(exit), ALLOW(exit_group),
  // glibc then begins a thread with clone.
  ON(clone3, REFUSE(ENOSYS)),
  BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_clone, 0, 4),
  LOAD_ARGUMENT(0),
  BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, CLONE_THREAD, 0, 1),
  ANSWER(SECCOMP_RET_ALLOW),
  ANSWER(SECCOMP_RET_KILL_PROCESS),
  // Memory that is not code.
  BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_mmap, 1, 0),
  BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_mprotect, 0, 4),
  LOAD_ARGUMENT(2),
  BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, PROT_EXEC, 0, 1),
  REFUSE(EPERM),
  ANSWER(SECCOMP_RET_ALLOW),
  // What no check ever asks for.
  KILL(socket), KILL(socketpair), KILL(connect), KILL(bind), KILL(listen), KILL(accept), KILL(accept4), KILL(sendto),
  KILL(sendmsg), KILL(sendmmsg), KILL(execve), KILL(execveat), KILL(ptrace), KILL(process_vm_readv),
  KILL(process_vm_writev), KILL(bpf), KILL(keyctl), KILL(unshare), KILL(setns), KILL(mount), KILL(kill),
  // Both end any process of this user; a thread that aborts is ended all the same.
  KILL(tgkill), KILL(tkill), KILL(pidfd_send_signal), KILL(rt_sigqueueinfo), KILL(rt_tgsigqueueinfo),
#ifdef __NR_fork
  KILL(fork), KILL(vfork),
#endif
#ifdef __NR_io_uring_setup
  KILL(io_uring_setup),
#endif
  // Above all, every call that opens, makes, renames or removes a file.
  REFUSE(EPERM),
};

int guandu_contain_self(void) {
  if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return -1;
  struct rlimit nothing = {0, 0};
  if (setrlimit(RLIMIT_FSIZE, &nothing) != 0) return -1;
  struct sock_fprog program = {sizeof filter / sizeof *filter, (struct sock_filter *)filter};
  return (int)syscall(__NR_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &program);
}
#else
int guandu_contain_self(void) {
  errno = ENOSYS;
  return -1;
}
#endif
