// SPDX-License-Identifier: BSD-2-Clause
/* Prints the filter for the lowest trapped descriptor that is given: code, jt, jf and k of an instruction in a line. */
#include <linux/filter.h>
#include <stdio.h>
#include <stdlib.h>

#include "filter.h"

int main(int argc, char **argv) {
  struct sock_filter code[LONGEST_FILTER];
  unsigned length = make_filter(argc == 2 ? (unsigned)atoi(argv[1]) : 0, code);
  for (unsigned i = 0; i < length; i++) printf("%u %u %u %u\n", code[i].code, code[i].jt, code[i].jf, code[i].k);
  return 0;
}
