// SPDX-License-Identifier: BSD-2-Clause
/* Uses netlink sockets in all the ways that programs do, one check per invocation: probe NAME. Talks to the family of
 * test-family.ts, and where it says so in the table also to a real kernel (NOOP messages are acknowledged there too). */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/if_tun.h>
#include <linux/netlink.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#ifndef SOL_NETLINK
#define SOL_NETLINK 270
#endif
enum { ANNOUNCE = 20, LIST = 22, ANNOUNCE_LATER = 24, FLOOD = 28, ITEMS = 1, LATE = 34 };

#define CHECK(claim)                                                                               \
  do {                                                                                             \
    if (!(claim)) {                                                                                \
      fprintf(stderr, "%s:%d: %s (errno %d)\n", __func__, __LINE__, #claim, errno);                \
      exit(1);                                                                                     \
    }                                                                                              \
  } while (0)
#define CHECK_FAILS(call, error) CHECK((errno = 0, (call) < 0 && errno == (error)))

struct request {
  struct nlmsghdr header;
  uint16_t length, type;
  uint32_t number;
};

static struct request make(int type, int flags, unsigned sequence, unsigned number) {
  return (struct request){{sizeof(struct request), (uint16_t)type, (uint16_t)(NLM_F_REQUEST | flags), sequence, 0}, 8, 1, number};
}

static struct nlmsghdr noop(unsigned sequence) {
  return (struct nlmsghdr){sizeof(struct nlmsghdr), NLMSG_NOOP, NLM_F_REQUEST | NLM_F_ACK, sequence, 0};
}

static int open_socket(int flags) {
  int s = socket(AF_NETLINK, SOCK_RAW | flags, 0);
  CHECK(s >= 0);
  return s;
}

static int open_bound(int flags, unsigned groups) {
  int s = open_socket(flags);
  struct sockaddr_nl name = {.nl_family = AF_NETLINK, .nl_groups = groups};
  CHECK(bind(s, (void *)&name, sizeof name) == 0);
  return s;
}

static void send_noop(int s, unsigned sequence) {
  struct nlmsghdr m = noop(sequence);
  CHECK(send(s, &m, sizeof m, 0) == sizeof m);
}

/* The sequence number of an ACK with error 0. */
static unsigned ack_sequence(const void *bytes, ssize_t length) {
  const struct nlmsghdr *m = bytes;
  CHECK(length >= 36 && m->nlmsg_type == NLMSG_ERROR && *(const int *)(m + 1) == 0);
  return m->nlmsg_seq;
}

static unsigned receive_ack(int s, int flags) {
  char buffer[4096];
  return ack_sequence(buffer, recv(s, buffer, sizeof buffer, flags));
}

static void names(void) {
  struct sockaddr_nl name, got;
  socklen_t length = sizeof got;
  int one = open_socket(SOCK_CLOEXEC), two = open_socket(0);
  CHECK(getsockname(one, (void *)&got, &length) == 0 && length == 12 && got.nl_family == AF_NETLINK && got.nl_pid == 0);
  name = (struct sockaddr_nl){.nl_family = AF_NETLINK};
  CHECK_FAILS(bind(one, (void *)&name, 11), EINVAL);
  name.nl_family = AF_INET;
  CHECK_FAILS(bind(one, (void *)&name, sizeof name), EINVAL);
  name.nl_family = AF_NETLINK;
  CHECK(bind(one, (void *)&name, sizeof name) == 0 && bind(two, (void *)&name, sizeof name) == 0);
  char wide[112];
  length = sizeof wide;
  CHECK(getsockname(one, (void *)wide, &length) == 0 && length == 12);
  memcpy(&got, wide, sizeof got);
  CHECK(got.nl_pid == (unsigned)getpid());
  length = sizeof got;
  CHECK(getsockname(two, (void *)&got, &length) == 0 && (int)got.nl_pid < 0);
  name.nl_pid = 4242;
  CHECK_FAILS(bind(one, (void *)&name, sizeof name), EINVAL);
  int three = open_socket(0);
  name.nl_pid = (unsigned)getpid();
  CHECK_FAILS(bind(three, (void *)&name, sizeof name), EADDRINUSE);
  close(one);
  CHECK(bind(three, (void *)&name, sizeof name) == 0);
  length = sizeof got;
  CHECK(getpeername(three, (void *)&got, &length) == 0 && got.nl_pid == 0);
  name.nl_pid = 0;
  CHECK(connect(three, (void *)&name, sizeof name) == 0);
  CHECK_FAILS(connect(three, (void *)&name, 5), EINVAL);
  length = (socklen_t)-1;
  CHECK_FAILS(getsockname(three, (void *)&got, &length), EINVAL);
  CHECK_FAILS(bind(three, (void *)8, sizeof name), EFAULT);
}

static void creation(void) {
  CHECK_FAILS(socket(AF_NETLINK, SOCK_STREAM, 0), ESOCKTNOSUPPORT);
  CHECK_FAILS(socket(AF_NETLINK, SOCK_STREAM, 99), ESOCKTNOSUPPORT);
  CHECK_FAILS(socket(AF_NETLINK, SOCK_RAW, 99), EPROTONOSUPPORT);
  CHECK_FAILS(socket(AF_NETLINK, SOCK_RAW, 21), EPROTONOSUPPORT);
  int pair[2];
  CHECK_FAILS(socketpair(AF_NETLINK, SOCK_RAW, 0, pair), EOPNOTSUPP);
  CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
  int s = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), value;
  socklen_t length = sizeof value;
  CHECK(s >= 0 && fcntl(s, F_GETFD) == FD_CLOEXEC && (fcntl(s, F_GETFL) & O_NONBLOCK));
  CHECK(getsockopt(s, SOL_SOCKET, SO_TYPE, &value, &length) == 0 && value == SOCK_DGRAM && length == 4);
  int plain = open_socket(0);
  CHECK(fcntl(plain, F_GETFD) == 0 && !(fcntl(plain, F_GETFL) & O_NONBLOCK));
  CHECK_FAILS(listen(s, 1), EOPNOTSUPP);
  CHECK_FAILS(accept(s, NULL, NULL), EOPNOTSUPP);
  CHECK_FAILS(shutdown(s, SHUT_RDWR), EOPNOTSUPP);
}

