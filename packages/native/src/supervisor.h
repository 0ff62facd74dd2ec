// SPDX-License-Identifier: BSD-2-Clause
/* The mechanism of the syscall supervisor. It knows the shapes of system calls and where their bytes are; what a call
 * means is decided in TypeScript. Everything read from a program is copied once and bounded. */
#ifndef NLSPACE_SUPERVISOR_H
#define NLSPACE_SUPERVISOR_H

#include <linux/seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <sys/uio.h>

/* What TypeScript calls the calls: keep equal to enum Operation in index.ts. */
enum operation {
  OPERATION_OPEN = 1,        /* a = type, b = protocol */
  OPERATION_BIND = 2,        /* a = length of the name in memory */
  OPERATION_CONNECT = 3,     /* a = length of the name in memory */
  OPERATION_SOCKET_NAME = 4, /* answered by answer_name */
  OPERATION_PEER_NAME = 5,
  OPERATION_SET_OPTION = 6,  /* a = level, b = option, c = length; the value is in memory */
  OPERATION_GET_OPTION = 7,  /* a = level, b = option, c = length offered; answered by answer_option */
  OPERATION_SEND = 8,        /* a = flags, b = length of the datagram in memory, c = length of the name, -1 without */
  OPERATION_SEND_MANY = 9,   /* a = flags, b = number of messages; each is fetched by select_message */
  OPERATION_RECEIVE = 10,    /* a = flags, b = capacity */
  OPERATION_RECEIVE_MANY = 11,
  OPERATION_UNSUPPORTED = 12, /* listen, accept, shutdown */
  OPERATION_NOTHING = 0,      /* answered with 0 at once, never told */
  OPERATION_INTERFACE = 13,   /* ioctl on any socket: a = request, b = its handle or -1; struct ifreq is in memory; answered by answer_interface */
  OPERATION_DEVICE = 14,      /* ioctl on /dev/net/tun: a = request, b = descriptor, c = argument; for TUNSETIFF as INTERFACE */
};

enum {
  NAME_SPACE = 128,               /* struct sockaddr_storage */
  LARGEST_DATAGRAM = 16 << 20,    /* sanity; the send buffer is the real limit */
  MEMORY_SIZE = NAME_SPACE + LARGEST_DATAGRAM,
  LARGEST_OPTION = 64,
  INTERFACE_REQUEST_SIZE = 40,    /* struct ifreq */
  INLINE_PARTS = 8,
  PIDFDS = 256,
};

/* Where a send or receive has its bytes, in the program's memory. */
struct message {
  uint64_t header;  /* struct msghdr, 0 if the call has none */
  uint64_t name, name_length_at;
  uint64_t control, control_length;
  uint32_t name_length;
  size_t part_count;
  size_t total;
  struct iovec inline_parts[INLINE_PARTS];
  struct iovec *parts; /* inline_parts, or allocated */
};

/* A notification that is not answered yet. */
struct call {
  bool used;
  bool waits; /* its handler has returned: whether the caller is still there has to be asked */
  uint32_t generation;
  uint64_t notification;
  pid_t thread;
  int socket;  /* handle, -1 for OPEN and INTERFACE */
  int fetched; /* the program's descriptor, only while its handler runs */
  struct seccomp_data data;
  struct message message;
};

/* The pair behind one netlink socket of a program. */
struct pair {
  bool used;
  bool holds_head; /* a datagram was put in and neither dropped nor read since */
  int end;         /* ours */
  ino_t inode;     /* of the program's end */
  int next;        /* in its hash chain */
};

struct pidfd {
  pid_t thread;
  int descriptor;
  int next_free; /* no descriptor between the base and this one is free, as of `generation` */
  unsigned generation;
};

enum { CHAINS = 1024 };

struct supervisor {
  int listener, epoll, channel;
  int pairs_epoll; /* inside of `epoll`: what programs did to pairs before they made a call is handled before the call */
  pid_t process; /* this one */
  dev_t socket_device; /* of every socket; an inode number alone may be a file's */
  unsigned base;
  uint8_t *memory; /* the name, then the payload; shared with TypeScript */
  struct call *calls;
  int call_count;
  struct pair *pairs;
  int pair_count, free_pair;
  int chains[CHAINS];
  struct pidfd pidfds[PIDFDS];
  /* While calls come one after the other: the descriptor that the last one was about. It would hide a close, so it goes
   * before anything else is looked at than a call on the same file. */
  bool may_hold;
  int held, held_socket;
  /* Where the last msghdr had its parts, of receives and of sends: most programs use the same ones again. */
  uint64_t usual_parts[2];
  unsigned closings; /* descriptors may have become free */
};

