// SPDX-License-Identifier: BSD-2-Clause
/* A program's netlink socket is one end of a SOCK_SEQPACKET pair. At most the head of its receive queue is in the pair,
 * so that poll, select and epoll of the program tell the truth. */
#include "supervisor.h"

#include <errno.h>
#include <linux/sockios.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

enum { PAIR_BUFFER = 32 << 20, MOST_PAIRS = 1 << 24 };

static int *chain_of(struct supervisor *s, ino_t inode) {
  return &s->chains[inode % CHAINS];
}

static int allocate_handle(struct supervisor *s) {
  if (s->free_pair < 0) {
    if (s->pair_count > MOST_PAIRS / 2) return -ENFILE;
    int count = s->pair_count == 0 ? 64 : s->pair_count * 2;
    struct pair *grown = realloc(s->pairs, (size_t)count * sizeof *grown);
    if (grown == NULL) return -ENOMEM;
    for (int i = count - 1; i >= s->pair_count; i--) {
      grown[i] = (struct pair){.next = s->free_pair};
      s->free_pair = i;
    }
    s->pairs = grown;
    s->pair_count = count;
  }
  int handle = s->free_pair;
  s->free_pair = s->pairs[handle].next;
  return handle;
}

int pair_create(struct supervisor *s, bool nonblocking, int *program_end) {
  int ends[2];
  struct stat status;
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | (nonblocking ? SOCK_NONBLOCK : 0), 0, ends) < 0) return -errno;
  int handle = fstat(ends[0], &status) < 0 ? -errno : allocate_handle(s);
  if (handle < 0) {
    close(ends[0]);
    close(ends[1]);
    return handle;
  }
  /* One datagram is in flight at a time; it must always fit. */
  const int size = PAIR_BUFFER;
  if (setsockopt(ends[1], SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof size) < 0)
    (void)setsockopt(ends[1], SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
  s->socket_device = status.st_dev;
  int *chain = chain_of(s, status.st_ino);
  s->pairs[handle] = (struct pair){.used = true, .end = ends[1], .inode = status.st_ino, .next = *chain};
  *chain = handle;
  struct epoll_event interest = {.events = EPOLLIN | EPOLLOUT | EPOLLET, .data.u64 = pair_token(&s->pairs[handle], handle)};
  if (epoll_ctl(s->pairs_epoll, EPOLL_CTL_ADD, ends[1], &interest) < 0) {
    int error = -errno;
    pair_release(s, handle);
    close(ends[0]);
    return error;
  }
  *program_end = ends[0];
  return handle;
}

void pair_release(struct supervisor *s, int handle) {
  struct pair *pair = &s->pairs[handle];
  int *link = chain_of(s, pair->inode);
  while (*link != handle) link = &s->pairs[*link].next;
  *link = pair->next;
  close(pair->end);
  *pair = (struct pair){.next = s->free_pair};
  s->free_pair = handle;
  s->closings++;
}

bool is_socket(int descriptor) {
  struct stat status;
  return fstat(descriptor, &status) == 0 && S_ISSOCK(status.st_mode);
}

/* By its number: /dev/net/tun may be called otherwise. */
bool is_tun(int descriptor) {
  enum { MISC_MAJOR = 10, TUN_MINOR = 200 };
  struct stat status;
  return fstat(descriptor, &status) == 0 && S_ISCHR(status.st_mode) && status.st_rdev == makedev(MISC_MAJOR, TUN_MINOR);
}

int pair_find(const struct supervisor *s, int descriptor) {
  struct stat status;
  /* The device too: a descriptor opened with O_PATH can be a socket's file on a disk, with whatever inode number. */
  if (fstat(descriptor, &status) < 0 || !S_ISSOCK(status.st_mode) || status.st_dev != s->socket_device) return -1;
  int handle = *chain_of((struct supervisor *)s, status.st_ino);
  while (handle >= 0 && s->pairs[handle].inode != status.st_ino) handle = s->pairs[handle].next;
  return handle;
}

struct pair *pair_get(struct supervisor *s, int64_t handle) {
  return handle >= 0 && handle < s->pair_count && s->pairs[handle].used ? &s->pairs[handle] : NULL;
}

int pair_push(struct pair *pair, const void *bytes, size_t length) {
  int queued = 0;
  if (send(pair->end, bytes, length, MSG_DONTWAIT | MSG_NOSIGNAL) < 0) return -errno;
  if (ioctl(pair->end, SIOCOUTQ, &queued) < 0) return -errno;
  pair->holds_head = queued > 0;
  return pair->holds_head;
}

bool pair_drop(struct pair *pair, int program_end) {
  bool held = pair->holds_head;
  pair->holds_head = false;
  return held && recv(program_end, NULL, 0, MSG_DONTWAIT) >= 0;
}
