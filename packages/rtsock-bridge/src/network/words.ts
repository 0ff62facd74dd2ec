/** An address as the network's routes hold it: words in network order. */
export function wordsOf(address: Uint8Array): Uint32Array {
  const words = new Uint32Array(4);
  for (let i = 0; i < address.length; i++)
    words[i >> 2] = (words[i >> 2] as number) | ((address[i] as number) << (24 - (i & 3) * 8));
  return words;
}

export function bytesOf(words: Uint32Array, length: 4 | 16): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (words[i >> 2] as number) >>> (24 - (i & 3) * 8));
}