static int option(int s, int level, int name) {
  int value = -1;
  socklen_t length = sizeof value;
  CHECK(getsockopt(s, level, name, &value, &length) == 0 && length == sizeof value);
  return value;
}

static void options(void) {
  int s = open_socket(0), on = 1, size = 32768;
  CHECK(option(s, SOL_SOCKET, SO_DOMAIN) == AF_NETLINK && option(s, SOL_SOCKET, SO_PROTOCOL) == 0);
  CHECK(option(s, SOL_SOCKET, SO_TYPE) == SOCK_RAW && option(s, SOL_SOCKET, SO_ERROR) == 0);
  CHECK(option(s, SOL_SOCKET, SO_RCVBUF) == 212992);
  CHECK(setsockopt(s, SOL_SOCKET, SO_SNDBUF, &size, sizeof size) == 0 && option(s, SOL_SOCKET, SO_SNDBUF) == 65536);
  CHECK_FAILS(setsockopt(s, SOL_SOCKET, SO_RCVBUF, &size, 2), EINVAL);
  const int switches[] = {NETLINK_PKTINFO, NETLINK_BROADCAST_ERROR, NETLINK_NO_ENOBUFS, NETLINK_CAP_ACK, NETLINK_EXT_ACK, NETLINK_GET_STRICT_CHK};
  for (size_t i = 0; i < sizeof switches / sizeof *switches; i++) {
    CHECK(option(s, SOL_NETLINK, switches[i]) == 0);
    CHECK(setsockopt(s, SOL_NETLINK, switches[i], &on, sizeof on) == 0 && option(s, SOL_NETLINK, switches[i]) == 1);
    CHECK(setsockopt(s, SOL_NETLINK, switches[i], &on, 2) == 0 && option(s, SOL_NETLINK, switches[i]) == 0);
  }
  int group = LATE;
  uint32_t words[4] = {0};
  socklen_t length = 0;
  CHECK(setsockopt(s, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group, sizeof group) == 0);
  CHECK(getsockopt(s, SOL_NETLINK, NETLINK_LIST_MEMBERSHIPS, NULL, &length) == 0 && length >= 8 && length <= sizeof words);
  CHECK(getsockopt(s, SOL_NETLINK, NETLINK_LIST_MEMBERSHIPS, words, &length) == 0 && words[0] == 0 && words[1] == 2);
  CHECK(setsockopt(s, SOL_NETLINK, NETLINK_DROP_MEMBERSHIP, &group, sizeof group) == 0);
  CHECK(getsockopt(s, SOL_NETLINK, NETLINK_LIST_MEMBERSHIPS, words, &length) == 0 && words[1] == 0);
  group = 0;
  CHECK_FAILS(setsockopt(s, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group, sizeof group), EINVAL);
  group = 4000;
  CHECK_FAILS(setsockopt(s, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group, sizeof group), EINVAL);
  length = 2;
  CHECK_FAILS(getsockopt(s, SOL_NETLINK, NETLINK_EXT_ACK, &on, &length), EINVAL);
  length = 4;
  CHECK_FAILS(getsockopt(s, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &on, &length), ENOPROTOOPT);
  CHECK_FAILS(setsockopt(s, SOL_NETLINK, 999, &on, sizeof on), ENOPROTOOPT);
  CHECK_FAILS(setsockopt(s, 0, 1, &on, sizeof on), ENOPROTOOPT);
  CHECK_FAILS(getsockopt(s, 6, 1, &on, &length), ENOPROTOOPT);
  CHECK(setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0);
  struct timeval patience = {.tv_sec = 60}, got;
  length = sizeof got;
  CHECK(setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) == 0);
  CHECK(getsockopt(s, SOL_SOCKET, SO_RCVTIMEO, &got, &length) == 0 && got.tv_sec == 60);
}

