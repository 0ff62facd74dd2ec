// SPDX-License-Identifier: BSD-2-Clause
/* N-API: `createSupervisor(handlers)` and `createChannel()`; see index.ts for what the functions promise. */
#include "bridge.h"
#include "supervisor.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <linux/sockios.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include "../launch/protocol.h"

enum handler { ON_CALL, ON_CANCELLED, ON_CLOSED, ON_WRITTEN, ON_TAKEN, ON_LAUNCH, HANDLERS };
static const char *const handler_names[HANDLERS] = {"call", "cancelled", "closed", "written", "taken", "launch"};

enum { LISTENER_EVENT, CHANNEL_EVENT, PAIRS_EVENT };
enum { EVENTS = 64, CALLS_PER_TURN = 1024, MOST_CALLS = 1 << 16, LINGER_NS = 50 * 1000 };

struct instance {
  struct supervisor s;
  napi_env env;
  napi_ref handlers[HANDLERS], receiver, memory;
  napi_async_context context;
  uv_poll_t *poll;
  bool closed, uv_done, finalized;
  napi_async_cleanup_hook_handle cleanup;
};

/* ---- calling TypeScript ---- */

static void call_handler(struct instance *in, enum handler which, size_t count, const int64_t *numbers) {
  napi_env env = in->env;
  napi_handle_scope scope;
  napi_value receiver, function, arguments[8];
  napi_open_handle_scope(env, &scope);
  napi_get_reference_value(env, in->receiver, &receiver);
  napi_get_reference_value(env, in->handlers[which], &function);
  for (size_t i = 0; i < count; i++) napi_create_int64(env, numbers[i], &arguments[i]);
  if (napi_make_callback(env, in->context, receiver, function, count, arguments, NULL) == napi_pending_exception) {
    napi_value error;
    napi_get_and_clear_last_exception(env, &error);
    napi_fatal_exception(env, error);
  }
  napi_close_handle_scope(env, scope);
}

/* ---- notifications ---- */

static struct call *allocate_call(struct supervisor *s) {
  for (int i = 0; i < s->call_count; i++)
    if (!s->calls[i].used) return &s->calls[i];
  int count = s->call_count == 0 ? 64 : s->call_count * 2;
  if (count > MOST_CALLS) return NULL;
  struct call *grown = realloc(s->calls, (size_t)count * sizeof *grown);
  if (grown == NULL) return NULL;
  /* Parts that live inside a call have moved with it. */
  for (int i = 0; i < s->call_count; i++)
    if (grown[i].used && grown[i].message.part_count <= INLINE_PARTS && grown[i].message.parts != NULL)
      grown[i].message.parts = grown[i].message.inline_parts;
  memset(grown + s->call_count, 0, (size_t)(count - s->call_count) * sizeof *grown);
  struct call *first = grown + s->call_count;
  s->calls = grown;
  s->call_count = count;
  return first;
}

/* A thread makes one call at a time: an older one of it was interrupted. A handler may close everything. */
static void cancel_calls_of(struct instance *in, pid_t thread) {
  struct supervisor *s = &in->s;
  for (int i = 0; i < s->call_count && !in->closed; i++) {
    struct call *call = &s->calls[i];
    if (!call->used || call->thread != thread) continue;
    const int64_t numbers[] = {call_id(s, call), call->socket};
    call_free(s, call);
    call_handler(in, ON_CANCELLED, 2, numbers);
  }
}

/* dup and fcntl(F_DUPFD): the duplicate stays in the trapped range. */
static void duplicate(struct supervisor *s, const struct seccomp_notif *n, int descriptor) {
  bool is_fcntl = n->data.nr == SYS_fcntl;
  int minimum = is_fcntl ? (int)n->data.args[2] : 0;
  if (s->base == 0 || minimum < 0) {
    notification_continue(s->listener, n->id);
    return;
  }
  if (minimum < (int)s->base) minimum = (int)s->base;
  int number = target_free_descriptor(s, (pid_t)n->pid, minimum);
  bool close_on_exec = is_fcntl && (int)n->data.args[1] == F_DUPFD_CLOEXEC;
  if (number < 0 || notification_place(s->listener, n->id, descriptor, number, close_on_exec) == -EBADF)
    notification_answer(s->listener, n->id, -EMFILE);
}

