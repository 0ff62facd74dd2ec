// SPDX-License-Identifier: BSD-2-Clause
/* What a compiler for x86-64 makes of the structs of FreeBSD's routing sockets: their sizes and where their fields are, and the
 * numbers of their flags as bits. A line for each: `struct NAME SIZE OFFSET…` or `number NAME VALUE`. */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct rt_metrics {
  uint64_t locks, mtu, hopcount, expire, recvpipe, sendpipe, ssthresh, rtt, rttvar, pksent, weight, nhidx, filler[2];
};
struct rt_msghdr {
  uint16_t msglen;
  uint8_t version, type;
  uint16_t index, spare;
  int32_t flags, addrs, pid, seq, error, fmask;
  uint64_t inits;
  struct rt_metrics rmx;
};
struct tv {
  int64_t sec, usec;
};
struct if_data {
  uint8_t type, physical, addrlen, hdrlen, link_state, vhid;
  uint16_t datalen;
  uint32_t mtu, metric;
  uint64_t baudrate, ipackets, ierrors, opackets, oerrors, collisions, ibytes, obytes, imcasts, omcasts, iqdrops, oqdrops,
      noproto, hwassist;
  union {
    int64_t tt;
    uint64_t ph;
  } epoch;
  union {
    struct tv tv;
    struct {
      uint64_t ph1, ph2;
    } ph;
  } lastchange;
};
struct if_msghdr {
  uint16_t msglen;
  uint8_t version, type;
  int32_t addrs, flags;
  uint16_t index, spare;
  struct if_data data;
};
struct if_msghdrl {
  uint16_t msglen;
  uint8_t version, type;
  int32_t addrs, flags;
  uint16_t index, spare;
  uint16_t len, data_off;
  int32_t spare2;
  struct if_data data;
};
struct ifa_msghdr {
  uint16_t msglen;
  uint8_t version, type;
  int32_t addrs, flags;
  uint16_t index, spare;
  int32_t metric;
};
struct ifa_msghdrl {
  uint16_t msglen;
  uint8_t version, type;
  int32_t addrs, flags;
  uint16_t index, spare;
  uint16_t len, data_off;
  int32_t metric;
  struct if_data data;
};
struct ifma_msghdr {
  uint16_t msglen;
  uint8_t version, type;
  int32_t addrs, flags;
  uint16_t index, spare;
};
struct if_announcemsghdr {
  uint16_t msglen;
  uint8_t version, type;
  uint16_t index;
  char name[16];
  uint16_t what;
};
struct v4 {
  uint32_t s_addr;
};
struct nhop_external {
  uint32_t len, idx, fib, ifindex, aifindex;
  uint8_t prepend_len, family;
  uint16_t type, mtu, flags;
  struct v4 addr, src;
  uint64_t pksent;
  char prepend[64];
  uint64_t refcount;
};
struct nhop_addrs {
  uint32_t len;
  uint16_t gw_off, src_off;
};
struct nhgrp_external {
  uint32_t idx, refcount;
};
struct nhgrp_container {
  uint32_t len;
  uint16_t count;
  uint8_t type, subtype;
};
struct nhgrp_nhop_external {
  uint32_t idx, weight;
};
struct sockaddr_in {
  uint8_t len, family;
  uint16_t port;
  struct v4 addr;
  char zero[8];
};
struct sockaddr_in6 {
  uint8_t len, family;
  uint16_t port;
  uint32_t flowinfo;
  union {
    uint8_t b[16];
    uint32_t w[4];
  } addr;
  uint32_t scope_id;
};
struct sockaddr_dl {
  uint8_t len, family;
  uint16_t index;
  uint8_t type, nlen, alen, slen;
  char data[46];
};
struct sockaddr_dl_short {
  uint8_t len, family;
  uint16_t index;
  uint8_t type, nlen, alen, slen;
  char data[8];
};

#define S(s) printf("\nstruct %s %zu", #s, sizeof(struct s))
#define O(s, f) printf(" %zu", offsetof(struct s, f))
#define HEAD(s) S(s), O(s, msglen), O(s, version), O(s, type)
#define IF_HEAD(s) HEAD(s), O(s, addrs), O(s, flags), O(s, index), O(s, spare)

/* Numbers by their place in a list, or bits by theirs: no value is written out here. */
static void numbers(const char *kind, int first, const char *const names[], int is_bit) {
  for (int i = 0; names[i] != NULL; i++)
    if (names[i][0] != '\0') printf("\nnumber %s.%s %u", kind, names[i], is_bit ? 1u << (i + first) : (unsigned)(i + first));
}
#define NUMBERS(kind, first, ...) numbers(#kind, first, (const char *const[]){__VA_ARGS__, NULL}, 0)
#define BITS(kind, first, ...) numbers(#kind, first, (const char *const[]){__VA_ARGS__, NULL}, 1)