/* Every way to send and to receive, one after the other, on one socket. */
static void ways(void) {
  int s = open_bound(0, 0);
  char buffer[4096];
  struct sockaddr_nl kernel = {.nl_family = AF_NETLINK}, from;
  socklen_t length;
  struct nlmsghdr m;

  m = noop(1);
  CHECK(sendto(s, &m, sizeof m, 0, (void *)&kernel, sizeof kernel) == sizeof m);
  length = sizeof from;
  memset(&from, 0xff, sizeof from);
  CHECK(ack_sequence(buffer, recvfrom(s, buffer, sizeof buffer, 0, (void *)&from, &length)) == 1);
  CHECK(length == 12 && from.nl_family == AF_NETLINK && from.nl_pid == 0 && from.nl_groups == 0);

  m = noop(2);
  CHECK(write(s, &m, sizeof m) == sizeof m);
  CHECK(ack_sequence(buffer, read(s, buffer, sizeof buffer)) == 2);

  m = noop(3);
  struct iovec halves[] = {{&m, 7}, {(char *)&m + 7, sizeof m - 7}};
  CHECK(writev(s, halves, 2) == sizeof m);
  memset(buffer, 0, sizeof buffer);
  struct iovec rooms[] = {{buffer, 5}, {buffer + 5, 11}, {NULL, 0}, {buffer + 16, 4000}};
  CHECK(ack_sequence(buffer, readv(s, rooms, 4)) == 3);

  m = noop(4);
  struct msghdr out = {.msg_name = &kernel, .msg_namelen = sizeof kernel, .msg_iov = halves, .msg_iovlen = 2};
  CHECK(sendmsg(s, &out, 0) == sizeof m);
  char control[64];
  struct msghdr in = {.msg_name = &from, .msg_namelen = sizeof from, .msg_iov = rooms, .msg_iovlen = 4, .msg_control = control, .msg_controllen = sizeof control, .msg_flags = -1};
  CHECK(ack_sequence(buffer, recvmsg(s, &in, 0)) == 4);
  CHECK(in.msg_namelen == 12 && in.msg_flags == 0 && in.msg_controllen == 0 && from.nl_pid == 0);

  struct nlmsghdr many[3] = {noop(5), noop(6), noop(7)};
  struct iovec parts[3] = {{&many[0], 16}, {&many[1], 16}, {&many[2], 16}};
  struct mmsghdr batch[3] = {{{.msg_iov = &parts[0], .msg_iovlen = 1}, 0}, {{.msg_iov = &parts[1], .msg_iovlen = 1}, 0}, {{.msg_iov = &parts[2], .msg_iovlen = 1}, 0}};
  CHECK(sendmmsg(s, batch, 3, 0) == 3 && batch[2].msg_len == 16);
  char space[5][256];
  struct iovec places[5];
  struct mmsghdr got[5];
  struct sockaddr_nl senders[5];
  memset(got, 0, sizeof got);
  for (int i = 0; i < 5; i++) {
    places[i] = (struct iovec){space[i], sizeof space[i]};
    got[i].msg_hdr = (struct msghdr){.msg_name = &senders[i], .msg_namelen = 12, .msg_iov = &places[i], .msg_iovlen = 1};
  }
  CHECK(recvmmsg(s, got, 5, MSG_DONTWAIT, NULL) == 3);
  for (int i = 0; i < 3; i++) CHECK(ack_sequence(space[i], got[i].msg_len) == 5u + (unsigned)i && got[i].msg_hdr.msg_namelen == 12);

  CHECK_FAILS(sendto(s, &m, sizeof m, MSG_OOB, NULL, 0), EOPNOTSUPP);
  CHECK_FAILS(recv(s, buffer, sizeof buffer, MSG_OOB), EOPNOTSUPP);
  CHECK_FAILS(sendto(s, &m, 0, 0, NULL, 0), ENODATA);
  CHECK_FAILS(sendto(s, &m, sizeof m, 0, (void *)&kernel, 11), EINVAL);
  kernel.nl_family = AF_INET;
  CHECK_FAILS(sendto(s, &m, sizeof m, 0, (void *)&kernel, sizeof kernel), EINVAL);
  CHECK(read(s, buffer, 0) == 0);
  CHECK_FAILS(recv(s, buffer, sizeof buffer, MSG_DONTWAIT), EAGAIN);
  size_t huge = 300000;
  void *zeros = calloc(1, huge);
  CHECK_FAILS(send(s, zeros, huge, 0), EMSGSIZE);
}

static void peeking(void) {
  int s = open_bound(0, 0);
  char buffer[4096];
  send_noop(s, 1);
  send_noop(s, 2);
  CHECK(recv(s, NULL, 0, MSG_PEEK | MSG_TRUNC) == 36);
  CHECK(recv(s, buffer, 8, MSG_PEEK) == 8);
  CHECK(receive_ack(s, MSG_PEEK) == 1);
  struct iovec room = {buffer, 20};
  struct msghdr in = {.msg_iov = &room, .msg_iovlen = 1};
  CHECK(recvmsg(s, &in, MSG_PEEK | MSG_TRUNC) == 36 && in.msg_flags == MSG_TRUNC);
  CHECK(recvmsg(s, &in, 0) == 20 && in.msg_flags == MSG_TRUNC);
  CHECK(recv(s, buffer, 8, MSG_TRUNC) == 36);
  CHECK_FAILS(recv(s, buffer, sizeof buffer, MSG_DONTWAIT), EAGAIN);
  CHECK_FAILS(recv(s, buffer, sizeof buffer, MSG_DONTWAIT | MSG_PEEK), EAGAIN);
}