/* Between the attempts to answer a call; a duplicate of the program's end would hide the close. */
static void let_wait(struct call *call) {
  call->waits = true;
  if (call->fetched >= 0) close(call->fetched);
  call->fetched = -1;
}

/* Takes what is held if the call is about it, or lets go of it: -1. */
static int take_held(struct supervisor *s, const struct seccomp_notif *n) {
  int held = s->held;
  bool about_descriptor = n->data.nr != SYS_socket && n->data.nr != SYS_ioctl;
  if (held < 0 || !about_descriptor || !target_is_same(s, (pid_t)n->pid, (int)n->data.args[0], held)) {
    let_go(s);
    return -1;
  }
  s->held = -1;
  return held;
}

/* `fetched` is the descriptor that the call is about, if it is known to be that of `handle`. */
static void handle_notification(struct instance *in, const struct seccomp_notif *n, int fetched, int handle) {
  struct supervisor *s = &in->s;
  pid_t thread = (pid_t)n->pid;
  int on_pair = -1;
  cancel_calls_of(in, thread);
  if (in->closed) {
    if (fetched >= 0) close(fetched);
    return;
  }
  if (n->data.nr == SYS_ioctl) {
    /* About interfaces, which any socket does and nothing else; or about devices, where other files may mean something else. */
    fetched = target_fetch(s, thread, (int)n->data.args[0]);
    bool about_device = is_device_request(n->data.args[1]);
    bool is_other_file = about_device && fetched >= 0 && !is_tun(fetched);
    int refusal = fetched < 0 ? -EBADF : about_device || is_socket(fetched) ? 0 : -ENOTTY;
    on_pair = fetched < 0 ? -1 : pair_find(s, fetched);
    if (fetched >= 0) close(fetched);
    fetched = -1;
    if (is_other_file) {
      notification_continue(s->listener, n->id);
      return;
    }
    if (refusal < 0) {
      notification_answer(s->listener, n->id, refusal);
      return;
    }
  } else if (n->data.nr != SYS_socket) {
    if (fetched < 0) {
      fetched = target_fetch(s, thread, (int)n->data.args[0]);
      handle = fetched < 0 ? -1 : pair_find(s, fetched);
    }
    if (handle < 0) {
      if (fetched >= 0) close(fetched);
      notification_continue(s->listener, n->id);
      return;
    }
    if (n->data.nr == SYS_dup || n->data.nr == SYS_fcntl) {
      duplicate(s, n, fetched);
      close(fetched);
      return;
    }
  }
  struct call *call = allocate_call(s);
  if (call == NULL) {
    if (fetched >= 0) close(fetched);
    notification_answer(s->listener, n->id, -ENOMEM);
    return;
  }
  *call = (struct call){.used = true, .generation = call->generation, .notification = n->id, .thread = thread,
                        .socket = handle, .fetched = fetched, .data = n->data};
  struct decoded d;
  int result = call_decode(s, call, &d);
  if (result < 0 || d.operation == OPERATION_NOTHING) {
    notification_answer(s->listener, n->id, result);
    call_free(s, call);
    return;
  }
  /* What was read belongs to the caller only if the caller is still there. */
  if (!notification_valid(s->listener, n->id)) {
    call_free(s, call);
    return;
  }
  if (d.operation == OPERATION_INTERFACE) d.b = on_pair;
  const int64_t id = call_id(s, call);
  const int64_t numbers[] = {d.operation, id, handle, thread, d.a, d.b, d.c};
  call_handler(in, ON_CALL, 7, numbers);
  if (!in->closed && (call = call_get(s, id)) != NULL) let_wait(call);
}

/* ---- pairs and channel ---- */

