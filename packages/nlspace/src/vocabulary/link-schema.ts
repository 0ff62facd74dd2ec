import {
  type AttributeSet,
  align4,
  attr,
  defineAttributes,
  defineMessage,
  type MessageSchema,
} from '@nlspace/core';
import { DEFAULT_LINK_KINDS, findLinkKindName, type LinkBehaviour, link } from '@nlspace/family-route';

/** IFLA_LINKINFO, and in it IFLA_INFO_KIND and IFLA_INFO_SLAVE_KIND. */
const INFORMATION = 18;
const KIND = 1;
const SLAVE_KIND = 4;
const TYPE_MASK = 0x3fff;

const decoder = new TextDecoder();
let kinds: ReadonlyMap<string, LinkBehaviour> | undefined;
const schemas = new Map<string, MessageSchema>();

/** The schema of a message about a link, in which the data of its kind and of its master's kind are what these say. */
export function linkSchema(payload: Uint8Array): MessageSchema {
  const information = find(payload, align4(link.header.size), payload.length, INFORMATION);
  if (information === undefined) return link as unknown as MessageSchema;
  const text = (type: number) => {
    const found = find(payload, information.start, information.end, type);
    return found === undefined
      ? ''
      : decoder.decode(payload.subarray(found.start, found.end)).replace(/\0.*$/s, '');
  };
  const [kind, slaveKind] = [text(KIND), text(SLAVE_KIND)];
  const key = `${kind}\0${slaveKind}`;
  const known = schemas.get(key);
  if (known !== undefined) return known;
  const schema = schemaOf(behaviour(kind)?.data, behaviour(slaveKind)?.ports?.data);
  // Names come from whoever sends: only those that there are are remembered.
  if ((kind === '' || behaviour(kind)) && (slaveKind === '' || behaviour(slaveKind)))
    schemas.set(key, schema);
  return schema;
}

function schemaOf(data: AttributeSet | undefined, slaveData: AttributeSet | undefined): MessageSchema {
  const { shape } = link.attributes;
  const information = shape.information.kind.nested as AttributeSet;
  const refined = defineAttributes(information.name, {
    ...information.shape,
    ...(data === undefined ? {} : { data: attr.nested(2, data) }),
    ...(slaveData === undefined ? {} : { slaveData: attr.nested(5, slaveData) }),
  });
  const attributes = defineAttributes(link.attributes.name, {
    ...shape,
    information: attr.nested(INFORMATION, refined),
  });
  return defineMessage({ name: link.name, header: link.header, attributes }) as unknown as MessageSchema;
}

function behaviour(kind: string): LinkBehaviour | undefined {
  kinds ??= new Map(DEFAULT_LINK_KINDS.map((Kind) => [findLinkKindName(Kind) ?? '', new Kind()]));
  return kinds.get(kind);
}

/** Where the payload of an attribute is. */
function find(
  bytes: Uint8Array,
  start: number,
  end: number,
  wanted: number,
): { readonly start: number; readonly end: number } | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let offset = start; end - offset >= 4; ) {
    const length = view.getUint16(offset, true);
    if (length < 4 || offset + length > end) return undefined;
    if ((view.getUint16(offset + 2, true) & TYPE_MASK) === wanted)
      return { start: offset + 4, end: offset + length };
    offset += align4(length);
  }
  return undefined;
}
