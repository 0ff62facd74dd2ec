import { errnoName, type Readable, type ReadableEntry } from '@nlspace/core';
import { protocolName } from '@nlspace/middleware';
import type { TracedLine, TracedMessage } from './traced-message.js';

type Json = string | number | boolean | Json[] | { [key: string]: Json | undefined };

/** A line for programs. Bytes are hexadecimal; attributes that repeat are lists; what says nothing is left out. */
export function lineJson(line: TracedLine): string {
  const { time, socket } = line;
  const { processId, program, portId, protocol, number } = socket;
  return JSON.stringify({
    time: time / 1_000_000,
    process: processId,
    program,
    socket: number,
    port: portId,
    protocol: protocolName(protocol),
    ...whatJson(line),
  });
}

function whatJson(line: TracedLine): Record<string, Json | undefined> {
  if (line.kind === 'call') {
    const { call, arguments: given, results, errno } = line.call;
    return {
      call,
      text: line.text,
      arguments: [...given],
      results: results.length === 0 ? undefined : [...results],
      errno: errno === 0 ? undefined : errnoName(errno),
    };
  }
  const direction = line.isSent ? 'sent' : 'received';
  return line.kind === 'rest' ? { direction, stray: line.length } : { direction, ...messageJson(line) };
}

function messageJson(message: TracedMessage): Record<string, Json | undefined> {
  const { name, raw, flags, content, outcome, request, duration, count, group, namespaceNumber } = message;
  return {
    group,
    namespace: namespaceNumber,
    message: name,
    type: raw.header.type,
    flags: [...flags],
    sequence: raw.header.sequence,
    ...(outcome === undefined
      ? {
          header: content && content.fields.length > 0 ? objectOf(content.fields) : undefined,
          attributes: content && objectOf(content.attributes),
          payload: content === undefined ? hex(raw.payload) : undefined,
        }
      : {
          errno: outcome.errno === 0 ? undefined : errnoName(outcome.errno),
          text: outcome.text,
          attribute: outcome.attribute,
          offset: outcome.offset,
          missing: outcome.missing,
        }),
    request,
    messages: count,
    microseconds: duration,
  };
}

function objectOf(entries: readonly ReadableEntry[]): Json {
  const object: Record<string, Json> = {};
  const repeated = new Set<string>();
  for (const { key, value } of entries) {
    const json = jsonOf(value);
    const before = object[key];
    if (before === undefined) object[key] = json;
    else if (repeated.has(key)) (before as Json[]).push(json);
    else {
      object[key] = [before, json];
      repeated.add(key);
    }
  }
  return object;
}

function jsonOf(readable: Readable): Json {
  switch (readable.kind) {
    case 'plain': {
      const { value } = readable;
      if (typeof value !== 'bigint') return value;
      return value <= BigInt(Number.MAX_SAFE_INTEGER) && value >= 0n ? Number(value) : String(value);
    }
    case 'named':
      return readable.text;
    case 'flag':
      return true;
    case 'bytes':
      return hex(readable.bytes);
    case 'malformed':
      return { malformed: hex(readable.bytes) };
    case 'fields':
    case 'attributes':
      return objectOf(readable.entries);
    case 'list':
      return readable.items.map(jsonOf);
  }
}

function hex(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
