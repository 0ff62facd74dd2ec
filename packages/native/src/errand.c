// SPDX-License-Identifier: BSD-2-Clause
/* A process that shares our memory runs an errand while this thread waits for its end, as in vfork(2): it enters
 * namespaces, changes users and drops capabilities, and we never do. Nothing in it may allocate, lock or return. */
#include "errand.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/nsfs.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "supervisor.h"

enum { STACK_SIZE = 64 << 10, NONE = -1 };

struct capabilities {
  struct __user_cap_data_struct words[_LINUX_CAPABILITY_U32S_3];
};

struct errand {
  int network, user, process; /* namespaces to enter; NONE: it is in them */
  bool must_enter_user;       /* not only where that is needed to enter the network namespace */
  bool changes_ids, limits_capabilities;
  uid_t uid;
  gid_t gid;
  struct capabilities most;
  int64_t (*work)(const void *);
  const void *data;
  uint8_t *inner_stack; /* its end */
  int64_t result;
};
static const struct errand nothing = {.network = NONE, .user = NONE, .process = NONE};

static bool capabilities_of(pid_t thread, struct capabilities *found) {
  struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, thread};
  return syscall(SYS_capget, &header, found->words) == 0;
}

static bool set_capabilities(const struct capabilities *wanted) {
  struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  return syscall(SYS_capset, &header, wanted->words) == 0;
}

/* ---- in the other process ---- */

static bool change_ids(const struct errand *e) {
  struct capabilities mine;
  if (syscall(SYS_prctl, PR_SET_KEEPCAPS, 1, 0, 0, 0) < 0 || syscall(SYS_setresgid, e->gid, e->gid, e->gid) < 0 ||
      syscall(SYS_setresuid, e->uid, e->uid, e->uid) < 0 || !capabilities_of(0, &mine))
    return false;
  for (size_t i = 0; i < _LINUX_CAPABILITY_U32S_3; i++) mine.words[i].effective = mine.words[i].permitted;
  return set_capabilities(&mine);
}

static bool limit_capabilities(const struct errand *e) {
  struct capabilities mine;
  if (!capabilities_of(0, &mine)) return false;
  for (size_t i = 0; i < _LINUX_CAPABILITY_U32S_3; i++) {
    mine.words[i].permitted &= e->most.words[i].permitted;
    mine.words[i].effective = mine.words[i].permitted & e->most.words[i].effective;
    mine.words[i].inheritable = 0;
  }
  return set_capabilities(&mine);
}

/* Who may enter the network namespace at once does; an ordinary user has to be root of its user namespace before. */
static bool become(const struct errand *e) {
  bool is_there = e->network < 0 || setns(e->network, CLONE_NEWNET) == 0;
  if (!is_there && e->user < 0) return false;
  if (e->changes_ids && !change_ids(e)) return false;
  if (e->user >= 0 && (e->must_enter_user || !is_there) && setns(e->user, CLONE_NEWUSER) < 0) return false;
  if (!is_there && setns(e->network, CLONE_NEWNET) < 0) return false;
  return !e->limits_capabilities || limit_capabilities(e);
}

/* Not by _exit, before which sanitizers look at a stack that they do not know. */
static int leave(void) {
  return (int)syscall(SYS_exit_group, 0);
}

static int do_work(void *data) {
  struct errand *e = data;
  e->result = e->work(e->data);
  return leave();
}

static int perform(void *data) {
  struct errand *e = data;
  if (!become(e)) {
    e->result = -errno;
  } else if (e->process < 0) {
    e->result = e->work(e->data);
  } else if (setns(e->process, CLONE_NEWPID) < 0) {
    e->result = -errno;
  } else {
    /* Only children are in another namespace of processes. */
    pid_t child = clone(do_work, e->inner_stack, CLONE_VM | CLONE_VFORK | CLONE_FILES, e);
    if (child < 0) e->result = -errno;
    else (void)waitpid(child, NULL, __WALL);
  }
  return leave();
}

