// Adds and lists N IPv4 routes in a domain of this process, and prints JSON.
import { ipv4Routes, wire } from './requests.js';
import { bestList, openSocket, residentBytes, send } from './session.js';

const RTM_GETROUTE = 26;
const INET = 2;

const count = Number(process.argv[2]);
const socket = await openSocket();
send(socket, wire());
const requests = [...ipv4Routes(count)];
const before = residentBytes();
const insertSeconds = send(socket, requests);
const memory = residentBytes() - before;
const { seconds: dumpSeconds, messages: routes } = bestList(socket, RTM_GETROUTE, INET);
console.log(JSON.stringify({ insertSeconds, dumpSeconds, routes, memory }));
