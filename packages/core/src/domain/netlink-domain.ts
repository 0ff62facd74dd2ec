import { EventEmitter } from 'eventemitter3';
import { container, type DependencyContainer, type InjectionToken } from 'tsyringe';
import { Errno } from '../errors/errno.js';
import { NetlinkError } from '../errors/netlink-error.js';
import { buildFamily } from '../family/build-family.js';
import { type Class, type FamilyLifecycle, familyOptionsOf } from '../family/decorators.js';
import { type DefectListener, Dispatcher } from '../family/dispatcher.js';
import { type GuestMark, guestMarkOf, HOST_GROUPS, isFamilyHost } from '../family/family-host.js';
import { FamilyNotifier, GROUP_NOTIFIER } from '../family/group-notifier.js';
import { ServedFamily } from '../family/served-family.js';
import { MulticastGroups } from '../multicast/multicast-groups.js';
import { DomainSocket, type SocketWorld } from '../socket/domain-socket.js';
import type { NamespacePlace } from '../socket/namespace-world.js';
import {
  type Credentials,
  type NamespaceView,
  type Netlink,
  type NetlinkSocket,
  type OpenOptions,
} from '../socket/netlink.js';
import { PortIds } from '../socket/port-ids.js';
import { type BufferLimits, DEFAULT_BUFFER_LIMITS } from '../socket/socket-options.js';
import { LINUX_SOCKETS, type SocketProfile } from '../socket/socket-profile.js';
import { type DomainDescription, describeProtocol } from './description.js';
import { seededRandom } from './random.js';

/** A value that the family's container gives to constructors. */
export interface Provider {
  readonly token: InjectionToken;
  readonly value: unknown;
}

/** A family together with what it needs; a class alone needs nothing. */
export interface FamilySetup {
  readonly family: Class;
  readonly providers?: readonly Provider[];
}

export interface DomainOptions {
  readonly families?: ReadonlyArray<Class | FamilySetup>;
  /** Numbers in [0, 1), for port IDs. @default seeded: the same in every domain */
  readonly random?: () => number;
  readonly bufferLimits?: BufferLimits;
  /** How its sockets behave, where systems part. @default Linux */
  readonly sockets?: SocketProfile;
  /** @default root with netAdmin: who is in the process may do everything */
  readonly credentials?: Credentials;
  /** Asked at every open by who knows of namespaces: what serves the current one. @default this domain serves all */
  readonly namespace?: (namespaces: NamespaceView) => Netlink | undefined;
  /** Where among the domains of several namespaces this one is, for sockets that listen to all. @default it is alone */
  readonly place?: NamespacePlace;
  /** Told of handlers that failed with what is not a `NetlinkError`. @default console.error */
  readonly onDefect?: DefectListener;
}

/** What `register` returns. Disposing withdraws the family, and with a host the families that it serves. */
export interface Registration {
  readonly name: string;
  readonly protocol: number;
  /** The family's object, from its container. */
  readonly instance: object;
  /** Waits for its running handlers; later requests get EOPNOTSUPP, later opens EPROTONOSUPPORT. */
  dispose(): Promise<void>;
}

interface DomainEvents {
  'family-registered': (registration: Registration) => void;
  'family-withdrawn': (registration: Registration) => void;
  'socket-opened': (socket: DomainSocket) => void;
  'socket-closed': (socket: DomainSocket) => void;
}

/** Everything about one protocol while its family is registered. */
export interface ServedProtocol {
  readonly family: ServedFamily;
  readonly dispatcher: Dispatcher;
  readonly world: SocketWorld;
  readonly sockets: ReadonlySet<DomainSocket>;
  readonly registration: Registration;
}

const IN_PROCESS: Credentials = { uid: 0, gid: 0, pid: 0, netAdmin: true };

/** One isolated netlink world in this process: port IDs, families, groups, container. */
export class NetlinkDomain implements Netlink {
  /** Announcements for those who watch; requests never go this way. */
  readonly events = new EventEmitter<DomainEvents>();
  readonly #options: DomainOptions;
  readonly #container: DependencyContainer = container.createChildContainer();
  readonly #protocols = new Map<number, ServedProtocol>();
  /** Families that another serves, as long as they are registered. */
  readonly #guests = new Set<Registration>();
  readonly #random: () => number;

  constructor(options: DomainOptions = {}) {
    this.#options = options;
    this.#random = options.random ?? seededRandom(1);
    for (const family of options.families ?? []) this.register(family);
  }

