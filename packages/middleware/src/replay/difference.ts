import { printValue, type RawMessage, type ReadableEntry, readableMessage } from '@nlspace/core';
import { flagText } from '../message-flags.js';
import type { Vocabulary } from '../vocabulary.js';
import type { RecordedRequest } from './recording.js';

/** Differences that are told; of more, only how many. */
const MOST_TOLD = 4;
/** A message of another type is further away than one with whatever other attributes. */
const OTHER_NAME = 1_000;

interface Parts {
  readonly name: string;
  readonly flags: string;
  /** By path: `rtmsg.table`, `destination`, `linkInfo.kind`. */
  readonly values: ReadonlyMap<string, string>;
}

/** The recorded request that is nearest to one message, and what is different, in words. */
export function nearestRequest(
  message: RawMessage,
  recorded: readonly RecordedRequest[],
  vocabulary: Vocabulary,
): string {
  const wanted = partsOf(message, vocabulary);
  let nearest:
    | { readonly request: RecordedRequest; readonly parts: Parts; readonly distance: number }
    | undefined;
  for (const request of recorded) {
    for (const candidate of request.messages) {
      const parts = partsOf(candidate, vocabulary);
      const distance = distanceOf(wanted, parts);
      if (nearest === undefined || distance < nearest.distance) nearest = { request, parts, distance };
    }
  }
  if (nearest === undefined) return `${wanted.name} was not recorded, nor any other request`;
  const { parts, request } = nearest;
  if (parts.name !== wanted.name)
    return `${wanted.name} was not recorded; the nearest request is ${parts.name}`;
  const differences = differencesOf(wanted, parts);
  if (differences.length === 0) {
    return request.isPlayed
      ? `${wanted.name} was recorded, but not so often`
      : `${wanted.name} was recorded on another socket, or with others in one datagram`;
  }
  const told = differences.slice(0, MOST_TOLD);
  const others = differences.length - told.length;
  if (others > 0) told.push(`and ${others} more`);
  return `${wanted.name} was not recorded like this; the nearest has ${told.join(', ')}`;
}

function partsOf(message: RawMessage, vocabulary: Vocabulary): Parts {
  const values = new Map<string, string>();
  const schema = vocabulary.schemaOf(message);
  if (schema === undefined) {
    values.set('payload', printValue({ kind: 'bytes', bytes: message.payload }));
  } else {
    const { headerName, fields, attributes } = readableMessage(schema, message.payload, vocabulary.texts);
    collect(values, `${headerName}.`, fields);
    collect(values, '', attributes);
  }
  const { flags, type } = message.header;
  return { name: vocabulary.nameOf(message), flags: flagText(flags, vocabulary.modifiersOf(type)), values };
}

function collect(values: Map<string, string>, prefix: string, entries: readonly ReadableEntry[]): void {
  for (const { key, value } of entries) {
    const path = prefix + key;
    if (value.kind === 'attributes' || value.kind === 'fields') collect(values, `${path}.`, value.entries);
    // Those that may repeat are compared as one.
    else values.set(path, values.has(path) ? `${values.get(path)} ${printValue(value)}` : printValue(value));
  }
}

function distanceOf(one: Parts, other: Parts): number {
  return (one.name === other.name ? 0 : OTHER_NAME) + differencesOf(one, other).length;
}

/** What `recorded` has instead. */
function differencesOf(wanted: Parts, recorded: Parts): string[] {
  const differences: string[] = [];
  if (wanted.flags !== recorded.flags) differences.push(`flags ${recorded.flags} instead of ${wanted.flags}`);
  for (const [path, value] of wanted.values) {
    const other = recorded.values.get(path);
    if (other === undefined) differences.push(`no ${path} (here ${value})`);
    else if (other !== value) differences.push(`${path} ${other} instead of ${value}`);
  }
  for (const [path, value] of recorded.values)
    if (!wanted.values.has(path)) differences.push(`${path} ${value}, which is not here`);
  return differences;
}
