"""setsid leaves session, group and terminal behind; who leads a group already cannot do it."""
import os


def show(when):
    print(when, "process", os.getpid(), "group", os.getpgrp(), "session", os.getsid(0))


def terminal():
    try:
        os.close(os.open("/dev/tty", os.O_RDWR))
        print("I have a terminal")
    except OSError as error:
        print("no terminal:", error.strerror)


show("parent:")
pid = os.fork()
if pid == 0:
    show("child: ")
    terminal()
    os.setsid()
    show("setsid:")
    terminal()
    try:
        os.setsid()
    except PermissionError as error:
        print("once more:", error.strerror)
    os._exit(0)
os.waitpid(pid, 0)
