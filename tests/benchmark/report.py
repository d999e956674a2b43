#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""Prints what wrapup costs, against what people would use instead, as Markdown.

    cmake --build build --target wrapup_benchmark_report       all of it; the configuration needs -D WRAPUP_BENCHMARKS=ON
    tests/benchmark/report.py --programs build/tests/benchmark --only notifying,callbacks

Instructions are callgrind's and read-modify-writes are seen in the machine code, so they repeat. Times are medians of interleaved
repetitions, and mean something as ratios within one run only. Needs Python 3.9, valgrind, binutils, GCC, and Clang where it is
to be compared.
"""

import argparse
import concurrent.futures
import json
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import callgrind  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
TESTS = HERE.parent
INCLUDE = TESTS.parent / "include"
FLAGS = ["-std=c++20", "-O2", "-DNDEBUG", f"-I{INCLUDE}"]

INTRODUCTION = """# What wrapup costs

Against what people would use instead. This page is what is printed by

```sh
cmake -B build -D WRAPUP_BENCHMARKS=ON && cmake --build build --target wrapup_benchmark_report
```

which needs Debian's g++, libabsl-dev, libbenchmark-dev, libboost-dev, python3 and valgrind, beside what the tests need, and takes
five minutes. Instructions are counted by callgrind, read-modify-writes in the machine code that it has seen executed, and system calls
by valgrind: they repeat. Times are medians of interleaved repetitions, and mean something as ratios within one run only. Compiled at
`-O2` by {compilers}; where nothing else is said, by the first of them. Each design is in a header of its own in
[designs](designs), which says what it does not promise."""

# Below the table of what must be shown: what the features cost of which a limit does not hold, and what it would have to be.
DOES_NOT_HOLD = """Where a limit does not hold, what does it, and what the limit would have to be:

- *Machine code, Clang 14*: what is another has fewer instructions than what was written by hand with a record, a release 14 instead
  of 15, a destruction 11 instead of 12. \"The same, or fewer\".
