import type { MessageSchema } from '../schema/message.js';

/** The schema of each message type of a protocol: what a client decodes replies and notifications by. */
export type MessageCatalog = ReadonlyMap<number, MessageSchema>;
