/** The third argument of `socket(AF_NETLINK, …)`: NETLINK_* (linux/netlink.h), those that nlspace knows by name. */
export enum NetlinkProtocol {
  Route = 0,
  Generic = 16,
}
