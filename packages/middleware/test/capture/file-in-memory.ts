/** What is written is kept, with where each part ends. */
export class FileInMemory {
  bytes = new Uint8Array(0);
  readonly ends: Array<{ readonly length: number }> = [];

  readonly write = (part: Uint8Array): void => {
    const grown = new Uint8Array(this.bytes.length + part.length);
    grown.set(this.bytes);
    grown.set(part, this.bytes.length);
    this.bytes = grown;
    this.ends.push({ length: grown.length });
  };
}