static int64_t open_socket(const void *data) {
  int descriptor = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, *(const int *)data);
  return descriptor < 0 ? -errno : descriptor;
}

struct sending {
  const struct borrowed *borrowed;
  int descriptor;
  const struct msghdr *message;
};

/* The table of descriptors is this process's own. */
static int64_t send_with_borrowed(const void *data) {
  const struct sending *s = data;
  const struct borrowed *b = s->borrowed;
  int copies[MOST_BORROWED], highest = s->descriptor;
  for (int i = 0; i < b->count; i++)
    if (b->numbers[i] > highest) highest = b->numbers[i];
  int sender = fcntl(s->descriptor, F_DUPFD, highest + 1);
  if (sender < 0) return -errno;
  for (int i = 0; i < b->count; i++)
    if ((copies[i] = fcntl(b->ours[i], F_DUPFD, highest + 1)) < 0) return -errno;
  for (int i = 0; i < b->count; i++)
    if (dup2(copies[i], b->numbers[i]) < 0) return -errno;
  ssize_t length = sendmsg(sender, s->message, MSG_DONTWAIT | MSG_NOSIGNAL);
  return length < 0 ? -errno : length;
}

/* ---- in ours ---- */

/* Signals would run our handlers in it. */
static int64_t run(struct errand *e, int flags) {
  uint8_t *stack = mmap(NULL, 2 * STACK_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
  if (stack == MAP_FAILED) return -errno;
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  /* Memory whose user changes must not be looked at; it is shared, so it would concern us. */
  int dumpable = prctl(PR_GET_DUMPABLE, 0, 0, 0, 0);
  e->inner_stack = stack + STACK_SIZE;
  pid_t child = clone(perform, stack + 2 * STACK_SIZE, CLONE_VM | CLONE_VFORK | flags, e);
  if (child < 0) e->result = -errno;
  else
    while (waitpid(child, NULL, __WALL) < 0 && errno == EINTR) continue;
  if (dumpable == 1) prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  munmap(stack, 2 * STACK_SIZE);
  return e->result;
}

/* The namespace of `path`, or NONE if it is ours too; less than NONE: -errno - 1. */
static int other_namespace(const char *path, const char *kind) {
  char own_path[40];
  struct stat own, other;
  snprintf(own_path, sizeof own_path, "/proc/thread-self/ns/%s", kind);
  if (stat(own_path, &own) < 0 || stat(path, &other) < 0) return -errno - 1;
  if (own.st_ino == other.st_ino && own.st_dev == other.st_dev) return NONE;
  int descriptor = open(path, O_RDONLY | O_CLOEXEC);
  return descriptor < 0 ? -errno - 1 : descriptor;
}

static int namespace_of_thread(pid_t thread, const char *kind) {
  char path[40];
  snprintf(path, sizeof path, "/proc/%d/ns/%s", thread, kind);
  int result = other_namespace(path, kind);
  return result == -ENOENT - 1 ? -ESRCH - 1 : result;
}

static void close_if_open(int descriptor) {
  if (descriptor >= 0) close(descriptor);
}

/* The user namespace that a namespace belongs to; NONE if that is ours, or none of our business. */
static int owner_of(int namespace) {
  struct stat own, other;
  int owner = ioctl(namespace, NS_GET_USERNS);
  if (owner < 0) return NONE;
  if (stat("/proc/thread-self/ns/user", &own) == 0 && fstat(owner, &other) == 0 &&
      (own.st_ino != other.st_ino || own.st_dev != other.st_dev))
    return owner;
  close(owner);
  return NONE;
}

/* Fills in how the actor differs from us: 0, or -errno. */
static int describe(struct errand *e, struct actor actor) {
  struct capabilities mine;
  e->limits_capabilities = actor.powerless;
  if (actor.powerless && actor.user >= 0) {
    e->user = fcntl(actor.user, F_DUPFD_CLOEXEC, 0);
    if (e->user < 0) return -errno;
    e->must_enter_user = true;
  }
  if (actor.thread == 0) return 0;
  struct identity identity;
  if (!capabilities_of(actor.thread, &e->most) || !capabilities_of(0, &mine)) return -errno;
  if (!target_identity(actor.thread, &identity)) return -ESRCH;
  e->uid = (uid_t)identity.uid;
  e->gid = (gid_t)identity.gid;
  e->changes_ids = e->uid != geteuid() || e->gid != getegid();
  int own = namespace_of_thread(actor.thread, "user");
  if (own != NONE) {
    close_if_open(e->user);
    e->user = own;
    if (own < NONE) return own + 1;
    e->must_enter_user = true;
  }
  e->limits_capabilities |= e->must_enter_user;
  for (size_t i = 0; i < _LINUX_CAPABILITY_U32S_3; i++)
    e->limits_capabilities |= e->most.words[i].effective != mine.words[i].effective;
  if (actor.powerless) memset(&e->most, 0, sizeof e->most);
  return 0;
}

static bool is_elsewhere(const struct errand *e) {
  return e->network >= 0 || e->user >= 0 || e->process >= 0 || e->changes_ids || e->limits_capabilities;
}

int64_t errand_act(struct actor actor, int64_t (*work)(const void *), const void *data) {
  struct errand e = nothing;
  e.work = work;
  e.data = data;
  int64_t result = describe(&e, actor);
  if (result < 0) return result;
  result = is_elsewhere(&e) ? run(&e, CLONE_FILES) : work(data);
  close_if_open(e.user);
  return result;
}

int errand_open(struct actor actor, const char *place, int protocol, int *user) {
  struct errand e = nothing;
  e.work = open_socket;
  e.data = &protocol;
  *user = -1;
  int result = describe(&e, actor);
  if (result < 0) return result;
  if (place != NULL) e.network = other_namespace(place, "net");
  else if (actor.thread > 0) e.network = namespace_of_thread(actor.thread, "net");
  if (e.network < NONE) {
    close_if_open(e.user);
    return e.network + 1;
  }
  if (e.network >= 0 && e.user < 0) e.user = owner_of(e.network);
  result = (int)(is_elsewhere(&e) ? run(&e, CLONE_FILES) : open_socket(&protocol));
  close_if_open(e.network);
  if (result >= 0 && actor.powerless && !e.must_enter_user) *user = e.user;
  else close_if_open(e.user);
  return result;
}

uint64_t errand_capabilities(pid_t thread) {
  struct capabilities found;
  if (!capabilities_of(thread, &found)) return 0;
  return (uint64_t)found.words[1].effective << 32 | found.words[0].effective;
}

void errand_borrow(pid_t thread, const int *numbers, int count, struct borrowed *borrowed) {
  bool lasting;
  borrowed->count = 0;
  int process = count == 0 ? -1 : target_open_pidfd(thread, &lasting);
  if (process < 0) return;
  for (int i = 0; i < count && borrowed->count < MOST_BORROWED; i++) {
    int fetched = (int)syscall(SYS_pidfd_getfd, process, numbers[i], 0);
    if (fetched < 0) continue;
    borrowed->numbers[borrowed->count] = numbers[i];
    borrowed->ours[borrowed->count++] = fetched;
  }
  close(process);
}

void errand_give_back(struct borrowed *borrowed) {
  for (int i = 0; i < borrowed->count; i++) close(borrowed->ours[i]);
  borrowed->count = 0;
}

bool errand_shares_processes(pid_t thread) {
  int other = namespace_of_thread(thread, "pid");
  close_if_open(other);
  return other == NONE;
}

ssize_t errand_send(struct actor actor, const struct borrowed *borrowed, int descriptor, const struct msghdr *message) {
  const struct sending sending = {borrowed, descriptor, message};
  struct errand e = nothing;
  e.work = send_with_borrowed;
  e.data = &sending;
  int64_t result = describe(&e, actor);
  if (result == 0 && (e.process = namespace_of_thread(actor.thread, "pid")) < NONE) result = e.process + 1;
  if (result == 0) result = run(&e, 0);
  close_if_open(e.user);
  close_if_open(e.process);
  return result;
}
