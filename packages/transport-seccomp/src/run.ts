import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import { constants, release } from 'node:os';
import type { Readable, Writable } from 'node:stream';
import type { Netlink } from '@nlspace/core';
import { LaunchEvent, launcherPath, native } from '@nlspace/native';
import { checkKernel, explainFailure, LaunchError } from './launch-error.js';
import { type Caller, Supervision } from './supervisor.js';
import { type Foreground, shareForeground } from './terminal.js';
import type { TunDevices } from './tun-requests.js';

export interface RunOptions {
  /** @default process.env */
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** @default 'inherit': the program has our terminal, and we follow it (job control, signals). */
  readonly stdio?: 'inherit' | 'pipe' | 'ignore' | readonly ('inherit' | 'pipe' | 'ignore' | number)[];
  /** Whether a caller may change things, as CAP_NET_ADMIN does. @default true for everyone */
  readonly netAdmin?: boolean | ((caller: Caller) => boolean);
  /**
   * Who answers what programs ask about interfaces beside netlink (`ioctl`), and makes TUN devices: whoever serves
   * netlink, or the host, which is right where `netlink` is the host's kernel. @default 'netlink'
   */
  readonly sideChannels?: 'netlink' | 'host';
  /** Makes the TUN and TAP links that programs ask for. @default they get EOPNOTSUPP */
  readonly tunDevices?: TunDevices;
  /**
   * The lowest descriptor number whose calls are trapped; netlink sockets are placed there or above. 0 traps all: slower,
   * but exact also for programs that move netlink sockets to low numbers with dup2 or pass them with SCM_RIGHTS.
   * @default 512, or half the limit of open files if that is less
   */
  readonly base?: number;
  /** `run` resolves when every descendant has exited, not only the program itself. @default false */
  readonly untilAllExit?: boolean;
  /** Aborting sends SIGTERM to the program. */
  readonly signal?: AbortSignal;
}

/** How a program ended: with an exit code or by a signal. */
export interface ExitResult {
  readonly exitCode: number | undefined;
  readonly signal: NodeJS.Signals | undefined;
}

/** A program that runs with its netlink sockets served. */
export interface RunningProgram {
  readonly pid: number;
  /** Present where `stdio` says `pipe`. */
  readonly stdin: Writable | null;
  readonly stdout: Readable | null;
  readonly stderr: Readable | null;
  /** The program itself has ended. Its descendants are served as long as this process lives. */
  readonly exited: Promise<ExitResult>;
  /** Nobody is left: every descendant has exited. */
  readonly allExited: Promise<void>;
  /** Netlink sockets that are open. */
  readonly openSockets: number;
  kill(signal?: NodeJS.Signals): void;
}

/**
 * Runs a program with all its AF_NETLINK sockets, and those of its descendants, served by `netlink`.
 *
 * @returns how the program ended.
 * @throws {LaunchError} when it cannot be started.
 * @example
 * const { exitCode } = await run(netlink, ['ip', '-br', 'link']);
 */
export async function run(
  netlink: Netlink,
  argv: readonly string[],
  options: RunOptions = {},
): Promise<ExitResult> {
  const program = await start(netlink, argv, options);
  const result = await program.exited;
  if (options.untilAllExit) await program.allExited;
  return result;
}

/** Ends this process as the program ended: with its exit code or by the same signal. */
export function exitAs({ exitCode, signal }: ExitResult): void {
  if (signal === undefined) {
    process.exitCode = exitCode;
    return;
  }
  process.removeAllListeners(signal);
  process.exitCode = 128 + constants.signals[signal];
  process.kill(process.pid, signal);
}

/** Like `run`, but gives the program while it runs. */
export async function start(
  netlink: Netlink,
  argv: readonly string[],
  options: RunOptions = {},
): Promise<RunningProgram> {
  const [name = ''] = argv;
  if (name === '') throw new LaunchError('no program to run');
  checkKernel(process.platform, release());
  options.signal?.throwIfAborted();
  const launch = new Launch(netlink, argv, options);
  await launch.started;
  return launch;
}

/** A launch from the fork to the end of the last descendant. */
class Launch implements RunningProgram {
  pid = 0;
  readonly started: Promise<void>;
  readonly exited: Promise<ExitResult>;
  readonly allExited: Promise<void>;
  readonly #launcher: ChildProcess;
  readonly #supervision: Supervision;
  readonly #foreground: Foreground | undefined;
  readonly #program: string;
  readonly #untilAllExit: boolean;
  #resolveStarted!: () => void;
  #rejectStarted!: (error: Error) => void;
  #resolveExited!: (result: ExitResult) => void;
  #rejectExited!: (error: Error) => void;
  #resolveAllExited!: () => void;
  #hasExited = false;
  #removeAbortListener = () => {};

