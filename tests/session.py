#!/usr/bin/env python3
"""Gives procenario a terminal and takes part in what it performs there.

    session.py PROCENARIO STEPS ARGUMENT…

STEPS are separated by ";": `type TEXT` types a line, `end` presses ^D, `key` presses ^C (`key Z` ^Z), `await TEXT` waits
until the terminal shows it, and `send NAME` sends a signal to the performed root process. A pause comes
after each. Prints what the terminal showed; ends with procenario's exit status.
"""
import os
import pty
import select
import signal
import sys
import time

PAUSE = 0.4
PATIENCE = 60  # seconds; only a test that fails waits for so long


def children(pid):
    try:
        with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
            return [int(word) for word in file.read().split()]
    except OSError:
        return []


class Session:
    def __init__(self, command):
        self.shown = b""
        self.mark = 0
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            os.execv(command[0], command)

    def listen(self, seconds):
        """Takes what the terminal shows. False: it has been closed."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            if select.select([self.terminal], [], [], left)[0]:
                try:
                    data = os.read(self.terminal, 65536)
                except OSError:
                    return False
                if not data:
                    return False
                self.shown += data
        return True

    def wait_for(self, text):
        until = time.monotonic() + PATIENCE
        is_open = True
        while (at := self.shown.find(text.encode(), self.mark)) < 0:
            if time.monotonic() > until or not is_open:
                sys.exit(f"'{text}' was not shown:\n{self.shown.decode(errors='replace')}")
            is_open = self.listen(0.05)
        self.mark = at + len(text)

    def root(self):
        """The runner's child is a small init, and that one's child is the root."""
        return children(children(self.pid)[0])[0]

    def step(self, text):
        verb, _, rest = text.strip().partition(" ")
        if verb == "type":
            os.write(self.terminal, rest.encode() + b"\n")
        elif verb == "end":
            os.write(self.terminal, b"\x04")
        elif verb == "key":
            os.write(self.terminal, bytes([ord(rest or "C") - 64]))
        elif verb == "await":
            self.wait_for(rest)
        elif verb == "send":
            os.kill(self.root(), getattr(signal, "SIG" + rest))
        else:
            sys.exit(f"unknown step '{text}'")
        self.listen(PAUSE)


def main():
    session = Session([sys.argv[1]] + sys.argv[3:])
    session.listen(PAUSE)
    for step in sys.argv[2].split(";"):
        session.step(step)
    until = time.monotonic() + PATIENCE
    while session.listen(0.1):
        if time.monotonic() > until:
            os.kill(session.pid, signal.SIGKILL)
            sys.exit(f"it does not end:\n{session.shown.decode(errors='replace')}")
    status = os.waitstatus_to_exitcode(os.waitpid(session.pid, 0)[1])
    print(session.shown.decode(errors="replace"))
    sys.exit(status if status >= 0 else 128 - status)


main()