static int events_of(int s, int patience) {
  struct pollfd p = {.fd = s, .events = POLLIN | POLLOUT | POLLRDNORM | POLLWRNORM | POLLWRBAND | POLLPRI};
  CHECK(poll(&p, 1, patience) >= 0);
  return p.revents;
}

static void readiness(void) {
  int s = open_bound(SOCK_NONBLOCK, 0), level = epoll_create1(0), edge = epoll_create1(0);
  struct epoll_event e = {.events = EPOLLIN};
  CHECK(epoll_ctl(level, EPOLL_CTL_ADD, s, &e) == 0);
  e.events = EPOLLIN | EPOLLET;
  CHECK(epoll_ctl(edge, EPOLL_CTL_ADD, s, &e) == 0);
  CHECK(events_of(s, 0) == 0x304 && epoll_wait(level, &e, 1, 0) == 0 && epoll_wait(edge, &e, 1, 0) == 0);
  for (unsigned i = 1; i < 200; i++) {
    send_noop(s, i);
    CHECK(events_of(s, 0) == 0x345);
    CHECK(epoll_wait(level, &e, 1, 0) == 1 && epoll_wait(level, &e, 1, 0) == 1);
    CHECK(epoll_wait(edge, &e, 1, 0) == 1 && epoll_wait(edge, &e, 1, 0) == 0);
    send_noop(s, 1000 + i);
    CHECK(receive_ack(s, 0) == i);
    CHECK(events_of(s, 0) == 0x345 && epoll_wait(level, &e, 1, 0) == 1);
    CHECK(receive_ack(s, 0) == 1000 + i);
    char c;
    CHECK_FAILS(recv(s, &c, 1, 0), EAGAIN);
    CHECK(events_of(s, 0) == 0x304 && epoll_wait(level, &e, 1, 0) == 0 && epoll_wait(edge, &e, 1, 0) == 0);
  }
  if (s < FD_SETSIZE) {
    fd_set set;
    FD_ZERO(&set);
    FD_SET(s, &set);
    struct timeval now = {0};
    CHECK(select(s + 1, &set, NULL, NULL, &now) == 0);
    send_noop(s, 5);
    FD_SET(s, &set);
    CHECK(select(s + 1, &set, NULL, NULL, NULL) == 1 && FD_ISSET(s, &set));
  }
}

/* Reads a dump of `count` items to its end and checks the sizes of its datagrams. */
static void read_dump(int s, unsigned count, size_t capacity, size_t largest) {
  struct request list = make(LIST, NLM_F_DUMP, 9, count);
  static char buffer[65536];
  unsigned seen = 0;
  CHECK(send(s, &list, sizeof list, 0) == sizeof list);
  for (int datagrams = 0;; datagrams++) {
    ssize_t length = recv(s, buffer, capacity, MSG_DONTWAIT);
    CHECK(length > 0 && (size_t)length <= (datagrams == 0 ? 3776 : largest));
    if (datagrams == 1) CHECK((size_t)length > largest - 256 || seen + 400 > count);
    int left = (int)length;
    for (struct nlmsghdr *m = (void *)buffer; NLMSG_OK(m, left); m = NLMSG_NEXT(m, left)) {
      CHECK(m->nlmsg_seq == 9);
      if (m->nlmsg_type == NLMSG_DONE) {
        CHECK(seen == count);
        return;
      }
      CHECK(((uint32_t *)(m + 1))[1] == seen);
      seen++;
    }
  }
}

static void dumps(void) {
  int big = open_bound(0, 0), small = open_bound(0, 0);
  read_dump(big, 3000, 32768, 32448);
  read_dump(small, 3000, 4096, 4096);
  read_dump(big, 0, 32768, 32448);
}

static void waiting(void) {
  int s = open_bound(0, 0);
  char buffer[64];
  struct timeval patience = {.tv_usec = 60000};
  struct timespec before, after;
  CHECK_FAILS(recv(s, buffer, sizeof buffer, MSG_DONTWAIT), EAGAIN);
  CHECK(setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) == 0);
  clock_gettime(CLOCK_MONOTONIC, &before);
  CHECK_FAILS(recv(s, buffer, sizeof buffer, 0), EAGAIN);
  clock_gettime(CLOCK_MONOTONIC, &after);
  CHECK((after.tv_sec - before.tv_sec) * 1000 + (after.tv_nsec - before.tv_nsec) / 1000000 >= 59);
  CHECK(fcntl(s, F_SETFL, O_NONBLOCK) == 0);
  CHECK_FAILS(recv(s, buffer, sizeof buffer, 0), EAGAIN);
  CHECK(fcntl(s, F_SETFL, 0) == 0);
  send_noop(s, 3);
  CHECK(receive_ack(s, 0) == 3);
}

