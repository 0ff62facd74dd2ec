/** Scenarios wait more than they work: so many at once keep a machine busy. */
const AT_ONCE = 4;

const waiting: Array<() => void> = [];
let running = 0;

/** Runs `work` when fewer than `AT_ONCE` others run, in the order of the calls. */
export async function takeTurn<T>(work: () => Promise<T>): Promise<T> {
  if (running >= AT_ONCE) await new Promise<void>((resolve) => waiting.push(resolve));
  else running++;
  try {
    return await work();
  } finally {
    const next = waiting.shift();
    if (next === undefined) running--;
    else next();
  }
}
