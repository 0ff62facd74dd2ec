import { closeSync, openSync } from 'node:fs';

/** What a program does to whoever stands in its place towards the shell. */
export interface Foreground {
  /** The program was stopped: so are we, until the shell continues us. */
  stopped(): void;
  continued(): void;
  end(): void;
}

/**
 * Lets a program have the terminal, its signals and its job control as if it were this process: both are in one process
 * group, so what the terminal sends reaches the program by itself and is ignored here; what is sent to this process alone
 * is passed on.
 */
export function shareForeground(kill: (signal: NodeJS.Signals) => void): Foreground {
  let isStopped = false;
  const ignore = () => {};
  const fromTerminal: NodeJS.Signals[] = ['SIGINT', 'SIGQUIT', 'SIGTSTP', 'SIGTTIN', 'SIGTTOU'];
  const passedOn: NodeJS.Signals[] = ['SIGTERM', 'SIGHUP', 'SIGUSR2', 'SIGWINCH'];
  // Without a terminal they can only have been sent to us.
  if (!hasTerminal()) passedOn.push(...fromTerminal.splice(0, 2));

  const listeners: [NodeJS.Signals, () => void][] = [
    ...fromTerminal.map((signal): [NodeJS.Signals, () => void] => [signal, ignore]),
    ...passedOn.map((signal): [NodeJS.Signals, () => void] => [signal, () => kill(signal)]),
    ['SIGCONT', () => isStopped && kill('SIGCONT')],
  ];
  for (const [signal, listener] of listeners) process.on(signal, listener);
  return {
    stopped() {
      isStopped = true;
      process.kill(process.pid, 'SIGSTOP');
    },
    continued() {
      isStopped = false;
    },
    end() {
      for (const [signal, listener] of listeners) process.off(signal, listener);
    },
  };
}

function hasTerminal(): boolean {
  try {
    closeSync(openSync('/dev/tty', 'r'));
    return true;
  } catch {
    return false;
  }
}
