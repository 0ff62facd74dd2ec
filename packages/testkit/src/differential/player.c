// SPDX-License-Identifier: BSD-2-Clause
// Plays the commands of a scenario, one after the other, and records what each printed, how it ended, and every
// notification that it caused. The same program runs on the kernel and on nlspace.
//
// In the current directory it reads `script`, commands that each end with a zero byte, and writes `record`: entries of three
// 32-bit words (index of the command, kind, length) and their bytes.
#include <errno.h>
#include <fcntl.h>
#include <linux/if_addr.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum kind { OUTPUT, ERRORS, STATUS, NOTIFICATION, LOST };

enum { HIGHEST_GROUP = 39, MOST_LINKS = 4096, MOST_ADDRESSES = 4096, RECEIVE_SPACE = 8 << 20 };

static int record, requests, notifications;
static char buffer[1 << 17];

static void fail(const char *what) {
  perror(what);
  exit(1);
}

static void write_all(const void *bytes, size_t length) {
  const char *at = bytes;
  while (length > 0) {
    ssize_t count = write(record, at, length);
    if (count <= 0) fail("record");
    at += count;
    length -= (size_t)count;
  }
}

static void write_entry(uint32_t command, enum kind kind, const void *bytes, uint32_t length) {
  uint32_t head[3] = {command, kind, length};
  write_all(head, sizeof head);
  write_all(bytes, length);
}

static void open_sockets(void) {
  requests = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
  notifications = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
  if (requests < 0 || notifications < 0) fail("socket");
  int on = 1, space = RECEIVE_SPACE;
  struct sockaddr_nl self = {.nl_family = AF_NETLINK};
  if (bind(requests, (struct sockaddr *)&self, sizeof self) < 0 || bind(notifications, (struct sockaddr *)&self, sizeof self) < 0)
    fail("bind");
  if (setsockopt(notifications, SOL_SOCKET, SO_RCVBUFFORCE, &space, sizeof space) < 0)
    setsockopt(notifications, SOL_SOCKET, SO_RCVBUF, &space, sizeof space);
  if (setsockopt(notifications, SOL_NETLINK, NETLINK_PKTINFO, &on, sizeof on) < 0) fail("NETLINK_PKTINFO");
  for (int group = 1; group <= HIGHEST_GROUP; group++)
    if (setsockopt(notifications, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group, sizeof group) < 0) fail("NETLINK_ADD_MEMBERSHIP");
}

struct address { int link; unsigned char bytes[16]; };

static struct address announced[MOST_ADDRESSES];
static int announced_count;
/** Those that the kernel will tell of again, within a second. */
static char is_expected[MOST_ADDRESSES];

static struct address address_of(struct nlmsghdr *message, unsigned *flags) {
  struct ifaddrmsg *header = NLMSG_DATA(message);
  struct address result = {.link = (int)header->ifa_index};
  int length = (int)IFA_PAYLOAD(message);
  *flags = header->ifa_flags;
  for (struct rtattr *one = IFA_RTA(header); RTA_OK(one, length); one = RTA_NEXT(one, length)) {
    if (one->rta_type == IFA_FLAGS) memcpy(flags, RTA_DATA(one), 4);
    /* IFA_LOCAL comes first; without one this is the address. */
    else if (one->rta_type == IFA_LOCAL || (one->rta_type == IFA_ADDRESS && result.bytes[0] == 0)) memcpy(result.bytes, RTA_DATA(one), RTA_PAYLOAD(one) < 16 ? RTA_PAYLOAD(one) : 16);
  }
  return result;
}

static int position_of(struct address address) {
  for (int i = 0; i < announced_count; i++)
    if (memcmp(&announced[i], &address, sizeof address) == 0) return i;
  return -1;
}

/** When a link begins or ceases to do without ARP, duplicates of its addresses are looked for again. */
static void expect_addresses(struct ifinfomsg *link) {
  if ((link->ifi_change & IFF_NOARP) == 0 || (link->ifi_flags & IFF_RUNNING) == 0) return;
  for (int i = 0; i < announced_count; i++)
    if (announced[i].link == link->ifi_index) is_expected[i] = 1;
}

