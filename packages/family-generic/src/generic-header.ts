import { defineHeader, field, type HeaderLayout, type HeaderShape, type MessageSchema } from '@nlspace/core';

/** `struct genlmsghdr` */
export const genericHeader = defineHeader('genlmsghdr', {
  command: field.u8,
  version: field.u8,
  reserved: field.u16,
});

/** A message with `struct genlmsghdr` before its own header: read over, and written as it always is. */
export function behindGenericHeader(message: MessageSchema, command: number, version: number): MessageSchema {
  return { ...message, header: withGenericHeader(message.header, command, version) };
}

/** The same for readers: the command and the version are among the header's values. */
export function withVisibleHeader(message: MessageSchema): MessageSchema {
  const own = behindGenericHeader(message, 0, 0).header;
  return {
    ...message,
    header: {
      ...own,
      read: (view, offset) => ({ ...genericHeader.read(view, offset), ...own.read(view, offset) }),
    },
  };
}

function withGenericHeader(own: HeaderLayout, command: number, version: number): HeaderLayout<HeaderShape> {
  const shift = genericHeader.size;
  return {
    name: own.size === 0 ? genericHeader.name : own.name,
    size: shift + own.size,
    fields: own.fields.map((entry) => ({ ...entry, offset: entry.offset + shift })),
    read: (view, offset) => own.read(view, offset + shift),
    write(view, offset, values) {
      genericHeader.write(view, offset, { command, version });
      own.write(view, offset + shift, values);
    },
  };
}
