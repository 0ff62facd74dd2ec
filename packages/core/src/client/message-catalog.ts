import type { MessageSchema } from '../schema/message.js';

/** What a client decodes replies and notifications by: a map by message type, or whoever looks into the payload too. */
export interface MessageCatalog {
  get(messageType: number, payload: Uint8Array): MessageSchema | undefined;
}
