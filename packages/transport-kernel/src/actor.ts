import type { Credentials, NamespaceView } from '@nlspace/core';

/** In whose place a socket is used. */
export class Actor {
  /** Without any capability. */
  readonly isPowerless: boolean;

  constructor(
    private readonly namespaces: NamespaceView | undefined,
    credentials: Credentials | undefined,
  ) {
    this.isPowerless = credentials?.netAdmin === false;
  }

  /** The thread that uses it now; 0 for ourselves. */
  get thread(): number {
    return this.namespaces?.thread ?? 0;
  }
}
