// SPDX-License-Identifier: BSD-2-Clause
/* A plain netlink client, the same program on the real kernel and under nlspace: adds N IPv4 routes with an
 * acknowledgement each, or lists all, and prints the seconds it took.
 *
 *   routes add N BATCH INTERFACE    20.0.0.0/24, 20.0.1.0/24, … by way of 10.0.0.2 … 10.0.0.17
 *   routes list                     reads with a 1 MiB buffer, walks the message headers
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

struct attribute {
	struct rtattr header;
	uint32_t value;
};

struct request {
	struct nlmsghdr message;
	struct rtmsg route;
	struct attribute destination, gateway, link;
};

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

static uint32_t link_index(int fd, const char *name)
{
	struct {
		struct nlmsghdr message;
		struct ifinfomsg link;
		struct rtattr header;
		char name[16];
	} request = {
		.message = { sizeof request, RTM_GETLINK, NLM_F_REQUEST, 1, 0 },
		.header = { 20, IFLA_IFNAME },
	};
	snprintf(request.name, sizeof request.name, "%s", name);
	if (send(fd, &request, sizeof request, 0) < 0)
		die("send");
	if (recv(fd, buffer, sizeof buffer, 0) < (ssize_t)(NLMSG_HDRLEN + sizeof(struct ifinfomsg)))
		die("recv");
	struct nlmsghdr *reply = (void *)buffer;
	if (reply->nlmsg_type != RTM_NEWLINK) {
		fprintf(stderr, "no link %s\n", name);
		exit(1);
	}
	return ((struct ifinfomsg *)NLMSG_DATA(reply))->ifi_index;
}

static void acknowledged(int fd, unsigned count)
{
	while (count > 0) {
		ssize_t length = recv(fd, buffer, sizeof buffer, 0);
		if (length < 0)
			die("recv");
		struct nlmsghdr *reply = (void *)buffer;
		struct nlmsgerr *error = NLMSG_DATA(reply);
		if (reply->nlmsg_type != NLMSG_ERROR || error->error) {
			errno = -error->error;
			die("a route was refused");
		}
		count--;
	}
}

static void add(uint32_t count, uint32_t batch, const char *name)
{
	int fd = open_socket();
	uint32_t oif = link_index(fd, name);
	struct request *requests = calloc(batch, sizeof *requests);
	double start = seconds();
	for (uint32_t i = 0; i < count;) {
		uint32_t n = count - i < batch ? count - i : batch;
		for (uint32_t j = 0; j < n; j++)
			requests[j] = (struct request){
				.message = { sizeof *requests, RTM_NEWROUTE,
					     NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL, i + j, 0 },
				.route = { .rtm_family = AF_INET, .rtm_dst_len = 24, .rtm_table = RT_TABLE_MAIN,
					   .rtm_protocol = RTPROT_BGP, .rtm_type = RTN_UNICAST },
				.destination = { { 8, RTA_DST }, htonl((20u << 24) + ((i + j) << 8)) },
				.gateway = { { 8, RTA_GATEWAY }, htonl((10u << 24) + 2 + (i + j) % 16) },
				.link = { { 8, RTA_OIF }, oif },
			};
		if (send(fd, requests, n * sizeof *requests, 0) < 0)
			die("send");
		acknowledged(fd, n);
		i += n;
	}
	printf("%.6f\n", seconds() - start);
}

static void list(void)
{
	struct {
		struct nlmsghdr message;
		struct rtmsg route;
	} request = { { sizeof request, RTM_GETROUTE, NLM_F_REQUEST | NLM_F_DUMP, 1, 0 }, { .rtm_family = AF_INET } };
	int fd = open_socket();
	uint64_t routes = 0;
	double start = seconds();
	if (send(fd, &request, sizeof request, 0) < 0)
		die("send");
	for (;;) {
		ssize_t length = recv(fd, buffer, sizeof buffer, 0);
		if (length < 0)
			die("recv");
		int left = length;
		for (struct nlmsghdr *m = (void *)buffer; NLMSG_OK(m, left); m = NLMSG_NEXT(m, left)) {
			if (m->nlmsg_type == NLMSG_DONE) {
				printf("%.6f %llu\n", seconds() - start, (unsigned long long)routes);
				return;
			}
			routes++;
		}
	}
}

int main(int argc, char **argv)
{
	if (argc == 5 && !strcmp(argv[1], "add"))
		add(strtoul(argv[2], NULL, 10), strtoul(argv[3], NULL, 10), argv[4]);
	else if (argc == 2 && !strcmp(argv[1], "list"))
		list();
	else {
		fprintf(stderr, "usage: routes add N BATCH INTERFACE | routes list\n");
		return 2;
	}
	return 0;
}
