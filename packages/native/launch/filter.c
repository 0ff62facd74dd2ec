// SPDX-License-Identifier: BSD-2-Clause
/* Which system calls go to the supervisor: a table, assembled into classic BPF. */
#include "filter.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__)
#define NATIVE_ARCH AUDIT_ARCH_X86_64
#define FOREIGN_ARCH AUDIT_ARCH_I386
#define FOREIGN_SOCKET 359
#define FOREIGN_SOCKETCALL 102
#define X32_BIT 0x40000000u
#elif defined(__aarch64__)
#define NATIVE_ARCH AUDIT_ARCH_AARCH64
#define FOREIGN_ARCH AUDIT_ARCH_ARM
#define FOREIGN_SOCKET 281
#else
#error "transport-seccomp knows x86-64 and arm64"
#endif

#ifndef SYS_io_uring_setup
#define SYS_io_uring_setup 425
#endif

/* Requests about routes, interfaces, ARP, bonds, bridges and tunnels would reach the host's, whatever socket they are made
 * on. What lies between is about the socket itself (SIOCOUTQNSD, SIOCGSKNS) or private to protocols. Ascending. */
static const struct {
  unsigned first, last;
} host_requests[] = {{0x890b, 0x890d}, {0x8910, 0x894a}, {0x8950, 0x89df}, {0x89f0, 0x89ff}};
#define HOST_REQUESTS (sizeof host_requests / sizeof *host_requests)

/* TUNSETIFF, TUNSETPERSIST, TUNSETOWNER, TUNSETLINK and TUNSETGROUP would make devices of the host. */
#define FIRST_DEVICE_REQUEST 0x400454cau
#define LAST_DEVICE_REQUEST 0x400454ceu

/* Trapped when their first argument is a descriptor in the trapped range. The frequent ones first. */
static const int descriptor_calls[] = {
    SYS_read,        SYS_write,      SYS_recvmsg,    SYS_sendmsg,     SYS_recvfrom,    SYS_sendto,
    SYS_readv,       SYS_writev,     SYS_preadv2,    SYS_pwritev2,    SYS_recvmmsg,    SYS_sendmmsg,
    SYS_bind,        SYS_connect,    SYS_getsockname, SYS_getpeername, SYS_setsockopt, SYS_getsockopt,
    SYS_listen,      SYS_accept,     SYS_accept4,    SYS_shutdown,    SYS_dup,
};
#define DESCRIPTOR_CALLS (sizeof descriptor_calls / sizeof *descriptor_calls)

#define LOAD(member) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, member))
#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "the low half of an argument is taken to come first"
#endif
#define JUMP(test, k, yes, no) BPF_JUMP(BPF_JMP | (test) | BPF_K, (k), (yes), (no))
#define RETURN(action) BPF_STMT(BPF_RET | BPF_K, (action))
#define REFUSE(error) RETURN(SECCOMP_RET_ERRNO | ((error) & SECCOMP_RET_DATA))

