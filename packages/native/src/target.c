// SPDX-License-Identifier: BSD-2-Clause
#include "supervisor.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/kcmp.h>
#include <linux/nsfs.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef PIDFD_THREAD
#define PIDFD_THREAD O_EXCL
#endif

bool target_read(pid_t thread, void *to, uint64_t from, size_t length) {
  struct iovec here = {to, length}, there = {(void *)(uintptr_t)from, length};
  return length == 0 || process_vm_readv(thread, &here, 1, &there, 1, 0) == (ssize_t)length;
}

bool target_write(pid_t thread, const void *from, uint64_t to, size_t length) {
  struct iovec here = {(void *)from, length}, there = {(void *)(uintptr_t)to, length};
  return length == 0 || process_vm_writev(thread, &here, 1, &there, 1, 0) == (ssize_t)length;
}

bool target_gather(pid_t thread, void *to, const struct iovec *parts, size_t count, size_t length) {
  struct iovec here = {to, length};
  return length == 0 || process_vm_readv(thread, &here, 1, parts, count, 0) == (ssize_t)length;
}

bool target_scatter(pid_t thread, const struct iovec *from, size_t from_count, const struct iovec *to, size_t to_count) {
  ssize_t length = 0;
  for (size_t i = 0; i < from_count; i++) length += (ssize_t)from[i].iov_len;
  return length == 0 || process_vm_writev(thread, from, from_count, to, to_count, 0) == length;
}

/* The whole of /proc/<thread>/status, or false. */
static bool read_status(pid_t thread, char *text, size_t size) {
  char path[40];
  snprintf(path, sizeof path, "/proc/%d/status", thread);
  int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return false;
  ssize_t length = read(file, text, size - 1);
  close(file);
  if (length <= 0) return false;
  text[length] = '\0';
  return true;
}

/* The values behind "\nName:", or NULL. */
static const char *status_line(const char *text, const char *name) {
  const char *found = strstr(text, name);
  return found == NULL ? NULL : found + strlen(name);
}

bool target_identity(pid_t thread, struct identity *identity) {
  char text[4096];
  if (!read_status(thread, text, sizeof text)) return false;
  const char *uid = status_line(text, "\nUid:"), *gid = status_line(text, "\nGid:");
  const char *group = status_line(text, "\nNStgid:");
  if (group == NULL) group = status_line(text, "\nTgid:");
  if (uid == NULL || gid == NULL || group == NULL) return false;
  long real;
  if (sscanf(uid, "%ld %ld", &real, &identity->uid) != 2 || sscanf(gid, "%ld %ld", &real, &identity->gid) != 2) return false;
  /* One number per nested PID namespace; the last is what the process itself sees. */
  char *end;
  for (const char *at = group; *at != '\n' && *at != '\0'; at = end) {
    long number = strtol(at, &end, 10);
    if (end == at) break;
    identity->pid = number;
  }
  return true;
}

static pid_t process_of(pid_t thread) {
  char text[4096];
  const char *group;
  if (!read_status(thread, text, sizeof text) || (group = status_line(text, "\nTgid:")) == NULL) return -1;
  return atoi(group);
}

int target_open_pidfd(pid_t thread, bool *lasting) {
  int descriptor = (int)syscall(SYS_pidfd_open, thread, PIDFD_THREAD);
  *lasting = true;
  if (descriptor >= 0 || errno != EINVAL) return descriptor;
  /* Before Linux 6.9 only processes have one. */
  pid_t process = process_of(thread);
  *lasting = process == thread;
  return process < 0 ? -1 : (int)syscall(SYS_pidfd_open, process, 0);
}

static struct pidfd *cached(struct supervisor *s, pid_t thread, bool renew) {
  struct pidfd *entry = &s->pidfds[(unsigned)thread % PIDFDS];
  if (entry->thread == thread && !renew) return entry;
  if (entry->thread != 0) close(entry->descriptor);
  bool lasting;
  int descriptor = target_open_pidfd(thread, &lasting);
  *entry = (struct pidfd){.thread = descriptor < 0 ? 0 : thread, .descriptor = descriptor, .generation = s->closings};
  if (descriptor >= 0 && !lasting) entry->thread = -1; /* never matches, but is closed */
  return descriptor < 0 ? NULL : entry;
}

int target_fetch(struct supervisor *s, pid_t thread, int descriptor) {
  for (int attempt = 0; attempt < 2; attempt++) {
    struct pidfd *entry = cached(s, thread, attempt > 0);
    if (entry == NULL) return -1;
    int fetched = (int)syscall(SYS_pidfd_getfd, entry->descriptor, descriptor, 0);
    if (fetched >= 0 || errno != ESRCH) return fetched;
  }
  return -1;
}

bool target_is_same(const struct supervisor *s, pid_t thread, int descriptor, int ours) {
  return syscall(SYS_kcmp, thread, s->process, KCMP_FILE, (unsigned long)descriptor, (unsigned long)ours) == 0;
}

int target_free_descriptor(struct supervisor *s, pid_t thread, int lowest) {
  struct pidfd *entry = cached(s, thread, false);
  int number = lowest;
  if (entry != NULL && entry->generation == s->closings && entry->next_free > number) number = entry->next_free;
  for (;; number++) {
    int probe = target_fetch(s, thread, number);
    if (probe < 0) break;
    close(probe);
  }
  if (errno != EBADF) return -1;
  entry = cached(s, thread, false);
  if (entry != NULL && lowest == (int)s->base) {
    entry->next_free = number + 1;
    entry->generation = s->closings;
  }
  return number;
}

int64_t target_namespace(struct supervisor *s, pid_t thread, int descriptor) {
  char path[40];
  struct stat found;
  int64_t result;
  snprintf(path, sizeof path, "/proc/%d/ns/net", thread);
  int file = descriptor < 0 ? open(path, O_RDONLY | O_CLOEXEC) : target_fetch(s, thread, descriptor);
  if (file < 0) return -errno;
  /* Only descriptors of namespaces know this request. */
  if (ioctl(file, NS_GET_NSTYPE) != CLONE_NEWNET) result = -EINVAL;
  else result = fstat(file, &found) == 0 ? (int64_t)found.st_ino : -errno;
  close(file);
  return result;
}

void target_forget_all(struct supervisor *s) {
  for (int i = 0; i < PIDFDS; i++)
    if (s->pidfds[i].thread != 0) close(s->pidfds[i].descriptor);
  memset(s->pidfds, 0, sizeof s->pidfds);
}
