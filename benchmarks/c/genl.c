// Asks nlctrl for itself COUNT times, one request after the other, and prints the seconds.
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec / 1e9;
}

int main(int argc, char **argv) {
  const int count = argc > 1 ? atoi(argv[1]) : 10000;
  const int fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_GENERIC);
  if (fd < 0) return perror("socket"), 1;
  struct {
    struct nlmsghdr header;
    struct genlmsghdr generic;
    struct nlattr attribute;
    char name[8];
  } request = {0};
  request.header.nlmsg_len = NLMSG_HDRLEN + GENL_HDRLEN + NLA_HDRLEN + 8;
  request.header.nlmsg_type = GENL_ID_CTRL;
  request.header.nlmsg_flags = NLM_F_REQUEST;
  request.generic.cmd = CTRL_CMD_GETFAMILY;
  request.attribute.nla_len = NLA_HDRLEN + 7;
  request.attribute.nla_type = CTRL_ATTR_FAMILY_NAME;
  strcpy(request.name, "nlctrl");
  char reply[8192];
  const double start = now();
  for (int i = 0; i < count; i++) {
    request.header.nlmsg_seq = i + 1;
    if (send(fd, &request, request.header.nlmsg_len, 0) < 0) return perror("send"), 1;
    const ssize_t length = recv(fd, reply, sizeof reply, 0);
    if (length < (ssize_t)sizeof(struct nlmsghdr) || ((struct nlmsghdr *)reply)->nlmsg_type != GENL_ID_CTRL)
      return fputs("no reply\n", stderr), 1;
  }
  printf("%f\n", now() - start);
  close(fd);
}
