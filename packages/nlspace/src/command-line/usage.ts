import type { Command } from './arguments.js';

/** What `nlspace --help` says. */
export const USAGE = `nlspace: the kernel side of netlink, in user space

  nlspace run [options] [--] [program args…]       run a program (default: your shell) on a network of its own
  nlspace serve [options]                          keep a domain for programs that are run with --to
  nlspace save FILE [--from SOURCE]                a network as a file
  nlspace restore FILE [--to unix:PATH]            make a network as a file says
  nlspace diff A B [--json]                        what two networks do not have alike
  nlspace family list|load|unload [options]        the families of a running daemon
  nlspace describe [options] [--] [program args…]  what a domain serves, and what a program used of it
  nlspace trace [options] [--] program [args…]     what a program says to the kernel, and what the kernel says
  nlspace trace --read FILE [options]              what is in a capture
  nlspace ynl export FAMILY [options]              the YNL specification of a generic family
  nlspace ynl import FILE                          a family and a client in TypeScript, from a YNL specification
  nlspace rtsock monitor|get|add|… [options]       BSD routing sockets on a network that serves them
  nlspace tour                                     a few commands of ip(8) and what they show

  nlspace COMMAND --help    the options of a command
  nlspace --version
`;

/** What can stand between programs and the domain, of `run` and `serve`. */
const BETWEEN = `  -v, --verbose           write requests, replies and notifications as text to standard error
      --trace-file FILE   write them to a file
      --capture FILE      write them as pcapng, for Wireshark and tshark
      --kernel-profile P  look like an older kernel (4.19), or one without something (no-extended-ack,no-nexthop-objects),
                          or always-strict; docs/profiles.md has the list
      --read-only         whoever asks may look but not change anything (EPERM), unless a rule allows it
      --authorize RULE    'allow RTM_NEWROUTE with table=100', 'deny * link eth0': the first that matches decides; may be
                          repeated
      --fault RULE        something that goes wrong: 'RTM_GETROUTE dump: interrupt once' (docs/testing-your-daemon.md);
                          may be repeated
      --faults FILE       a file of such rules, one a line
      --fault-seed NUMBER of rules with a probability: the same seed, the same faults (default 1)
      --fault-dry-run     tell what would go wrong, and let nothing`;

