#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""Changes the core in one place at a time, and sees whether the tests notice.

    tests/mutation/run.py                       all mutants; takes hours
    tests/mutation/run.py --sample 100          every n-th, so that about 100 remain
    tests/mutation/run.py --file steps --operator negate,logic
    tests/mutation/run.py --id 0a1b2c3d -v      one mutant, with what the killers said
    tests/mutation/run.py --resume              goes on where a run with the same options stopped
    tests/mutation/run.py --list                says what there is to do, and does nothing

Each mutant is compiled into the *killers*, one after the other, until one of them notices: by a failed test, a crash, a
time-out, or an assertion of the compiler. One that no killer can be compiled with is stillborn and does not count. Results are
appended to a table as they come. It fails where a mutant survives that survivors.md does not argue.

Needs Python 3 and Clang or GCC.
"""

import argparse
import concurrent.futures
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import mutate  # noqa: E402

TESTS = pathlib.Path(__file__).resolve().parent.parent
ROOT = TESTS.parent

# What is mutated, below include/wrapup.
CORE = """
detail/state detail/state_word detail/steps lifecycle detail/control_block detail/observers detail/backend detail/session_block
detail/locked_word detail/refusal detail/ask detail/shared_session detail/reference detail/inline_session detail/word_mutex detail/waiting_backend notifier monitor
termination_callback wait detail/deadline
notifier_table slot session
""".split()


# Tests that are compiled without Catch2: see support/plain_catch.hpp.
PLAIN = ("-DWRAPUP_PLAIN_TESTS", "-DWRAPUP_PLAIN_MAIN")


@dataclass
class Killer:
    """A program that is compiled with a mutant and run. It fails where it notices."""

    name: str
    sources: list  # below tests/
    covers: str  # a pattern: the headers of which it is asked first
    timeout: float = 5  # seconds; an unchanged one takes a fraction
    flags: tuple = PLAIN
    only: str = "."  # a pattern: the headers of which it is asked at all
    arguments: tuple = ()


# In the order in which they are asked, after those that cover a header: the cheap ones that see much come first.
KILLERS = [
    Killer("session_rules", ["session_rules.test.cpp"], "state|steps|control_block|session"),
    Killer("steps", ["steps.test.cpp"], "state|steps", only="state|steps"),
    Killer("read_modify_writes", ["read_modify_writes.test.cpp"], "control_block|observers|locked_word",
           only="state|steps|control_block|observers|locked_word|session_block|shared_session|reference|notifier|monitor"),
    Killer("slot", ["slot.test.cpp"], "slot", only="slot"),
    Killer("lifecycle", ["lifecycle.test.cpp"], "lifecycle", only="lifecycle"),
    Killer("notifier", ["notifier.test.cpp"], "notifier"),
    Killer("monitor", ["monitor.test.cpp"], "monitor|reference"),
    Killer("trace", ["trace.test.cpp"], "$^"),
    Killer("wait", ["wait.test.cpp"], "wait|deadline"),
    Killer("bad_input", ["bad_input.test.cpp"], "slot"),
    Killer("concepts", ["concepts.test.cpp"], "$^"),
    Killer("allocation", ["allocation.test.cpp"], "$^"),
    Killer("simulator", ["simulator.test.cpp"], "$^", only="notifier|wait|deadline|monitor"),
    # The same once more: leaks, and what is used after it is gone.
    Killer("sanitized", ["session_rules.test.cpp"], "$^", flags=(*PLAIN, "-fsanitize=address,undefined", "-fno-sanitize-recover=all")),
    # Programs of their own: histories against the model, and every interleaving of a few threads, which is what sequential
    # tests cannot see.
    Killer("histories", ["random/driver.cpp", "random/nothrow_new.cpp"], "$^", timeout=60, flags=("-O1",),
           arguments=("--seed", "1", "--histories", "100000")),
    Killer("simulation", ["random/driver.cpp", "random/nothrow_new.cpp"], "$^", timeout=60, flags=("-O1",),
           only="notifier_table", arguments=("--seed", "1", "--simulate", "100000")),
    Killer("explore", ["explore/main.cpp"], "word_mutex|locked_word|observers", timeout=120, flags=("-O1",), arguments=("--quick",)),
    Killer("threads", ["threads.test.cpp"], "$^", timeout=60, only="state|steps|control_block|observers|backend|wait|reference|word_mutex|locked_word"),
    Killer("races", ["threads.test.cpp"], "$^", timeout=60, only="state_word|observers|backend|word_mutex|locked_word",
           flags=(*PLAIN, "-fsanitize=thread")),
]

# Parsed once for all: none of it depends on what is mutated.
PRECOMPILED = """
algorithm any array atomic barrier cerrno chrono concepts condition_variable cstddef cstdint cstdio cstdlib cstring functional
limits map memory mutex new optional random ratio set source_location string system_error thread type_traits unordered_map
utility vector
""".split()

COLUMNS = ("id", "file", "line", "operator", "verdict", "killer", "seconds", "before", "after")


class Build:
    def __init__(self, compiler, scratch):
        self.compiler, self.scratch = compiler, scratch
        self.clang = "clang" in compiler
        self.flags = ["-std=c++20", "-O0", "-w", "-pthread"]

    def precompile(self):
        header = self.scratch / "std.hpp"
        header.write_text("".join(f"#include <{name}>\n" for name in PRECOMPILED))
        out = self.scratch / ("std.hpp.pch" if self.clang else "std.hpp.gch")
        subprocess.run([self.compiler, *self.flags, "-x", "c++-header", str(header), "-o", str(out)], check=True)
        self.plain_flags = len(self.flags)
        self.flags += ["-include-pch", str(out)] if self.clang else ["-include", str(header)]

    def command(self, killer, include, out):
        sources = [str(path) for pattern in killer.sources for path in sorted(TESTS.glob(pattern))]
        # What is precompiled is not instrumented: the sanitized one includes it as it is.
        flags = self.flags if killer.flags == PLAIN else self.flags[: self.plain_flags]
        return [self.compiler, *flags, *killer.flags, f"-I{include}", f"-I{TESTS}", *sources, "-o", str(out)]


def run(command, timeout):
    """Returns (exit code or None for a time-out, output). A killer that hangs is killed with what it has started."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
                               start_new_session=True)
    try:
        output, _ = process.communicate(timeout=timeout)
        return process.returncode, output
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        output, _ = process.communicate()
        return None, output


