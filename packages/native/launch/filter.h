// SPDX-License-Identifier: BSD-2-Clause
#ifndef NLSPACE_FILTER_H
#define NLSPACE_FILTER_H

/* Installs the filter in the calling thread; returns the listener, or -1 with errno. Needs no_new_privs. */
int install_filter(unsigned lowest_trapped_descriptor);

#endif
