// SPDX-License-Identifier: BSD-2-Clause
/* nlspace-launch CHANNEL BASE LIMITS-OF -- PROGRAM [ARGUMENT…]
 *
 * Runs PROGRAM with its netlink sockets trapped, hands the listener to whoever holds the other end of CHANNEL, and stays
 * as the parent of the program and of all its orphans, so that they remain descendants of the supervisor (Yama lets only
 * ancestors look into a process). BASE is the lowest trapped descriptor, or -1 to choose. LIMITS-OF is the process whose
 * soft limit of open files the program gets (Node raises its own), or 0. */
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "filter.h"
#include "protocol.h"

enum { DEFAULT_BASE = 512 };

/* The child can make no system call on a descriptor once its filter is in place: they may all be trapped. */
struct shared {
  _Atomic int stage; /* WAITING → REPORTED (by the child) → GO (by the launcher) */
  int listener;
  int step; /* where the child failed, and why */
  int error;
};
enum { WAITING, REPORTED, GO };

static int channel;

static void set_stage(struct shared *shared, int stage) {
  atomic_store(&shared->stage, stage);
  syscall(SYS_futex, &shared->stage, FUTEX_WAKE, 1, NULL, NULL, 0);
}

static void tell(int event, int value, int detail, pid_t pid, int descriptor) {
  struct launch_message message = {.event = event, .value = value, .detail = detail, .pid = pid};
  struct iovec part = {&message, sizeof message};
  union {
    struct cmsghdr header;
    char space[CMSG_SPACE(sizeof(int))];
  } control = {0};
  struct msghdr header = {.msg_iov = &part, .msg_iovlen = 1};
  if (descriptor >= 0) {
    header.msg_control = &control;
    header.msg_controllen = sizeof control;
    control.header = (struct cmsghdr){.cmsg_len = CMSG_LEN(sizeof(int)), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS};
    memcpy(CMSG_DATA(&control.header), &descriptor, sizeof descriptor);
  }
  /* The supervisor may be gone; the main loop sees that. */
  (void)!sendmsg(channel, &header, MSG_NOSIGNAL);
}

static void fail(int step, int error) {
  tell(LAUNCH_FAILED, error, step, 0, -1);
  _exit(125);
}

static void take_limits_of(pid_t other) {
  struct rlimit theirs, ours;
  if (other <= 0 || prlimit(other, RLIMIT_NOFILE, NULL, &theirs) < 0 || getrlimit(RLIMIT_NOFILE, &ours) < 0) return;
  if (theirs.rlim_cur < ours.rlim_cur) {
    ours.rlim_cur = theirs.rlim_cur;
    setrlimit(RLIMIT_NOFILE, &ours);
  }
}

static unsigned chosen_base(long wanted) {
  struct rlimit limit;
  if (wanted >= 0) return (unsigned)wanted;
  if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur / 2 >= DEFAULT_BASE) return DEFAULT_BASE;
  return (unsigned)(limit.rlim_cur / 2);
}

static _Noreturn void give_up(struct shared *shared, int step) {
  shared->step = step;
  shared->error = errno;
  set_stage(shared, REPORTED);
  _exit(125);
}

static _Noreturn void become(char **argv, unsigned base, struct shared *shared, const sigset_t *mask, pid_t launcher) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != launcher) _exit(125); /* it died before we asked to die with it */
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0) give_up(shared, STEP_NO_NEW_PRIVS);
  shared->listener = install_filter(base);
  if (shared->listener < 0) give_up(shared, STEP_FILTER);
  set_stage(shared, REPORTED);
  while (atomic_load(&shared->stage) != GO) syscall(SYS_futex, &shared->stage, FUTEX_WAIT, REPORTED, NULL, NULL, 0);
  close(shared->listener);
  sigprocmask(SIG_SETMASK, mask, NULL);
  execvp(argv[0], argv);
  shared->step = STEP_EXEC;
  shared->error = errno;
  _exit(errno == ENOENT ? 127 : 126);
}

