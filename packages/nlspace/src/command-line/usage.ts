import type { Command } from './arguments.js';

/** What `nlspace --help` says. */
export const USAGE = `nlspace: the kernel side of netlink, in user space

  nlspace run [options] [--] [program args…]       run a program (default: your shell) on a network of its own
  nlspace describe [options] [--] [program args…]  what a domain serves, and what a program used of it
  nlspace tour                                     a few commands of ip(8) and what they show

  nlspace COMMAND --help    the options of a command
  nlspace --version
`;

/** What `nlspace COMMAND --help` says. */
export const COMMAND_USAGE: Readonly<Record<Command, string>> = {
  run: `nlspace run [options] [--] [program args…]

Runs a program, and every process it starts, with AF_NETLINK served by a domain that lives as long as this command.
Terminal, standard input, signals and exit status are the program's own. Without a program: your shell.

  -v, --verbose           write requests, replies and notifications as text to standard error
      --trace-file FILE   write them to a file
      --no-admin          the program may look but not change anything (EPERM)
      --family MODULE     also serve the families that a JavaScript module exports; may be repeated
      --link-kind FILE    a module that exports classes decorated with @LinkKind: \`ip link add type …\` makes their
                          links too (may be repeated)
      --profile NAME      behave like linux (default) or freebsd where they part; numbers stay Linux's
      --base NUMBER       trap calls on descriptors from NUMBER on (default 512); 0 traps all: slower, but right also
                          for programs that pass netlink sockets with SCM_RIGHTS or move them with dup2

exit status: the program's own; 127 not found, 126 not executable, 125 it could not be run under supervision, 2 usage
`,
  describe: `nlspace describe [options] [--] [program args…]

Prints what a domain serves: protocols, multicast groups, operations. With a program: runs it, then prints also which
netlink sockets it has opened, what they joined and counted, and which of its descendants still have theirs open.

      --json            as JSON
      --no-admin        the program may look but not change anything (EPERM)
      --family MODULE   also serve the families that a JavaScript module exports; may be repeated
      --profile NAME    behave like linux (default) or freebsd; what differs is listed
`,
  tour: `nlspace tour

Runs some commands of ip(8) on a network in this process and shows what they print.
`,
};
