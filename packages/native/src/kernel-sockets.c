// SPDX-License-Identifier: BSD-2-Clause
/* AF_NETLINK sockets of the kernel for TypeScript; see KernelSockets in index.ts for what the functions promise. All are
 * in one epoll instance, edge-triggered, so that a socket costs no handle of the loop and what is not read yet no turn. */
#include <errno.h>
#include <linux/netlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "errand.h"
#include "watch.h"

#ifndef SOL_NETLINK
#define SOL_NETLINK 270
#endif

/* Keep equal to the constants in index.ts. */
enum {
  SLOTS = 16,
  SLOT_SIZE = 1 << 20,
  FACTS = 4096,                  /* bytes before the first slot */
  SPACE = SLOTS * SLOT_SIZE,
  MOST_READY = 64,
  LONGEST_PLACE = 4096,
};
#define FAILED 0x80000000u

/* What is told of a received datagram, in words of memory. */
struct facts {
  uint32_t length, port, groups, group;
  int32_t namespace_number; /* -1: the socket's own */
  uint32_t unused[3];
};
_Static_assert(SLOTS * sizeof(struct facts) <= FACTS && MOST_READY * sizeof(uint32_t) <= FACTS, "room for facts");

struct opened {
  bool used;
  int user; /* for the actor */
  uint64_t capabilities; /* of whom it was opened for, then */
};

struct kernel {
  struct watch watch;
  struct opened *opened; /* by descriptor */
  int room;
};

struct arguments {
  struct kernel *kernel;
  size_t count;
  napi_value values[9];
};

static struct arguments arguments_of(napi_env env, napi_callback_info info) {
  struct arguments a = {.count = 9};
  napi_get_cb_info(env, info, &a.count, a.values, NULL, (void **)&a.kernel);
  return a;
}

static bool remember(struct kernel *kernel, int descriptor, pid_t thread, int user) {
  if (descriptor >= kernel->room) {
    int room = descriptor < 128 ? 256 : 2 * descriptor;
    struct opened *grown = realloc(kernel->opened, (size_t)room * sizeof *grown);
    if (grown == NULL) return false;
    memset(grown + kernel->room, 0, (size_t)(room - kernel->room) * sizeof *grown);
    kernel->opened = grown;
    kernel->room = room;
  }
  kernel->opened[descriptor] = (struct opened){.used = true, .user = user, .capabilities = errand_capabilities(thread)};
  return true;
}

/* The socket that a call is about; -1 for what is none of ours. */
static int descriptor_of(napi_env env, const struct arguments *a) {
  int64_t descriptor = integer(env, a->values[0]);
  return descriptor >= 0 && descriptor < a->kernel->room && a->kernel->opened[descriptor].used ? (int)descriptor : -1;
}

/* (descriptor, thread, powerless, …) */
static struct actor actor_of(napi_env env, const struct arguments *a, int descriptor) {
  return (struct actor){.thread = (pid_t)integer(env, a->values[1]),
                        .powerless = truth(env, a->values[2]),
                        .user = descriptor < 0 ? -1 : a->kernel->opened[descriptor].user};
}

static struct sockaddr_nl name_of(napi_env env, napi_value port, napi_value groups) {
  return (struct sockaddr_nl){.nl_family = AF_NETLINK,
                              .nl_pid = (uint32_t)integer(env, port),
                              .nl_groups = (uint32_t)integer(env, groups)};
}

/* open(token, thread, powerless, protocol, place) */
static napi_value open_one(napi_env env, napi_callback_info info) {
  struct arguments a = arguments_of(env, info);
  char place[LONGEST_PLACE];
  size_t length = 0;
  if (a.kernel->watch.ended) return number(env, -EBADF);
  napi_get_value_string_utf8(env, a.values[4], place, sizeof place, &length);
  int user;
  int descriptor = errand_open(actor_of(env, &a, -1), length == 0 ? NULL : place, (int)integer(env, a.values[3]), &user);
  if (descriptor < 0) return number(env, descriptor);
  const int on = 1;
  struct epoll_event interest = {.events = EPOLLIN | EPOLLET, .data.u64 = (uint64_t)integer(env, a.values[0])};
  /* The group of a datagram is always told; whether its reader wants to know is not our affair. */
  if (setsockopt(descriptor, SOL_NETLINK, NETLINK_PKTINFO, &on, sizeof on) < 0 ||
      epoll_ctl(a.kernel->watch.epoll, EPOLL_CTL_ADD, descriptor, &interest) < 0 ||
      !remember(a.kernel, descriptor, (pid_t)integer(env, a.values[1]), user)) {
    int error = errno;
    if (user >= 0) close(user);
    close(descriptor);
    return number(env, -error);
  }
  return number(env, descriptor);
}