  /**
   * Builds a family in a container of its own and serves it.
   *
   * @throws {Error} naming class, method and number when something does not fit together.
   */
  register(setup: Class | FamilySetup): Registration {
    const { family: target, providers = [] }: FamilySetup =
      typeof setup === 'function' ? { family: setup } : setup;
    const guest = guestMarkOf(target);
    if (guest !== undefined) return this.#admit(target, guest, providers);
    const options = familyOptionsOf(target);
    const taken = this.#protocols.get(options.protocol);
    if (taken !== undefined) {
      throw new Error(
        `${target.name}: protocol ${options.protocol} is served by ${taken.registration.name}; dispose that first`,
      );
    }
    const ports = new PortIds<DomainSocket>(this.#random);
    const groups = new MulticastGroups<DomainSocket>();
    const notifier = new FamilyNotifier(groups, ports, this.#options.place);
    const scope = this.#scope(providers);
    scope.register(GROUP_NOTIFIER, { useValue: notifier });
    scope.register(HOST_GROUPS, { useValue: notifier });
    // One instance of the family and of each handler, so that they can hold state.
    for (const one of [target, ...options.handlers])
      if (!scope.isRegistered(one)) scope.registerSingleton(one);
    const instance: FamilyLifecycle & object = buildFamily(scope, target);
    const handlers = options.handlers.map((handler) => buildFamily(scope, handler));
    const family = new ServedFamily(options, instance, [instance, ...handlers]);
    notifier.family = family;
    const dispatcher = new Dispatcher(family, this.#options.onDefect ?? logDefect);
    const sockets = new Set<DomainSocket>();
    const world: SocketWorld = {
      protocol: options.protocol,
      get highestGroup() {
        return family.highestGroup;
      },
      ports,
      groups,
      bufferLimits: this.#options.bufferLimits ?? DEFAULT_BUFFER_LIMITS,
      profile: this.#options.sockets ?? LINUX_SOCKETS,
      place: this.#options.place,
      handle: (socket, datagram) => dispatcher.task(socket, datagram),
      closed: (socket) => {
        sockets.delete(socket);
        this.events.emit('socket-closed', socket);
      },
    };
    const registration: Registration = {
      name: options.name,
      protocol: options.protocol,
      instance,
      dispose: () => this.#withdraw(options.protocol, registration),
    };
    this.#protocols.set(options.protocol, { family, dispatcher, world, sockets, registration });
    try {
      instance.onLoad?.();
    } catch (error) {
      this.#protocols.delete(options.protocol);
      throw error;
    }
    this.events.emit('family-registered', registration);
    return registration;
  }

  async open(options: OpenOptions): Promise<NetlinkSocket> {
    const { protocol, credentials, namespaces, signal } = options;
    signal?.throwIfAborted();
    const home = namespaces === undefined ? this : (this.#options.namespace?.(namespaces) ?? this);
    if (home !== this) return home.open(options);
    const served = this.#protocols.get(protocol);
    if (served === undefined) throw new NetlinkError(Errno.EPROTONOSUPPORT);
    const socket = new DomainSocket(
      served.world,
      credentials ?? this.#options.credentials ?? IN_PROCESS,
      namespaces,
    );
    (served.sockets as Set<DomainSocket>).add(socket);
    this.events.emit('socket-opened', socket);
    return socket;
  }

  get hasOpenSockets(): boolean {
    return [...this.#protocols.values()].some(({ sockets }) => sockets.size > 0);
  }

  /** Everything that can be disposed: protocols, and the families that one of them serves. */
  get registrations(): readonly Registration[] {
    return [...[...this.#protocols.values()].map(({ registration }) => registration), ...this.#guests];
  }

  /** What is registered, open and joined. */
  describe(): DomainDescription {
    const { name } = this.#options.sockets ?? LINUX_SOCKETS;
    return { profile: name, protocols: [...this.#protocols.values()].map(describeProtocol) };
  }

  /** The registered family of a protocol, for those who read its messages (traces, captures). */
  familyOf(protocol: number): ServedFamily | undefined {
    return this.#protocols.get(protocol)?.family;
  }

  #admit(target: Class, { protocol, host }: GuestMark, providers: readonly Provider[]): Registration {
    const instance = this.#protocols.get(protocol)?.family.instance;
    if (instance === undefined || !isFamilyHost(instance))
      throw new Error(`${target.name} is served by ${host}; register that first`);
    const guest = instance.admit(target, this.#scope(providers));
    let disposed: Promise<void> | undefined;
    const withdraw = async () => {
      this.#guests.delete(registration);
      await guest.dispose();
      this.events.emit('family-withdrawn', registration);
    };
    const registration: Registration = {
      name: guest.name,
      protocol,
      instance: guest.instance,
      dispose: () => {
        disposed ??= withdraw();
        return disposed;
      },
    };
    this.#guests.add(registration);
    this.events.emit('family-registered', registration);
    return registration;
  }

  /** A container of its own for one family. */
  #scope(providers: readonly Provider[]): DependencyContainer {
    const scope = this.#container.createChildContainer();
    for (const { token, value } of providers) scope.register(token, { useValue: value });
    return scope;
  }

  async #withdraw(protocol: number, registration: Registration): Promise<void> {
    const served = this.#protocols.get(protocol);
    if (served?.registration !== registration) return;
    this.#protocols.delete(protocol);
    const guests = [...this.#guests].filter((guest) => guest.protocol === protocol);
    const guestsGone = guests.map((guest) => guest.dispose());
    served.dispatcher.family = undefined;
    (served.family.instance as FamilyLifecycle).onUnload?.();
    await Promise.all([served.dispatcher.drain(), ...guestsGone]);
    this.events.emit('family-withdrawn', registration);
  }
}

function logDefect(error: unknown, operation: string): void {
  console.error(`nlspace: ${operation} failed`, error);
}