/** Keeps in mind which IPv6 addresses the kernel has told of. */
static void remember(struct nlmsghdr *message, ssize_t length) {
  for (; NLMSG_OK(message, length); message = NLMSG_NEXT(message, length)) {
    if (message->nlmsg_type == RTM_NEWLINK) expect_addresses(NLMSG_DATA(message));
    struct ifaddrmsg *header = NLMSG_DATA(message);
    if ((message->nlmsg_type != RTM_NEWADDR && message->nlmsg_type != RTM_DELADDR) || header->ifa_family != AF_INET6) continue;
    unsigned flags;
    struct address address = address_of(message, &flags);
    int position = position_of(address);
    if (message->nlmsg_type == RTM_NEWADDR && position < 0 && announced_count < MOST_ADDRESSES) announced[announced_count++] = address;
    if (position >= 0) is_expected[position] = 0;
    if (message->nlmsg_type == RTM_DELADDR && position >= 0) {
      announced[position] = announced[--announced_count];
      is_expected[position] = is_expected[announced_count];
      is_expected[announced_count] = 0;
    }
  }
}

/** Everything that the groups have been told meanwhile: the group, then the datagram. */
static void record_notifications(uint32_t command) {
  for (;;) {
    char control[256];
    struct iovec part = {buffer + 4, sizeof buffer - 4};
    struct sockaddr_nl from;
    struct msghdr message = {.msg_name = &from, .msg_namelen = sizeof from, .msg_iov = &part, .msg_iovlen = 1,
                             .msg_control = control, .msg_controllen = sizeof control};
    ssize_t length = recvmsg(notifications, &message, MSG_DONTWAIT);
    if (length < 0 && errno == EINTR) continue;
    if (length < 0 && errno == ENOBUFS) {
      write_entry(command, LOST, "", 0);
      continue;
    }
    if (length < 0) return;
    uint32_t group = 0;
    for (struct cmsghdr *one = CMSG_FIRSTHDR(&message); one != NULL; one = CMSG_NXTHDR(&message, one))
      if (one->cmsg_level == SOL_NETLINK && one->cmsg_type == NETLINK_PKTINFO) group = *(uint32_t *)CMSG_DATA(one);
    remember((struct nlmsghdr *)(buffer + 4), length);
    memcpy(buffer, &group, 4);
    write_entry(command, NOTIFICATION, buffer, (uint32_t)length + 4);
  }
}

/** Sends a request and hands on every reply that is no acknowledgement. */
static void ask(uint16_t type, uint16_t flags, const void *header, size_t size, void (*take)(struct nlmsghdr *)) {
  struct { struct nlmsghdr message; char header[64]; } request = {{(uint32_t)NLMSG_LENGTH(size), type, (uint16_t)(NLM_F_REQUEST | flags), 1, 0}, {0}};
  memcpy(request.header, header, size);
  if (send(requests, &request, request.message.nlmsg_len, 0) < 0) fail("send");
  for (;;) {
    ssize_t length = recv(requests, buffer, sizeof buffer, 0);
    if (length <= 0) fail("recv");
    for (struct nlmsghdr *message = (struct nlmsghdr *)buffer; NLMSG_OK(message, length); message = NLMSG_NEXT(message, length)) {
      if (message->nlmsg_type == NLMSG_DONE || message->nlmsg_type == NLMSG_ERROR) return;
      if (take != NULL) take(message);
      if ((message->nlmsg_flags & NLM_F_MULTI) == 0) return;
    }
  }
}

static int links[MOST_LINKS], link_count, is_unsettled;
static unsigned link_flags[MOST_LINKS];
static int asked_position;

static void take_link(struct nlmsghdr *message) {
  struct ifinfomsg *link = NLMSG_DATA(message);
  if (link_count < MOST_LINKS) links[link_count++] = link->ifi_index;
}

/** The flags as they are when pending changes have been finished. */
static void take_flags(struct nlmsghdr *message) {
  link_flags[asked_position] = ((struct ifinfomsg *)NLMSG_DATA(message))->ifi_flags;
}

/** Without a carrier, detection does not even begin. */
static int works(int index) {
  for (int i = 0; i < link_count; i++)
    if (links[i] == index) return (link_flags[i] & IFF_UP) != 0 && (link_flags[i] & IFF_RUNNING) != 0;
  return 0;
}

