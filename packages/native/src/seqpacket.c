// SPDX-License-Identifier: BSD-2-Clause
/* Unix-domain sockets that keep the boundaries of messages (SOCK_SEQPACKET), which Node has not got; see PacketSockets in
 * packet-sockets.ts for what the functions promise. All are in one epoll instance, level-triggered. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "watch.h"

/* Keep equal to the constants in packet-sockets.ts. */
enum {
  LARGEST_PACKET = 1 << 16,
  MOST_EVENTS = 64,
  BACKLOG = 128,
  EVENT_SPACE = 4096, /* bytes before the packet */
};
_Static_assert(MOST_EVENTS * 2 * sizeof(uint32_t) <= EVENT_SPACE, "room for events");

/* Told of a socket, as bits. */
enum { IS_READABLE = 1, IS_WRITABLE = 2 };

struct packets {
  struct watch watch;
  bool *opened; /* by descriptor: those that are ours */
  int room;
};

struct arguments {
  struct packets *packets;
  napi_value values[3];
};

static struct arguments arguments_of(napi_env env, napi_callback_info info) {
  struct arguments a;
  size_t count = 3;
  napi_get_cb_info(env, info, &count, a.values, NULL, (void **)&a.packets);
  return a;
}

/* The socket that a call is about; -1 for what is none of ours. */
static int descriptor_of(napi_env env, const struct arguments *a) {
  int64_t descriptor = integer(env, a->values[0]);
  return descriptor >= 0 && descriptor < a->packets->room && a->packets->opened[descriptor] ? (int)descriptor : -1;
}

static bool remember(struct packets *packets, int descriptor) {
  if (descriptor >= packets->room) {
    int room = descriptor < 128 ? 256 : 2 * descriptor;
    bool *grown = realloc(packets->opened, (size_t)room * sizeof *grown);
    if (grown == NULL) return false;
    memset(grown + packets->room, 0, (size_t)(room - packets->room) * sizeof *grown);
    packets->opened = grown;
    packets->room = room;
  }
  packets->opened[descriptor] = true;
  return true;
}

/* Takes a socket over, or closes it: its descriptor, or -errno. */
static int adopt(struct packets *packets, int descriptor) {
  struct epoll_event interest = {.events = EPOLLIN, .data.u64 = (uint64_t)descriptor};
  if (epoll_ctl(packets->watch.epoll, EPOLL_CTL_ADD, descriptor, &interest) == 0) {
    if (remember(packets, descriptor)) return descriptor;
    errno = ENOMEM;
  }
  int error = errno;
  close(descriptor);
  return -error;
}

typedef int (*path_call)(int descriptor, const struct sockaddr_un *name, socklen_t length);

static int bind_and_listen(int descriptor, const struct sockaddr_un *name, socklen_t length) {
  if (bind(descriptor, (const struct sockaddr *)name, length) < 0) return -1;
  return listen(descriptor, BACKLOG);
}

static int connect_to(int descriptor, const struct sockaddr_un *name, socklen_t length) {
  return connect(descriptor, (const struct sockaddr *)name, length);
}

/* A new socket with a path: its descriptor, or -errno. */
static napi_value open_at(napi_env env, napi_callback_info info, path_call call) {
  struct arguments a = arguments_of(env, info);
  struct sockaddr_un name = {.sun_family = AF_UNIX};
  char path[sizeof name.sun_path + 2];
  size_t length = 0;
  if (a.packets->watch.ended) return number(env, -EBADF);
  if (napi_get_value_string_utf8(env, a.values[0], path, sizeof path, &length) != napi_ok || length == 0)
    return number(env, -EINVAL);
  if (length >= sizeof name.sun_path) return number(env, -ENAMETOOLONG);
  if (memchr(path, '\0', length) != NULL) return number(env, -EINVAL);
  memcpy(name.sun_path, path, length);
  int descriptor = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (descriptor < 0) return number(env, -errno);
  if (call(descriptor, &name, sizeof name) < 0) {
    int error = errno;
    close(descriptor);
    return number(env, -error);
  }
  return number(env, adopt(a.packets, descriptor));
}

/* listen(path) */
static napi_value listen_one(napi_env env, napi_callback_info info) {
  return open_at(env, info, bind_and_listen);
}

/* connect(path) */
static napi_value connect_one(napi_env env, napi_callback_info info) {
  return open_at(env, info, connect_to);
}

