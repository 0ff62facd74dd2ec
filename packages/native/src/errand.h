// SPDX-License-Identifier: BSD-2-Clause
/* What is done in the place of a thread of another program, with its namespaces, users, capabilities or descriptors. */
#ifndef NLSPACE_ERRAND_H
#define NLSPACE_ERRAND_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/types.h>

/* In whose place. */
struct actor {
  pid_t thread;   /* 0: ourselves */
  bool powerless; /* without any capability, whatever the thread has */
  int user;       /* the user namespace where it is that, if the thread is in ours: an owner has all rights from outside; or -1 */
};

/* Does `work` with the actor's user IDs, user namespace and capabilities; it may not allocate or lock. What it returns, or
 * -errno. */
int64_t errand_act(struct actor actor, int64_t (*work)(const void *data), const void *data);

/* An AF_NETLINK socket as it would be if the actor had opened it, in the network namespace of the file `place` or, if that
 * is NULL, where the actor is. A descriptor, or -errno. `*user` becomes what the actor of later calls needs; -1 or to be closed. */
int errand_open(struct actor actor, const char *place, int protocol, int *user);

/* What the thread may do now: the bits of its effective capabilities; none when it is gone. */
uint64_t errand_capabilities(pid_t thread);

enum { MOST_BORROWED = 64 }; /* keep equal to MOST_CANDIDATES in kernel-sockets.ts */
struct borrowed {
  int count;
  int numbers[MOST_BORROWED]; /* as the thread knows them */
  int ours[MOST_BORROWED];
};
/* Descriptors of a thread; those that it has not open are left out. Close what is ours with errand_give_back. */
void errand_borrow(pid_t thread, const int *numbers, int count, struct borrowed *borrowed);
void errand_give_back(struct borrowed *borrowed);

/* Whether the thread numbers processes as we do. */
bool errand_shares_processes(pid_t thread);

/* sendmsg by a process that has the borrowed descriptors under their own numbers, and numbers processes as the actor
 * does. The length or -errno. */
ssize_t errand_send(struct actor actor, const struct borrowed *borrowed, int descriptor, const struct msghdr *message);

#endif