static void announcements(void) {
  int listener = open_bound(0, ITEMS), speaker = open_bound(0, 0), on = 1;
  CHECK(setsockopt(listener, SOL_NETLINK, NETLINK_PKTINFO, &on, sizeof on) == 0);
  pid_t child = fork();
  if (child == 0) {
    close(listener);
    for (unsigned i = 0; i < 50; i++) {
      struct request r = make(i & 1 ? ANNOUNCE_LATER : ANNOUNCE, NLM_F_ACK, i, i);
      CHECK(send(speaker, &r, sizeof r, 0) == sizeof r);
      CHECK(receive_ack(speaker, MSG_DONTWAIT) == i);
    }
    exit(0);
  }
  for (unsigned i = 0; i < 50; i++) {
    char bytes[256], control[64];
    struct sockaddr_nl from;
    struct iovec room = {bytes, sizeof bytes};
    struct msghdr in = {.msg_name = &from, .msg_namelen = sizeof from, .msg_iov = &room, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
    CHECK(recvmsg(listener, &in, 0) == 24);
    CHECK(((struct request *)bytes)->number == i && from.nl_groups == 1 && from.nl_pid == 0);
    struct cmsghdr *info = CMSG_FIRSTHDR(&in);
    CHECK(info != NULL && info->cmsg_level == SOL_NETLINK && info->cmsg_type == NETLINK_PKTINFO && *(int *)CMSG_DATA(info) == ITEMS);
  }
  int status;
  CHECK(waitpid(child, &status, 0) == child && status == 0);
}

/* The group comes before the sender's credentials, and what has no room is cut. */
static void ancillary(void) {
  int listener = open_bound(0, ITEMS), speaker = open_bound(0, 0), on = 1;
  CHECK(setsockopt(listener, SOL_NETLINK, NETLINK_PKTINFO, &on, sizeof on) == 0);
  CHECK(setsockopt(listener, SOL_SOCKET, SO_PASSCRED, &on, sizeof on) == 0);
  struct sockaddr_nl members = {.nl_family = AF_NETLINK, .nl_groups = ITEMS};
  const size_t rooms[] = {128, 24};
  for (size_t i = 0; i < sizeof rooms / sizeof *rooms; i++) {
    const size_t room = rooms[i];
    struct nlmsghdr m = noop(3);
    CHECK(sendto(speaker, &m, sizeof m, 0, (void *)&members, sizeof members) == sizeof m);
    char bytes[64], control[128];
    struct iovec part = {bytes, sizeof bytes};
    struct msghdr in = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = control, .msg_controllen = room};
    CHECK(recvmsg(listener, &in, 0) == sizeof m);
    struct cmsghdr *info = CMSG_FIRSTHDR(&in);
    CHECK(info != NULL && info->cmsg_level == SOL_NETLINK && info->cmsg_type == NETLINK_PKTINFO && *(int *)CMSG_DATA(info) == ITEMS);
    struct cmsghdr *sender = CMSG_NXTHDR(&in, info);
    CHECK(room < 128 ? sender == NULL : sender != NULL && sender->cmsg_level == SOL_SOCKET && sender->cmsg_type == SCM_CREDENTIALS);
    CHECK(((in.msg_flags & MSG_CTRUNC) != 0) == (room < 128));
  }
}

static void overrun(void) {
  int listener = open_bound(SOCK_NONBLOCK, 0), speaker = open_bound(0, 0), group = LATE;
  CHECK(setsockopt(listener, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group, sizeof group) == 0);
  struct request flood = make(FLOOD, NLM_F_ACK, 1, 2000);
  CHECK(send(speaker, &flood, sizeof flood, 0) == sizeof flood && receive_ack(speaker, 0) == 1);
  char buffer[256];
  CHECK(events_of(listener, 0) & POLLIN);
  CHECK_FAILS(recv(listener, buffer, sizeof buffer, 0), ENOBUFS);
  unsigned received = 0;
  while (recv(listener, buffer, sizeof buffer, 0) == 24) CHECK(((struct request *)buffer)->number == received++);
  CHECK(errno == EAGAIN && received > 100 && received < 2000 && !(events_of(listener, 0) & POLLIN));
}

static atomic_int signals_seen;
static void on_signal(int number) {
  (void)number;
  signals_seen++;
}

struct bombardment {
  pthread_t target;
  int socket;
};

static void *bombardment_main(void *argument) {
  struct bombardment *b = argument;
  for (int i = 0; i < 200; i++) {
    int before = signals_seen;
    pthread_kill(b->target, SIGUSR1);
    while (signals_seen == before) sched_yield();
  }
  for (unsigned i = 1; i <= 3; i++) send_noop(b->socket, i);
  return NULL;
}

