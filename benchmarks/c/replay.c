// SPDX-License-Identifier: BSD-2-Clause
/* Sends recorded datagrams to NETLINK_ROUTE, and lists. The same bytes go to a domain in process (src/big.ts).
 *
 *   replay send FILE...            each FILE: records of { u32 length, u32 acknowledgements, bytes }; prints seconds per file
 *   replay list FAMILY TYPE        dumps with a buffer of 1 MiB, walks the message headers; prints seconds and messages
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static char buffer[1 << 20];

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static double seconds(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

static int open_socket(void)
{
	struct sockaddr_nl address = { .nl_family = AF_NETLINK };
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE), one = 1, size = 8 << 20;
	if (fd < 0 || bind(fd, (void *)&address, sizeof address))
		die("socket");
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size);
	setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof size);
	setsockopt(fd, SOL_NETLINK, NETLINK_CAP_ACK, &one, sizeof one);
	return fd;
}

static void acknowledged(int fd, unsigned count)
{
	while (count > 0) {
		if (recv(fd, buffer, sizeof buffer, 0) < 0)
			die("recv");
		struct nlmsghdr *reply = (void *)buffer;
		struct nlmsgerr *error = NLMSG_DATA(reply);
		if (reply->nlmsg_type != NLMSG_ERROR || error->error) {
			errno = -error->error;
			die("a request was refused");
		}
		count--;
	}
}

static void replay(int fd, const char *name)
{
	int file = open(name, O_RDONLY);
	struct stat info;
	if (file < 0 || fstat(file, &info))
		die(name);
	const char *bytes = mmap(NULL, info.st_size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, file, 0);
	if (bytes == MAP_FAILED)
		die(name);
	double start = seconds();
	for (off_t at = 0; at + 8 <= info.st_size;) {
		uint32_t record[2];
		memcpy(record, bytes + at, sizeof record);
		if (record[0] > info.st_size - at - 8) {
			fprintf(stderr, "%s: a record is cut off\n", name);
			exit(1);
		}
		if (send(fd, bytes + at + 8, record[0], 0) < 0)
			die("send");
		acknowledged(fd, record[1]);
		at += 8 + record[0];
	}
	printf("%.6f\n", seconds() - start);
	close(file);
}

static void list(int family, int type)
{
	struct {
		struct nlmsghdr message;
		struct rtmsg route;
		char room[4];
	} request = { { NLMSG_LENGTH(type == RTM_GETLINK ? 16 : 12), type, NLM_F_REQUEST | NLM_F_DUMP, 1, 0 }, { .rtm_family = family } };
	int fd = open_socket();
	uint64_t messages = 0;
	double start = seconds();
	if (send(fd, &request, request.message.nlmsg_len, 0) < 0)
		die("send");
	for (;;) {
		ssize_t length = recv(fd, buffer, sizeof buffer, 0);
		if (length < 0)
			die("recv");
		int left = length;
		for (struct nlmsghdr *m = (void *)buffer; NLMSG_OK(m, left); m = NLMSG_NEXT(m, left)) {
			if (m->nlmsg_type == NLMSG_DONE) {
				printf("%.6f %llu\n", seconds() - start, (unsigned long long)messages);
				return;
			}
			messages++;
		}
	}
}

int main(int argc, char **argv)
{
	if (argc >= 3 && !strcmp(argv[1], "send")) {
		int fd = open_socket();
		for (int i = 2; i < argc; i++) {
			replay(fd, argv[i]);
			fflush(stdout);
		}
	} else if (argc == 4 && !strcmp(argv[1], "list"))
		list(atoi(argv[2]), atoi(argv[3]));
	else {
		fprintf(stderr, "usage: replay send FILE... | replay list FAMILY TYPE\n");
		return 2;
	}
	return 0;
}
