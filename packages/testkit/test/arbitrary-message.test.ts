import { ByteWriter, checkMessage, decodeMessage, encodeMessage, type MessageSchema } from '@nlspace/core';
import { address, configuration, link } from '@nlspace/family-route';
import test from 'ava';
import fc from 'fast-check';
import { arbitraryDamagedPayload, arbitraryPayload } from '../src/index.js';

const SCHEMAS = [link, address, configuration] as unknown as readonly MessageSchema[];

for (const schema of SCHEMAS) {
  test(`messages made from the schema ${schema.name} decode, and encode to the same bytes`, (t) => {
    fc.assert(
      fc.property(arbitraryPayload(schema), (payload) => {
        const writer = new ByteWriter();
        encodeMessage(schema, writer, decodeMessage(schema, payload));
        t.deepEqual(writer.slice(), payload);
      }),
    );
  });

  test(`damaged messages of the schema ${schema.name} can be checked and decoded`, (t) => {
    fc.assert(
      fc.property(arbitraryDamagedPayload(schema), fc.boolean(), (payload, strict) => {
        t.notThrows(() => checkMessage(schema, payload, strict));
        t.notThrows(() => decodeMessage(schema, payload));
      }),
    );
  });
}
