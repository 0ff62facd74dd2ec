/** Rounds up to the 4 bytes that messages, headers and attributes are padded to (NLMSG_ALIGN, NLA_ALIGN). */
export function align4(length: number): number {
  return (length + 3) & ~3;
}
