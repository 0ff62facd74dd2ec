// SPDX-License-Identifier: BSD-2-Clause
/* What the launcher tells the supervisor: one datagram each, over the SOCK_SEQPACKET channel that it inherits. */
#ifndef NLSPACE_PROTOCOL_H
#define NLSPACE_PROTOCOL_H

#include <stdint.h>

enum launch_event {
  LAUNCH_LISTENER = 1, /* the listener comes with it (SCM_RIGHTS); value = the lowest trapped descriptor */
  LAUNCH_FAILED = 2,   /* value = errno, detail = enum launch_step */
  LAUNCH_STOPPED = 3,  /* value = the signal that stopped the program */
  LAUNCH_CONTINUED = 4,
  LAUNCH_EXITED = 5,   /* value = exit status */
  LAUNCH_KILLED = 6,   /* value = the signal that killed it */
};

enum launch_step { STEP_ARGUMENTS = 1, STEP_FORK = 2, STEP_NO_NEW_PRIVS = 3, STEP_FILTER = 4, STEP_LISTENER = 5, STEP_EXEC = 6 };

struct launch_message {
  int32_t event;
  int32_t value;
  int32_t detail;
  int32_t pid; /* of the program */
};

#endif