int main(void) {
  S(rt_metrics), O(rt_metrics, locks), O(rt_metrics, mtu), O(rt_metrics, hopcount), O(rt_metrics, expire),
      O(rt_metrics, recvpipe), O(rt_metrics, sendpipe), O(rt_metrics, ssthresh), O(rt_metrics, rtt), O(rt_metrics, rttvar),
      O(rt_metrics, pksent), O(rt_metrics, weight), O(rt_metrics, nhidx), O(rt_metrics, filler[0]), O(rt_metrics, filler[1]);
  HEAD(rt_msghdr), O(rt_msghdr, index), O(rt_msghdr, spare), O(rt_msghdr, flags), O(rt_msghdr, addrs), O(rt_msghdr, pid),
      O(rt_msghdr, seq), O(rt_msghdr, error), O(rt_msghdr, fmask), O(rt_msghdr, inits), O(rt_msghdr, rmx);
  S(if_data), O(if_data, type), O(if_data, physical), O(if_data, addrlen), O(if_data, hdrlen), O(if_data, link_state),
      O(if_data, vhid), O(if_data, datalen), O(if_data, mtu), O(if_data, metric), O(if_data, baudrate), O(if_data, ipackets),
      O(if_data, ierrors), O(if_data, opackets), O(if_data, oerrors), O(if_data, collisions), O(if_data, ibytes),
      O(if_data, obytes), O(if_data, imcasts), O(if_data, omcasts), O(if_data, iqdrops), O(if_data, oqdrops),
      O(if_data, noproto), O(if_data, hwassist), O(if_data, epoch), O(if_data, lastchange);
  IF_HEAD(if_msghdr), O(if_msghdr, data);
  IF_HEAD(if_msghdrl), O(if_msghdrl, len), O(if_msghdrl, data_off), O(if_msghdrl, spare2), O(if_msghdrl, data);
  IF_HEAD(ifa_msghdr), O(ifa_msghdr, metric);
  IF_HEAD(ifa_msghdrl), O(ifa_msghdrl, len), O(ifa_msghdrl, data_off), O(ifa_msghdrl, metric), O(ifa_msghdrl, data);
  IF_HEAD(ifma_msghdr);
  HEAD(if_announcemsghdr), O(if_announcemsghdr, index), O(if_announcemsghdr, name), O(if_announcemsghdr, what);
  S(nhop_external), O(nhop_external, len), O(nhop_external, idx), O(nhop_external, fib), O(nhop_external, ifindex),
      O(nhop_external, aifindex), O(nhop_external, prepend_len), O(nhop_external, family), O(nhop_external, type),
      O(nhop_external, mtu), O(nhop_external, flags), O(nhop_external, addr), O(nhop_external, src), O(nhop_external, pksent),
      O(nhop_external, prepend), O(nhop_external, refcount);
  S(nhop_addrs), O(nhop_addrs, len), O(nhop_addrs, gw_off), O(nhop_addrs, src_off);
  S(nhgrp_external), O(nhgrp_external, idx), O(nhgrp_external, refcount);
  S(nhgrp_container), O(nhgrp_container, len), O(nhgrp_container, count), O(nhgrp_container, type), O(nhgrp_container, subtype);
  S(nhgrp_nhop_external), O(nhgrp_nhop_external, idx), O(nhgrp_nhop_external, weight);
  S(sockaddr_in), O(sockaddr_in, len), O(sockaddr_in, family), O(sockaddr_in, port), O(sockaddr_in, addr), O(sockaddr_in, zero);
  S(sockaddr_in6), O(sockaddr_in6, len), O(sockaddr_in6, family), O(sockaddr_in6, port), O(sockaddr_in6, flowinfo),
      O(sockaddr_in6, addr), O(sockaddr_in6, scope_id);
  S(sockaddr_dl), O(sockaddr_dl, len), O(sockaddr_dl, family), O(sockaddr_dl, index), O(sockaddr_dl, type),
      O(sockaddr_dl, nlen), O(sockaddr_dl, alen), O(sockaddr_dl, slen), O(sockaddr_dl, data);
  S(sockaddr_dl_short), O(sockaddr_dl_short, len), O(sockaddr_dl_short, family), O(sockaddr_dl_short, index),
      O(sockaddr_dl_short, type), O(sockaddr_dl_short, nlen), O(sockaddr_dl_short, alen), O(sockaddr_dl_short, slen),
      O(sockaddr_dl_short, data);

  NUMBERS(RTM, 1, "ADD", "DELETE", "CHANGE", "GET", "LOSING", "REDIRECT", "MISS", "LOCK", "", "", "RESOLVE", "NEWADDR",
          "DELADDR", "IFINFO", "NEWMADDR", "DELMADDR", "IFANNOUNCE", "IEEE80211");
  NUMBERS(RTAX, 0, "DST", "GATEWAY", "NETMASK", "GENMASK", "IFP", "IFA", "AUTHOR", "BRD");
  BITS(RTF, 0, "UP", "GATEWAY", "HOST", "REJECT", "DYNAMIC", "MODIFIED", "DONE", "", "", "XRESOLVE", "LLDATA", "STATIC",
       "BLACKHOLE", "", "PROTO2", "PROTO1", "", "", "PROTO3", "FIXEDMTU", "PINNED", "LOCAL", "BROADCAST", "MULTICAST", "", "", "",
       "", "STICKY", "", "", "GWFLAG_COMPAT");
  BITS(RTV, 0, "MTU", "HOPCOUNT", "EXPIRE", "RPIPE", "SPIPE", "SSTHRESH", "RTT", "RTTVAR", "WEIGHT");
  BITS(IFF, 0, "UP", "BROADCAST", "DEBUG", "LOOPBACK", "POINTOPOINT", "", "RUNNING", "NOARP", "PROMISC", "ALLMULTI", "OACTIVE",
       "SIMPLEX", "LINK0", "LINK1", "LINK2", "MULTICAST");
  NUMBERS(LINK_STATE, 0, "UNKNOWN", "DOWN", "UP");
  NUMBERS(IFAN, 0, "ARRIVAL", "DEPARTURE");
  NUMBERS(NET_RT, 1, "DUMP", "FLAGS", "IFLIST", "IFMALIST", "IFLISTL", "NHOP", "NHGRP");
  NUMBERS(NHG_C_TYPE, 1, "CNHOPS", "DNHOPS");
  BITS(NHF, 4, "REJECT", "BLACKHOLE", "", "DEFAULT", "BROADCAST", "GATEWAY", "HOST");
  printf("\n");
  return 0;
}
