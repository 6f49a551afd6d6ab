"""Runs programs one after the other, several rounds in turn, and prints what each run cost as one JSON document.

    python3 rusage.py ROUNDS SECONDS < [["program", "argument"], ...]

CPU seconds and peak memory are the operating system's own figures for the finished process (wait4). A process begins as
a copy of this one, so nothing below its own size (about 10 MB) can be seen. A run that takes longer than SECONDS is ended.
"""

import json
import os
import signal
import sys
import time


def run(argv, limit):
    started = time.monotonic()
    child = os.fork()
    if child == 0:
        out = os.open(argv[1], os.O_WRONLY | os.O_CREAT | os.O_TRUNC) if argv[0] == ">" else os.open(os.devnull, os.O_WRONLY)
        words = argv[2:] if argv[0] == ">" else argv
        os.dup2(out, 1)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
        if words[0] == "<":
            os.dup2(os.open(words[1], os.O_RDONLY), 0)
            words = words[2:]
        try:
            os.execvp(words[0], words)
        except OSError:
            os._exit(127)
    ended = False

    def end(*_):
        nonlocal ended
        ended = True
        os.kill(child, signal.SIGKILL)

    signal.signal(signal.SIGALRM, end)
    signal.alarm(limit)
    _, status, usage = os.wait4(child, 0)
    signal.alarm(0)
    return {
        "cpu": usage.ru_utime + usage.ru_stime,
        "wall": time.monotonic() - started,
        "megabytes": usage.ru_maxrss / 1024,
        "status": None if ended else os.waitstatus_to_exitcode(status),
    }


def main():
    rounds, limit = int(sys.argv[1]), int(sys.argv[2])
    programs = json.load(sys.stdin)
    runs = [[] for _ in programs]
    for _ in range(rounds):
        for index, argv in enumerate(programs):
            runs[index].append(run(argv, limit))
    json.dump(runs, sys.stdout)


main()
