// SPDX-License-Identifier: BSD-2-Clause
#ifndef NLSPACE_FILTER_H
#define NLSPACE_FILTER_H

struct sock_filter;

enum { LONGEST_FILTER = 128 };

/* Writes the filter into `code`, which has room for the longest; returns its length. */
unsigned short make_filter(unsigned lowest_trapped_descriptor, struct sock_filter *code);

/* Installs the filter in the calling thread; returns the listener, or -1 with errno. Needs no_new_privs. */
int install_filter(unsigned lowest_trapped_descriptor);

#endif
