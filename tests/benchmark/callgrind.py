# SPDX-License-Identifier: BSL-1.0
"""What a program executes, as callgrind counts it: instructions, locked read-modify-writes, system calls, and looks into the
table in which the standard library keeps who waits for an atomic.

callgrind says how often each instruction was executed. Which of them are read-modify-writes is seen in the disassembly: a `lock`
prefix, or an `xchg` with memory, which locks without one. A look into the table is an instruction that takes its address.
"""

import collections
import functools
import os
import pathlib
import re
import subprocess
import tempfile
from dataclasses import dataclass

ALLOCATION = re.compile(r"operator (new|delete)")
LOCKED = re.compile(r"\t(lock |xchg .*\()")
WAIT_TABLE = "__waiter_pool_base6_S_for"


@dataclass
class Count:
    """Per round."""

    instructions: float = 0
    allocator: float = 0  # of these, in operator new and delete
    locked: float = 0
    system_calls: float = 0
    wait_table: float = 0

    def __sub__(self, other):
        return Count(*(a - b for a, b in zip(self.values(), other.values())))

    def values(self):
        return self.instructions, self.allocator, self.locked, self.system_calls, self.wait_table

    @property
    def own(self):
        """Instructions, without those of the allocator."""
        return self.instructions - self.allocator


@functools.cache
def _of_interest(binary):
    """The addresses of the read-modify-writes, and of the looks into the table."""
    locked, table = set(), set()
    if not pathlib.Path(binary).exists():
        return locked, table
    disassembly = subprocess.run(
        ["objdump", "-d", "--no-show-raw-insn", binary], capture_output=True, text=True, check=True
    ).stdout
    for line in disassembly.splitlines():
        if line[:1] != " ":
            continue
        if LOCKED.search(line):
            locked.add(int(line.split(":", 1)[0], 16))
        elif WAIT_TABLE in line and "lea" in line:
            table.add(int(line.split(":", 1)[0], 16))
    return locked, table


def _read(dump, functions):
    """The title of a dump, and what it counts in these functions, per round."""
    title, binary, function, rounds = None, None, "", 1
    count = collections.Counter()
    passes = False
    for line in dump.read_text().splitlines():
        if line.startswith("desc: Trigger: Client Request: "):
            title, rounds = line.removeprefix("desc: Trigger: Client Request: ").rsplit(" / ", 1)
        elif line.startswith("ob="):
            binary = line[3:]
        elif line.startswith("fn="):
            function = line[3:]
        elif line.startswith("calls="):
            passes = True  # what was called is counted where it is
        elif line.startswith("0x"):
            if passes:
                passes = False
                continue
            if functions and not functions.match(function):
                continue
            address, _, *events = line.split()
            address = int(address, 16)
            executed = int(events[0])
            locked, table = _of_interest(binary)
            count["instructions"] += executed
            count["allocator"] += executed if ALLOCATION.match(function) else 0
            count["locked"] += executed if address in locked else 0
            count["wait_table"] += executed if address in table else 0
    return title, Count(**{event: n / int(rounds) for event, n in count.items()})


def _system_calls(program, arguments):
    """By title, how many system calls are made where a call is measured, on its thread."""
    traced = subprocess.run(
        ["valgrind", "--tool=none", "--trace-syscalls=yes", program, *arguments],
        env=os.environ | {"WRAPUP_TRACED": "1"},
        capture_output=True,
        text=True,
        check=True,
    ).stderr
    counted, calls, measured, inside = {}, 0, 0, False
    for line in traced.splitlines():
        if line.startswith("MEASURED "):
            counted[line.removeprefix("MEASURED ").rsplit(" / ", 1)[0]] = calls / measured
            calls, measured = 0, 0
        elif "sys_getppid" in line:
            inside = not inside
            measured += inside
            if inside:
                thread = line.split("]")[0]
        elif inside and line.startswith(thread) and " sys_" in line:
            calls += 1
    return counted


def figures(program, *arguments, system_calls=True, functions=None):
    """All figures of a program that collects with counting.hpp, by `(group, name)`, and what it prints. The measuring itself is
    taken off; or else counted are some `functions` alone."""
    with tempfile.TemporaryDirectory() as directory:
        out = pathlib.Path(directory)
        printed = subprocess.run(
            ["valgrind", "--tool=callgrind", "--collect-atstart=no", "--dump-instr=yes", "--compress-strings=no"]
            + ["--compress-pos=no", f"--callgrind-out-file={out}/out", program, *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            check=True,
        ).stdout
        counted = dict(_read(dump, functions and re.compile(functions)) for dump in sorted(out.iterdir(), key=lambda d: int(d.suffix[1:] or 0)))
    del counted[None]  # what is left at the end
    nothing = next(count for title, count in counted.items() if title.endswith(" / nothing"))
    for title, calls in _system_calls(program, arguments).items() if system_calls else ():
        counted[title].system_calls = calls
    return {tuple(title.split(" / ")): count - nothing for title, count in counted.items()}, printed
