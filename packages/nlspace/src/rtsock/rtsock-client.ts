import {
  type BsdErrno,
  type ControlOption,
  ControlType,
  type DumpQuery,
  decodeControl,
  encodeControl,
  RtsockError,
} from '@nlspace/rtsock-bridge';
import { pathOf } from '@nlspace/transport-unix';
import { PacketLoop } from './packet-loop.js';

/** A routing socket that is served somewhere else (`serveRtsock`). */
export class RtsockClient {
  readonly #loop = new PacketLoop();
  readonly #descriptor: number;
  readonly #arrived: Uint8Array[] = [];
  readonly #unsent: Uint8Array[] = [];
  #isAtEnd = false;
  #wake: (() => void) | undefined;

  private constructor(path: string) {
    try {
      this.#descriptor = this.#loop.connect(path, {
        readable: () => this.#read(),
        writable: () => this.#write(),
      });
    } catch (error) {
      this.#loop.end();
      throw error;
    }
  }

  /** @throws {Error} the system's: ENOENT and ECONNREFUSED where nobody listens, EACCES. */
  static connect(address: string): RtsockClient {
    return new RtsockClient(pathOf(address, 'connect'));
  }

  send(message: Uint8Array): void {
    this.#unsent.push(message);
    this.#write();
  }

  /** The next message, whenever it comes; undefined when the other end is gone. */
  async receive(): Promise<Uint8Array | undefined> {
    for (;;) {
      const message = this.#arrived.shift();
      if (message !== undefined || this.#isAtEnd) return message;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** @throws {RtsockError} as the other end refuses. */
  async setOption(option: ControlOption, value: number): Promise<void> {
    for await (const _ of this.#control(ControlType.Option, [option, value]));
  }

  /**
   * sysctl(3) below `net.route`, record by record. To be used before anything else is asked.
   *
   * @throws {RtsockError} as the other end refuses.
   */
  dump({ kind, family = 0, argument = 0, fib = -1 }: DumpQuery): AsyncGenerator<Uint8Array> {
    return this.#control(ControlType.Sysctl, [family, kind, argument, fib]);
  }

  close(): void {
    this.#loop.end();
    this.#end();
  }

  async *#control(type: ControlType, words: readonly number[]): AsyncGenerator<Uint8Array> {
    this.send(encodeControl(type, words));
    for (;;) {
      const message = await this.receive();
      if (message === undefined) throw new Error('the other end is gone');
      const control = decodeControl(message);
      if (control === undefined || control.type !== type) yield message;
      else if (control.errno === 0) return;
      else throw new RtsockError(control.errno as BsdErrno);
    }
  }

  #read(): void {
    for (;;) {
      const packet = this.#loop.receive(this.#descriptor);
      if (packet === undefined) break;
      if (packet === 'end') {
        this.#loop.close(this.#descriptor);
        this.#end();
        return;
      }
      this.#arrived.push(packet);
    }
    this.#wakeUp();
  }

  #write(): void {
    for (let next = this.#unsent[0]; next !== undefined; next = this.#unsent[0]) {
      if (!this.#loop.send(this.#descriptor, next)) return;
      this.#unsent.shift();
    }
  }

  #end(): void {
    this.#isAtEnd = true;
    this.#wakeUp();
  }

  #wakeUp(): void {
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  }
}