/** What `nlspace COMMAND --help` says. */
export const COMMAND_USAGE: Readonly<Record<Command, string>> = {
  run: `nlspace run [options] [--] [program args…]

Runs a program, and every process it starts, with AF_NETLINK served by a domain that lives as long as this command.
Terminal, standard input, signals and exit status are the program's own. Without a program: your shell.

${BETWEEN}
      --no-admin          the program may look but not change anything (EPERM)
      --family MODULE     also serve the families that a JavaScript module exports; may be repeated
      --link-kind FILE    a module that exports classes decorated with @LinkKind: \`ip link add type …\` makes their
                          links too (may be repeated)
      --profile NAME      behave like linux (default) or freebsd where they part; numbers stay Linux's
      --to unix:PATH      on the domain of a daemon (nlspace serve) instead; unix: alone is where it listens by default
      --to kernel         on the real kernel, with the program's own rights and network namespace: what it says can be
                          traced, captured and disturbed. kernel:NAME (or kernel:/PATH): in a namespace it is not in
      --from SOURCE       begin with a copy of a network: kernel, kernel:NAMESPACE, unix:PATH, a file of nlspace save, a
                          capture. What is not as there is said on standard error
      --record FILE       write what the program is served, for --replay: a capture, behind everything that changes it
      --replay FILE       serve what was said to a program before; what it did not ask then is refused, and the nearest
                          request that was recorded is named with the difference
      --rtsock unix:PATH  also serve BSD routing sockets, for nlspace rtsock and programs in any language; with --no-admin,
                          --read-only or --authorize they can only ask and listen
      --base NUMBER       trap calls on descriptors from NUMBER on (default 512); 0 traps all: slower, but right also
                          for programs that pass netlink sockets with SCM_RIGHTS or move them with dup2

exit status: the program's own; 127 not found, 126 not executable, 125 it could not be run under supervision, 2 usage
`,
  serve: `nlspace serve [options]

Keeps a domain until SIGINT, SIGTERM or SIGHUP. Programs are run on it with \`nlspace run --to unix:PATH\`, by many users
and many at once. Root and the owner of this process may change things, others whom --mode lets in may look.

      --listen unix:PATH  where (default: nlspace.sock in $XDG_RUNTIME_DIR, else in a folder of the user's own in the
                          temporary directory)
      --mode OCTAL        who may connect: the mode of the socket's file (default 600)
      --json              say where it listens as JSON: {"address":…,"pid":…}
${BETWEEN}
      --family MODULE     also serve the families that a JavaScript module exports; may be repeated
      --link-kind FILE    a module that exports classes decorated with @LinkKind; may be repeated
      --profile NAME      behave like linux (default) or freebsd where they part; numbers stay Linux's
      --rtsock unix:PATH  also serve BSD routing sockets, for nlspace rtsock and programs in any language (--mode holds
                          for them, too); with --read-only or --authorize they can only ask and listen
      --from SOURCE       begin with a copy of a network: kernel, kernel:NAMESPACE, unix:PATH, a file of nlspace save, a
                          capture
`,
  save: `nlspace save FILE [--from SOURCE]

Writes links, addresses, nexthops, routes, neighbours and rules to a file, as the netlink messages that tell of them
(\`ip monitor all file FILE\` shows them). FILE may be - for standard output.

      --from SOURCE   unix:PATH (a daemon; default: the user's own), kernel, kernel:NAMESPACE, or another file or a
                      capture. --to is the same
`,
  restore: `nlspace restore FILE [--to unix:PATH|kernel|kernel:NAMESPACE]

Makes a network as a file says that nlspace save has written, or as a capture says. What is there already stays. What is
not as it was is said on standard error: a link that is not virtual, or of a kind that is not known there, becomes a dummy;
neighbours that were only being looked for are left out.

      --to BACK-END   a daemon (default: the user's own) or, as root, the real kernel

exit status: 0 all is as it was, 1 something is not, 125 it could not be done, 2 usage
`,
  diff: `nlspace diff A B [--json]

Compares two networks object by object: kernel, kernel:NAMESPACE, unix:PATH, a file of nlspace save, a capture. Links are
the same by their names; counters, ages and interface indexes do not count. Lines begin with - (only in A), + (only in B)
or ~ (different).

      --json   the differences as JSON: of, name, change, and fields with what they are in A and in B

exit status: 0 equal, 1 different, 2 trouble
`,
  family: `nlspace family list [options]
nlspace family load FILE [options]
nlspace family unload NAME [options]

Lists the families of a daemon (nlspace serve) with their numbers and groups; has it load those that a JavaScript
module exports; unloads one. A file that was changed is read anew, what it imports is not. Loading and unloading is for
root and the owner of the daemon, because code runs in it. \`route\` can be unloaded and loaded by its name.

      --to unix:PATH    where the daemon listens (default: where it does by default)
      --json            as JSON
`,
  describe: `nlspace describe [options] [--] [program args…]

Prints what a domain serves: protocols, multicast groups, operations. With a program: runs it, then prints also which
netlink sockets it has opened, what they joined and counted, and which of its descendants still have theirs open.

      --json            as JSON
      --no-admin        the program may look but not change anything (EPERM)
      --family MODULE   also serve the families that a JavaScript module exports; may be repeated
      --profile NAME    behave like linux (default) or freebsd; what differs is listed
      --to unix:PATH    the domain of a daemon (nlspace serve), with the sockets that are open there now
`,
  ynl: `nlspace ynl export FAMILY [options]
nlspace ynl import FILE

export prints the YNL specification (YAML netlink) of a generic family, from its declaration: for the kernel's tools, and
for clients in any language that are made from one. import prints a TypeScript module made from a specification, such as
those of the kernel (Documentation/netlink/specs): its declarations, a family whose operations answer EOPNOTSUPP until
they are written, and a typed client. Raw netlink (NETLINK_ROUTE and so on) is not imported.

Of export:

      --family MODULE   also know the families that a JavaScript module exports; may be repeated
      --license SPDX    for the line about the licence, without which the kernel's tools read no specification
                        (default NOASSERTION)
      --profile NAME    know the families of linux (default) or freebsd
      --json            as JSON
`,
  trace: `nlspace trace [options] [--] program [args…]
nlspace trace --read FILE [options]

Runs a program, and every process it starts, on the real kernel, and writes every message of netlink to standard error: names
instead of numbers, what was wrong with a request that was refused, and how long each took. The program runs as it would
otherwise; root is not needed for what does not need root. Lines begin with the seconds since the first one and the process; → is
a request, ← what the program has received.

With --read: the same of a capture, to standard output. That of \`nlspace run --capture\`, pcap or pcapng of an nlmon device, or what
rtmon(8) has written.

  -o, --output FILE   write to a file
      --json          a JSON object in each line: time, process, program, socket, port, protocol, direction, message, flags, sequence,
                      header, attributes; errno, text, attribute, request, microseconds of what was asked
      --no-times      leave out times
      --sockets       also what sockets are asked for: options, ports, groups
      --capture FILE  write what is seen as pcapng, too
      --to WHERE      on the domain of a daemon (unix:PATH), or on a new domain of nlspace (domain), instead of the kernel
      --no-admin      the program may look but not change anything (EPERM)
      --base NUMBER   trap calls on descriptors from NUMBER on (default 512)

exit status: as that of nlspace run
`,
  rtsock: `nlspace rtsock monitor [options]
nlspace rtsock get DESTINATION [options]
nlspace rtsock add DESTINATION [GATEWAY] [options]
nlspace rtsock change DESTINATION [GATEWAY] [options]
nlspace rtsock delete DESTINATION [GATEWAY] [options]
nlspace rtsock dump [routes|interfaces|multicast|neighbours] [options]

What route(8) does on BSD, over the routing sockets that nlspace run or serve offers with --rtsock: shows what happens
there, asks, changes. A destination is an address, a prefix (10.8.0.0/16) or default. What is added is STATIC.

      --to unix:PATH    where they are served (needed)
      --json            as JSON, a line for each message
      --fib NUMBER      the routing table; 0 is main (default)
  -4, --inet            monitor and dump: IPv4 only
  -6, --inet6           monitor and dump: IPv6 only; default is that of IPv6
      --interface NAME  without a gateway: on this link
      --blackhole       drop the packets
      --reject          refuse them
      --proto1          the route is a routing daemon's, instead of STATIC
      --mtu BYTES       of the path
      --weight NUMBER   of one path among several

exit status: 1 when the other end has refused, 125 when nobody is there, 2 usage
`,
  tour: `nlspace tour

Runs some commands of ip(8) on a network in this process and shows what they print.
`,
};
