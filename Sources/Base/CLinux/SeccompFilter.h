// What the filters for seccomp(2) are written with. An empty OWN_ARCHITECTURE: none is known for this machine.
#pragma once
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>

#if defined(__x86_64__)
#define OWN_ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define OWN_ARCHITECTURE AUDIT_ARCH_AARCH64
#endif

#define LOAD(member) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, member))
// The lower half of an argument; both architectures are little-endian.
#define LOAD_ARGUMENT(index) \
  BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args) + (index) * sizeof(__u64))
#define ANSWER(value) BPF_STMT(BPF_RET | BPF_K, value)
#define REFUSE(number) ANSWER(SECCOMP_RET_ERRNO | (number))
#define IS(value, then, otherwise) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, then, otherwise)
#define ON(call, answer) IS(__NR_##call, 0, 1), answer
#define ALLOW(call) ON(call, ANSWER(SECCOMP_RET_ALLOW))
#define KILL(call) ON(call, ANSWER(SECCOMP_RET_KILL_PROCESS))

#if defined(__x86_64__)
// The calls of the x32 interface end the process.
#define NO_X32 BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 0x40000000, 0, 1), ANSWER(SECCOMP_RET_KILL_PROCESS),
#else
#define NO_X32
#endif
// Another architecture's calls end the process; the call's number is loaded for what follows.
#define FILTER_HEAD \
  LOAD(arch), IS(OWN_ARCHITECTURE, 1, 0), ANSWER(SECCOMP_RET_KILL_PROCESS), LOAD(nr), NO_X32
