"""What the kernel answers to datagrams on NETLINK_ROUTE.

Reads JSON lines {"datagrams": [{"hex": ..., "options": [11, ...]}]} and writes for each a line with a list of lists: the
datagrams (hex) that came back for each datagram, or ["errno N"] where the send itself failed. Every line begins in a
network namespace of its own; every datagram is sent by a socket of its own. To be run in a user namespace, so that
nothing outside can be changed.
"""

import ctypes
import json
import socket
import sys

CLONE_NEWNET = 0x40000000
SOL_NETLINK = 270
LARGEST = 1 << 18

libc = ctypes.CDLL(None, use_errno=True)


def exchange(datagram, options):
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE) as netlink:
        netlink.bind((77, 0))
        for option in options:
            netlink.setsockopt(SOL_NETLINK, option, 1)
        try:
            netlink.send(datagram)
        except OSError as error:
            return [f"errno {error.errno}"]
        answers = []
        while True:
            try:
                answers.append(netlink.recv(LARGEST, socket.MSG_DONTWAIT).hex())
            except BlockingIOError:
                return answers


for line in sys.stdin:
    if libc.unshare(CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "unshare")
    answers = [exchange(bytes.fromhex(one["hex"]), one["options"]) for one in json.loads(line)["datagrams"]]
    print(json.dumps(answers), flush=True)
