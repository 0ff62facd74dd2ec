/** Work that is done a step at a time. */
export interface Task {
  /** Does one step. A promise means that the step goes on; nothing else of the queue runs until then. */
  step(): Promise<void> | undefined;
  readonly done: boolean;
  /** Bytes that it holds while it is queued. */
  readonly size: number;
  /** Called when the task outlives the call that submitted it: copies what belongs to the caller. */
  detach(): void;
}

interface Entry {
  readonly task: Task;
  ended: boolean;
  /** Tells whoever waits for the task. */
  finish?: () => void;
}

/**
 * The tasks of one socket: in order, one at a time, never re-entrant. While `isBlocked` says so nothing runs; whoever
 * unblocks it calls `resume`.
 */
export class TaskQueue {
  readonly #entries: Entry[] = [];
  #running = false;
  #waiting = false;
  #closed = false;

  constructor(private readonly isBlocked: () => boolean) {}

  /** Nothing is queued and nothing runs. */
  get idle(): boolean {
    return this.#entries.length === 0;
  }

  /** Bytes held by the tasks that are not done. */
  get pendingBytes(): number {
    return this.#entries.reduce((sum, { task }) => sum + task.size, 0);
  }

  /**
   * Queues a task and runs what can be run.
   *
   * @returns nothing when the task is done, or when it waits for the reader of a full receive buffer (who has
   * something to read then, so waiting for the task would be waiting for oneself); else a promise of its end.
   */
  submit(task: Task): Promise<void> | undefined {
    const entry: Entry = { task, ended: false };
    this.#entries.push(entry);
    this.resume();
    if (entry.ended) return undefined;
    task.detach();
    if (!this.#waiting && !this.#running) return undefined;
    return new Promise((resolve) => {
      entry.finish = resolve;
    });
  }

  resume(): void {
    if (this.#running || this.#waiting) return;
    this.#running = true;
    try {
      while (!this.#closed && this.#entries.length > 0 && !this.isBlocked()) {
        // biome-ignore lint/style/noNonNullAssertion: the list is not empty
        const { task } = this.#entries[0]!;
        const pending = task.step();
        if (pending !== undefined) {
          this.#waitFor(pending);
          return;
        }
        if (task.done) this.#endFirst();
      }
    } finally {
      this.#running = false;
    }
    // Blocked: the reader has to read before anything goes on, so nobody may wait for that.
    for (const { finish } of this.#entries) finish?.();
  }

  /** Drops what has not begun; a step that runs comes to its end. */
  close(): void {
    this.#closed = true;
    for (const { finish } of this.#entries.splice(0)) finish?.();
  }

  #waitFor(pending: Promise<void>): void {
    this.#waiting = true;
    const goOn = () => {
      this.#waiting = false;
      if (this.#entries[0]?.task.done) this.#endFirst();
      this.resume();
    };
    pending.then(goOn, goOn);
  }

  #endFirst(): void {
    const entry = this.#entries.shift();
    if (entry === undefined) return;
    entry.ended = true;
    entry.finish?.();
  }
}