struct naming {
  int (*call)(int, const struct sockaddr *, socklen_t);
  int descriptor;
  struct sockaddr_nl name;
};

static int64_t do_naming(const void *data) {
  const struct naming *n = data;
  return n->call(n->descriptor, (const struct sockaddr *)&n->name, sizeof n->name) < 0 ? -errno : 0;
}

static napi_value call_with_name(napi_env env, napi_callback_info info, int (*call)(int, const struct sockaddr *, socklen_t)) {
  struct arguments a = arguments_of(env, info);
  const struct naming naming = {call, descriptor_of(env, &a), name_of(env, a.values[3], a.values[4])};
  return number(env, errand_act(actor_of(env, &a, naming.descriptor), do_naming, &naming));
}

/* bind(descriptor, thread, powerless, port, groups) */
static napi_value bind_one(napi_env env, napi_callback_info info) {
  return call_with_name(env, info, bind);
}

/* connect(descriptor, thread, powerless, port, groups) */
static napi_value connect_one(napi_env env, napi_callback_info info) {
  return call_with_name(env, info, connect);
}

/* name(descriptor): into the facts */
static napi_value name_one(napi_env env, napi_callback_info info) {
  struct arguments a = arguments_of(env, info);
  struct sockaddr_nl name = {0};
  socklen_t length = sizeof name;
  if (getsockname(descriptor_of(env, &a), (struct sockaddr *)&name, &length) < 0) return number(env, -errno);
  *(struct facts *)a.kernel->watch.memory = (struct facts){.port = name.nl_pid, .groups = name.nl_groups};
  return number(env, 0);
}

struct setting {
  int descriptor, level, option, value;
};

static int64_t do_setting(const void *data) {
  const struct setting *s = data;
  return setsockopt(s->descriptor, s->level, s->option, &s->value, sizeof s->value) < 0 ? -errno : 0;
}

/* setOption(descriptor, thread, powerless, level, option, value) */
static napi_value set_option(napi_env env, napi_callback_info info) {
  struct arguments a = arguments_of(env, info);
  const struct setting setting = {descriptor_of(env, &a), (int)integer(env, a.values[3]), (int)integer(env, a.values[4]),
                                  (int)integer(env, a.values[5])};
  return number(env, errand_act(actor_of(env, &a, setting.descriptor), do_setting, &setting));
}

/* getOption(descriptor, level, option) */
static napi_value get_option(napi_env env, napi_callback_info info) {
  struct arguments a = arguments_of(env, info);
  int value = 0;
  socklen_t length = sizeof value;
  int result = getsockopt(descriptor_of(env, &a), (int)integer(env, a.values[1]), (int)integer(env, a.values[2]), &value, &length);
  return number(env, result < 0 ? -errno : value);
}

/* memberships(descriptor): the bits into the first slot; how many bytes of them */
static napi_value memberships(napi_env env, napi_callback_info info) {
  struct arguments a = arguments_of(env, info);
  socklen_t length = SLOT_SIZE;
  int result = getsockopt(descriptor_of(env, &a), SOL_NETLINK, NETLINK_LIST_MEMBERSHIPS, a.kernel->watch.memory + FACTS, &length);
  return number(env, result < 0 ? -errno : (int64_t)length);
}

struct sending {
  int descriptor;
  struct msghdr message;
};

static int64_t do_sending(const void *data) {
  const struct sending *s = data;
  ssize_t length = sendmsg(s->descriptor, &s->message, MSG_DONTWAIT | MSG_NOSIGNAL);
  return length < 0 ? -errno : length;
}

/* Whether the kernel decides as it would for the actor although we send, if no destination is named: then it asks what
 * whoever opened the socket may, and whoever sends. */
