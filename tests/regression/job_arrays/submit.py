#!/usr/bin/python3
"""A batch system as far as &potential array sees one: takes a list of folders, runs run.sh in each, in any order and
wherever it likes, and waits for the end. Whoever kills the command that waits does not stop the jobs.

    submit.py LIST
"""
import os
import random
import signal
import subprocess
import sys
import time


def species(folder):
    with open(f"{folder}/structure.xyz") as file:
        return {line.split()[0] for line in file.read().splitlines()[2:]}


def task(folder):
    """Xe is forgotten, He is killed in the middle of its work."""
    if "Xe" in species(folder):
        return
    process = subprocess.Popen(["sh", f"{folder}/run.sh"], start_new_session=True)
    if "He" in species(folder):
        while not os.path.exists(f"{folder}/script.out") or "begun" not in open(f"{folder}/script.out").read():
            time.sleep(0.02)
        os.killpg(process.pid, signal.SIGKILL)
        long_ago = time.time() - 1000  # so that nobody has to wait until it is
        os.utime(f"{folder}/started.sh", (long_ago, long_ago))
    process.wait()


def jobs(path):
    with open(path) as file:
        folders = file.read().split()
    random.shuffle(folders)
    running = []
    for folder in folders:
        if os.fork() == 0:
            try:
                task(folder)
            finally:
                os._exit(0)
        running.append(folder)
        if len(running) == 3:
            os.wait()
            running.pop()
    for _ in running:
        os.wait()


done = sys.argv[1] + ".done"
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:  # a child of nobody here
        try:
            jobs(sys.argv[1])
        finally:
            open(done, "w").close()
    os._exit(0)
os.wait()
while not os.path.exists(done):
    time.sleep(0.02)