static void interruptions(void) {
  int s = open_bound(0, 0);
  struct sigaction action = {.sa_handler = on_signal};
  struct bombardment bombardment = {pthread_self(), s};
  pthread_t other;
  char buffer[256];
  sigaction(SIGALRM, &action, NULL);
  struct itimerval soon = {.it_value = {.tv_usec = 30000}};
  setitimer(ITIMER_REAL, &soon, NULL);
  CHECK_FAILS(recv(s, buffer, sizeof buffer, 0), EINTR);
  signals_seen = 0;
  /* A restarted system call neither loses nor repeats anything. */
  action.sa_flags = SA_RESTART;
  sigaction(SIGUSR1, &action, NULL);
  CHECK(pthread_create(&other, NULL, bombardment_main, &bombardment) == 0);
  for (unsigned i = 1; i <= 3; i++) CHECK(receive_ack(s, 0) == i);
  CHECK(signals_seen == 200);
  pthread_join(other, NULL);
  CHECK_FAILS(recv(s, buffer, sizeof buffer, MSG_DONTWAIT), EAGAIN);
}

static int signals_of_storm;
static atomic_int storm_is_over;
static void *storm_main(void *argument) {
  for (int i = 0; i < signals_of_storm; i++) {
    int before = signals_seen;
    pthread_kill(*(pthread_t *)argument, SIGUSR1);
    while (signals_seen == before) sched_yield();
  }
  storm_is_over = 1;
  return NULL;
}

/* Signals while calls follow each other without a pause. Each send is answered by one
 * acknowledgement; returns how many were answered by none or by two. Nothing else ever happens. */
static unsigned wrong_answers(int signals) {
  int s = open_bound(0, 0);
  struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
  pthread_t self = pthread_self(), other;
  unsigned wrong = 0;
  signals_of_storm = signals;
  sigaction(SIGUSR1, &action, NULL);
  CHECK(pthread_create(&other, NULL, storm_main, &self) == 0);
  for (unsigned i = 1; !storm_is_over; i++) {
    char buffer[256];
    unsigned answers = 0;
    ssize_t length;
    send_noop(s, i);
    while ((length = recv(s, buffer, sizeof buffer, MSG_DONTWAIT)) >= 0) {
      CHECK(ack_sequence(buffer, length) == i);
      answers++;
    }
    CHECK(errno == EAGAIN && answers <= 2);
    wrong += answers != 1;
  }
  while (!storm_is_over) sched_yield();
  pthread_join(other, NULL);
  send_noop(s, 0);
  CHECK(receive_ack(s, 0) == 0);
  return wrong;
}

/* Signals come slowly where calls are done at once. */
static void storm_on_kernel(void) { CHECK(wrong_answers(200) == 0); }

/* docs/decisions/0031-signals-and-answers.md says why some are. */
static void storm(void) { CHECK(wrong_answers(2000) <= 200); }

static atomic_uint answers_seen;
static void *reader_main(void *argument) {
  int s = *(int *)argument;
  unsigned *sum = calloc(1, sizeof *sum);
  for (int i = 0; i < 100; i++) {
    *sum += receive_ack(s, 0);
    answers_seen++;
  }
  return sum;
}

/* Readers that wait while another thread sends; each datagram goes to one of them. */
static void threads(void) {
  int s = open_bound(0, 0);
  pthread_t readers[4];
  unsigned total = 0;
  for (int i = 0; i < 4; i++) CHECK(pthread_create(&readers[i], NULL, reader_main, &s) == 0);
  for (unsigned i = 1; i <= 400; i++) {
    while (i > answers_seen + 40) sched_yield(); /* their receive buffer is finite */
    send_noop(s, i);
  }
  for (int i = 0; i < 4; i++) {
    void *sum;
    pthread_join(readers[i], &sum);
    total += *(unsigned *)sum;
  }
  CHECK(total == 400 * 401 / 2);
}

static void inheritance(void) {
  int s = open_bound(0, 0), status;
  struct sockaddr_nl before, after;
  socklen_t length = 12;
  CHECK(getsockname(s, (void *)&before, &length) == 0);
  pid_t child = fork();
  if (child == 0) {
    CHECK(getsockname(s, (void *)&after, &length) == 0 && after.nl_pid == before.nl_pid);
    send_noop(s, 7);
    CHECK(receive_ack(s, 0) == 7);
    char number[16];
    snprintf(number, sizeof number, "%d", s);
    execl("/proc/self/exe", "probe", "inherited", number, NULL);
    exit(2);
  }
  CHECK(waitpid(child, &status, 0) == child && status == 0);
  send_noop(s, 8);
  CHECK(receive_ack(s, 0) == 8);
}

static void duplicates(void) {
  int s = open_bound(0, 0);
  int copy = dup(s), other = fcntl(s, F_DUPFD, 0), third = fcntl(s, F_DUPFD_CLOEXEC, 700);
  CHECK(copy >= 0 && other >= 0 && third >= 700 && copy != other && copy != s);
  CHECK(fcntl(other, F_GETFD) == 0 && fcntl(third, F_GETFD) == FD_CLOEXEC);
  close(s);
  send_noop(copy, 1);
  struct sockaddr_nl name;
  socklen_t length = sizeof name;
  CHECK(getsockname(other, (void *)&name, &length) == 0 && name.nl_pid == (unsigned)getpid());
  CHECK(receive_ack(third, 0) == 1);
  int plain = open("/dev/null", O_RDWR), plain_copy = fcntl(plain, F_DUPFD, 600);
  CHECK(plain_copy >= 600 && dup(plain_copy) >= 0 && write(plain_copy, "x", 1) == 1);
}