/* target.c: the program's memory and descriptors */
bool target_read(pid_t thread, void *to, uint64_t from, size_t length);
bool target_write(pid_t thread, const void *from, uint64_t to, size_t length);
/* Copies up to `length` bytes; false if not all of them were there. */
bool target_gather(pid_t thread, void *to, const struct iovec *parts, size_t count, size_t length);
/* Writes the whole of `from` to `to`, both in parts. */
bool target_scatter(pid_t thread, const struct iovec *from, size_t from_count, const struct iovec *to, size_t to_count);
/* Opens a pidfd; `*lasting` says whether it stays right when the thread ends and its number is used again. */
int target_open_pidfd(pid_t thread, bool *lasting);
/* A duplicate of the program's descriptor; -1 with errno. */
int target_fetch(struct supervisor *s, pid_t thread, int descriptor);
/* The lowest free number of a program from `lowest` on; -1 if there is none. */
int target_free_descriptor(struct supervisor *s, pid_t thread, int lowest);
struct identity {
  long uid, gid, pid;
};
bool target_identity(pid_t thread, struct identity *identity);
/* The inode of a network namespace: that of a descriptor of the thread, or that which the thread is in if -1; or -errno. */
int64_t target_namespace(struct supervisor *s, pid_t thread, int descriptor);
/* Whether a descriptor of the thread is the file that `ours` is. */
bool target_is_same(const struct supervisor *s, pid_t thread, int descriptor, int ours);
void target_forget_all(struct supervisor *s);

/* notification.c: the listener */
/* Sleeps until a notification waits. If so, receiving does not block: it fails if the caller is gone meanwhile. */
bool notification_await(int listener, long nanoseconds);
/* To be called when one waits. */
bool notification_receive(int listener, struct seccomp_notif *notification);
bool notification_valid(int listener, uint64_t id);
bool notification_answer(int listener, uint64_t id, int64_t value); /* negative: errno */
bool notification_continue(int listener, uint64_t id);
/* Places `descriptor` into the program and answers with its number; at `number`, or at the lowest free one if -1. */
int notification_place(int listener, uint64_t id, int descriptor, int number, bool close_on_exec);
void notification_wake_on_same_cpu(int listener);

/* pairs.c */
/* Names a pair in an event: a handle alone may have been given to another pair meanwhile. */
static inline uint64_t pair_token(const struct pair *pair, int handle) {
  return (uint64_t)(uint32_t)pair->inode << 32 | (uint32_t)handle;
}
int pair_create(struct supervisor *s, bool nonblocking, int *program_end);
bool is_socket(int descriptor);
bool is_tun(int descriptor);
/* Of an ioctl: whether it is one that /dev/net/tun understands. */
static inline bool is_device_request(uint64_t request) { return (uint32_t)request >> 8 == 0x400454; }
void pair_release(struct supervisor *s, int handle);
int pair_find(const struct supervisor *s, int descriptor);
struct pair *pair_get(struct supervisor *s, int64_t handle);
/* 1: the datagram waits in the pair; 0: a filter of the program dropped it; or -errno. */
int pair_push(struct pair *pair, const void *bytes, size_t length);
/* Takes the head out through the program's end; false if somebody else had done it. */
bool pair_drop(struct pair *pair, int program_end);

/* calls.c */
/* Whether the caller is still there, so that its memory may be used. */
bool call_valid(const struct supervisor *s, const struct call *call);
struct call *call_get(struct supervisor *s, int64_t id);
int64_t call_id(const struct supervisor *s, const struct call *call);
void call_free(struct supervisor *s, struct call *call);
/* What was held is held no more. */
void let_go(struct supervisor *s);
/* Reads the arguments: 0 and the operation with its numbers, or -errno to answer with. */
struct decoded {
  enum operation operation;
  int64_t a, b, c;
};
int call_decode(struct supervisor *s, struct call *call, struct decoded *decoded);
int call_select_message(struct supervisor *s, struct call *call, unsigned index, bool sending, struct decoded *decoded);
/* One received datagram as the kernel hands it out. */
struct delivery {
  const uint8_t *bytes;
  size_t length;
  uint32_t port, groups, group;
  int32_t namespace_number; /* of the namespace it comes from; -1: not told */
  bool packet_info, credentials;
};
int call_deliver(struct call *call, const struct delivery *delivery);
bool call_set_message_length(struct call *call, unsigned index, uint32_t length);
int call_answer_name(struct call *call, uint32_t port, uint32_t groups);
int call_answer_option(struct call *call, const void *value, size_t length);
int call_answer_interface(struct call *call, const void *request, size_t length);
/* Fetches the program's descriptor again, if the call has been waiting. */
int call_descriptor(struct supervisor *s, struct call *call);

#endif
