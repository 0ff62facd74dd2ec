import { FIRST_NAMESPACE, type NamespaceId, type NamespaceView } from '@nlspace/core';
import type { Supervisor } from '@nlspace/native';

const THE_ONE_IT_IS_IN = -1;

/** Network namespaces as a program names them: told apart by their inodes, and named as /proc/PID/ns/net reads. */
export class CallerNamespaces implements NamespaceView {
  readonly current: NamespaceId;

  /**
   * @param first the inode of the namespace that programs are started in.
   * @param thread the one whose descriptors are meant: whoever uses the socket last.
   */
  constructor(
    private readonly supervisor: Supervisor,
    private readonly first: number,
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

  #name(thread: number, descriptor: number): NamespaceId | undefined {
    const inode = this.supervisor.namespaceOf(thread, descriptor);
    if (inode < 0) return undefined;
    return inode === this.first ? FIRST_NAMESPACE : `net:[${inode}]`;
  }
}