/* accept(descriptor): that of whoever has connected, or -errno */
static napi_value accept_one(napi_env env, napi_callback_info info) {
  struct arguments a = arguments_of(env, info);
  int descriptor = accept4(descriptor_of(env, &a), NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
  return number(env, descriptor < 0 ? -errno : adopt(a.packets, descriptor));
}

/* receive(descriptor): the length of the next packet, now in memory; 0 at the end; or -errno */
static napi_value receive_one(napi_env env, napi_callback_info info) {
  struct arguments a = arguments_of(env, info);
  ssize_t length = recv(descriptor_of(env, &a), a.packets->watch.memory + EVENT_SPACE, LARGEST_PACKET, MSG_DONTWAIT | MSG_TRUNC);
  if (length > LARGEST_PACKET) return number(env, -EMSGSIZE);
  return number(env, length < 0 ? -errno : length);
}

/* send(descriptor, bytes): the length, or -errno */
static napi_value send_one(napi_env env, napi_callback_info info) {
  struct arguments a = arguments_of(env, info);
  const uint8_t *bytes;
  size_t length;
  if (!bytes_of(env, a.values[1], &bytes, &length)) return NULL;
  ssize_t sent = send(descriptor_of(env, &a), bytes, length, MSG_DONTWAIT | MSG_NOSIGNAL);
  return number(env, sent < 0 ? -errno : sent);
}

/* awaitWritable(descriptor, wanted): 0 or -errno */
static napi_value await_writable(napi_env env, napi_callback_info info) {
  struct arguments a = arguments_of(env, info);
  int descriptor = descriptor_of(env, &a);
  if (descriptor < 0) return number(env, -EBADF);
  struct epoll_event interest = {.events = EPOLLIN | (truth(env, a.values[1]) ? EPOLLOUT : 0), .data.u64 = (uint64_t)descriptor};
  return number(env, epoll_ctl(a.packets->watch.epoll, EPOLL_CTL_MOD, descriptor, &interest) < 0 ? -errno : 0);
}

/* ready(): descriptors and what can be done with them, as pairs of words of memory; how many pairs */
static napi_value ready(napi_env env, napi_callback_info info) {
  struct arguments a = arguments_of(env, info);
  struct epoll_event events[MOST_EVENTS];
  int count = a.packets->watch.ended ? 0 : epoll_wait(a.packets->watch.epoll, events, MOST_EVENTS, 0);
  uint32_t *words = (uint32_t *)a.packets->watch.memory;
  for (int i = 0; i < count; i++) {
    /* Whoever has hung up is found out by reading. */
    bool is_readable = events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR);
    *words++ = (uint32_t)events[i].data.u64;
    *words++ = (is_readable ? IS_READABLE : 0) | (events[i].events & EPOLLOUT ? IS_WRITABLE : 0);
  }
  return number(env, count < 0 ? 0 : count);
}

static napi_value close_one(napi_env env, napi_callback_info info) {
  struct arguments a = arguments_of(env, info);
  int descriptor = descriptor_of(env, &a);
  if (descriptor < 0) return NULL;
  a.packets->opened[descriptor] = false;
  close(descriptor);
  return NULL;
}

static void close_all(struct watch *watch) {
  struct packets *packets = (struct packets *)watch;
  for (int i = 0; i < packets->room; i++)
    if (packets->opened[i]) close(i);
  free(packets->opened);
  packets->opened = NULL;
  packets->room = 0;
}

/* end(): closes all of them */
static napi_value end_all(napi_env env, napi_callback_info info) {
  watch_end(&arguments_of(env, info).packets->watch);
  return NULL;
}

static const struct watch_function functions[] = {
    {"listen", listen_one}, {"connect", connect_one}, {"accept", accept_one},
    {"receive", receive_one}, {"send", send_one}, {"awaitWritable", await_writable},
    {"ready", ready}, {"close", close_one}, {"keepLoopAlive", watch_keep_loop_alive}, {"end", end_all},
};

static const struct watch_kind kind = {
    .name = "nlspace:packets",
    .memory = EVENT_SPACE + LARGEST_PACKET,
    .keeps_alive = true,
    .close_all = close_all,
    .functions = functions,
    .function_count = sizeof functions / sizeof *functions,
};

/* createPacketSockets(onReady) */
napi_value create_packet_sockets(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value handler;
  napi_get_cb_info(env, info, &count, &handler, NULL, NULL);
  return watch_start(env, calloc(1, sizeof(struct packets)), &kind, handler);
}
