import { createNetlink, GenericClient, type NetlinkError } from 'nlspace';
import { MeterCommand, MeterFamily, meter } from './meter-family.js';

const netlink = createNetlink();
const registration = netlink.register(MeterFamily);

const client = await GenericClient.open(netlink, 'meter', { message: meter });
const changes = await client.subscribe('changes');

await client.do(MeterCommand.Set, { attributes: { name: 'uplink', rate: 1000, burst: 1500 } });
await client.do(MeterCommand.Set, { attributes: { name: 'guests', rate: 50, paused: true } });
for (const wrong of [{ name: 'uplink' }, { name: 'uplink', rate: 0 }, { name: 'uplink', rate: 9, burst: 1 }])
  await client.do(MeterCommand.Set, { attributes: wrong }).catch(({ message, details }: NetlinkError) => {
    console.log(message, details.missing === undefined ? '' : `(attribute ${details.missing} is missing)`);
  });

for await (const { attributes } of client.dump(MeterCommand.Get)) console.log(attributes);
console.log('told:', (await changes.next()).value?.attributes);

client.close();
await registration.dispose();