static bool is_same_to_kernel(const struct kernel *kernel, struct actor actor, int descriptor) {
  if (actor.thread == 0 || actor.powerless || descriptor < 0) return true;
  return errand_capabilities(actor.thread) == kernel->opened[descriptor].capabilities;
}

static int64_t send_as(const struct kernel *kernel, struct actor actor, struct sending *sending, bool needs_name) {
  if (needs_name || !is_same_to_kernel(kernel, actor, sending->descriptor)) return errand_act(actor, do_sending, sending);
  sending->message.msg_name = NULL;
  sending->message.msg_namelen = 0;
  return do_sending(sending);
}

/* send(descriptor, thread, powerless, bytes, port | -1, groups, isPeer, candidates): the length */
static napi_value send_one(napi_env env, napi_callback_info info) {
  struct arguments a = arguments_of(env, info);
  const struct actor actor = actor_of(env, &a, descriptor_of(env, &a));
  const uint8_t *bytes, *candidates;
  size_t length, candidates_length;
  int numbers[MOST_BORROWED];
  if (!bytes_of(env, a.values[3], &bytes, &length) || !bytes_of(env, a.values[7], &candidates, &candidates_length)) return NULL;
  struct sockaddr_nl name = name_of(env, a.values[4], a.values[5]);
  struct iovec part = {(void *)bytes, length};
  struct sending sending = {descriptor_of(env, &a), {.msg_iov = &part, .msg_iovlen = 1}};
  const bool has_name = integer(env, a.values[4]) >= 0;
  if (has_name) {
    sending.message.msg_name = &name;
    sending.message.msg_namelen = sizeof name;
  }
  const size_t count = actor.thread == 0 ? 0 : candidates_length / sizeof *numbers;
  if (count > MOST_BORROWED) return number(env, -E2BIG);
  if (count > 0) {
    memcpy(numbers, candidates, count * sizeof *numbers);
    struct borrowed borrowed;
    errand_borrow(actor.thread, numbers, (int)count, &borrowed);
    if (borrowed.count > 0 || !errand_shares_processes(actor.thread)) {
      ssize_t sent = errand_send(actor, &borrowed, sending.descriptor, &sending.message);
      errand_give_back(&borrowed);
      return number(env, sent);
    }
  }
  return number(env, send_as(a.kernel, actor, &sending, has_name && !truth(env, a.values[6])));
}

/* Room for NETLINK_PKTINFO and NETLINK_LISTEN_ALL_NSID. */
union control {
  struct cmsghdr header;
  char space[CMSG_SPACE(sizeof(struct nl_pktinfo)) + CMSG_SPACE(sizeof(int))];
};

static struct facts facts_of(struct msghdr *header, size_t length) {
  const struct sockaddr_nl *name = header->msg_name;
  struct facts facts = {.length = (uint32_t)length, .port = name->nl_pid, .groups = name->nl_groups, .namespace_number = -1};
  for (struct cmsghdr *one = CMSG_FIRSTHDR(header); one != NULL; one = CMSG_NXTHDR(header, one)) {
    if (one->cmsg_level != SOL_NETLINK) continue;
    if (one->cmsg_type == NETLINK_PKTINFO && one->cmsg_len >= CMSG_LEN(sizeof facts.group))
      memcpy(&facts.group, CMSG_DATA(one), sizeof facts.group);
    if (one->cmsg_type == NETLINK_LISTEN_ALL_NSID && one->cmsg_len >= CMSG_LEN(sizeof facts.namespace_number))
      memcpy(&facts.namespace_number, CMSG_DATA(one), sizeof facts.namespace_number);
  }
  return facts;
}

/* receive(descriptor, capacity, flags): one datagram over all slots; its length, with MSG_TRUNC the true one */
static napi_value receive_one(napi_env env, napi_callback_info info) {
  struct arguments a = arguments_of(env, info);
  int64_t capacity = integer(env, a.values[1]);
  struct sockaddr_nl name = {0};
  union control control;
  struct iovec part = {a.kernel->watch.memory + FACTS, (size_t)(capacity < 0 ? 0 : capacity > SPACE ? SPACE : capacity)};
  struct msghdr header = {.msg_name = &name, .msg_namelen = sizeof name, .msg_iov = &part, .msg_iovlen = 1,
                          .msg_control = &control, .msg_controllen = sizeof control};
  ssize_t length = recvmsg(descriptor_of(env, &a), &header, (int)integer(env, a.values[2]) | MSG_DONTWAIT);
  if (length < 0) return number(env, -errno);
  *(struct facts *)a.kernel->watch.memory = facts_of(&header, (size_t)length);
  return number(env, length);
}

