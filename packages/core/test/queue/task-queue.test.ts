import test from 'ava';
import { type Task, TaskQueue } from '../../src/queue/task-queue.js';

/** A task of several steps that says what it does; a step may wait until it is let go. */
class Steps implements Task {
  readonly size = 10;
  detached = false;
  letGo: () => void = () => undefined;
  #taken = 0;

  constructor(
    private readonly name: string,
    private readonly count: number,
    private readonly log: string[],
    private readonly waits = false,
  ) {}

  get done(): boolean {
    return this.#taken === this.count;
  }

  step(): Promise<void> | undefined {
    if (this.done) return undefined;
    this.log.push(`${this.name}${++this.#taken}`);
    if (!this.waits) return undefined;
    return new Promise((resolve) => {
      this.letGo = resolve;
    });
  }

  detach(): void {
    this.detached = true;
  }
}

test('tasks run at once, in order, to their end', (t) => {
  const log: string[] = [];
  const queue = new TaskQueue(() => false);
  t.is(queue.submit(new Steps('a', 2, log)), undefined);
  t.is(queue.submit(new Steps('b', 1, log)), undefined);
  t.deepEqual(log, ['a1', 'a2', 'b1']);
  t.true(queue.idle);
});

test('a task without steps ends at once', (t) => {
  const queue = new TaskQueue(() => false);
  t.is(queue.submit(new Steps('a', 0, [])), undefined);
  t.true(queue.idle);
});

test('the submit of a task whose last step waits settles when that has ended', async (t) => {
  const log: string[] = [];
  const queue = new TaskQueue(() => false);
  const task = new Steps('a', 1, log, true);
  const ended = queue.submit(task)?.then(() => log.push('ended'));
  t.true(task.detached);
  log.push('let go');
  task.letGo();
  await ended;
  t.deepEqual(log, ['a1', 'let go', 'ended']);
  t.true(queue.idle);
});

test('nothing runs beside a step that waits', async (t) => {
  const log: string[] = [];
  const queue = new TaskQueue(() => false);
  const first = new Steps('a', 1, log, true);
  const second = new Steps('b', 1, log);
  const ends = [queue.submit(first), queue.submit(second)];
  queue.resume();
  t.deepEqual(log, ['a1']);
  t.is(queue.pendingBytes, 20);
  first.letGo();
  await Promise.all(ends);
  t.deepEqual(log, ['a1', 'b1']);
});

test('a task submitted from within a step runs behind it', (t) => {
  const log: string[] = [];
  const queue = new TaskQueue(() => false);
  const inner = new Steps('inner', 1, log);
  const outer = new Steps('outer', 2, log);
  const step = outer.step.bind(outer);
  outer.step = () => {
    if (log.length === 0) void queue.submit(inner);
    return step();
  };
  void queue.submit(outer);
  t.deepEqual(log, ['outer1', 'outer2', 'inner1']);
});

test('a blocked queue runs nothing and nobody has to wait for it; resume goes on', (t) => {
  const log: string[] = [];
  let blocked = false;
  const queue = new TaskQueue(() => blocked);
  const task = new Steps('a', 2, log);
  const step = task.step.bind(task);
  task.step = () => {
    blocked = true;
    return step();
  };
  t.is(queue.submit(task), undefined);
  t.true(task.detached);
  t.deepEqual(log, ['a1']);
  queue.resume();
  t.deepEqual(log, ['a1']);
  blocked = false;
  queue.resume();
  t.deepEqual(log, ['a1', 'a2']);
  t.true(queue.idle);
});

test('who waits for a task is released when the queue is blocked behind a step that waited', async (t) => {
  const log: string[] = [];
  let blocked = false;
  const queue = new TaskQueue(() => blocked);
  const task = new Steps('a', 2, log, true);
  const ended = queue.submit(task);
  blocked = true;
  task.letGo();
  await ended;
  t.deepEqual(log, ['a1']);
  t.false(queue.idle);
});

test('close drops what has not begun and releases who waits', async (t) => {
  const log: string[] = [];
  const queue = new TaskQueue(() => false);
  const first = new Steps('a', 1, log, true);
  const ends = [queue.submit(first), queue.submit(new Steps('b', 1, log))];
  queue.close();
  await Promise.all(ends);
  first.letGo();
  await undefined;
  queue.resume();
  t.deepEqual(log, ['a1']);
});
