// SPDX-License-Identifier: BSD-2-Clause
#include "watch.h"

#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <unistd.h>

static void on_ready(uv_poll_t *handle, int status, int events) {
  struct watch *watch = uv_handle_get_data(handle);
  napi_env env = watch->env;
  napi_handle_scope scope;
  napi_value handler, receiver;
  (void)status;
  (void)events;
  napi_open_handle_scope(env, &scope);
  napi_get_reference_value(env, watch->handler, &handler);
  napi_get_global(env, &receiver);
  if (napi_make_callback(env, watch->context, receiver, handler, 0, NULL, NULL) == napi_pending_exception) {
    napi_value error;
    napi_get_and_clear_last_exception(env, &error);
    napi_fatal_exception(env, error);
  }
  napi_close_handle_scope(env, scope);
}

static void free_when_unused(struct watch *watch) {
  if (watch->uv_done && watch->finalized) free(watch);
}

static void on_uv_closed(void *handle) {
  struct watch *watch = uv_handle_get_data(handle);
  free(handle);
  watch->uv_done = true;
  napi_remove_async_cleanup_hook(watch->cleanup);
  free_when_unused(watch);
}

void watch_end(struct watch *watch) {
  if (watch->ended) return;
  watch->ended = true;
  watch->kind->close_all(watch);
  uv_close(watch->poll, on_uv_closed);
  close(watch->epoll);
  napi_delete_reference(watch->env, watch->handler);
  napi_delete_reference(watch->env, watch->memory_reference);
  napi_async_destroy(watch->env, watch->context);
}

/* The environment (a worker thread, or the process) ends. */
static void on_environment_ends(napi_async_cleanup_hook_handle hook, void *data) {
  (void)hook;
  watch_end(data);
}

static void finalize(napi_env env, void *data, void *hint) {
  struct watch *watch = data;
  (void)env;
  (void)hint;
  watch->finalized = true;
  free_when_unused(watch);
}

/* May come after the set itself has been freed. */
static void unmap(napi_env env, void *data, void *size) {
  (void)env;
  munmap(data, (size_t)size);
}

napi_value watch_keep_loop_alive(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value alive;
  struct watch *watch;
  napi_get_cb_info(env, info, &count, &alive, NULL, (void **)&watch);
  if (watch->ended) return NULL;
  if (truth(env, alive)) uv_ref(watch->poll);
  else uv_unref(watch->poll);
  return NULL;
}

napi_value watch_start(napi_env env, struct watch *watch, const struct watch_kind *kind, napi_value handler) {
  napi_value memory, name, result;
  if (watch == NULL) return throw_text(env, "out of memory");
  watch->env = env;
  watch->kind = kind;
  watch->epoll = epoll_create1(EPOLL_CLOEXEC);
  watch->memory = mmap(NULL, kind->memory, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  watch->poll = malloc(uv_handle_size(UV_POLL_TYPE));
  if (watch->epoll < 0 || watch->memory == MAP_FAILED || watch->poll == NULL ||
      napi_create_external_arraybuffer(env, watch->memory, kind->memory, unmap, (void *)kind->memory, &memory) != napi_ok) {
    if (watch->epoll >= 0) close(watch->epoll);
    if (watch->memory != MAP_FAILED) munmap(watch->memory, kind->memory);
    free(watch->poll);
    free(watch);
    return throw_text(env, "cannot set up what watches sockets");
  }
  napi_create_reference(env, memory, 1, &watch->memory_reference);
  napi_create_reference(env, handler, 1, &watch->handler);
  napi_create_string_utf8(env, kind->name, NAPI_AUTO_LENGTH, &name);
  napi_async_init(env, NULL, name, &watch->context);
  napi_create_object(env, &result);
  napi_set_named_property(env, result, "memory", memory);
  for (size_t i = 0; i < kind->function_count; i++)
    set_function(env, result, kind->functions[i].name, kind->functions[i].function, watch);
  napi_add_finalizer(env, result, watch, finalize, NULL, NULL);

  uv_loop_t *loop;
  napi_get_uv_event_loop(env, (struct uv_loop_s **)&loop);
  uv_poll_init(loop, watch->poll, watch->epoll);
  uv_handle_set_data(watch->poll, watch);
  uv_poll_start(watch->poll, UV_READABLE_EVENT, on_ready);
  if (!kind->keeps_alive) uv_unref(watch->poll);
  napi_add_async_cleanup_hook(env, on_environment_ends, watch, &watch->cleanup);
  return result;
}