unsigned short make_filter(unsigned base, struct sock_filter *code) {
  size_t n = 0;
  _Static_assert(64 + DESCRIPTOR_CALLS + 2 * HOST_REQUESTS <= LONGEST_FILTER, "room for the filter");
#define EMIT(...)                                                     \
  do {                                                                \
    const struct sock_filter instructions[] = {__VA_ARGS__};          \
    for (size_t i = 0; i < sizeof instructions / sizeof *instructions; i++) code[n++] = instructions[i]; \
  } while (0)

  EMIT(LOAD(arch), JUMP(BPF_JEQ, NATIVE_ARCH, 0, 0));
  size_t to_foreign = n - 1;
  EMIT(LOAD(nr));
#ifdef X32_BIT
  EMIT(JUMP(BPF_JGE, X32_BIT, 0, 1), REFUSE(ENOSYS));
#endif
  size_t first = n;
  for (size_t i = 0; i < DESCRIPTOR_CALLS; i++) EMIT(JUMP(BPF_JEQ, (unsigned)descriptor_calls[i], 0, 0));

  EMIT(JUMP(BPF_JEQ, SYS_socket, 0, 4), LOAD(args[0]), JUMP(BPF_JEQ, AF_NETLINK, 0, 1), RETURN(SECCOMP_RET_USER_NOTIF),
       RETURN(SECCOMP_RET_ALLOW));
  EMIT(JUMP(BPF_JEQ, SYS_socketpair, 0, 4), LOAD(args[0]), JUMP(BPF_JEQ, AF_NETLINK, 0, 1), REFUSE(EOPNOTSUPP),
       RETURN(SECCOMP_RET_ALLOW));
  EMIT(JUMP(BPF_JEQ, SYS_ioctl, 0, 6 + 2 * HOST_REQUESTS), LOAD(args[1]));
  EMIT(JUMP(BPF_JGE, FIRST_DEVICE_REQUEST, 0, 2), JUMP(BPF_JGT, LAST_DEVICE_REQUEST, 1, 0), RETURN(SECCOMP_RET_USER_NOTIF));
  for (size_t left = HOST_REQUESTS; left > 0; left--) {
    const unsigned first = host_requests[HOST_REQUESTS - left].first, last = host_requests[HOST_REQUESTS - left].last;
    EMIT(JUMP(BPF_JGT, last, 1, 0), JUMP(BPF_JGE, first, 2 * left - 1, 2 * left - 2));
  }
  EMIT(RETURN(SECCOMP_RET_ALLOW), RETURN(SECCOMP_RET_USER_NOTIF));
  /* A ring would do socket calls that no filter sees. */
  EMIT(JUMP(BPF_JEQ, SYS_io_uring_setup, 0, 1), REFUSE(ENOSYS));
  EMIT(JUMP(BPF_JEQ, SYS_fcntl, 1, 0), RETURN(SECCOMP_RET_ALLOW));
  EMIT(LOAD(args[1]), JUMP(BPF_JEQ, F_DUPFD, 2, 0), JUMP(BPF_JEQ, F_DUPFD_CLOEXEC, 1, 0), RETURN(SECCOMP_RET_ALLOW));

  size_t descriptor_check = n;
  EMIT(LOAD(args[0]), JUMP(BPF_JGE, base, 0, 1), RETURN(SECCOMP_RET_USER_NOTIF), RETURN(SECCOMP_RET_ALLOW));
  for (size_t i = first; i < first + DESCRIPTOR_CALLS; i++) code[i].jt = (unsigned char)(descriptor_check - i - 1);

  /* 32-bit programs cannot be served; what would reach the host's netlink fails instead. */
  code[to_foreign].jf = (unsigned char)(n - to_foreign - 1);
  EMIT(JUMP(BPF_JEQ, FOREIGN_ARCH, 1, 0), RETURN(SECCOMP_RET_ALLOW), LOAD(nr));
#ifdef FOREIGN_SOCKETCALL
  EMIT(JUMP(BPF_JEQ, FOREIGN_SOCKETCALL, 0, 4), LOAD(args[0]), JUMP(BPF_JEQ, 1 /* SYS_SOCKET */, 0, 1), REFUSE(EAFNOSUPPORT),
       RETURN(SECCOMP_RET_ALLOW));
#endif
  EMIT(JUMP(BPF_JEQ, SYS_io_uring_setup, 0, 1), REFUSE(ENOSYS)); /* the same number everywhere */
  EMIT(JUMP(BPF_JEQ, FOREIGN_SOCKET, 1, 0), RETURN(SECCOMP_RET_ALLOW), LOAD(args[0]), JUMP(BPF_JEQ, AF_NETLINK, 0, 1),
       REFUSE(EAFNOSUPPORT), RETURN(SECCOMP_RET_ALLOW));

  return (unsigned short)n;
}

int install_filter(unsigned base) {
  struct sock_filter code[LONGEST_FILTER];
  struct sock_fprog program = {.len = make_filter(base, code), .filter = code};
  return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &program);
}
