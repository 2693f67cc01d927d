#pragma once
#include <sys/types.h>

/// Linux calls whose declarations need `_GNU_SOURCE` or are variadic. Each returns what the call returns and sets errno.

/// Makes core dumps and crash reports impossible for this process, and its memory unreadable to others of the same user.
int guandu_forbid_core_dumps(void);
/// Lets the allocator use the same pages again for packet-sized buffers, in place of asking the kernel for new ones.
void guandu_keep_memory(void);
/// Keeps every page of this process, present and future, out of swap.
int guandu_lock_memory(void);
/// `setrlimit(2)` of this process's time on the processor and of its address space.
int guandu_limit_resources(unsigned long long processor_seconds, unsigned long long memory_bytes);
/// `syncfs(2)` of the file system that holds `descriptor`.
int guandu_syncfs(int descriptor);
/// Asks the kernel to begin writing a range to the disk, without waiting and without any promise.
void guandu_start_writeback(int descriptor, off_t offset, off_t count);
/// `renameat2(2)` with RENAME_NOREPLACE.
int guandu_rename_exclusive(const char *from, const char *to);
/// `flock(2)`, exclusive and without waiting.
int guandu_lock_exclusive(int descriptor);
/// Ends it, whoever else holds the same open file.
int guandu_unlock(int descriptor);
/// Starts this process's own program again, with one argument and `descriptor` as its standard input and output; its errors go
/// nowhere, and nothing else stays open. `posix_spawn(3)`: 0 or an error's number.
int guandu_spawn_itself(const char *argument, int descriptor, pid_t *child);

/// `memfd_create(2)`: a file in memory, without a name, that ends with its last descriptor.
int guandu_memory_file(void);
/// `pipe2(2)`: both ends are closed where a program is started.
int guandu_pipe(int ends[2]);
/// `pidfd_open(2)`: a descriptor that can be read from once the process has ended, or -1.
int guandu_process_handle(pid_t process);
/// Starts `program` with `input` and `output` for its standard input and output, `/dev/null` for its errors, and no other
/// descriptor; its environment is empty, its signals are as after boot. Returns an error's number, or 0.
int guandu_start_contained(const char *program, char *const arguments[], int input, int output, pid_t *process);
/// What a process does before it reads what a stranger made. It ends with the thread that started it; no file that it
/// writes grows; it opens none, begins no other process, has no network, and maps no code.
/// Needs a kernel with seccomp filters, on x86-64 or AArch64; elsewhere -1 with ENOSYS.
int guandu_contain_self(void);
/// What a process does before it becomes another program of this system (`guandu_become`) that reads what a stranger made. It
/// ends with the thread that started it; it reads below `folders` (which ends with NULL) and what is open already, and
/// nothing else; it writes to no file, begins no other process, has no network and no keys.
/// Needs a kernel with landlock and seccomp filters, on x86-64 or AArch64; elsewhere -1.
int guandu_contain_program(const char *const folders[]);
/// `execve(2)` with an empty environment; returns where it failed.
int guandu_become(const char *program, char *const arguments[]);