/* receiveMany(descriptor): a datagram per slot, each with its facts; how many */
static napi_value receive_many(napi_env env, napi_callback_info info) {
  struct arguments a = arguments_of(env, info);
  struct mmsghdr headers[SLOTS];
  struct sockaddr_nl names[SLOTS];
  union control controls[SLOTS];
  struct iovec parts[SLOTS];
  memset(headers, 0, sizeof headers);
  memset(names, 0, sizeof names);
  for (int i = 0; i < SLOTS; i++) {
    parts[i] = (struct iovec){a.kernel->watch.memory + FACTS + (size_t)i * SLOT_SIZE, SLOT_SIZE};
    headers[i].msg_hdr = (struct msghdr){.msg_name = &names[i], .msg_namelen = sizeof names[i], .msg_iov = &parts[i], .msg_iovlen = 1,
                                         .msg_control = &controls[i], .msg_controllen = sizeof controls[i]};
  }
  int count = recvmmsg(descriptor_of(env, &a), headers, SLOTS, MSG_DONTWAIT | MSG_TRUNC, NULL);
  if (count < 0) return number(env, -errno);
  struct facts *facts = (struct facts *)a.kernel->watch.memory;
  for (int i = 0; i < count; i++) facts[i] = facts_of(&headers[i].msg_hdr, headers[i].msg_len);
  return number(env, count);
}

/* ready(): the tokens of sockets where something has arrived, as words of memory, each with FAILED if that is an error; how
 * many, at most MOST_READY */
static napi_value ready(napi_env env, napi_callback_info info) {
  struct arguments a = arguments_of(env, info);
  struct epoll_event events[MOST_READY];
  int count = a.kernel->watch.ended ? 0 : epoll_wait(a.kernel->watch.epoll, events, MOST_READY, 0);
  for (int i = 0; i < count; i++) ((uint32_t *)a.kernel->watch.memory)[i] = (uint32_t)events[i].data.u64 | (events[i].events & EPOLLERR ? FAILED : 0);
  return number(env, count < 0 ? 0 : count);
}

static void close_socket(struct opened *opened, int descriptor) {
  if (!opened->used) return;
  opened->used = false;
  if (opened->user >= 0) close(opened->user);
  close(descriptor);
}

static napi_value close_one(napi_env env, napi_callback_info info) {
  struct arguments a = arguments_of(env, info);
  int descriptor = descriptor_of(env, &a);
  if (descriptor >= 0) close_socket(&a.kernel->opened[descriptor], descriptor);
  return NULL;
}

static void close_all(struct watch *watch) {
  struct kernel *kernel = (struct kernel *)watch;
  for (int i = 0; i < kernel->room; i++) close_socket(&kernel->opened[i], i);
  free(kernel->opened);
  kernel->opened = NULL;
  kernel->room = 0;
}

static const struct watch_function functions[] = {
    {"open", open_one},           {"bind", bind_one},       {"connect", connect_one},
    {"name", name_one},           {"setOption", set_option}, {"getOption", get_option},
    {"memberships", memberships}, {"send", send_one},       {"receive", receive_one},
    {"receiveMany", receive_many}, {"ready", ready},        {"close", close_one},
    {"keepLoopAlive", watch_keep_loop_alive},
};

static const struct watch_kind kind = {
    .name = "nlspace:kernel",
    .memory = FACTS + SPACE,
    .close_all = close_all,
    .functions = functions,
    .function_count = sizeof functions / sizeof *functions,
};

/* createKernelSockets(onReady) */
napi_value create_kernel_sockets(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value handler;
  napi_get_cb_info(env, info, &count, &handler, NULL, NULL);
  return watch_start(env, calloc(1, sizeof(struct kernel)), &kind, handler);
}
