"""Like nohup: ignores SIGHUP and becomes another program, which ignores it, too."""
import os
import signal
import sys

signal.signal(signal.SIGHUP, signal.SIG_IGN)
os.execvp(sys.argv[1], sys.argv[1:])
