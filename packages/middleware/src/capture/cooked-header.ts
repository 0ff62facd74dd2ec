/** LINKTYPE_NETLINK */
export const NETLINK_LINK_TYPE = 253;
/** LINKTYPE_LINUX_SLL: the same header, for devices of any kind. */
export const COOKED_LINK_TYPE = 113;

export const COOKED_HEADER_SIZE = 16;
/** ARPHRD_NETLINK */
const NETLINK_HARDWARE = 824;
const HARDWARE_OFFSET = 2;
const PROTOCOL_OFFSET = 14;

/** PACKET_USER and PACKET_KERNEL (linux/if_packet.h): the direction that a datagram goes. */
const TO_USER = 6;
const TO_KERNEL = 7;

/** What a packet of LINKTYPE_NETLINK begins with. All of it is in network byte order. */
export function writeCookedHeader(
  view: DataView,
  offset: number,
  { protocol, isSent }: { readonly protocol: number; readonly isSent: boolean },
): void {
  view.setUint16(offset, isSent ? TO_KERNEL : TO_USER);
  view.setUint16(offset + HARDWARE_OFFSET, NETLINK_HARDWARE);
  view.setUint16(offset + PROTOCOL_OFFSET, protocol);
}

/** What follows the cooked header and of which protocol it is; undefined for what is no netlink. */
export function readCookedPacket(
  packet: Uint8Array,
):
  | { readonly protocol: number; readonly isSent: boolean | undefined; readonly bytes: Uint8Array }
  | undefined {
  if (packet.length < COOKED_HEADER_SIZE) return undefined;
  const view = new DataView(packet.buffer, packet.byteOffset, COOKED_HEADER_SIZE);
  if (view.getUint16(HARDWARE_OFFSET) !== NETLINK_HARDWARE) return undefined;
  const direction = view.getUint16(0);
  return {
    protocol: view.getUint16(PROTOCOL_OFFSET),
    // Taken from an nlmon device, all packets are outgoing ones of that device: that says nothing.
    isSent: direction === TO_KERNEL ? true : direction === TO_USER ? false : undefined,
    bytes: packet.subarray(COOKED_HEADER_SIZE),
  };
}