static int fetch_listener(pid_t child, struct shared *shared) {
  const struct timespec patience = {.tv_nsec = 100 * 1000 * 1000};
  while (atomic_load(&shared->stage) == WAITING) {
    syscall(SYS_futex, &shared->stage, FUTEX_WAIT, WAITING, &patience, NULL, 0);
    if (waitpid(child, NULL, WNOHANG) == child && atomic_load(&shared->stage) == WAITING) fail(STEP_FORK, ECHILD);
  }
  if (shared->step != 0) fail(shared->step, shared->error);
  int pidfd = (int)syscall(SYS_pidfd_open, child, 0);
  int listener = pidfd < 0 ? -1 : (int)syscall(SYS_pidfd_getfd, pidfd, shared->listener, 0);
  if (listener < 0) {
    int error = errno;
    kill(child, SIGKILL);
    fail(STEP_LISTENER, error);
  }
  close(pidfd);
  return listener;
}

static void report(pid_t pid, int status, const struct shared *shared) {
  if (WIFSTOPPED(status)) tell(LAUNCH_STOPPED, WSTOPSIG(status), 0, pid, -1);
  else if (WIFCONTINUED(status)) tell(LAUNCH_CONTINUED, 0, 0, pid, -1);
  else if (WIFSIGNALED(status)) tell(LAUNCH_KILLED, WTERMSIG(status), 0, pid, -1);
  else if (shared->step == STEP_EXEC) tell(LAUNCH_FAILED, shared->error, STEP_EXEC, pid, -1);
  else tell(LAUNCH_EXITED, WEXITSTATUS(status), 0, pid, -1);
}

/* Reaps until nobody is left. */
static void stay(pid_t program, int signals, const struct shared *shared) {
  struct pollfd watched[] = {{.fd = signals, .events = POLLIN}, {.fd = channel, .events = POLLIN}};
  int alive = 1;
  for (;;) {
    int status;
    pid_t pid;
    while ((pid = waitpid(-1, &status, WNOHANG | WUNTRACED | WCONTINUED)) > 0) {
      if (pid != program || !alive) continue;
      report(pid, status, shared);
      alive = !WIFEXITED(status) && !WIFSIGNALED(status);
    }
    if (pid < 0 && errno == ECHILD) return;
    if (poll(watched, 2, -1) < 0) continue;
    struct signalfd_siginfo received;
    if (watched[0].revents && read(signals, &received, sizeof received) == sizeof received && alive &&
        received.ssi_signo == SIGTERM)
      kill(program, SIGTERM);
    if (watched[1].revents) { /* nobody serves any more */
      if (alive) kill(program, SIGKILL);
      return;
    }
  }
}

int main(int argc, char **argv) {
  if (argc < 6 || strcmp(argv[4], "--") != 0) return 125;
  channel = atoi(argv[1]);
  if (fcntl(channel, F_SETFD, FD_CLOEXEC) < 0) return 125;
  take_limits_of(atoi(argv[3]));
  unsigned base = chosen_base(atol(argv[2]));

  /* Terminal signals are for the program; the launcher outlives them. */
  sigset_t handled, original;
  sigprocmask(SIG_SETMASK, NULL, &original);
  sigemptyset(&handled);
  const int blocked[] = {SIGCHLD, SIGTERM, SIGINT, SIGQUIT, SIGHUP, SIGTSTP, SIGTTIN, SIGTTOU, SIGUSR1, SIGUSR2, SIGPIPE};
  for (size_t i = 0; i < sizeof blocked / sizeof *blocked; i++) sigaddset(&handled, blocked[i]);
  sigprocmask(SIG_BLOCK, &handled, NULL);

  struct shared *shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (shared == MAP_FAILED) fail(STEP_FORK, errno);
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  int signals = signalfd(-1, &handled, SFD_CLOEXEC | SFD_NONBLOCK);
  if (signals < 0) fail(STEP_FORK, errno);
  pid_t launcher = getpid(), program = fork();
  if (program < 0) fail(STEP_FORK, errno);
  if (program == 0) become(argv + 5, base, shared, &original, launcher);

  int listener = fetch_listener(program, shared);
  tell(LAUNCH_LISTENER, (int)base, 0, program, listener);
  close(listener);
  char go;
  if (read(channel, &go, 1) != 1) {
    kill(program, SIGKILL);
    return 125;
  }
  set_stage(shared, GO);
  stay(program, signals, shared);
  return 0;
}
