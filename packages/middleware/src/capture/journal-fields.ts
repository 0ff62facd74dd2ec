import type { CallEvent, SocketCall } from '../observe/socket-event.js';

const CALLS: ReadonlySet<string> = new Set<SocketCall>([
  'open',
  'bind',
  'bound',
  'connect',
  'join',
  'leave',
  'memberships',
  'set-option',
  'get-option',
  'send',
  'receive',
  'close',
]);

/** Of what a file may claim. */
const MOST_WORDS = 256;

/** A call as the fields of a journal entry that a program reads; the human reads MESSAGE. */
export function journalFields({
  call,
  socket,
  arguments: given,
  results,
  errno,
}: CallEvent): Record<string, string> {
  return {
    NLSPACE_SOCKET: String(socket.number),
    NLSPACE_CALL: [call, ...given].join(' '),
    ...(results.length === 0 ? {} : { NLSPACE_RESULT: results.join(' ') }),
    ...(errno === 0 ? {} : { NLSPACE_ERRNO: String(errno) }),
    ...(call === 'open' ? { _PID: String(socket.processId) } : {}),
    ...(call === 'open' && socket.program !== undefined ? { _COMM: printable(socket.program) } : {}),
  };
}

/** A name in one line: those of processes may have any bytes. */
export function printable(name: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what must not get into the file
  return name.replaceAll(/[\u0000-\u001f\u007f]/g, '?');
}

/** What `journalFields` has written; undefined for other entries. */
export function readJournalFields(fields: ReadonlyMap<string, string>):
  | {
      readonly socketNumber: number;
      readonly processId: number;
      readonly program: string | undefined;
      readonly call: Pick<CallEvent, 'call' | 'arguments' | 'results' | 'errno'>;
    }
  | undefined {
  const [call = '', ...words] = (fields.get('NLSPACE_CALL') ?? '').split(' ', MOST_WORDS);
  const socketNumber = numberOf(fields.get('NLSPACE_SOCKET'));
  if (socketNumber === undefined || !CALLS.has(call)) return undefined;
  const results = (fields.get('NLSPACE_RESULT') ?? '').split(' ', MOST_WORDS).map(numberOf);
  return {
    socketNumber,
    processId: numberOf(fields.get('_PID')) ?? 0,
    program: fields.get('_COMM'),
    call: {
      call: call as SocketCall,
      arguments: words.map((word) => numberOf(word) ?? word),
      results: results.filter((result) => result !== undefined),
      errno: numberOf(fields.get('NLSPACE_ERRNO')) ?? 0,
    },
  };
}

function numberOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

/** What a packet carries beside its bytes, as its comment: `group 7 ipv4Route, of namespace 2`. */
export interface PacketNotes {
  readonly group?: number;
  readonly groupName?: string;
  readonly namespaceNumber?: number | undefined;
  /** 0 is the serving side. */
  readonly fromPortId?: number;
  readonly toPortId?: number;
}

export function packetComment(notes: PacketNotes): string | undefined {
  const { group = 0, groupName = '', namespaceNumber, fromPortId = 0, toPortId = 0 } = notes;
  const parts: string[] = [];
  if (group !== 0) parts.push(groupName === '' ? `group ${group}` : `group ${group} ${groupName}`);
  if (namespaceNumber !== undefined) parts.push(`of namespace ${namespaceNumber}`);
  if (fromPortId !== 0) parts.push(`from port ${fromPortId}`);
  if (toPortId !== 0) parts.push(`to port ${toPortId}`);
  return parts.length === 0 ? undefined : parts.join(', ');
}

export function readPacketComments(comments: readonly string[]): Omit<PacketNotes, 'groupName'> {
  const numberBehind = (words: string): number | undefined => {
    for (const comment of comments) {
      for (const part of comment.split(', '))
        if (part.startsWith(`${words} `)) return numberOf(part.slice(words.length + 1).split(' ', 1)[0]);
    }
    return undefined;
  };
  return {
    group: numberBehind('group') ?? 0,
    namespaceNumber: numberBehind('of namespace'),
    fromPortId: numberBehind('from port') ?? 0,
    toPortId: numberBehind('to port') ?? 0,
  };
}
