/** Unicast, locally administered addresses from a source of random numbers. */
export function randomMacAddresses(random: () => number): () => Uint8Array {
  return () => {
    const address = Uint8Array.from({ length: 6 }, () => Math.floor(random() * 256));
    address[0] = ((address[0] ?? 0) & 0xfe) | 0x02;
    return address;
  };
}
