// SPDX-License-Identifier: BSD-2-Clause
/* The shapes of the trapped system calls: where their bytes are, and how their answers go back. */
#include "supervisor.h"

#include <errno.h>
#include <linux/fs.h>
#include <linux/if_tun.h>
#include <linux/netlink.h>
#include <linux/sockios.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef SOL_NETLINK
#define SOL_NETLINK 270
#endif

enum { MOST_PARTS = 1024, SLOT_BITS = 16 };

/* recvmmsg and sendmmsg */
struct many_entry {
  struct msghdr header;
  unsigned length;
};

struct call *call_get(struct supervisor *s, int64_t id) {
  int64_t slot = id & ((1 << SLOT_BITS) - 1);
  if (id < 0 || slot >= s->call_count) return NULL;
  struct call *call = &s->calls[slot];
  return call->used && call->generation == (uint32_t)(id >> SLOT_BITS) ? call : NULL;
}

int64_t call_id(const struct supervisor *s, const struct call *call) {
  return (int64_t)call->generation << SLOT_BITS | (int64_t)(call - s->calls);
}

static void release_parts(struct message *message) {
  if (message->parts != message->inline_parts) free(message->parts);
  message->parts = NULL;
}

void let_go(struct supervisor *s) {
  if (s->held >= 0) close(s->held);
  s->held = -1;
}

void call_free(struct supervisor *s, struct call *call) {
  release_parts(&call->message);
  if (call->fetched >= 0 && s->may_hold && s->held < 0) {
    s->held = call->fetched;
    s->held_socket = call->socket;
  } else if (call->fetched >= 0) {
    close(call->fetched);
  }
  call->fetched = -1;
  call->used = false;
  call->generation++;
}

bool call_valid(const struct supervisor *s, const struct call *call) {
  return !call->waits || notification_valid(s->listener, call->notification);
}

int call_descriptor(struct supervisor *s, struct call *call) {
  if (call->fetched >= 0) return call->fetched;
  int descriptor = target_fetch(s, call->thread, (int)call->data.args[0]);
  if (descriptor >= 0 && pair_find(s, descriptor) != call->socket) {
    close(descriptor);
    return -1;
  }
  call->fetched = descriptor;
  return descriptor;
}

/* ---- bytes that a call brings ---- */

static int use_one_part(struct call *call, uint64_t base, uint64_t length) {
  struct message *m = &call->message;
  m->parts = m->inline_parts;
  m->part_count = 1;
  m->total = length > INT32_MAX ? INT32_MAX : length;
  m->parts[0] = (struct iovec){(void *)(uintptr_t)base, m->total};
  return 0;
}

/* `first` is the only part, if it is known already. */
static int use_parts(struct call *call, uint64_t address, uint64_t count, int too_many, const struct iovec *first) {
  struct message *m = &call->message;
  m->parts = m->inline_parts;
  m->part_count = 0;
  m->total = 0;
  if (count > MOST_PARTS) return too_many;
  if (count > INLINE_PARTS && (m->parts = malloc(count * sizeof *m->parts)) == NULL) return -ENOMEM;
  m->part_count = count;
  if (count == 1 && first != NULL) m->parts[0] = *first;
  else if (!target_read(call->thread, m->parts, address, count * sizeof *m->parts)) return -EFAULT;
  for (size_t i = 0; i < count; i++) {
    if ((ssize_t)m->parts[i].iov_len < 0) return -EINVAL;
    if (m->parts[i].iov_len > INT32_MAX - m->total) m->parts[i].iov_len = INT32_MAX - m->total;
    m->total += m->parts[i].iov_len;
  }
  return 0;
}