/** An address that is exempt from detection is never tentative: the kernel tells of it when it is there altogether. */
static void take_address(struct nlmsghdr *message) {
  unsigned flags;
  struct address address = address_of(message, &flags);
  if ((flags & IFA_F_NODAD) != 0 && position_of(address) < 0) is_unsettled = 1;
  if (position_of(address) >= 0 && is_expected[position_of(address)] && works(address.link)) is_unsettled = 1;
  if ((flags & IFA_F_TENTATIVE) != 0 && (flags & (IFA_F_DADFAILED | IFA_F_NODAD)) == 0 && works(address.link)) is_unsettled = 1;
}

static void ask_for_link(int index, void (*take)(struct nlmsghdr *)) {
  struct ifinfomsg header = {.ifi_index = index};
  ask(RTM_GETLINK, 0, &header, sizeof header, take);
}

/**
 * Waits until what the kernel does on its own after a command is over: asking for a link makes it finish pending carrier
 * changes; duplicate address detection ends when no address is tentative any more and all are announced, and what it does
 * last is done when the lock of the links, which asking for one takes, is free again.
 */
static void settle(uint32_t command) {
  for (int tries = 0; tries < 300; tries++) {
    struct ifinfomsg all_links = {0};
    link_count = 0;
    ask(RTM_GETLINK, NLM_F_DUMP, &all_links, sizeof all_links, take_link);
    for (asked_position = 0; asked_position < link_count; asked_position++) {
      link_flags[asked_position] = 0;
      ask_for_link(links[asked_position], take_flags);
    }
    struct ifaddrmsg all_addresses = {.ifa_family = AF_INET6};
    is_unsettled = 0;
    record_notifications(command);
    ask(RTM_GETADDR, NLM_F_DUMP, &all_addresses, sizeof all_addresses, take_address);
    if (!is_unsettled) break;
    nanosleep(&(struct timespec){0, tries < 10 ? 1000000 : 20000000}, NULL);
  }
  ask_for_link(1, NULL);
}

static int temporary_file(const char *name) {
  int file = open(name, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) fail(name);
  unlink(name);
  return file;
}

static void record_file(uint32_t command, enum kind kind, int file) {
  struct stat status;
  if (fstat(file, &status) < 0) fail("fstat");
  char *bytes = malloc((size_t)status.st_size + 1);
  ssize_t length = pread(file, bytes, (size_t)status.st_size, 0);
  if (length < 0) fail("pread");
  write_entry(command, kind, bytes, (uint32_t)length);
  free(bytes);
  close(file);
}

/** The words of ip(8) without anything that means something to a shell are a program and its arguments. */
static void execute(char *command) {
  if (strncmp(command, "ip ", 3) == 0 && strpbrk(command, "|&;<>()$`\\\"'*?[#~=%!{}\n") == NULL) {
    char *words[256];
    int count = 0;
    for (char *word = strtok(command, " "); word != NULL && count < 255; word = strtok(NULL, " ")) words[count++] = word;
    words[count] = NULL;
    execvp(words[0], words);
    fail(words[0]);
  }
  execl("/bin/sh", "sh", "-c", command, NULL);
  fail("/bin/sh");
}

static void play(uint32_t index, char *command) {
  int output = temporary_file("output"), errors = temporary_file("errors");
  pid_t child = fork();
  if (child < 0) fail("fork");
  if (child == 0) {
    int nothing = open("/dev/null", O_RDONLY);
    dup2(nothing, 0);
    dup2(output, 1);
    dup2(errors, 2);
    execute(command);
  }
  int status;
  while (waitpid(child, &status, 0) < 0)
    if (errno != EINTR) fail("waitpid");
  settle(index);
  int32_t code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  record_file(index, OUTPUT, output);
  record_file(index, ERRORS, errors);
  write_entry(index, STATUS, &code, sizeof code);
  record_notifications(index);
}

int main(void) {
  record = open("record", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  int script = open("script", O_RDONLY | O_CLOEXEC);
  struct stat status;
  if (record < 0 || script < 0 || fstat(script, &status) < 0) fail("script");
  char *commands = malloc((size_t)status.st_size + 1);
  if (read(script, commands, (size_t)status.st_size) != status.st_size) fail("script");
  setenv("LC_ALL", "C", 1);
  setenv("SCRATCH", "scratch", 1);
  open_sockets();
  uint32_t index = 0;
  for (char *at = commands; at < commands + status.st_size; index++) {
    char *next = at + strlen(at) + 1;
    play(index, at);
    at = next;
  }
  return 0;
}