/* A copy at a low number: its calls may not be trapped. What it reads and writes is right all the same. */
static void low_duplicates(void) {
  int s = open_bound(0, 0), low = dup2(s, 20);
  CHECK(low == 20);
  send_noop(s, 1);
  send_noop(s, 2);
  send_noop(s, 3);
  CHECK(receive_ack(low, 0) == 1);
  CHECK(receive_ack(low, 0) == 2);
  CHECK(receive_ack(s, 0) == 3);
  send_noop(low, 4);
  CHECK(receive_ack(low, 0) == 4);
  send_noop(low, 5);
  struct pollfd p = {.fd = s, .events = POLLIN};
  CHECK(poll(&p, 1, 5000) == 1 && receive_ack(s, 0) == 5);
}

static void passing(void) {
  int s = open_bound(0, 0), pair[2], status;
  CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
  pid_t child = fork();
  union {
    struct cmsghdr header;
    char space[CMSG_SPACE(sizeof(int))];
  } control = {0};
  char byte = 'x';
  struct iovec part = {&byte, 1};
  struct msghdr m = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
  if (child == 0) {
    close(s);
    int got;
    CHECK(recvmsg(pair[1], &m, 0) == 1);
    memcpy(&got, CMSG_DATA(&control.header), sizeof got);
    int high = fcntl(got, F_DUPFD, 600);
    send_noop(high, 4);
    CHECK(receive_ack(high, 0) == 4);
    send_noop(got, 5);
    CHECK(receive_ack(got, 0) == 5);
    exit(0);
  }
  control.header = (struct cmsghdr){.cmsg_len = CMSG_LEN(sizeof s), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS};
  memcpy(CMSG_DATA(&control.header), &s, sizeof s);
  CHECK(sendmsg(pair[0], &m, 0) == 1);
  close(s);
  CHECK(waitpid(child, &status, 0) == child && status == 0);
}

static void hostile(void) {
  int s = open_bound(SOCK_NONBLOCK, 0);
  char buffer[64];
  send_noop(s, 1);
  CHECK_FAILS(recv(s, (void *)8, 64, MSG_PEEK), EFAULT);
  CHECK_FAILS(send(s, (void *)8, 64, 0), EFAULT);
  CHECK_FAILS(sendmsg(s, (void *)8, 0), EFAULT);
  CHECK_FAILS(recvmsg(s, (void *)8, 0), EFAULT);
  struct iovec *many = calloc(1025, sizeof *many);
  struct msghdr m = {.msg_iov = many, .msg_iovlen = 1025};
  CHECK_FAILS(sendmsg(s, &m, 0), EMSGSIZE);
  CHECK_FAILS(recvmsg(s, &m, 0), EMSGSIZE);
  CHECK_FAILS(writev(s, many, 1025), EINVAL);
  m.msg_iovlen = (size_t)-1;
  CHECK_FAILS(sendmsg(s, &m, 0), EMSGSIZE);
  m.msg_iovlen = 1;
  many[0] = (struct iovec){buffer, (size_t)-1};
  CHECK_FAILS(sendmsg(s, &m, 0), EINVAL);
  CHECK_FAILS(setsockopt(s, SOL_NETLINK, NETLINK_EXT_ACK, (void *)8, 4), EFAULT);
  socklen_t length = 4;
  CHECK_FAILS(getsockopt(s, SOL_NETLINK, NETLINK_EXT_ACK, (void *)8, &length), EFAULT);
  CHECK_FAILS(syscall(SYS_bind, s, buffer, -1), EINVAL);
  CHECK(receive_ack(s, 0) == 1);
}

static void packet_filter(void) {
  int s = open_bound(SOCK_NONBLOCK, 0);
  /* Drops what has an even sequence number (host byte order: the low byte is first). */
  struct sock_filter code[] = {
      BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 8),
      BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, 1, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, 0xffff),
      BPF_STMT(BPF_RET | BPF_K, 0),
  };
  struct sock_fprog program = {4, code};
  CHECK(setsockopt(s, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program) == 0);
  for (unsigned i = 0; i < 6; i++) send_noop(s, i);
  CHECK(receive_ack(s, 0) == 1 && receive_ack(s, 0) == 3 && receive_ack(s, 0) == 5);
  char c;
  CHECK_FAILS(recv(s, &c, 1, 0), EAGAIN);
}

static void churn(void) {
  for (int i = 0; i < 1000; i++) {
    int s = open_bound(0, 0);
    struct sockaddr_nl name;
    socklen_t length = sizeof name;
    CHECK(getsockname(s, (void *)&name, &length) == 0 && name.nl_pid == (unsigned)getpid());
    close(s);
  }
}

static void crowd(void) {
  enum { CROWD = 200 };
  int sockets[CROWD];
  for (int i = 0; i < CROWD; i++) {
    sockets[i] = open_bound(0, 0);
    for (int j = 0; j < i; j++) CHECK(sockets[i] != sockets[j]);
    send_noop(sockets[i], (unsigned)i);
  }
  for (int i = 0; i < CROWD; i++) CHECK(receive_ack(sockets[i], 0) == (unsigned)i);
}