static int use_header(struct supervisor *s, struct call *call, uint64_t address) {
  struct message *m = &call->message;
  struct msghdr header;
  struct iovec part;
  uint64_t *usual_parts = &s->usual_parts[call->data.nr == SYS_sendmsg];
  /* The header and, where it is expected, the first part at once. */
  const struct iovec here[] = {{&header, sizeof header}, {&part, sizeof part}};
  const struct iovec there[] = {{(void *)(uintptr_t)address, sizeof header}, {(void *)(uintptr_t)*usual_parts, sizeof part}};
  ssize_t length = process_vm_readv(call->thread, here, 2, there, *usual_parts == 0 ? 1 : 2, 0);
  if (length < (ssize_t)sizeof header) return -EFAULT;
  bool foreseen = length == sizeof header + sizeof part && (uintptr_t)header.msg_iov == *usual_parts;
  *usual_parts = (uintptr_t)header.msg_iov;
  if ((int)header.msg_namelen < 0) return -EINVAL;
  m->header = address;
  m->name = (uintptr_t)header.msg_name;
  m->name_length = m->name == 0 ? 0 : header.msg_namelen > NAME_SPACE ? NAME_SPACE : header.msg_namelen;
  m->name_length_at = address + offsetof(struct msghdr, msg_namelen);
  m->control = (uintptr_t)header.msg_control;
  m->control_length = m->control == 0 ? 0 : header.msg_controllen;
  return use_parts(call, (uintptr_t)header.msg_iov, header.msg_iovlen, -EMSGSIZE, foreseen ? &part : NULL);
}

static int load_name(struct supervisor *s, struct call *call, uint64_t address, int32_t length) {
  if (length < 0 || length > NAME_SPACE) return -EINVAL;
  return target_read(call->thread, s->memory, address, (size_t)length) ? 0 : -EFAULT;
}

/* The datagram and its destination into memory; `flags` becomes a. */
static int load_datagram(struct supervisor *s, struct call *call, uint64_t flags, struct decoded *d) {
  struct message *m = &call->message;
  if (m->total > LARGEST_DATAGRAM) return -EMSGSIZE;
  if (m->name != 0 && ((int32_t)m->name_length < 0 || m->name_length > NAME_SPACE)) return -EINVAL;
  if (m->part_count == 1) {
    const size_t name_length = m->name == 0 ? 0 : m->name_length;
    const struct iovec here[] = {{s->memory, name_length}, {s->memory + NAME_SPACE, m->total}};
    const struct iovec there[] = {{(void *)(uintptr_t)m->name, name_length}, m->parts[0]};
    const ssize_t length = (ssize_t)(name_length + m->total);
    if (length > 0 && process_vm_readv(call->thread, here, 2, there, 2, 0) != length) return -EFAULT;
  } else {
    int result = m->name == 0 ? 0 : load_name(s, call, m->name, (int32_t)m->name_length);
    if (result < 0) return result;
    if (!target_gather(call->thread, s->memory + NAME_SPACE, m->parts, m->part_count, m->total)) return -EFAULT;
  }
  d->a = (int32_t)flags;
  d->b = (int64_t)m->total;
  d->c = m->name_length == 0 ? -1 : (int64_t)m->name_length;
  return 0;
}

/* preadv2 and pwritev2 of a socket: without a position; of the flags, only the one that means MSG_DONTWAIT. */
static int load_positioned(const uint64_t *args, uint64_t *flags) {
  if ((int64_t)args[3] != -1) return -ESPIPE;
  if (args[5] & ~(uint64_t)RWF_NOWAIT) return -EOPNOTSUPP;
  *flags = args[5] & RWF_NOWAIT ? MSG_DONTWAIT : 0;
  return 0;
}

static int describe_room(const struct call *call, uint64_t flags, struct decoded *d) {
  d->a = (int32_t)flags;
  d->b = (int64_t)call->message.total;
  return 0;
}

/* Unlike the receiving calls, the reading ones do not even look when there is no room. */
static int describe_reading(const struct call *call, uint64_t flags, struct decoded *d) {
  if (call->message.total > 0) return describe_room(call, flags, d);
  d->operation = OPERATION_NOTHING;
  return 0;
}

int call_select_message(struct supervisor *s, struct call *call, unsigned index, bool sending, struct decoded *d) {
  if (index >= MOST_PARTS) return -EINVAL;
  release_parts(&call->message);
  memset(&call->message, 0, sizeof call->message);
  int result = use_header(s, call, call->data.args[1] + index * sizeof(struct many_entry));
  if (result == 0 && sending) result = load_datagram(s, call, call->data.args[3], d);
  else if (result == 0) result = describe_room(call, call->data.args[3], d);
  /* What was read belongs to the caller only if it is still there. */
  return result < 0 || notification_valid(s->listener, call->notification) ? result : -ESRCH;
}