  constructor(netlink: Netlink, argv: readonly string[], options: RunOptions) {
    const { netAdmin = true, stdio = 'inherit', signal } = options;
    this.#program = argv[0] ?? '';
    this.#untilAllExit = options.untilAllExit ?? false;
    this.started = new Promise((resolve, reject) => {
      this.#resolveStarted = resolve;
      this.#rejectStarted = reject;
    });
    this.exited = new Promise((resolve, reject) => {
      this.#resolveExited = resolve;
      this.#rejectExited = reject;
    });
    // Whoever started it hears of a failure through `started`.
    this.exited.catch(() => {});
    this.allExited = new Promise((resolve) => {
      this.#resolveAllExited = resolve;
    });

    const { createChannel, closeDescriptor } = native();
    const [ours, launchers] = createChannel();
    this.#supervision = new Supervision({
      netlink,
      channel: ours,
      hasNetAdmin: typeof netAdmin === 'function' ? netAdmin : () => netAdmin,
      tunDevices: options.tunDevices,
      leavesSideChannels: options.sideChannels === 'host',
      onLaunch: (event, value, detail, pid) => this.#onLaunch(event, value, detail, pid),
    });
    const three = typeof stdio === 'string' ? [stdio, stdio, stdio] : [...stdio];
    while (three.length < 3) three.push('ignore');
    const channel = three.length;
    // Node raises its own limit of open files; the program gets that of the process which started us.
    const launcherArguments = [
      String(channel),
      String(options.base ?? -1),
      String(process.ppid),
      '--',
      ...argv,
    ];
    try {
      this.#launcher = spawn(launcherPath, launcherArguments, {
        stdio: [...three, launchers] as StdioOptions,
        env: options.env ?? process.env,
        ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      });
    } catch (error) {
      this.#supervision.close();
      throw error;
    } finally {
      closeDescriptor(launchers);
    }
    this.#launcher.on('error', (cause) => {
      this.#fail(new LaunchError(`cannot start the launcher: ${cause.message}`, 125, { cause }));
    });
    this.#foreground = stdio === 'inherit' ? shareForeground((name) => this.kill(name)) : undefined;
    if (signal !== undefined) {
      const abort = () => this.kill();
      signal.addEventListener('abort', abort, { once: true });
      this.#removeAbortListener = () => signal.removeEventListener('abort', abort);
    }
  }

  get stdin(): Writable | null {
    return this.#launcher.stdin;
  }

  get stdout(): Readable | null {
    return this.#launcher.stdout;
  }

  get stderr(): Readable | null {
    return this.#launcher.stderr;
  }

  get openSockets(): number {
    return this.#supervision.openSockets;
  }

  kill(signal: NodeJS.Signals = 'SIGTERM'): void {
    if (this.pid <= 0 || this.#hasExited) return;
    try {
      process.kill(this.pid, signal);
    } catch (error) {
      // It has just ended, and we have not heard of it yet.
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }

  #onLaunch(event: LaunchEvent, value: number, detail: number, pid: number): void {
    switch (event) {
      case LaunchEvent.Listener:
        this.pid = pid;
        this.#supervision.go();
        this.#resolveStarted();
        return;
      case LaunchEvent.Stopped:
        this.#foreground?.stopped();
        return;
      case LaunchEvent.Continued:
        this.#foreground?.continued();
        return;
      case LaunchEvent.Exited:
        this.#end({ exitCode: value, signal: undefined });
        return;
      case LaunchEvent.Killed:
        this.#end({ exitCode: undefined, signal: signalName(value) });
        return;
      case LaunchEvent.Failed:
        this.#fail(explainFailure(this.#program, detail, value));
        return;
      case LaunchEvent.Gone:
        if (!this.#hasExited) this.#fail(new LaunchError('the launcher has died'));
        this.#supervision.close();
        this.#resolveAllExited();
    }
  }

  #end(result: ExitResult): void {
    this.#detach();
    this.#resolveExited(result);
  }

  #fail(error: LaunchError): void {
    this.#detach();
    this.#rejectStarted(error);
    this.#rejectExited(error);
  }

  /** The program is gone: signals are ours again, and its descendants do not keep this process alive. */
  #detach(): void {
    this.#hasExited = true;
    this.#foreground?.end();
    this.#removeAbortListener();
    if (this.#untilAllExit) return;
    this.#launcher.unref();
    this.#supervision.keepLoopAlive(false);
  }
}

function signalName(number: number): NodeJS.Signals {
  for (const [name, value] of Object.entries(constants.signals))
    if (value === number) return name as NodeJS.Signals;
  throw new Error(`unknown signal ${number}`);
}
