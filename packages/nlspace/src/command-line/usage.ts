/** What `nlspace --help` says. */
export const USAGE = `nlspace: the kernel side of netlink, in user space

  nlspace run [options] [--] [program args…]   run a program (default: your shell) on a network of its own
  nlspace describe [--] [program args…]        what is registered, open and joined, after the program has run
  nlspace tour                                 a few commands of ip(8) and what they show

options of run
  -v, --verbose    trace requests and replies as text on standard error
      --no-admin   the program may look but not change anything (EPERM)
  -h, --help       this text
      --version    the version
`;
