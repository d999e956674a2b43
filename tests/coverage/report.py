#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""Which branches and conditions of the core were not seen both ways, over all instantiations together.

    llvm-cov export --format=text ... | report.py INCLUDE [--allow FILE]

A template is compiled once for each set of arguments, and llvm-cov counts each by itself; a branch that one of them takes
is taken. What the compiler knows the outcome of (`if constexpr`, a constant) has no branch. The list that is allowed says,
one a line, `file: text of the line: why`; a line of it that is not needed any more is an error too.
"""
import collections
import json
import pathlib
import sys


def core(name, include):
    path = pathlib.Path(name).resolve()
    try:
        inside = path.relative_to(include / "wrapup")
    except ValueError:
        return None
    return None if inside.parts[0] in ("providers", "testing", "trace") else str(inside)


def main():
    include = pathlib.Path(sys.argv[1]).resolve()
    allowed = {}
    if len(sys.argv) > 3 and sys.argv[2] == "--allow":
        for line in pathlib.Path(sys.argv[3]).read_text().splitlines():
            if line and not line.startswith("#"):
                file, text, why = line.split(" | ")
                allowed[(file, text.strip())] = [why, False]
    branches = collections.defaultdict(lambda: [0, 0])
    conditions = {}
    for function in json.load(sys.stdin)["data"][0]["functions"]:
        files = [core(name, include) for name in function["filenames"]]
        for branch in function.get("branches", []):
            line, column, to_line, to_column, taken, not_taken, file = branch[:7]
            if files[file] is None:
                continue
            seen = branches[(files[file], line, column, to_line, to_column)]
            seen[0] += taken
            seen[1] += not_taken
        for record in function.get("mcdc_records", []):
            line, column, to_line, to_column = record[:4]
            file, shown = record[-3] if isinstance(record[-3], int) and record[-3] < len(files) else 0, record[-1]
            if files[file] is None:
                continue
            place = (files[file], line, column, to_line, to_column)
            known = conditions.setdefault(place, [False] * len(shown))
            conditions[place] = [a or b for a, b in zip(known, shown)]

    sources = {}

    def text(file, line):
        if file not in sources:
            sources[file] = (include / "wrapup" / file).read_text().splitlines()
        return sources[file][line - 1].strip()

    missing = []

    # Returns how many of so many are argued.
    def miss(file, line, what, count):
        known = allowed.get((file, text(file, line)))
        if known:
            known[1] = True
            return count
        missing.append(f"{file}:{line}: {what}: {text(file, line)}")
        return 0

    argued_outcomes = argued_conditions = 0
    for (file, line, *_), (taken, not_taken) in sorted(branches.items()):
        if not taken or not not_taken:
            argued_outcomes += miss(file, line, "never true" if not taken else "never false", (not taken) + (not not_taken))
    for (file, line, *_), shown in sorted(conditions.items()):
        if not all(shown):
            what = f"condition {shown.index(False) + 1} of {len(shown)} does not decide"
            argued_conditions += miss(file, line, what, shown.count(False))
    for line in missing:
        print(line)
    unused = [f"{file} | {what}" for (file, what), (_, used) in allowed.items() if not used]
    for line in unused:
        print(f"allowed, and not needed: {line}")
    outcomes = [n for pair in branches.values() for n in pair]
    shown = [c for record in conditions.values() for c in record]
    print(f"coverage of the core, over all instantiations: branches {sum(1 for n in outcomes if n)} of {len(outcomes)} "
          f"(argued: {argued_outcomes}), conditions (MC/DC) {sum(shown)} of {len(shown)} (argued: {argued_conditions})")
    if not outcomes or not shown:
        print("nothing was measured")
        return 1
    return 1 if missing or unused else 0


sys.exit(main())