- *A callback, beside the ending*: four promises, each of which is a read-modify-write. The session says that there is one; the record
  and the session are kept for it; the list is locked, since another thread may remove it at that moment; and the
  identifier is kept until it has returned. Without the last three it is 79 / 1 of the 119 / 4 that the gate counts (\"What a promise
  costs by itself\"), so 60 is less than a callback without them. 120 / 4; `std::stop_callback` takes 138 / 7 and a system
  call. The lock could be had with the step that publishes, but then only by an order of all steps on the word and on the list, of
  which the explorer cannot play every interleaving.
- *Two threads, one session*: a question is two steps on one word, as it is with `shared_ptr`, and where two threads make them at once,
  both wait for its line: 0.60 to 0.73 from run to run, and 0.92 on a machine that does something else as well. The instructions
  for a question are 24 instead of 34. 0.75, on a machine that does nothing else.
- *Front end of notifier, monitor and termination_callback*: the standard headers that they name take 1.01; the rest is their own
  text. 1.11.
- *One more inline instantiation, against what was written by hand*: who has ended the session is kept, and how. Against what
  keeps that too nothing is added, which is what the limit would have to be; or 25 bytes."""

WRAPUP = "wrapup"
ATOMIC = "shared_ptr + atomic"
MUTEX = "shared_ptr + mutex"


def run(*command, **options):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, **options)
    if done.returncode != 0:
        raise SystemExit(f"{shlex.join(str(word) for word in command)}: {done.stderr}")
    return done.stdout


def number(value):
    return f"{value:.1f}".removesuffix(".0") if value < 1000 else f"{value:,.0f}"


def called(compiler):
    """GCC or Clang, and which version."""
    version = run(compiler, "--version").splitlines()[0]
    kind = "Clang" if "clang" in version else "GCC"
    return f"{kind} {re.search(r'[0-9]+[.][0-9]+', version)[0]}"


def ratio_of(times, one, other):
    """Of two times; what was not measured, since the machine had no time for it, is none."""
    return f"{times[one] / times[other]:.2f}" if one in times and other in times else "not measured"


def table(*head):
    print("\n| " + " | ".join(head) + " |\n|" + "---|" * len(head))


def row(*cells):
    print("| " + " | ".join(str(cell) for cell in cells) + " |")


class Report:
    def __init__(self, options, directory):
        self.options = options
        self.directory = pathlib.Path(directory)
        self.shown = []  # what must be shown: figure, limit, measured, whether it holds

    def show(self, figure, limit, measured, holds):
        self.shown.append((figure, limit, measured, "yes" if holds else "**no**"))

    def figures(self, program, *arguments, **options):
        return callgrind.figures(str(self.options.programs / f"wrapup_benchmark_{program}"), *arguments, **options)

    # ---- inline sessions

    def inline(self):
        print("\n## A session that does not notify")
        print("\nInstructions that a life or a verb executes / that its function has, and whether wrapup's machine code is that of")
        print("what was written by hand, with no record of who has ended the session, or with the one that wrapup keeps.")
        designs = {"hand": "by hand", "recorded": "with a record", "wrapup": WRAPUP}
        designs |= {"unique_ptr": "two unique_ptr", "cleanup": "two absl::Cleanup"}
        verbs = ["construct", "drop", "query", "release", "destroy"]
        for compiler in self.options.compilers:
            program = self.directory / "inline"
            compiled = self.directory / "inline.o"
            run(compiler, *FLAGS, "-c", HERE / "inline_session.cpp", "-o", compiled)
            run(compiler, *FLAGS, TESTS / "instructions" / "external.cpp", compiled, "-o", program)
            counted, _ = callgrind.figures(str(program), system_calls=False, functions="inlinable|external")
            functions = disassembled(compiled)
            table(called(compiler), *designs.values(), "machine code", "with a record")
            ratios, another = [], []
            for service in ("inlinable", "external"):
                for what in ("straight", "conditional", *verbs):
                    cells = []
                    for design in designs:
                        name = symbol(service, design, what, verbs)
                        cells.append(f"{number(counted[f'{service}, {what}', design].own)} / {size(functions, name)}")
                    code = {design: functions[symbol(service, design, what, verbs)] for design in designs}
                    same = [code[design] == code["wrapup"] for design in ("hand", "recorded")]
                    row(f"{service}, {what}", *cells, *("the same" if yes else "another" for yes in same))
                    by_hand = counted[f"{service}, {what}", "hand"].own
                    ratios.append((counted[f"{service}, {what}", "wrapup"].own / by_hand, f"{service}, {what}"))
                    if not any(same):
                        another.append(f"{service}, {what}")
            worst = max(ratios)
            beyond = [what for ratio, what in ratios if ratio > 1]
            self.show(
                f"inline session, instructions against hand-written C, {called(compiler)}",
                "1.00",
                f"{worst[0]:.2f}" + (f" ({'; '.join(beyond)})" if beyond else ""),
                not beyond,
            )
            if "Clang" in called(compiler):
                measured = f"another: {'; '.join(another)}" if another else "the same"
                self.show(f"inline session, machine code, {called(compiler)}", "the same", measured, not another)

    # ---- sessions that notify

    def notifying(self):
        counted, printed = self.figures("counts")
        self.counted = counted
        blocks = [line.split(" / ") for line in printed.splitlines()]
        designs = self.designs = [name for name, *_ in blocks]
        columns = ["life", "monitored life", "open", "state", "drop", "late drop", "ending", "query", "monitor taken"]
        columns += ["monitor gone", "service done", "release"]
        print("\n## A session that notifies")
        print("\nInstructions / read-modify-writes. The allocator is left out; the service's own work is one instruction for")
        print("each call.")
        table("", *columns, "heap: blocks / bytes")
        for design, number_of, size_of in blocks:
            cells = [counted[design, column] for column in columns]
            row(design, *(f"{number(c.own)} / {number(c.locked)}" for c in cells), f"{number_of} / {size_of}")

        life = {design: counted[design, "life"] for design in designs}
        self.show("whole life, instructions", "150", number(life[WRAPUP].own), life[WRAPUP].own <= 150)
        self.show("whole life, read-modify-writes", "6", number(life[WRAPUP].locked), life[WRAPUP].locked <= 6)
        for what in ("life", "monitored life"):
            for design, limit in ((ATOMIC, 0.70), (MUTEX, 0.35)):
                ratio = counted[WRAPUP, what].own / counted[design, what].own
                self.show(f"{what}, instructions against {design}", f"{limit:.2f}", f"{ratio:.2f}", ratio <= limit)
        limits = {"drop": (30, 2), "late drop": (8, 0), "ending": (32, 2), "query": (29, 2), "release": (39, 1)}
        for verb, (most, locked) in limits.items():
            c = counted[WRAPUP, verb]
            measured = f"{number(c.own)} / {number(c.locked)}"
            self.show(f"{verb}", f"{most} / {locked}", measured, c.own <= most and c.locked <= locked)
        locked = counted[WRAPUP, "state"].locked
        self.show("state, read-modify-writes", "0", number(locked), locked == 0)
        locked = counted[WRAPUP, "monitor taken"].locked
        self.show("monitor taken, read-modify-writes", "1", number(locked), locked == 1)
        heap = blocks[0][2]
        self.show("heap for each session", "48 bytes", f"{heap} bytes", int(heap) <= 48)
        alone = {
            name: c
            for name, c in counted.items()
            if name[0] in (WRAPUP, "callback: wrapup") or name[0] == "waiting: wrapup" and name[1].startswith("nobody")
        }
        calling = [what for (_, what), c in alone.items() if c.system_calls]
        looking = [what for (_, what), c in alone.items() if c.wait_table]
        self.show("system calls where nobody waits", "0", "; ".join(calling) or "0", not calling)
        self.show("looks into the table of those who wait", "0", "; ".join(looking) or "0", not looking)

    # ---- those who want to be told, and those who sleep

    def callbacks(self):
        print("\n## Callbacks and waiting")
        print("\nThe control is an atomic that is notified: what wrapup does without is seen there.")
        table("", "", "instructions", "read-modify-writes", "system calls", "looks into the wait table")
        for (group, what), c in self.counted.items():
            if group.startswith(("callback", "waiting")):
                row(group, what, number(c.own), number(c.locked), number(c.system_calls), number(c.wait_table))
        whole = self.counted["callback: wrapup", "registered, ending, removed"]
        c = whole - self.counted["callback: wrapup", "ending, nobody told"]
        measured = f"{number(c.own)} / {number(c.locked)} / {number(whole.system_calls)}"
        holds = c.own <= 60 and c.locked <= 3 and whole.system_calls == 0
        self.show("callback, beside the ending: instructions / RMW / system calls", "60 / 3 / 0", measured, holds)

    def times(self):
        out = json.loads(
            run(
                self.options.programs / "wrapup_benchmark_times",
                "--benchmark_enable_random_interleaving=true",
                "--benchmark_repetitions=15",
                "--benchmark_min_time=0.02",
                "--benchmark_report_aggregates_only=true",
                "--benchmark_format=json",
            )
        )
        times = {}
        for result in out["benchmarks"]:
            if result.get("aggregate_name") == "median":
                name = re.sub(r"/(iterations:[0-9]+|manual_time)", "", result["run_name"])
                times[name] = result["real_time"]
        columns = ["life", "monitored life", "question", "500 questions, two threads"]
        print("\n## Times, as ratios to wrapup's")
        print("\nOf one run, on one machine; with the system's allocator. Two threads ask the same session, and are counted only")
        print("where both were running.")
        table("", *columns)
        for design in self.designs:
            row(design, *(ratio_of(times, f"{design}/{c}", f"{WRAPUP}/{c}") for c in columns))
        for what in columns:
            if what == "question":
                continue
            ratio = ratio_of(times, f"{WRAPUP}/{what}", f"{ATOMIC}/{what}")
            self.show(f"time of {what}, against {ATOMIC}", "0.70", ratio, ratio <= "0.70")
        told = {who: times[f"callback/{who} tells"] - times[f"callback/{who} ends"] for who in ("wrapup", "stop_source")}
        ratio = told["wrapup"] / told["stop_source"]
        self.show("time of a callback, against std::stop_callback", "0.10", f"{ratio:.2f}", ratio <= 0.10)

    # ---- what a promise costs by itself

    def promises(self):
        location = f"-I{HERE / 'variants' / 'no_location'}"
        accepted = [
            (
                "detail/control_block.hpp",
                """        if (!refused) {
            State after = claimed;
            steps::accept_drop(after);
            if (std::uint64_t expected = claimed.bits(); replace(expected, after)) return refused;
        }
""",
                "        if (!refused) return refused;\n",
            ),
            (
                "detail/steps.hpp",
                "    begin(s, origin, flags | dropping);\n    s.add_lease();\n",
                "    begin(s, origin, flags);\n    s.accept_first();\n",
            ),
        ]
        stored = [
            (
                "detail/control_block.hpp",
                "steps::publish_silently(after) && replace(expected, after)) return;",
                "steps::publish_silently(after)) return this->word_.store(after.bits(), Backend::release);",
            ),
            ("detail/state_word.hpp", "    typename Backend::template Atomic", "protected:\n    typename Backend::template Atomic"),
        ]
        no_lease = [
            (
                "detail/steps.hpp",
                "    if (!s.any(observed) || s.any(traced | given_up | lost)) return false;\n",
                "    if (!s.any(observed) || s.any(traced | given_up | lost)) return false;\n    s.drop_lease();\n",
            ),
            ("detail/control_block.hpp", "        observers_.deliver();\n", "        return observers_.deliver();\n"),
        ]
        no_lock = [
            (
                "detail/locked_word.hpp",
                "    Value lock() noexcept {\n",
                "    Value lock() noexcept {\n        return word_.load(Backend::relaxed);\n",
            )
        ]
        no_reference = [
            ("detail/control_block.hpp", "if (refers) s.add_reference(Backend::max_references);", "if (refers) {}"),
            ("detail/control_block.hpp", "if (observers_.called(observer)) return leave();", "if (observers_.called(observer)) return;"),
        ]
        variants = {
            "as it is": ("", []),
            "nobody says where it was asked for (`source_location`)": (location, []),
            "the identifier is not held while it is dropped, and nobody learns that the drop was accepted": ("", accepted),
            "both": (location, accepted),
            "publication is a store, which loses what another thread does meanwhile": ("", stored),
            "the identifier is given back while callbacks run": ("", no_lease),
            "a callback is not removed by one thread while another one ends the session": ("", no_lock),
            "a callback does not outlive its session": ("", no_reference),
            "the last three": ("", no_lease + no_lock + no_reference),
        }
        print("\n## What a promise costs by itself")
        print("\nInstructions of the verbs, as the gate counts them (../instructions/notifying.cpp), with and without it.")
        for i, (name, (flags, edits)) in enumerate(variants.items()):
            include = self.directory / f"include{i}"
            shutil.copytree(INCLUDE, include)
            for header, old, new in edits:
                text = (include / "wrapup" / header).read_text()
                if old not in text:
                    raise SystemExit(f"{name}: {header} has changed")
                (include / "wrapup" / header).write_text(text.replace(old, new))
            counted = self.gate(include, flags)
            if i == 0:
                table("", *(verb.replace("_", " ") for verb in counted))
            row(name, *counted.values())

    def gate(self, include, flags):
        instructions = TESTS / "instructions"
        counted = subprocess.run(
            ["cmake", f"-DCOMPILER={self.options.compilers[0]}", "-DCOMPILER_ID=GNU", "-DCOMPILER_VERSION=12."]
            + ["-DVALGRIND=valgrind", "-DANNOTATE=callgrind_annotate", f"-DMORE={flags}", f"-DSOURCES={instructions}"]
            + [f"-DINCLUDE={include}", f"-DBINARY={self.directory / 'notifying'}", "-P", instructions / "notifying.cmake"],
            capture_output=True,
            text=True,
        ).stderr
        found = dict(re.findall(r"^instructions (\w+): (\d+) \d+$", counted, re.MULTILINE))
        if not found:
            raise SystemExit(counted)
        return found

    # ---- many

    def scale(self):
        sizes = [1_000, 10_000, 100_000, 1_000_000]
        print("\n## Many sessions alive")
        print("\nInstructions for each session, without the allocator's; nanoseconds, of this run only; bytes that are taken.")
        table("", "order", *(f"{n:,}" for n in sizes), "growth of instructions")
        worst = {}
        for order in ("same", "reverse", "random"):
            counted, lines = {}, {}
            for n in sizes:
                counted[n], _ = self.figures("scale", str(n), order, system_calls=False)
                timed = run(self.options.programs / "wrapup_benchmark_scale", n, order)
                lines[n] = {tuple(line.split(" / ")[:2]): line.split(" / ")[3:] for line in timed.splitlines()}
            for group, what in lines[sizes[0]]:
                cells, own = [], {}
                for n in sizes:
                    own[n] = counted[n][group, what].own
                    nanoseconds, taken = lines[n][group, what]
                    cells.append(f"{own[n]:.1f}, {float(nanoseconds):.0f} ns" + (f", {taken} B" if float(taken) else ""))
                growth = own[sizes[-1]] / own[sizes[0]]
                worst[group] = max(worst.get(group, 0), growth)
                row(f"{group}: {what}", order, *cells, f"{growth:.2f}")
        for group, growth in worst.items():
            figure = f"{group}, instructions at 1,000,000 against 1,000"
            self.show(figure, "1.15", f"{growth:.2f}", growth <= 1.15)

    # ---- what a compiler does

    def headers(self):
        print("\n## Headers")
        print("\nLines after the preprocessor, and instructions of the compiler's front end in millions, against an empty file and")
        print("against the standard headers that the header names, itself or by way of others.")
        light = {"an empty file": "", "<system_error>": "#include <system_error>\n"}
        light["<system_error> + <atomic>"] = light["<system_error>"] + "#include <atomic>\n"
        light["<wrapup/session.hpp> with a <system_error> of a few lines"] = "#include <wrapup/session.hpp>\n"
        public = sorted(path.name for path in (INCLUDE / "wrapup").glob("*.hpp"))
        sources = dict(light)
        for name in public:
            sources[f"<wrapup/{name}>"] = f"#include <wrapup/{name}>\n"
            sources[f"standard headers of <wrapup/{name}>"] = "".join(
                f"#if __has_include(<{included}>)\n#include <{included}>\n#endif\n" for included in standard(name)
            )
        needed = "notifier monitor termination_callback".split()
        together = "notifier, monitor and termination_callback"
        sources[together] = "".join(f"#include <wrapup/{name}.hpp>\n" for name in needed)
        compiler = self.options.compilers[0]
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            jobs = {name: pool.submit(self.front_end, compiler, i, name, text) for i, (name, text) in enumerate(sources.items())}
            found = {name: job.result() for name, job in jobs.items()}
        self.fronts = found
        empty = found["an empty file"][1]
        table(called(compiler), "lines", "instructions (millions)", "of an empty file", "of its standard headers")
        for name in [*light, together, *(f"<wrapup/{name}>" for name in public)]:
            lines, instructions = found[name]
            base = found.get(f"standard headers of {name}")
            ratio = f"{instructions / base[1]:.2f}" if base else ""
            row(name, f"{lines:,}", f"{instructions / 1e6:.0f}", f"{instructions / empty:.1f}", ratio)
        for name, base in (("<wrapup/session.hpp>", "<system_error>"), ("<wrapup/notifier.hpp>", "<system_error> + <atomic>")):
            ratio = found[name][1] / found[base][1]
            self.show(f"front end: {name} against {base}", "1.10", f"{ratio:.3f}", ratio <= 1.10)
        ratio = found[together][1] / found["<system_error> + <atomic>"][1]
        self.show(f"front end: {together}, against <system_error> + <atomic>", "1.10", f"{ratio:.3f}", ratio <= 1.10)

    def front_end(self, compiler, i, name, text):
        source = self.directory / f"header{i}.cpp"
        source.write_text(text)
        shadow = [f"-I{HERE / 'variants' / 'light'}"] if "few lines" in name else []
        command = [compiler, "-std=c++20", *shadow, f"-I{INCLUDE}"]
        lines = run(*command, "-E", source).count("\n")
        stages = subprocess.run([*command, "-fsyntax-only", "-###", str(source)], capture_output=True, text=True).stderr
        front = next(shlex.split(line) for line in stages.splitlines() if "cc1" in line and line.startswith(" "))
        counted = subprocess.run(
            ["valgrind", "--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null", *front],
            capture_output=True,
            text=True,
        )
        if counted.returncode != 0:
            raise SystemExit(f"{name}: {counted.stderr}")
        return lines, int(re.search(r"I +refs: +([\d,]+)", counted.stderr)[1].replace(",", ""))

    def objects(self):
        print("\n## Object files")
        print("\nBytes of a file that has functions to ask, to drop and to release the sessions of no service, of one, and of two.")
        for compiler in self.options.compilers:
            table(called(compiler), "no service", "one", "two", "what the second adds", "of it code", "to unwind", "data")
            added = {}
            for name, flags in (("by hand", ["-DHAND"]), ("with a record", ["-DHAND", "-DRECORD"]), (WRAPUP, [])):
                sections = []
                for services in (0, 1, 2):
                    compiled = self.directory / "object.o"
                    run(compiler, *FLAGS, *flags, f"-DINSTANTIATIONS={services}", "-c", HERE / "instantiations.cpp", "-o", compiled)
                    sections.append(sizes(compiled))
                added[name] = {kind: sections[2][kind] - sections[1][kind] for kind in sections[0]}
                totals = [sum(s.values()) for s in sections]
                row(name, *totals, totals[2] - totals[1], *added[name].values())
            if name == WRAPUP:
                self.show(f"the header alone, {called(compiler)}", "0 bytes", f"{totals[0]} bytes", totals[0] == 0)
            for name, against in (("by hand", "what was written by hand"), ("with a record", "the same with a record")):
                more = sum(added[WRAPUP].values()) - sum(added[name].values())
                figure = f"one more inline instantiation, against {against}, {called(compiler)}"
                self.show(figure, "0 bytes more", f"{more} bytes more", more <= 0)

    def summary(self):
        print("\n## What must be shown")
        table("Figure", "Limit", "Measured", "Holds")
        for line in self.shown:
            row(*line)
        if any(holds != "yes" for *_, holds in self.shown):
            print(f"\n{DOES_NOT_HOLD}")


# ---- machine code

# Whom wrapup calls, and does not come back from, where what was written by hand calls `abort`.
FAILS = "_ZN6wrapup6detail13fail_releasedEv"


def symbol(service, design, what, verbs):
    return f"{service}_stored_{design}_{what}" if what in verbs else f"{service}_{what}_{design}"


def disassembled(compiled):
    """The instructions of each function, with what they refer to by name, and no addresses."""
    functions, name = {}, None
    for line in run("objdump", "-dr", "--no-show-raw-insn", compiled).splitlines():
        if found := re.match(r"[0-9a-f]+ <(.+)>:$", line):
            name = found[1]
            functions[name] = []
        elif name and (found := re.match(r" +([0-9a-f]+):\t(.+)", line)):
            text = re.sub(r"\b[0-9a-f]+ <" + re.escape(name) + r"(\+0x[0-9a-f]+)?>", r"here\1", found[2])
            text = re.sub(r" +#.*", "", text).strip()
            if not text.startswith(("nop", "data16", "cs nop", "xchg   %ax,%ax")):
                functions[name].append(text)
        elif name and (found := re.match(r"\t+[0-9a-f]+: (R_\S+)\t(\S+)", line)):
            functions[name].append(f"{found[1]} {found[2].replace(FAILS, 'abort')}")
    return {name: [line.replace(name, "itself") for line in lines] for name, lines in functions.items()}


def size(functions, name):
    """Instructions of the function in the file, with those of its cold part."""
    of = [lines for other, lines in functions.items() if other == name or other.startswith((name + ".cold", name + ".part"))]
    return sum(not line.startswith("R_") for lines in of for line in lines)


def sizes(compiled):
    kinds = {"code": (".text",), "to unwind": (".eh_frame", ".gcc_except_table"), "data": (".rodata", ".data", ".bss", ".init_array")}
    total = dict.fromkeys(kinds, 0)
    for line in run("size", "-A", compiled).splitlines():
        words = line.split()
        for kind, prefixes in kinds.items():
            if words and words[0].startswith(prefixes):
                total[kind] += int(words[1])
    return total


def standard(header):
    """The standard headers that one of wrapup's names, itself or by way of others."""
    found, seen, left = set(), set(), [f"wrapup/{header}"]
    while left:
        name = left.pop()
        seen.add(name)
        for included in re.findall(r"^#include <([^>]+)>", (INCLUDE / name).read_text(), re.MULTILINE):
            if included.startswith("wrapup/"):
                if included not in seen:
                    left.append(included)
            else:
                found.add(included)
    return sorted(found)


def main():
    parts = ["inline", "notifying", "callbacks", "times", "promises", "scale", "headers", "objects"]
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--programs", type=pathlib.Path, required=True, help="where they were built")
    parser.add_argument("--compilers", default="g++,clang++", help="the first one also counts the headers")
    parser.add_argument("--only", default=",".join(parts), help="of " + ",".join(parts))
    options = parser.parse_args()
    options.programs = options.programs.resolve()
    options.compilers = [name for name in options.compilers.split(",") if shutil.which(name)]
    with tempfile.TemporaryDirectory() as directory:
        report = Report(options, directory)
        print(INTRODUCTION.format(compilers=", ".join(called(name) for name in options.compilers)))
        for part in options.only.split(","):
            getattr(report, part)()
            sys.stdout.flush()
        report.summary()


if __name__ == "__main__":
    main()
