/** The far end of a channel did what neither end may do; the channel is closed with the message. */
export class ProtocolViolation extends Error {
  override readonly name = 'ProtocolViolation';
}