def refused_by_assertion(output):
    """Whether the compiler stopped at assertions alone: then the mutant was noticed."""
    errors = [line for line in output.splitlines() if re.search(r"(?<!fatal )\berror: ", line)]
    assertion = re.compile(r"static assertion failed|static_assert|non-constant condition for static assertion")
    return bool(errors) and all(assertion.search(line) for line in errors)


class Runner:
    def __init__(self, args, build, killers):
        self.args, self.build, self.killers = args, build, killers
        self.local, self.lock, self.workers = threading.local(), threading.Lock(), 0

    def directory(self):
        if not hasattr(self.local, "path"):
            with self.lock:
                self.workers += 1
                self.local.path = self.build.scratch / f"worker{self.workers}"
            shutil.rmtree(self.local.path, ignore_errors=True)
            shutil.copytree(ROOT / "include", self.local.path / "include")
        return self.local.path

    def asked(self, file):
        name = file.removesuffix(".hpp")
        suitable = [k for k in self.killers if re.search(k.only, name)]
        return sorted(suitable, key=lambda k: 0 if re.search(k.covers, name) else 1)

    def judge(self, mutant, text):
        """Returns (verdict, killer, seconds)."""
        begin, where = time.monotonic(), self.directory()
        file = where / "include" / "wrapup" / mutant.file
        original = file.read_text()
        assert original == text
        file.write_text(text[: mutant.start] + mutant.replacement + text[mutant.end :])
        try:
            verdict, killer = self.ask(mutant, where)
        finally:
            file.write_text(original)
        return verdict, killer, time.monotonic() - begin

    def ask(self, mutant, where):
        compiled = False
        for killer in self.asked(mutant.file):
            program = where / killer.name
            code, output = run(self.build.command(killer, where / "include", program), 300)
            if code != 0:
                self.say(mutant, killer, output)
                if refused_by_assertion(output):
                    return "killed", f"{killer.name} (static_assert)"
                if not compiled:
                    return "stillborn", killer.name
                return "killed", f"{killer.name} (does not compile)"
            compiled = True
            code, output = run([str(program), *killer.arguments], killer.timeout)
            program.unlink()
            if code is None:
                return "timeout", killer.name
            if code != 0:
                self.say(mutant, killer, output)
                return "killed", killer.name
        return "survived", "-"

    def say(self, mutant, killer, output):
        if self.args.verbose:
            with self.lock:
                print(f"---- {mutant.id} {killer.name}:\n{output[-3000:]}", flush=True)


