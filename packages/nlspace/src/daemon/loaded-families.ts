import {
  Errno,
  type FamilySetup,
  type NetlinkDomain,
  NetlinkError,
  type ProtocolDescription,
  type Registration,
} from '@nlspace/core';
import { FamilyModuleError, type FamilyModuleFailure } from '../command-line/family-module-error.js';
import { importFamilies } from '../command-line/load-families.js';
import { DAEMON_FAMILY } from './daemon-message.js';

/** A family as lists show it. */
export interface ListedFamily {
  readonly name: string;
  readonly protocol: number;
  /** The message type, of those that another family serves. */
  readonly number?: number;
  readonly version?: number;
  readonly groups: Readonly<Record<string, number>>;
  /** Where it was loaded from. */
  readonly file?: string;
}

/** Without them nobody could ask for anything any more. */
const NEEDED = ['generic', DAEMON_FAMILY];

const FAILURES: Readonly<Record<FamilyModuleFailure, Errno>> = {
  missing: Errno.ENOENT,
  unusable: Errno.EINVAL,
};

/** The families of a domain: what a daemon loads into it and unloads. */
export class LoadedFamilies {
  readonly #files = new Map<Registration, string>();
  #imports = 0;

  /** @param builtIn families that can be unloaded and loaded again by name. */
  constructor(
    private readonly domain: NetlinkDomain,
    private readonly builtIn: Readonly<Record<string, () => FamilySetup>> = {},
  ) {
    domain.events.on('family-withdrawn', (registration) => this.#files.delete(registration));
  }

  /**
   * Registers the families that a module exports: all or none. The module is read anew, so that a changed one can take the
   * place of an unloaded one; what it imports is not.
   *
   * @throws {NetlinkError} ENOENT, EEXIST, or EINVAL with what is wrong.
   */
  async load(file: string): Promise<readonly ListedFamily[]> {
    const setups = await this.#setups(file);
    const registered: Registration[] = [];
    try {
      for (const setup of setups) registered.push(this.domain.register(setup));
    } catch (error) {
      for (const registration of registered) await registration.dispose();
      throw new NetlinkError(Errno.EINVAL, `${file}: ${(error as Error).message}`);
    }
    if (!Object.hasOwn(this.builtIn, file))
      for (const registration of registered) this.#files.set(registration, file);
    return this.list().filter(({ name, protocol }) =>
      registered.some((one) => one.name === name && one.protocol === protocol),
    );
  }

  /** @throws {NetlinkError} ENOENT; EBUSY for what the daemon itself is made of. */
  async unload(name: string): Promise<void> {
    if (NEEDED.includes(name))
      throw new NetlinkError(Errno.EBUSY, `${name} is what this request goes through`);
    const [found, ...others] = this.domain.registrations.filter((one) => one.name === name);
    if (found === undefined) {
      const isThere = this.list().some((family) => family.name === name);
      throw isThere
        ? new NetlinkError(Errno.EBUSY, `${name} is part of the family that serves it`)
        : new NetlinkError(Errno.ENOENT, `there is no family ${name}`);
    }
    if (others.length > 0) throw new NetlinkError(Errno.EINVAL, `there are several families ${name}`);
    await found.dispose();
  }

  list(): readonly ListedFamily[] {
    return this.domain.describe().protocols.flatMap((served) => [...this.#listed(served)]);
  }

  *#listed({ protocol, name, groups, families }: ProtocolDescription): Generator<ListedFamily> {
    yield { name, protocol, groups, ...this.#originOf(name, protocol) };
    for (const family of families) {
      const { name, number, version, groups } = family;
      yield { name, protocol, number, version, groups, ...this.#originOf(name, protocol) };
    }
  }

  #originOf(name: string, protocol: number): { file?: string } {
    for (const [registration, file] of this.#files)
      if (registration.name === name && registration.protocol === protocol) return { file };
    return {};
  }

  async #setups(file: string): Promise<Awaited<ReturnType<typeof importFamilies>>> {
    const builtIn = Object.hasOwn(this.builtIn, file) ? this.builtIn[file] : undefined;
    if (builtIn !== undefined) return [builtIn()];
    try {
      return await importFamilies(file, `?import=${++this.#imports}`);
    } catch (error) {
      if (!(error instanceof FamilyModuleError)) throw error;
      throw new NetlinkError(FAILURES[error.failure], error.message);
    }
  }
}
