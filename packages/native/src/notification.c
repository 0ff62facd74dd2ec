// SPDX-License-Identifier: BSD-2-Clause
#include "supervisor.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>

/* Newer than some headers. */
#ifndef SECCOMP_IOCTL_NOTIF_SET_FLAGS
#define SECCOMP_IOCTL_NOTIF_SET_FLAGS SECCOMP_IOW(4, __u64)
#define SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP (1UL << 0)
#endif

/* The kernel reads and writes structures of its own size, which may have grown since this was compiled. */
enum { ROOM_TO_GROW = 1024 };

/* A signal to ourselves may interrupt the wait for the listener's lock; nothing was done then. */
static int control(int listener, unsigned long request, void *argument) {
  int result;
  do result = ioctl(listener, request, argument);
  while (result < 0 && errno == EINTR);
  return result;
}

bool notification_await(int listener, long nanoseconds) {
  struct pollfd ready = {.fd = listener, .events = POLLIN};
  const struct timespec patience = {.tv_nsec = nanoseconds};
  return ppoll(&ready, 1, &patience, NULL) == 1 && (ready.revents & POLLIN) != 0;
}

bool notification_receive(int listener, struct seccomp_notif *notification) {
  union {
    struct seccomp_notif known;
    char room[ROOM_TO_GROW];
  } received;
  memset(&received, 0, sizeof received);
  if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &received) < 0) return false;
  *notification = received.known;
  return true;
}

bool notification_valid(int listener, uint64_t id) { return control(listener, SECCOMP_IOCTL_NOTIF_ID_VALID, &id) == 0; }

static bool respond(int listener, struct seccomp_notif_resp response) {
  union {
    struct seccomp_notif_resp known;
    char room[ROOM_TO_GROW];
  } sent = {.known = response};
  return control(listener, SECCOMP_IOCTL_NOTIF_SEND, &sent) == 0;
}

bool notification_answer(int listener, uint64_t id, int64_t value) {
  struct seccomp_notif_resp response = {.id = id};
  if (value < 0) response.error = (int32_t)value;
  else response.val = value;
  return respond(listener, response);
}

bool notification_continue(int listener, uint64_t id) {
  return respond(listener, (struct seccomp_notif_resp){.id = id, .flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE});
}

int notification_place(int listener, uint64_t id, int descriptor, int number, bool close_on_exec) {
  struct seccomp_notif_addfd request = {
      .id = id,
      .flags = SECCOMP_ADDFD_FLAG_SEND | (number >= 0 ? SECCOMP_ADDFD_FLAG_SETFD : 0),
      .srcfd = (uint32_t)descriptor,
      .newfd = number >= 0 ? (uint32_t)number : 0,
      .newfd_flags = close_on_exec ? O_CLOEXEC : 0,
  };
  /* A signal to ourselves (SIGCHLD, say) that ends the wait for the program to take the descriptor makes the kernel answer
   * its call with 0, which is no socket. */
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  int placed = control(listener, SECCOMP_IOCTL_NOTIF_ADDFD, &request);
  int error = errno;
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  return placed < 0 ? -error : placed;
}

void notification_wake_on_same_cpu(int listener) {
  /* Linux 6.6; without it everything works, slower. */
  (void)ioctl(listener, SECCOMP_IOCTL_NOTIF_SET_FLAGS, SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP);
}