def read_results(path):
    results = {}
    if path.exists():
        for line in path.read_text().splitlines()[1:]:
            values = line.split("\t")
            if len(values) == len(COLUMNS):
                results[values[0]] = dict(zip(COLUMNS, values))
    return results


def read_argued():
    """The lines of survivors.md that begin with `- <id>`."""
    path = TESTS / "mutation" / "survivors.md"
    return set(re.findall(r"^- `([0-9a-f]{8})`", path.read_text(), re.M)) if path.exists() else set()


def select(mutants, args):
    if args.id:
        wanted = set(args.id.split(","))
        unknown = wanted - {m.id for m in mutants}
        if unknown:
            sys.exit(f"no such mutant: {', '.join(sorted(unknown))}")
        return [m for m in mutants if m.id in wanted]
    if args.file:
        wanted = args.file.split(",")
        mutants = [m for m in mutants if any(name in m.file for name in wanted)]
    if args.operator:
        wanted = args.operator.split(",")
        for name in wanted:
            if name not in mutate.OPERATORS:
                sys.exit(f"no such operator: {name}; there are: {', '.join(mutate.OPERATORS)}")
        mutants = [m for m in mutants if m.operator in wanted]
    if args.line:
        low, _, high = args.line.partition("-")
        mutants = [m for m in mutants if int(low) <= m.line <= int(high or low)]
    if args.sample and args.sample < len(mutants):
        mutants = [mutants[i * len(mutants) // args.sample] for i in range(args.sample)]
    return mutants


def summarize(mutants, results, argued, complete):
    """Prints the counts. Returns how many survivors nobody has argued."""
    mine = {m.id: results[m.id] for m in mutants if m.id in results}
    operators = {}
    for result in mine.values():
        counts = operators.setdefault(result["operator"], {})
        counts[result["verdict"]] = counts.get(result["verdict"], 0) + 1
    verdicts = ("killed", "timeout", "survived", "stillborn")
    print(f"\n{'operator':10}" + "".join(f"{v:>10}" for v in verdicts))
    totals = dict.fromkeys(verdicts, 0)
    for operator in mutate.OPERATORS:
        counts = operators.get(operator)
        if counts:
            print(f"{operator:10}" + "".join(f"{counts.get(v, 0):10}" for v in verdicts))
            for v in verdicts:
                totals[v] += counts.get(v, 0)
    print(f"{'all':10}" + "".join(f"{totals[v]:10}" for v in verdicts))
    noticed = totals["killed"] + totals["timeout"]
    survived = [r for r in mine.values() if r["verdict"] == "survived"]
    unargued = [r for r in survived if r["id"] not in argued]
    by_argument = len(survived) - len(unargued)
    alive = noticed + len(survived)
    if alive:
        print(f"\nnoticed: {noticed} of {alive} ({100 * noticed / alive:.1f} %); argued: {by_argument}; left: {len(unargued)}")
    killers = {}
    for result in mine.values():
        if result["verdict"] in ("killed", "timeout"):
            name = result["killer"].split(" ")[0]
            killers[name] = killers.get(name, 0) + 1
    print("by: " + ", ".join(f"{name} {n}" for name, n in sorted(killers.items(), key=lambda item: -item[1])))
    for r in unargued:
        print(f"SURVIVED {r['id']} {r['file']}:{r['line']} {r['operator']}\n    - {r['before']}\n    + {r['after']}")
    if complete:
        known = {m.id for m in mutants}
        for gone in sorted(argued - known):
            print(f"survivors.md argues {gone}, which is not there any more")
    for r in mine.values():
        if r["id"] in argued and r["verdict"] != "survived":
            print(f"survivors.md argues {r['id']}, which is {r['verdict']} by {r['killer']}")
    return len(unargued)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--file", help="only headers whose names contain one of these, separated by commas")
    parser.add_argument("--line", help="only this line, or these: 10-20")
    parser.add_argument("--operator", help="only these, separated by commas: " + ", ".join(mutate.OPERATORS))
    parser.add_argument("--id", help="only these mutants, separated by commas")
    parser.add_argument("--sample", type=int, help="about so many, evenly spread")
    parser.add_argument("--killers", help="only these, separated by commas")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="how many at a time")
    parser.add_argument("--resume", action="store_true", help="keep the results that the table has")
    parser.add_argument("--list", action="store_true", help="list the mutants, and do nothing")
    parser.add_argument("--compiler", default="clang++-19" if shutil.which("clang++-19") else "c++")
    parser.add_argument("--scratch", type=pathlib.Path, default=ROOT / "build" / "mutation", help="where to work")
    parser.add_argument("--table", type=pathlib.Path, help="the table of results; default: results.tsv in the scratch")
    parser.add_argument("-v", "--verbose", action="store_true", help="say what the killers have said")
    args = parser.parse_args()

    files = []
    for name in CORE:
        path = ROOT / "include" / "wrapup" / (name + ".hpp")
        if path.exists():
            files.append((name + ".hpp", path.read_text()))
        else:
            sys.exit(f"there is no {path}: CORE in {__file__} is to be brought up to date")
    texts = dict(files)
    everything = mutate.find(files)
    for operator, what in mutate.OPERATORS.items():
        if not any(m.operator == operator for m in everything):
            sys.exit(f"{operator}: there is nothing in the core of which {what}; is it written in another way now?")
    mutants = select(everything, args)
    if args.list:
        for m in mutants:
            print(f"{m.id} {m.file}:{m.line} {m.operator} in {m.function or '-'}\n    - {m.before}\n    + {m.after}")
        print(f"{len(mutants)} of {len(everything)} mutants")
        return 0

    args.scratch.mkdir(parents=True, exist_ok=True)
    build = Build(args.compiler, args.scratch.resolve())
    build.precompile()
    killers = [k for k in KILLERS if any(list(TESTS.glob(pattern)) for pattern in k.sources)]
    if args.killers:
        killers = [k for k in killers if k.name in args.killers.split(",")]
    runner = Runner(args, build, killers)
    for killer in killers:
        program = runner.directory() / killer.name
        code, output = run(build.command(killer, ROOT / "include", program), 600)
        if code != 0:
            sys.exit(f"{killer.name} does not compile as it is:\n{output}")
        begin = time.monotonic()
        code, output = run([str(program), *killer.arguments], killer.timeout)
        if code != 0:
            sys.exit(f"{killer.name} fails as it is ({'time-out' if code is None else code}):\n{output}")
        print(f"killer {killer.name}: {output.strip().splitlines()[-1] if output.strip() else ''} in {time.monotonic() - begin:.1f} s", flush=True)

    table = args.table or args.scratch / "results.tsv"
    results = read_results(table) if args.resume else {}
    if not args.resume or not table.exists():
        table.write_text("\t".join(COLUMNS) + "\n")
    to_do = [m for m in mutants if m.id not in results]
    print(f"{len(to_do)} mutants to try, {len(mutants) - len(to_do)} known, {len(everything)} in all", flush=True)

    signal.signal(signal.SIGTERM, signal.default_int_handler)
    begin = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool, open(table, "a") as out:
        pending = {pool.submit(runner.judge, m, texts[m.file]): m for m in to_do}
        try:
            for n, future in enumerate(concurrent.futures.as_completed(pending), 1):
                m = pending[future]
                verdict, killer, seconds = future.result()
                row = (m.id, m.file, str(m.line), m.operator, verdict, killer, f"{seconds:.1f}", m.before, m.after)
                results[m.id] = dict(zip(COLUMNS, row))
                out.write("\t".join(v.replace("\t", " ") for v in row) + "\n")
                out.flush()
                rate = (time.monotonic() - begin) / n
                print(f"[{n}/{len(to_do)}, {rate:.1f} s each] {m.id} {m.file}:{m.line} {m.operator}: {verdict} {killer}", flush=True)
        except KeyboardInterrupt:
            pool.shutdown(wait=False, cancel_futures=True)
            print("stopped; --resume goes on")
    complete = len(mutants) == len(everything)
    return 1 if summarize(mutants, results, read_argued(), complete) else 0


if __name__ == "__main__":
    sys.exit(main())
