// SPDX-License-Identifier: BSD-2-Clause
#include "supervisor.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>

/* Newer than some headers. */
#ifndef SECCOMP_IOCTL_NOTIF_SET_FLAGS
#define SECCOMP_IOCTL_NOTIF_SET_FLAGS SECCOMP_IOW(4, __u64)
#define SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP (1UL << 0)
#endif

bool notification_receive(int listener, struct seccomp_notif *notification) {
  struct pollfd ready = {.fd = listener, .events = POLLIN};
  while (poll(&ready, 1, 0) == 1 && (ready.revents & POLLIN)) {
    memset(notification, 0, sizeof *notification);
    if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, notification) == 0) return true;
    if (errno != ENOENT && errno != EINTR) return false;
  }
  return false;
}

bool notification_valid(int listener, uint64_t id) { return ioctl(listener, SECCOMP_IOCTL_NOTIF_ID_VALID, &id) == 0; }

static bool respond(int listener, struct seccomp_notif_resp response) {
  return ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &response) == 0;
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
  int placed = ioctl(listener, SECCOMP_IOCTL_NOTIF_ADDFD, &request);
  return placed < 0 ? -errno : placed;
}

void notification_wake_on_same_cpu(int listener) {
  /* Linux 6.6; without it everything works, slower. */
  (void)ioctl(listener, SECCOMP_IOCTL_NOTIF_SET_FLAGS, SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP);
}
