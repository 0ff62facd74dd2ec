// SPDX-License-Identifier: BSD-2-Clause
/* Descriptors that are watched together: one epoll instance is one handle of Node's loop, with memory that TypeScript sees.
 * What holds such a set has it as its first member, comes from calloc, and is freed by it when nobody needs it any more. */
#ifndef NLSPACE_WATCH_H
#define NLSPACE_WATCH_H

#include "bridge.h"

struct watch {
  int epoll;
  uint8_t *memory;
  bool ended;
  napi_env env;
  napi_ref handler, memory_reference;
  napi_async_context context;
  napi_async_cleanup_hook_handle cleanup;
  uv_poll_t *poll;
  const struct watch_kind *kind;
  bool uv_done, finalized;
};

struct watch_kind {
  /* For what profilers show. */
  const char *name;
  size_t memory;
  /* Whether it keeps Node's loop alive from the beginning. */
  bool keeps_alive;
  /* Closes what is watched, when everything ends. */
  void (*close_all)(struct watch *watch);
  size_t function_count;
  const struct watch_function {
    const char *name;
    napi_callback function; /* its data is the set */
  } *functions;
};

/* The object with these functions and `memory`, whose `handler` is called when something is ready; NULL when an error has been
 * thrown, and the set freed. */
napi_value watch_start(napi_env env, struct watch *watch, const struct watch_kind *kind, napi_value handler);

/* Once: nothing is watched any more, everything is closed. */
void watch_end(struct watch *watch);

/* keepLoopAlive(alive) */
napi_value watch_keep_loop_alive(napi_env env, napi_callback_info info);

#endif