bool call_set_message_length(struct call *call, unsigned index, uint32_t length) {
  uint64_t entry = call->data.args[1] + index * sizeof(struct many_entry);
  return target_write(call->thread, &length, entry + offsetof(struct many_entry, length), sizeof length);
}

static int decode_many(const uint64_t *args, enum operation operation, struct decoded *d) {
  d->operation = operation;
  d->a = (int32_t)args[3];
  d->b = (uint32_t)args[2] > MOST_PARTS ? MOST_PARTS : (uint32_t)args[2];
  return 0;
}

static int decode_named(struct supervisor *s, struct call *call, enum operation operation, struct decoded *d) {
  d->operation = operation;
  d->a = (int32_t)call->data.args[2];
  return load_name(s, call, call->data.args[1], (int32_t)d->a);
}

static int decode_option(struct supervisor *s, struct call *call, bool set, struct decoded *d) {
  const uint64_t *args = (const uint64_t *)call->data.args;
  d->operation = set ? OPERATION_SET_OPTION : OPERATION_GET_OPTION;
  d->a = (int32_t)args[1];
  d->b = (int32_t)args[2];
  int32_t length = (int32_t)args[4];
  if (!set && !target_read(call->thread, &length, args[4], sizeof length)) return -EFAULT;
  if (length < 0) return -EINVAL;
  d->c = length;
  if (!set) return 0;
  size_t copied = length > LARGEST_OPTION ? LARGEST_OPTION : (size_t)length;
  return target_read(call->thread, s->memory + NAME_SPACE, args[3], copied) ? 0 : -EFAULT;
}

/* ifr_data, behind the name */
static uint64_t data_of(const void *request) {
  uint64_t address;
  memcpy(&address, (const uint8_t *)request + 16, sizeof address);
  return address;
}

int call_decode(struct supervisor *s, struct call *call, struct decoded *d) {
  const uint64_t *args = (const uint64_t *)call->data.args;
  struct message *m = &call->message;
  uint64_t flags = 0;
  int result;
  *d = (struct decoded){0};
  memset(m, 0, sizeof *m);
  switch (call->data.nr) {
    case SYS_socket:
      *d = (struct decoded){OPERATION_OPEN, (int32_t)args[1], (int32_t)args[2], 0};
      return 0;

    case SYS_sendmsg:
      d->operation = OPERATION_SEND;
      result = use_header(s, call, args[1]);
      return result < 0 ? result : load_datagram(s, call, args[2], d);
    case SYS_sendto:
      d->operation = OPERATION_SEND;
      use_one_part(call, args[1], args[2]);
      m->name = args[4];
      m->name_length = m->name == 0 ? 0 : (uint32_t)args[5];
      return load_datagram(s, call, args[3], d);
    case SYS_write:
      d->operation = OPERATION_SEND;
      use_one_part(call, args[1], args[2]);
      return load_datagram(s, call, 0, d);
    case SYS_writev:
    case SYS_pwritev2:
      d->operation = OPERATION_SEND;
      result = call->data.nr == SYS_writev ? 0 : load_positioned(args, &flags);
      if (result == 0) result = use_parts(call, args[1], args[2], -EINVAL, NULL);
      return result < 0 ? result : load_datagram(s, call, flags, d);
    case SYS_sendmmsg:
      return decode_many(args, OPERATION_SEND_MANY, d);

    case SYS_recvmsg:
      d->operation = OPERATION_RECEIVE;
      result = use_header(s, call, args[1]);
      return result < 0 ? result : describe_room(call, args[2], d);
    case SYS_recvfrom:
      d->operation = OPERATION_RECEIVE;
      use_one_part(call, args[1], args[2]);
      m->name = args[4];
      m->name_length_at = args[5];
      return describe_room(call, args[3], d);
    case SYS_read:
      d->operation = OPERATION_RECEIVE;
      use_one_part(call, args[1], args[2]);
      return describe_reading(call, 0, d);
    case SYS_readv:
    case SYS_preadv2:
      d->operation = OPERATION_RECEIVE;
      result = call->data.nr == SYS_readv ? 0 : load_positioned(args, &flags);
      if (result == 0) result = use_parts(call, args[1], args[2], -EINVAL, NULL);
      return result < 0 ? result : describe_reading(call, flags, d);
    case SYS_recvmmsg:
      return decode_many(args, OPERATION_RECEIVE_MANY, d);

    case SYS_bind:
      return decode_named(s, call, OPERATION_BIND, d);
    case SYS_connect:
      return decode_named(s, call, OPERATION_CONNECT, d);
    case SYS_getsockname:
      d->operation = OPERATION_SOCKET_NAME;
      return 0;
    case SYS_getpeername:
      d->operation = OPERATION_PEER_NAME;
      return 0;
    case SYS_setsockopt:
      return decode_option(s, call, true, d);
    case SYS_getsockopt:
      return decode_option(s, call, false, d);
    case SYS_ioctl:
      if (is_device_request(args[1])) {
        *d = (struct decoded){OPERATION_DEVICE, (uint32_t)args[1], (int32_t)args[0], (int32_t)args[2]};
        if ((uint32_t)args[1] != TUNSETIFF) return 0;
        return target_read(call->thread, s->memory + NAME_SPACE, args[2], INTERFACE_REQUEST_SIZE) ? 0 : -EFAULT;
      }
      *d = (struct decoded){OPERATION_INTERFACE, (uint32_t)args[1], 0, 0};
      /* Others than these are refused, and what they point at may be shorter. */
      if ((uint32_t)args[1] < SIOCGIFNAME || (uint32_t)args[1] > SIOCWANDEV) return 0;
      if (!target_read(call->thread, s->memory + NAME_SPACE, args[2], INTERFACE_REQUEST_SIZE)) return -EFAULT;
      if ((uint32_t)args[1] != SIOCETHTOOL) return 0;
      /* What the request points at begins with the number of a command. */
      return target_read(call->thread, s->memory + NAME_SPACE + INTERFACE_REQUEST_SIZE, data_of(s->memory + NAME_SPACE), 4)
                 ? 0
                 : -EFAULT;
    default:
      d->operation = OPERATION_UNSUPPORTED;
      return 0;
  }
}