static void handle_pair_event(struct instance *in, const struct epoll_event *event) {
  struct supervisor *s = &in->s;
  int64_t handle = (uint32_t)event->data.u64;
  struct pair *pair = pair_get(s, handle);
  if (pair == NULL || pair_token(pair, (int)handle) != event->data.u64) return;
  if (event->events & EPOLLIN) call_handler(in, ON_WRITTEN, 1, &handle);
  if (in->closed || (pair = pair_get(s, handle)) == NULL) return;
  if (event->events & EPOLLHUP) {
    call_handler(in, ON_CLOSED, 1, &handle);
    return;
  }
  int queued = 0;
  if (pair->holds_head && ioctl(pair->end, SIOCOUTQ, &queued) == 0 && queued == 0) {
    pair->holds_head = false;
    call_handler(in, ON_TAKEN, 1, &handle);
  }
}

static void handle_pair_events(struct instance *in) {
  struct epoll_event ready[EVENTS];
  int count;
  do {
    count = epoll_wait(in->s.pairs_epoll, ready, EVENTS, 0);
    for (int i = 0; i < count && !in->closed; i++) handle_pair_event(in, &ready[i]);
  } while (count == EVENTS && !in->closed);
}

static void handle_channel(struct instance *in) {
  struct supervisor *s = &in->s;
  while (!in->closed && s->channel >= 0) {
    struct launch_message message = {0};
    struct iovec part = {&message, sizeof message};
    union {
      struct cmsghdr header;
      char space[CMSG_SPACE(sizeof(int))];
    } control;
    struct msghdr header = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
    ssize_t length = recvmsg(s->channel, &header, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    if (length < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (length != sizeof message) {
      close(s->channel);
      s->channel = -1;
      memset(&message, 0, sizeof message);
    }
    const struct cmsghdr *rights = length == sizeof message ? CMSG_FIRSTHDR(&header) : NULL;
    if (rights != NULL && rights->cmsg_type == SCM_RIGHTS && rights->cmsg_len == CMSG_LEN(sizeof(int))) {
      int brought;
      memcpy(&brought, CMSG_DATA(rights), sizeof brought);
      if (message.event == LAUNCH_LISTENER && s->listener < 0) s->listener = brought;
      else close(brought);
    }
    if (message.event == LAUNCH_LISTENER && s->listener >= 0) {
      s->base = (unsigned)message.value;
      notification_wake_on_same_cpu(s->listener);
      struct epoll_event interest = {.events = EPOLLIN, .data.u64 = LISTENER_EVENT};
      epoll_ctl(s->epoll, EPOLL_CTL_ADD, s->listener, &interest);
    }
    const int64_t numbers[] = {message.event, message.value, message.detail, message.pid};
    call_handler(in, ON_LAUNCH, 4, numbers);
  }
}

static void serve_calls(struct instance *in) {
  struct supervisor *s = &in->s;
  struct seccomp_notif notification;
  for (int calls = 0; calls < CALLS_PER_TURN && !in->closed && s->listener >= 0; calls++) {
    /* The answer to one call is usually followed by the next; sleeping here for a moment is cheaper than a turn of the
     * loop, and lets the program go on at once on this very processor. */
    if (!notification_await(s->listener, calls == 0 ? 0 : LINGER_NS)) return;
    if (!notification_receive(s->listener, &notification)) continue;
    int fetched = take_held(s, &notification);
    /* What was closed or written before the call was made has happened before it. */
    handle_pair_events(in);
    if (!in->closed) handle_notification(in, &notification, fetched, fetched < 0 ? -1 : s->held_socket);
    else if (fetched >= 0) close(fetched);
  }
}

static void on_ready(uv_poll_t *handle, int status, int events) {
  struct instance *in = uv_handle_get_data(handle);
  struct supervisor *s = &in->s;
  (void)status;
  (void)events;
  struct epoll_event ready[EVENTS];
  int count = epoll_wait(s->epoll, ready, EVENTS, 0);
  for (int i = 0; i < count && !in->closed; i++) {
    if (ready[i].data.u64 == CHANNEL_EVENT) handle_channel(in);
    else if (ready[i].data.u64 == PAIRS_EVENT) handle_pair_events(in);
    else if (ready[i].events & (EPOLLHUP | EPOLLERR)) epoll_ctl(s->epoll, EPOLL_CTL_DEL, s->listener, NULL);
  }
  s->may_hold = true;
  serve_calls(in);
  s->may_hold = false;
  let_go(s);
}

/* ---- functions for TypeScript ---- */

struct arguments {
  struct instance *in;
  size_t count;
  napi_value values[8];
};

static struct arguments arguments_of(napi_env env, napi_callback_info info) {
  struct arguments a = {.count = 8};
  napi_get_cb_info(env, info, &a.count, a.values, NULL, (void **)&a.in);
  return a;
}

static struct call *call_of(const struct arguments *a, napi_env env) {
  return a->in->closed ? NULL : call_get(&a->in->s, integer(env, a->values[0]));
}

static napi_value complete(napi_env env, napi_callback_info info) {
  struct arguments a = arguments_of(env, info);
  struct call *call = call_of(&a, env);
  if (call == NULL) return boolean(env, false);
  bool accepted = notification_answer(a.in->s.listener, call->notification, integer(env, a.values[1]));
  call_free(&a.in->s, call);
  return boolean(env, accepted);
}

static napi_value run_natively(napi_env env, napi_callback_info info) {
  struct arguments a = arguments_of(env, info);
  struct call *call = call_of(&a, env);
  if (call == NULL) return boolean(env, false);
  bool accepted = notification_continue(a.in->s.listener, call->notification);
  call_free(&a.in->s, call);
  return boolean(env, accepted);
}

static napi_value identity(napi_env env, napi_callback_info info) {
  struct arguments a = arguments_of(env, info);
  struct call *call = call_of(&a, env);
  struct identity found = {0};
  napi_value result = NULL;
  if (call == NULL || !target_identity(call->thread, &found)) return NULL;
  napi_create_object(env, &result);
  napi_set_named_property(env, result, "uid", number(env, found.uid));
  napi_set_named_property(env, result, "gid", number(env, found.gid));
  napi_set_named_property(env, result, "pid", number(env, found.pid));
  return result;
}

/* namespaceOf(thread, descriptor) */
static napi_value namespace_of(napi_env env, napi_callback_info info) {
  struct arguments a = arguments_of(env, info);
  pid_t thread = (pid_t)integer(env, a.values[0]);
  return number(env, target_namespace(&a.in->s, thread, (int)integer(env, a.values[1])));
}

static int place_descriptor(struct supervisor *s, const struct call *call, int program_end) {
  bool close_on_exec = ((int)call->data.args[1] & SOCK_CLOEXEC) != 0;
  if (s->base == 0) return notification_place(s->listener, call->notification, program_end, -1, close_on_exec);
  int placed = -EBADF;
  /* Numbers that were skipped because they were in use may be free by now: look a second time from the bottom. */
  for (int attempt = 0; attempt < 2 && placed == -EBADF; attempt++) {
    int number = target_free_descriptor(s, call->thread, (int)s->base);
    if (number < 0) return -ESRCH;
    placed = notification_place(s->listener, call->notification, program_end, number, close_on_exec);
    if (placed == -EBADF) s->closings++;
  }
  return placed == -EBADF ? -EMFILE : placed;
}

static napi_value place(napi_env env, napi_callback_info info) {
  struct arguments a = arguments_of(env, info);
  struct call *call = call_of(&a, env);
  struct supervisor *s = &a.in->s;
  int program_end;
  if (call == NULL) return number(env, -ENOENT);
  int handle = pair_create(s, ((int)call->data.args[1] & SOCK_NONBLOCK) != 0, &program_end);
  if (handle < 0) return number(env, handle);
  int placed = place_descriptor(s, call, program_end);
  close(program_end);
  if (placed < 0) {
    pair_release(s, handle);
    return number(env, placed);
  }
  call_free(s, call);
  return number(env, handle);
}

static napi_value push(napi_env env, napi_callback_info info) {
  struct arguments a = arguments_of(env, info);
  struct pair *pair = a.in->closed ? NULL : pair_get(&a.in->s, integer(env, a.values[0]));
  const uint8_t *bytes;
  size_t length;
  if (pair == NULL) return number(env, -EBADF);
  if (!bytes_of(env, a.values[1], &bytes, &length)) return NULL;
  return number(env, pair_push(pair, bytes, length));
}

static napi_value drop(napi_env env, napi_callback_info info) {
  struct arguments a = arguments_of(env, info);
  struct call *call = call_of(&a, env);
  struct pair *pair = call == NULL ? NULL : pair_get(&a.in->s, call->socket);
  if (pair == NULL) return boolean(env, false);
  int descriptor = call_descriptor(&a.in->s, call);
  return boolean(env, descriptor >= 0 && pair_drop(pair, descriptor));
}

static napi_value reachable(napi_env env, napi_callback_info info) {
  struct arguments a = arguments_of(env, info);
  struct call *call = call_of(&a, env);
  if (call == NULL || !notification_valid(a.in->s.listener, call->notification) || call_descriptor(&a.in->s, call) < 0)
    return boolean(env, false);
  call->waits = false;
  return boolean(env, true);
}

static napi_value rest(napi_env env, napi_callback_info info) {
  struct arguments a = arguments_of(env, info);
  struct call *call = call_of(&a, env);
  if (call != NULL) let_wait(call);
  return NULL;
}

static napi_value patience(napi_env env, napi_callback_info info) {
  struct arguments a = arguments_of(env, info);
  struct call *call = call_of(&a, env);
  int descriptor = call == NULL ? -1 : call_descriptor(&a.in->s, call);
  if (descriptor < 0 || (fcntl(descriptor, F_GETFL) & O_NONBLOCK)) return number(env, -1);
  bool sending = call->data.nr == SYS_sendmsg || call->data.nr == SYS_sendto || call->data.nr == SYS_write ||
                 call->data.nr == SYS_writev || call->data.nr == SYS_sendmmsg;
  struct timeval limit = {0};
  socklen_t length = sizeof limit;
  getsockopt(descriptor, SOL_SOCKET, sending ? SO_SNDTIMEO : SO_RCVTIMEO, &limit, &length);
  /* Longer than a timer of JavaScript goes is for ever. */
  if (limit.tv_sec >= INT32_MAX / 1000) return number(env, 0);
  return number(env, limit.tv_sec * 1000 + (limit.tv_usec + 999) / 1000);
}

static napi_value select_message(napi_env env, napi_callback_info info) {
  struct arguments a = arguments_of(env, info);
  struct call *call = call_of(&a, env);
  struct decoded d = {0};
  bool sending = false;
  if (call == NULL) return number(env, -ENOENT);
  napi_get_value_bool(env, a.values[2], &sending);
  int result = call_select_message(&a.in->s, call, (unsigned)integer(env, a.values[1]), sending, &d);
  if (result < 0) return number(env, result);
  napi_value lengths;
  napi_create_array_with_length(env, 2, &lengths);
  napi_set_element(env, lengths, 0, number(env, d.b));
  napi_set_element(env, lengths, 1, number(env, d.c));
  return lengths;
}

static napi_value set_message_length(napi_env env, napi_callback_info info) {
  struct arguments a = arguments_of(env, info);
  struct call *call = call_of(&a, env);
  return boolean(env, call != NULL && call_valid(&a.in->s, call) && call_set_message_length(call, (unsigned)integer(env, a.values[1]),
                                                              (uint32_t)integer(env, a.values[2])));
}

static napi_value deliver(napi_env env, napi_callback_info info) {
  struct arguments a = arguments_of(env, info);
  struct call *call = call_of(&a, env);
  struct delivery d = {0};
  if (call == NULL || !call_valid(&a.in->s, call)) return number(env, -ENOENT);
  if (!bytes_of(env, a.values[1], &d.bytes, &d.length)) return NULL;
  d.port = (uint32_t)integer(env, a.values[2]);
  d.groups = (uint32_t)integer(env, a.values[3]);
  d.group = (uint32_t)integer(env, a.values[4]);
  napi_get_value_bool(env, a.values[5], &d.packet_info);
  d.namespace_number = (int32_t)integer(env, a.values[6]);
  if (call->message.control_length > 0 && call->fetched >= 0) {
    int on = 0;
    socklen_t length = sizeof on;
    d.credentials = getsockopt(call->fetched, SOL_SOCKET, SO_PASSCRED, &on, &length) == 0 && on != 0;
  }
  return number(env, call_deliver(call, &d));
}

static napi_value answer_name(napi_env env, napi_callback_info info) {
  struct arguments a = arguments_of(env, info);
  struct call *call = call_of(&a, env);
  if (call == NULL) return boolean(env, false);
  int result = !call_valid(&a.in->s, call) ? -ESRCH : call_answer_name(call, (uint32_t)integer(env, a.values[1]), (uint32_t)integer(env, a.values[2]));
  bool accepted = notification_answer(a.in->s.listener, call->notification, result);
  call_free(&a.in->s, call);
  return boolean(env, accepted);
}

static napi_value answer_option(napi_env env, napi_callback_info info) {
  struct arguments a = arguments_of(env, info);
  struct call *call = call_of(&a, env);
  const uint8_t *value;
  size_t length;
  if (call == NULL) return boolean(env, false);
  if (!bytes_of(env, a.values[1], &value, &length)) return NULL;
  int result = !call_valid(&a.in->s, call) ? -ESRCH : call_answer_option(call, value, length);
  bool accepted = notification_answer(a.in->s.listener, call->notification, result);
  call_free(&a.in->s, call);
  return boolean(env, accepted);
}

static napi_value answer_interface(napi_env env, napi_callback_info info) {
  struct arguments a = arguments_of(env, info);
  struct call *call = call_of(&a, env);
  const uint8_t *request;
  size_t length;
  if (call == NULL) return boolean(env, false);
  if (!bytes_of(env, a.values[1], &request, &length)) return NULL;
  int result = !call_valid(&a.in->s, call) ? -ESRCH : call_answer_interface(call, request, length);
  bool accepted = notification_answer(a.in->s.listener, call->notification, result);
  call_free(&a.in->s, call);
  return boolean(env, accepted);
}

static napi_value read_written(napi_env env, napi_callback_info info) {
  struct arguments a = arguments_of(env, info);
  struct pair *pair = a.in->closed ? NULL : pair_get(&a.in->s, integer(env, a.values[0]));
  if (pair == NULL) return number(env, -1);
  ssize_t length = recv(pair->end, a.in->s.memory + NAME_SPACE, LARGEST_DATAGRAM, MSG_DONTWAIT);
  return number(env, length > 0 ? length : -1);
}

static napi_value release(napi_env env, napi_callback_info info) {
  struct arguments a = arguments_of(env, info);
  int64_t handle = integer(env, a.values[0]);
  if (!a.in->closed && pair_get(&a.in->s, handle) != NULL) pair_release(&a.in->s, (int)handle);
  return NULL;
}

static napi_value go(napi_env env, napi_callback_info info) {
  struct arguments a = arguments_of(env, info);
  return boolean(env, !a.in->closed && a.in->s.channel >= 0 && send(a.in->s.channel, "g", 1, MSG_NOSIGNAL) == 1);
}

static napi_value keep_loop_alive(napi_env env, napi_callback_info info) {
  struct arguments a = arguments_of(env, info);
  bool alive = true;
  napi_get_value_bool(env, a.values[0], &alive);
  if (a.in->closed) return NULL;
  if (alive) uv_ref(a.in->poll);
  else uv_unref(a.in->poll);
  return NULL;
}

static void dispose_when_unused(struct instance *in) {
  if (in->uv_done && in->finalized) free(in);
}

static void on_uv_closed(void *handle) {
  struct instance *in = uv_handle_get_data(handle);
  free(handle);
  in->uv_done = true;
  napi_remove_async_cleanup_hook(in->cleanup);
  dispose_when_unused(in);
}

static void end(struct instance *in) {
  struct supervisor *s = &in->s;
  napi_env env = in->env;
  if (in->closed) return;
  in->closed = true;
  for (int i = 0; i < s->call_count; i++)
    if (s->calls[i].used) call_free(s, &s->calls[i]);
  for (int i = 0; i < s->pair_count; i++)
    if (s->pairs[i].used) pair_release(s, i);
  target_forget_all(s);
  free(s->calls);
  free(s->pairs);
  s->calls = NULL;
  s->pairs = NULL;
  s->call_count = s->pair_count = 0;
  uv_close(in->poll, on_uv_closed);
  if (s->listener >= 0) close(s->listener);
  if (s->channel >= 0) close(s->channel);
  s->listener = s->channel = -1;
  close(s->pairs_epoll);
  close(s->epoll);
  for (int i = 0; i < HANDLERS; i++) napi_delete_reference(env, in->handlers[i]);
  napi_delete_reference(env, in->receiver);
  napi_delete_reference(env, in->memory);
  napi_async_destroy(env, in->context);
}

static napi_value close_all(napi_env env, napi_callback_info info) {
  end(arguments_of(env, info).in);
  return NULL;
}

/* The environment (a worker thread, or the process) ends with the supervisor open. */
static void on_environment_ends(napi_async_cleanup_hook_handle hook, void *data) {
  struct instance *in = data;
  (void)hook;
  end(in);
}

static void unmap(napi_env env, void *data, void *hint) {
  (void)env;
  (void)hint;
  munmap(data, MEMORY_SIZE);
}

static void finalize(napi_env env, void *data, void *hint) {
  struct instance *in = data;
  (void)env;
  (void)hint;
  in->finalized = true;
  dispose_when_unused(in);
}

static const struct {
  const char *name;
  napi_callback function;
} functions[] = {
    {"complete", complete},
    {"runNatively", run_natively},
    {"identity", identity},
    {"namespaceOf", namespace_of},
    {"place", place},
    {"push", push},
    {"drop", drop},
    {"reachable", reachable},
    {"rest", rest},
    {"patience", patience},
    {"selectMessage", select_message},
    {"setMessageLength", set_message_length},
    {"deliver", deliver},
    {"answerName", answer_name},
    {"answerOption", answer_option},
    {"answerInterface", answer_interface},
    {"readWritten", read_written},
    {"release", release},
    {"go", go},
    {"keepLoopAlive", keep_loop_alive},
    {"close", close_all},
};

static bool make_epolls(struct supervisor *s) {
  s->epoll = epoll_create1(EPOLL_CLOEXEC);
  s->pairs_epoll = epoll_create1(EPOLL_CLOEXEC);
  struct epoll_event channel = {.events = EPOLLIN, .data.u64 = CHANNEL_EVENT};
  struct epoll_event pairs = {.events = EPOLLIN, .data.u64 = PAIRS_EVENT};
  return s->epoll >= 0 && s->pairs_epoll >= 0 && epoll_ctl(s->epoll, EPOLL_CTL_ADD, s->channel, &channel) == 0 &&
         epoll_ctl(s->epoll, EPOLL_CTL_ADD, s->pairs_epoll, &pairs) == 0;
}

/* createSupervisor(handlers, channel): the supervisor takes over the descriptor of the channel. */
static napi_value create_supervisor(napi_env env, napi_callback_info info) {
  struct arguments a = arguments_of(env, info);
  struct instance *in = calloc(1, sizeof *in);
  if (in == NULL) return throw_text(env, "out of memory");
  struct supervisor *s = &in->s;
  in->env = env;
  s->listener = -1;
  s->free_pair = -1;
  s->held = -1;
  s->process = getpid();
  for (int i = 0; i < CHAINS; i++) s->chains[i] = -1;
  s->channel = (int)integer(env, a.values[1]);
  s->memory = mmap(NULL, MEMORY_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  napi_value memory, name, result;
  if (s->memory == MAP_FAILED || !make_epolls(s) ||
      napi_create_external_arraybuffer(env, s->memory, MEMORY_SIZE, unmap, NULL, &memory) != napi_ok) {
    if (s->epoll > 0) close(s->epoll);
    if (s->pairs_epoll > 0) close(s->pairs_epoll);
    if (s->memory != MAP_FAILED) munmap(s->memory, MEMORY_SIZE);
    free(in);
    return throw_text(env, "cannot set up the supervisor");
  }
  napi_create_reference(env, memory, 1, &in->memory);
  napi_create_string_utf8(env, "nlspace:supervisor", NAPI_AUTO_LENGTH, &name);
  napi_create_reference(env, a.values[0], 1, &in->receiver);
  napi_async_init(env, a.values[0], name, &in->context);
  for (int i = 0; i < HANDLERS; i++) {
    napi_value function;
    napi_get_named_property(env, a.values[0], handler_names[i], &function);
    napi_create_reference(env, function, 1, &in->handlers[i]);
  }
  napi_create_object(env, &result);
  napi_set_named_property(env, result, "memory", memory);
  for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
    set_function(env, result, functions[i].name, functions[i].function, in);
  napi_add_finalizer(env, result, in, finalize, NULL, NULL);

  uv_loop_t *loop;
  napi_get_uv_event_loop(env, (struct uv_loop_s **)&loop);
  in->poll = malloc(uv_handle_size(UV_POLL_TYPE));
  uv_poll_init(loop, in->poll, s->epoll);
  uv_handle_set_data(in->poll, in);
  uv_poll_start(in->poll, UV_READABLE_EVENT, on_ready);
  napi_add_async_cleanup_hook(env, on_environment_ends, in, &in->cleanup);
  return result;
}

/* createChannel(): [ours, the launcher's]. */
static napi_value create_channel(napi_env env, napi_callback_info info) {
  int ends[2];
  napi_value result;
  (void)info;
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0) return throw_text(env, strerror(errno));
  napi_create_array_with_length(env, 2, &result);
  for (uint32_t i = 0; i < 2; i++) napi_set_element(env, result, i, number(env, ends[i]));
  return result;
}

static napi_value close_descriptor(napi_env env, napi_callback_info info) {
  struct arguments a = arguments_of(env, info);
  close((int)integer(env, a.values[0]));
  return NULL;
}

/* peerCredentials(descriptor): [uid, gid, pid] of who connected a Unix-domain socket, or -errno. */
static napi_value peer_credentials(napi_env env, napi_callback_info info) {
  struct arguments a = arguments_of(env, info);
  struct ucred peer;
  socklen_t length = sizeof peer;
  napi_value result;
  if (getsockopt((int)integer(env, a.values[0]), SOL_SOCKET, SO_PEERCRED, &peer, &length) < 0)
    return number(env, -errno);
  napi_create_array_with_length(env, 3, &result);
  napi_set_element(env, result, 0, number(env, peer.uid));
  napi_set_element(env, result, 1, number(env, peer.gid));
  napi_set_element(env, result, 2, number(env, peer.pid));
  return result;
}

/* lock(descriptor): whether nobody else holds the file; held until the descriptor is closed. Or -errno. */
static napi_value lock(napi_env env, napi_callback_info info) {
  struct arguments a = arguments_of(env, info);
  if (flock((int)integer(env, a.values[0]), LOCK_EX | LOCK_NB) == 0) return boolean(env, true);
  return errno == EWOULDBLOCK ? boolean(env, false) : number(env, -errno);
}

NAPI_MODULE_INIT() {
  set_function(env, exports, "createSupervisor", create_supervisor, NULL);
  set_function(env, exports, "createKernelSockets", create_kernel_sockets, NULL);
  set_function(env, exports, "createPacketSockets", create_packet_sockets, NULL);
  set_function(env, exports, "createChannel", create_channel, NULL);
  set_function(env, exports, "closeDescriptor", close_descriptor, NULL);
  set_function(env, exports, "peerCredentials", peer_credentials, NULL);
  set_function(env, exports, "lock", lock, NULL);
  return exports;
}
