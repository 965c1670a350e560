"""The small process that forks every pod's first process, so that a pod costs a fork and not a Python start.

It ends when the supervisor does, and so does every pod: the other ends of their sockets are the supervisor's.
"""

import os
import signal
import socket
import sys

from lateen.runtime.forking import Forker, Message
from lateen.runtime.init import main as pod_main
from lateen.runtime.syscalls import PR_SET_CHILD_SUBREAPER, prctl


class Nursery(Forker):
    """Messages: {netns, hostname} with the pod's socket. The pod's first process answers there."""

    def handle(self, message: Message) -> None:
        if os.fork():
            return
        try:
            self.end.close()
            end = socket.socket(fileno=os.dup(message.fds[0]))
            os.close(message.fds[0])
            pod_main(end, message.body["netns"], message.body["hostname"])
        finally:
            os._exit(0)


def main() -> None:
    """Serve on the socket that is descriptor `argv[1]`."""
    os.setsid()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # First processes are left to the nursery when the process between has ended.
    prctl(PR_SET_CHILD_SUBREAPER, 1)
    os.chdir("/")
    Nursery(socket.socket(fileno=int(sys.argv[1]))).run()


if __name__ == "__main__":
    main()
