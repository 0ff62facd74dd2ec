import { closeSync, fstatSync, openSync } from 'node:fs';
import { FIRST_NAMESPACE, type NamespaceId, type NamespaceView } from '@nlspace/core';
import type { Supervisor } from '@nlspace/native';
import { isReferenced } from './namespace-references.js';

const THE_ONE_IT_IS_IN = -1;

/** What the callers of one supervision share. */
export interface NamespaceKeeper {
  readonly supervisor: Supervisor;
  /** The inode of the namespace that programs are started in. */
  readonly first: number;
  /** Descriptors of ours: while one is open the kernel gives its inode to no other namespace. */
  readonly kept: Map<NamespaceId, number>;
}

/** Network namespaces as a program names them: told apart by their inodes, and named as /proc/PID/ns/net reads. */
export class CallerNamespaces implements NamespaceView {
  readonly current: NamespaceId;
  /** Where the ones are that were named last. */
  readonly #places = new Map<NamespaceId, string>();

  /** @param thread the one whose descriptors are meant: whoever uses the socket last. */
  constructor(
    private readonly keeper: NamespaceKeeper,
    public thread: number,
  ) {
    this.current = this.#name(thread, THE_ONE_IT_IS_IN) ?? FIRST_NAMESPACE;
  }

  ofDescriptor(descriptor: number): NamespaceId | undefined {
    return descriptor < 0 ? undefined : this.#name(this.thread, descriptor);
  }

  // A program in a PID namespace of its own numbers processes differently: it finds those that have the same number here.
  ofProcess(processId: number): NamespaceId | undefined {
    return processId <= 0 ? undefined : this.#name(processId, THE_ONE_IT_IS_IN);
  }

  keep(id: NamespaceId): void {
    const place = this.#places.get(id);
    if (place === undefined || this.keeper.kept.has(id)) return;
    const descriptor = openSync(place, 'r');
    // The caller may have put something else there meanwhile.
    if (this.#idOf(fstatSync(descriptor).ino) === id) this.keeper.kept.set(id, descriptor);
    else closeSync(descriptor);
  }

  exists(id: NamespaceId): boolean {
    if (id === FIRST_NAMESPACE || isReferenced(id, this.thread)) return true;
    const descriptor = this.keeper.kept.get(id);
    if (descriptor !== undefined) closeSync(descriptor);
    this.keeper.kept.delete(id);
    return false;
  }

  #name(thread: number, descriptor: number): NamespaceId | undefined {
    const inode = this.keeper.supervisor.namespaceOf(thread, descriptor);
    if (inode < 0) return undefined;
    const id = this.#idOf(inode);
    const isOwn = descriptor === THE_ONE_IT_IS_IN;
    this.#places.set(id, isOwn ? `/proc/${thread}/ns/net` : `/proc/${thread}/fd/${descriptor}`);
    return id;
  }

  #idOf(inode: number): NamespaceId {
    return inode === this.keeper.first ? FIRST_NAMESPACE : `net:[${inode}]`;
  }
}
