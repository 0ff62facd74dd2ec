// SPDX-License-Identifier: BSD-2-Clause
/* Between C and TypeScript: what every file shares that Node calls. */
#ifndef NLSPACE_BRIDGE_H
#define NLSPACE_BRIDGE_H

#include <node_api.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What is needed of libuv, whose headers are not always installed beside Node. Its ABI is fixed since 1.0. */
typedef struct uv_loop_s uv_loop_t;
typedef struct uv_poll_s uv_poll_t;
enum { UV_POLL_TYPE = 8, UV_READABLE_EVENT = 1 };
extern size_t uv_handle_size(int type);
extern int uv_poll_init(uv_loop_t *loop, uv_poll_t *handle, int descriptor);
extern int uv_poll_start(uv_poll_t *handle, int events, void (*callback)(uv_poll_t *, int, int));
extern void uv_close(void *handle, void (*callback)(void *));
extern void uv_ref(void *handle);
extern void uv_unref(void *handle);
extern void *uv_handle_get_data(const void *handle);
extern void uv_handle_set_data(void *handle, void *data);

/* -1 for what is no number. */
static inline int64_t integer(napi_env env, napi_value value) {
  int64_t number = -1;
  napi_get_value_int64(env, value, &number);
  return number;
}

static inline napi_value number(napi_env env, int64_t value) {
  napi_value result;
  napi_create_int64(env, value, &result);
  return result;
}

static inline napi_value boolean(napi_env env, bool value) {
  napi_value result;
  napi_get_boolean(env, value, &result);
  return result;
}

static inline bool truth(napi_env env, napi_value value) {
  bool result = false;
  napi_get_value_bool(env, value, &result);
  return result;
}

/* The bytes of a Uint8Array, valid during the call; false when a TypeError has been thrown. */
static inline bool bytes_of(napi_env env, napi_value value, const uint8_t **bytes, size_t *length) {
  void *data;
  napi_typedarray_type type;
  if (napi_get_typedarray_info(env, value, &type, length, &data, NULL, NULL) != napi_ok || type != napi_uint8_array) {
    napi_throw_type_error(env, NULL, "bytes are a Uint8Array");
    return false;
  }
  *bytes = data;
  return true;
}

static inline napi_value throw_text(napi_env env, const char *what) {
  napi_throw_error(env, NULL, what);
  return NULL;
}

static inline void set_function(napi_env env, napi_value object, const char *name, napi_callback callback, void *data) {
  napi_value function;
  napi_create_function(env, name, NAPI_AUTO_LENGTH, callback, data, &function);
  napi_set_named_property(env, object, name, function);
}

/* What the files bring, named as they are in index.ts. */
napi_value create_kernel_sockets(napi_env env, napi_callback_info info);
napi_value create_packet_sockets(napi_env env, napi_callback_info info);

#endif