static void privilege(void) {
  int s = open_bound(0, 0);
  struct request r = make(ANNOUNCE, NLM_F_ACK, 1, 1);
  char buffer[256];
  CHECK(send(s, &r, sizeof r, 0) == sizeof r && recv(s, buffer, sizeof buffer, 0) >= 36);
  CHECK(((int *)buffer)[4] == -EPERM);
}

/* Never ends; for those who kill it. */
static void forever(void) {
  int s = open_bound(0, ITEMS);
  if (fork() == 0) {
    char buffer[256];
    /* Whoever serves it may have been killed, too: nobody is left to stop it then. */
    do recv(s, buffer, sizeof buffer, 0);
    while (errno != ENOSYS);
    _exit(1);
  }
  for (unsigned i = 0;; i++) {
    int other = open_bound(0, 0);
    struct request r = make(i & 1 ? ANNOUNCE : ANNOUNCE_LATER, NLM_F_ACK, i, i);
    CHECK(send(other, &r, sizeof r, 0) == sizeof r);
    CHECK(receive_ack(other, 0) == i);
    close(other);
  }
}

/* What would reach the host's network is refused; what is about a socket alone is not. */
static void requests(void) {
  static const unsigned refused[] = {
      SIOCADDRT, SIOCDELRT, SIOCRTMSG, SIOCSARP, SIOCGARP, SIOCDARP, SIOCSIFVLAN, SIOCBONDENSLAVE, SIOCBRADDBR,
      SIOCBRDELBR, SIOCBRADDIF, SIOCBRDELIF, SIOCSHWTSTAMP, SIOCDEVPRIVATE, SIOCDEVPRIVATE + 15,
  };
  char argument[256] = "lo";
  int udp = socket(AF_INET, SOCK_DGRAM, 0), tcp = socket(AF_INET, SOCK_STREAM, 0), queued = -1;
  for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) CHECK_FAILS(ioctl(udp, refused[i], argument), EOPNOTSUPP);
  /* Nobody reads what a refused request points at. */
  CHECK_FAILS(ioctl(udp, SIOCBRADDBR, 8), EOPNOTSUPP);
  /* This one is about what it points at in turn: nothing here. */
  CHECK_FAILS(ioctl(udp, SIOCETHTOOL, argument), EFAULT);
  CHECK_FAILS(ioctl(0, SIOCADDRT, argument), ENOTTY);
  CHECK_FAILS(ioctl(999, SIOCADDRT, argument), EBADF);
  /* Other files than /dev/net/tun do with its requests what they do. */
  CHECK_FAILS(ioctl(udp, TUNSETIFF, argument), ENOTTY);
  int tun = open("/dev/net/tun", O_RDWR);
  if (tun >= 0) CHECK_FAILS(ioctl(tun, TUNSETIFF, argument), EOPNOTSUPP);
  struct sockaddr_in here = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t length = sizeof here;
  int listening = socket(AF_INET, SOCK_STREAM, 0);
  CHECK(bind(listening, (void *)&here, sizeof here) == 0 && listen(listening, 1) == 0);
  CHECK(getsockname(listening, (void *)&here, &length) == 0 && connect(tcp, (void *)&here, length) == 0);
  CHECK(ioctl(tcp, SIOCOUTQNSD, &queued) == 0 && queued == 0);
}

static void blocked(void) {
  char buffer[64];
  int s = open_bound(0, 0);
  CHECK(write(1, "ready\n", 6) == 6);
  CHECK_FAILS(recv(s, buffer, sizeof buffer, 0), ENOSYS);
}

static void inherited(int s) {
  send_noop(s, 11);
  CHECK(receive_ack(s, 0) == 11);
}

static const struct {
  const char *name;
  void (*check)(void);
} checks[] = {
    {"names", names},
    {"creation", creation},
    {"options", options},
    {"ways", ways},
    {"peeking", peeking},
    {"readiness", readiness},
    {"dumps", dumps},
    {"waiting", waiting},
    {"announcements", announcements},
    {"ancillary", ancillary},
    {"overrun", overrun},
    {"interruptions", interruptions},
    {"threads", threads},
    {"inheritance", inheritance},
    {"duplicates", duplicates},
    {"low_duplicates", low_duplicates},
    {"passing", passing},
    {"hostile", hostile},
    {"packet_filter", packet_filter},
    {"churn", churn},
    {"crowd", crowd},
    {"privilege", privilege},
    {"requests", requests},
    {"storm", storm},
    {"storm_on_kernel", storm_on_kernel},
    {"forever", forever},
    {"blocked", blocked},
};

int main(int argc, char **argv) {
  if (argc == 3 && strcmp(argv[1], "inherited") == 0) {
    inherited(atoi(argv[2]));
    return 0;
  }
  alarm(argc == 2 && strcmp(argv[1], "forever") == 0 ? 300 : 20);
  for (size_t i = 0; argc == 2 && i < sizeof checks / sizeof *checks; i++) {
    if (strcmp(argv[1], checks[i].name) != 0) continue;
    checks[i].check();
    return 0;
  }
  fprintf(stderr, "no such check\n");
  return 2;
}