/* ---- answers ---- */

static int write_name(pid_t thread, uint64_t to, uint32_t room, uint64_t length_at, uint32_t port, uint32_t groups) {
  const struct sockaddr_nl name = {.nl_family = AF_NETLINK, .nl_pid = port, .nl_groups = groups};
  const uint32_t length = sizeof name;
  if (!target_write(thread, &name, to, room < length ? room : length)) return -EFAULT;
  return target_write(thread, &length, length_at, sizeof length) ? 0 : -EFAULT;
}

int call_answer_name(struct call *call, uint32_t port, uint32_t groups) {
  int32_t room;
  if (!target_read(call->thread, &room, call->data.args[2], sizeof room)) return -EFAULT;
  if (room < 0) return -EINVAL;
  return write_name(call->thread, call->data.args[1], (uint32_t)room, call->data.args[2], port, groups);
}

int call_answer_option(struct call *call, const void *value, size_t length) {
  const uint32_t stored = (uint32_t)length;
  uint32_t room;
  if (!target_read(call->thread, &room, call->data.args[4], sizeof room)) return -EFAULT;
  if (!target_write(call->thread, value, call->data.args[3], room < length ? room : length)) return -EFAULT;
  return target_write(call->thread, &stored, call->data.args[4], sizeof stored) ? 0 : -EFAULT;
}

int call_answer_interface(struct call *call, const void *request, size_t length) {
  if (length <= INTERFACE_REQUEST_SIZE)
    return target_write(call->thread, request, call->data.args[2], length) ? 0 : -EFAULT;
  const uint8_t *data = (const uint8_t *)request + INTERFACE_REQUEST_SIZE;
  return target_write(call->thread, data, data_of(request), length - INTERFACE_REQUEST_SIZE) ? 0 : -EFAULT;
}

