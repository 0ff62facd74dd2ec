// Builds a large network in a domain of this process, measures each part, and prints JSON.
import {
  ipv4Routes,
  ipv6Routes,
  linkRemoval,
  links,
  neighbours,
  nexthop,
  routesByNexthop,
  routesOnLink,
  SECOND_WIRE_INDEX,
  secondWire,
  wire,
} from './requests.js';
import { bestList, openSocket, residentBytes, send } from './session.js';

const RTM = { getLink: 18, getRoute: 26, getNeighbour: 30 };
const INET = 2;
const INET6 = 10;

/** Seconds that a removal takes under `mine` routes, with `others` of them elsewhere. */
async function removal(mine: number, others: number): Promise<number> {
  const socket = await openSocket();
  send(socket, wire());
  send(socket, secondWire());
  send(socket, ipv4Routes(others));
  send(socket, routesOnLink(mine, SECOND_WIRE_INDEX));
  return send(socket, linkRemoval(SECOND_WIRE_INDEX));
}

/** Seconds that a nexthop is replaced in, with so many routes by way of it: the best of ten. */
async function replacement(routes: number): Promise<number> {
  const socket = await openSocket();
  send(socket, wire());
  send(socket, nexthop(1, 2, true));
  send(socket, routesByNexthop(routes, 1));
  return Math.min(...Array.from({ length: 10 }, (_, i) => send(socket, nexthop(1, 3 + i, false))));
}

const [ipv4Count = 0, ipv6Count = 0, pairs = 0, neighbourCount = 0] = process.argv.slice(2).map(Number);
const socket = await openSocket();
send(socket, wire());
const linkSeconds = send(socket, links(pairs));
const linkList = bestList(socket, RTM.getLink, 0, 16);
const neighbourSeconds = send(socket, neighbours(neighbourCount));
const neighbourList = bestList(socket, RTM.getNeighbour, INET);
const parts = [[...ipv4Routes(ipv4Count)], [...ipv6Routes(ipv6Count)]] as const;
const before = residentBytes();
const ipv4Seconds = send(socket, parts[0]);
const ipv6Seconds = send(socket, parts[1]);
const routeBytes = residentBytes() - before;
const ipv6List = bestList(socket, RTM.getRoute, INET6);
const both = bestList(socket, RTM.getRoute, 0);
const result = {
  linkSeconds,
  linkList,
  neighbourSeconds,
  neighbourList,
  ipv4Seconds,
  ipv6Seconds,
  ipv6List,
  both,
  routeBytes,
  removal: {
    alone: await removal(ipv4Count / 10, 0),
    amongMany: await removal(ipv4Count / 10, ipv4Count),
  },
  replacement: { few: await replacement(1000), many: await replacement(ipv4Count) },
};
console.log(JSON.stringify(result));