/* Appends a control message, cut where the room ends, as put_cmsg does; false if it was cut. */
static bool put_control(uint8_t *area, size_t room, size_t *used, int level, int type, const void *value, size_t length) {
  size_t left = room - *used;
  if (left < sizeof(struct cmsghdr)) return false;
  size_t whole = CMSG_LEN(length);
  size_t kept = whole < left ? whole : left;
  struct cmsghdr header = {.cmsg_len = kept, .cmsg_level = level, .cmsg_type = type};
  memcpy(area + *used, &header, sizeof header);
  memcpy(area + *used + sizeof header, value, kept - sizeof header);
  size_t space = CMSG_SPACE(length);
  *used += space < left ? space : left;
  return kept == whole;
}

/* What a delivery writes: everything in one system call. */
struct writes {
  size_t from_count, to_count;
  struct iovec from[6], to[MOST_PARTS];
};

static void add_from(struct writes *w, const void *from, size_t length) {
  w->from[w->from_count++] = (struct iovec){(void *)from, length};
}

static void add(struct writes *w, const void *from, uint64_t to, size_t length) {
  if (length == 0) return;
  add_from(w, from, length);
  w->to[w->to_count++] = (struct iovec){(void *)(uintptr_t)to, length};
}

/* The control messages in the kernel's order (netlink_recvmsg); false if they were cut. */
static bool make_control(const struct message *m, const struct delivery *d, uint8_t *area, size_t size, size_t *used) {
  size_t room = m->control_length < size ? m->control_length : size;
  bool whole = true;
  if (d->packet_info) whole &= put_control(area, room, used, SOL_NETLINK, NETLINK_PKTINFO, &d->group, sizeof d->group);
  if (d->namespace_number >= 0)
    whole &= put_control(area, room, used, SOL_NETLINK, NETLINK_LISTEN_ALL_NSID, &d->namespace_number, sizeof d->namespace_number);
  if (d->credentials) {
    const uint32_t nobody[3] = {0, 0, 0}; /* struct ucred: pid, uid, gid of the kernel */
    whole &= put_control(area, room, used, SOL_SOCKET, SCM_CREDENTIALS, nobody, sizeof nobody);
  }
  return whole;
}

int call_deliver(struct call *call, const struct delivery *d) {
  const struct message *m = &call->message;
  const size_t copied = d->length < m->total ? d->length : m->total;
  struct writes w;
  w.from_count = w.to_count = 0;
  add_from(&w, d->bytes, copied);
  size_t left = copied;
  for (size_t i = 0; i < m->part_count && left > 0; i++) {
    struct iovec part = m->parts[i];
    if (part.iov_len > left) part.iov_len = left;
    left -= part.iov_len;
    w.to[w.to_count++] = part;
  }
  if (w.to_count > MOST_PARTS - 5) { /* what follows would be too many for one system call */
    if (!target_scatter(call->thread, w.from, w.from_count, w.to, w.to_count)) return -EFAULT;
    w.from_count = w.to_count = 0;
  }

  const struct sockaddr_nl name = {.nl_family = AF_NETLINK, .nl_pid = d->port, .nl_groups = d->groups};
  const uint32_t name_length = sizeof name;
  if (m->name != 0) {
    uint32_t room = m->name_length;
    if (m->header == 0) { /* recvfrom */
      int32_t given;
      if (!target_read(call->thread, &given, m->name_length_at, sizeof given)) return -EFAULT;
      if (given < 0) return -EINVAL;
      room = (uint32_t)given;
    }
    add(&w, &name, m->name, room < name_length ? room : name_length);
    add(&w, &name_length, m->name_length_at, sizeof name_length);
  }

  uint8_t area[128] = {0};
  size_t used = 0;
  struct {
    uint64_t control_length;
    int32_t flags;
  } end;
  _Static_assert(offsetof(struct msghdr, msg_flags) == offsetof(struct msghdr, msg_controllen) + 8, "the end of msghdr");
  if (m->header != 0) {
    bool whole = make_control(m, d, area, sizeof area, &used);
    end.control_length = used;
    end.flags = (copied < d->length ? MSG_TRUNC : 0) | (whole ? 0 : MSG_CTRUNC);
    add(&w, area, m->control, used);
    add(&w, &end, m->header + offsetof(struct msghdr, msg_controllen), 12);
  }
  return target_scatter(call->thread, w.from, w.from_count, w.to, w.to_count) ? (int)copied : -EFAULT;
}
