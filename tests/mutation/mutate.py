# SPDX-License-Identifier: BSL-1.0
"""Finds what can be changed in a C++ header: every mutant is one textual change of one file.

It knows as much of the language as this library's formatted headers need: comments, strings, assertions and concepts are
left alone, and the bodies of functions are taken apart into statements.
"""

import hashlib
import re
from dataclasses import dataclass, field

OPERATORS = {
    "order": "a memory order is weakened",
    "negate": "a condition is negated",
    "true": "a condition is replaced by true",
    "false": "a condition is replaced by false",
    "logic": "&& becomes ||, or the other way round",
    "compare": "a comparison is changed",
    "remove": "a statement is removed",
    "constant": "a number is changed, true becomes false",
    "flag": "an enumerator is replaced by its neighbour",
    "swap": "a statement changes places with the next",
    "return": "another value is returned",
}


@dataclass
class Mutant:
    file: str
    line: int
    operator: str
    function: str
    start: int
    end: int
    replacement: str
    before: str  # the line or statement, as it was
    after: str  # and as it is now
    id: str = ""


@dataclass
class Statement:
    start: int
    end: int  # behind the semicolon
    text: str
    function: str
    block: int  # which block it stands in


@dataclass
class Block:
    kind: str  # "code" or "other"
    parens: int
    function: str
    number: int
    start: int


@dataclass
class Source:
    name: str
    text: str
    code: str = ""  # the same with comments, strings and what is not to be changed blanked out
    statements: list = field(default_factory=list)
    bodies: list = field(default_factory=list)  # (start, end, function) of each function's body


def blank(text):
    """Comments, strings and preprocessor lines become spaces, so that offsets stay."""
    pattern = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])\'|^[ \t]*#(?:[^\n]*\\\n)*[^\n]*', re.S | re.M)
    return pattern.sub(lambda m: re.sub(r"[^\n]", " ", m.group()), text)


def blank_calls(code, name):
    """`name(...)` with whatever is in its parentheses becomes spaces, with the semicolon."""
    out = code
    for match in re.finditer(r"\b" + name + r"\s*\(", code):
        depth, i = 0, match.end() - 1
        while i < len(code):
            depth += {"(": 1, ")": -1}.get(code[i], 0)
            i += 1
            if depth == 0:
                break
        if i < len(code) and code[i] == ";":
            i += 1
        out = out[: match.start()] + re.sub(r"[^\n]", " ", out[match.start() : i]) + out[i:]
    return out


def without_templates(head):
    """`template <...>` with whatever is between the angles is left out."""
    while match := re.search(r"\btemplate\s*<", head):
        depth, i = 1, match.end()
        while i < len(head) and depth:
            depth += {"<": 1, ">": -1}.get(head[i], 0)
            i += 1
        head = head[: match.start()] + head[i:]
    return head.strip()


def parse(name, text):
    source = Source(name, text)
    code = blank(text)
    for call in ("static_assert", "noexcept", "alignas"):
        code = blank_calls(code, call)
    code = re.sub(r"\[\[[^\]]*\]\]", lambda m: " " * len(m.group()), code)
    source.code = code

    stack = [Block("other", 0, "", 0, 0)]
    parens, begin, blocks = 0, 0, 0
    for i, c in enumerate(code):
        if c in "([":
            parens += 1
        elif c in ")]":
            parens -= 1
        elif c == "{":
            head = without_templates(code[begin:i] if parens == stack[-1].parens else code[max(0, i - 300) : i])
            if parens == stack[-1].parens and re.search(r"\b(class|struct|union|enum|namespace)\b", head) and not head.endswith(")"):
                kind = "other"
            elif re.search(r"(^|=|&&|\|\||\()\s*requires\s*(\([^{}]*\))?$", head):
                kind = "expression"
            elif (
                re.search(r"(\)|\])\s*((const|noexcept|override|final|mutable|&&?)\s*)*(->\s*[\w:<>,&.* ]+)?$", head)
                or re.search(r"\b(else|do|try)$", head)
                or re.search(r"\)[^;{}]*\brequires\b[^;{}]*$", head)
                or re.search(r"\).*:.*\}$", head, re.S)  # members that are initialized with braces
                or (head == "" and stack[-1].kind == "code")
            ):
                kind = "code"
            else:
                kind = "expression"
            function = stack[-1].function
            if kind == "code" and stack[-1].kind != "code":
                named = re.search(r"(operator\s*\S+|~?\w+)\s*\(", head)
                function = named.group(1) if named else "?"
            blocks += 1
            stack.append(Block(kind, parens, function, blocks, i + 1))
            if kind != "expression":
                begin = i + 1
            else:
                stack[-1].start = begin
                parens += 1
        elif c == "}":
            block = stack.pop()
            if block.kind == "expression":
                parens -= 1
                continue
            if block.kind == "code":
                if stack[-1].kind != "code":
                    source.bodies.append((block.start, i, block.function))
            parens = block.parens
            begin = i + 1
            if block.kind == "code" and code[i + 1 : i + 2] in (")", ",", ";"):
                begin = i + 1  # the rest of a statement that holds a lambda
        elif c == ";" and parens == stack[-1].parens:
            if stack[-1].kind == "code":
                start = begin + len(code[begin:i]) - len(code[begin:i].lstrip())
                source.statements.append(Statement(start, i + 1, code[start : i + 1], stack[-1].function, stack[-1].number))
            begin = i + 1
    return source


def matching(code, opening):
    depth = 0
    for i in range(opening, len(code)):
        if code[i] in "([{":
            depth += 1
        elif code[i] in ")]}":
            depth -= 1
            if depth == 0:
                return i
    return -1


DECLARATION = re.compile(
    r"^(const |constexpr |static |auto |typename |using |struct |enum |friend |template|extern |"
    r"(?:[A-Za-z_][\w:]*(?:<[^;=()]*>)?(?: const)?[&*]* )+[&*]?[a-z_]\w*\s*(?:[={(;,]))"
)


def is_expression(text):
    return not DECLARATION.match(text) and not re.match(r"(return|break|continue|throw|goto|case|default|public|private)\b", text)


def enumerators(sources):
    """The enumerators of each enumeration, in order: a flag's neighbour is the next one, the last one's is the one before."""
    neighbours = {}
    for source in sources:
        for match in re.finditer(r"\benum\b\s*(?:class\s+)?(\w*)\s*(?::[^{]*)?\{([^}]*)\}", source.code):
            names = re.findall(r"(\w+)\s*(?:=[^,}]*)?(?:,|$)", match.group(2).strip())
            scoped = "enum class" in match.group()
            for i, name in enumerate(names):
                other = names[i + 1] if i + 1 < len(names) else names[i - 1]
                if len(names) > 1:
                    neighbours[(match.group(1), name) if scoped else ("", name)] = other
    return neighbours


class Finder:
    def __init__(self, source, neighbours):
        self.source, self.neighbours, self.found = source, neighbours, []

    def add(self, operator, start, end, replacement, function, whole=None):
        text = self.source.text
        if text[start:end] == replacement:
            return
        low, high = whole or (start, end)
        low = text.rfind("\n", 0, low) + 1
        high = text.find("\n", high)
        tidy = lambda s: " ".join(s.split())
        line = text.count("\n", 0, start) + 1
        before = tidy(text[low:high])
        after = tidy(text[low:start] + replacement + text[end:high])
        self.found.append(Mutant(self.source.name, line, operator, function, start, end, replacement, before, after))

    def inside(self, offset):
        for start, end, function in self.source.bodies:
            if start <= offset < end:
                return function
        return None

    def each(self, pattern, handle):
        for match in re.finditer(pattern, self.source.code):
            function = self.inside(match.start())
            if function is not None:
                handle(match, function)

    def orders(self):
        weaker = {"acq_rel": ("relaxed", "acquire", "release"), "acquire": ("relaxed",), "release": ("relaxed",)}

        def handle(match, function):
            for other in weaker[match.group(1)]:
                self.add("order", *match.span(1), other, function)

        self.each(r"Backend::(acquire|release|acq_rel)\b", handle)
        for match in re.finditer(r"static constexpr std::memory_order \w+ = std::memory_order_(acquire|release|acq_rel);", self.source.code):
            handle(match, "")

    def condition(self, start, end, function, is_loop=False):
        code = self.source.code
        text = code[start:end]
        if not text.strip() or re.search(r"(?<![=!<>+\-|&*])=(?!=)", re.sub(r"\[[^\]]*\][^{]*\{.*\}", "", text, flags=re.S)):
            return  # it declares something
        original = self.source.text[start:end]
        negated = original[1:] if re.fullmatch(r"!\w+(\.\w+)?", original) else f"!({original})"
        self.add("negate", start, end, negated, function)
        if text.strip() not in ("true", "false"):
            if not is_loop:
                self.add("true", start, end, "true", function)
            self.add("false", start, end, "false", function)

    def conditions(self):
        code = self.source.code

        def of_parens(match, function):
            opening = match.end() - 1
            closing = matching(code, opening)
            start = opening + 1
            parts = [m.start() for m in re.finditer(";", code[start:closing])]
            if match.group(1) == "for":
                if len(parts) == 2:
                    self.condition(start + parts[0] + 1 + 1, start + parts[1], function, True)
                return
            if parts:
                start += parts[-1] + 1
                start += len(code[start:closing]) - len(code[start:closing].lstrip())
            self.condition(start, closing, function, match.group(1) == "while")

        self.each(r"\b(if|while|for)\s*\(", of_parens)

        def ternary(match, function):
            # The condition reaches back to the beginning of the expression.
            depth, i = 0, match.start() - 1
            while i >= 0:
                c = code[i]
                if c in ")]}":
                    depth += 1
                elif c in "([{":
                    if depth == 0:
                        break
                    depth -= 1
                elif depth == 0 and (c in ";,?" or (c == ":" and code[i - 1] != ":" and code[i + 1] != ":")
                                     or (c == "=" and code[i - 1] not in "=!<>" and code[i + 1] != "=")):
                    break
                i -= 1
            start = i + 1
            start += len(code[start : match.start()]) - len(code[start : match.start()].lstrip())
            if code[start:].startswith("return "):
                start += len("return ")
            end = match.start()
            if end > start:
                self.condition(start, end, function)

        self.each(r" \? ", ternary)

    def operators(self):
        self.each(r" (&&|\|\|) ", lambda m, f: self.add("logic", *m.span(1), "||" if m.group(1) == "&&" else "&&", f))
        others = {"==": ("!=",), "!=": ("==",), "<": ("<=",), "<=": ("<",), ">": (">=",), ">=": (">",)}

        def compare(match, function):
            for other in others[match.group(1)]:
                self.add("compare", *match.span(1), other, function)

        self.each(r" (==|!=|<=|>=|<|>) (?!=)", compare)

    def statements(self):
        code, former = self.source.code, None
        for s in self.source.statements:
            text = s.text
            inner = s.start
            head = re.match(r"(?:else\s+)?if(?: constexpr)?\s*\(|while\s*\(|for\s*\(|else\b", text)
            while head:
                if head.group().endswith("("):
                    inner = matching(code, inner + head.end() - 1) + 1
                else:
                    inner += head.end()
                inner += len(code[inner : s.end]) - len(code[inner : s.end].lstrip())
                head = re.match(r"if(?: constexpr)?\s*\(|while\s*\(|for\s*\(|else\b", code[inner : s.end])
            if inner > s.end or inner < s.start:
                former = None
                continue
            body = code[inner : s.end]
            whole = (s.start, s.end)
            if re.match(r"return\b", body):
                value = body[len("return") : -1].strip()
                if value and value not in ("true", "false"):
                    start = inner + body.index(value, len("return"))
                    end = s.end - 1
                    original = self.source.text[start:end]
                    self.add("return", start, end, f"!({original})", s.function, whole)
                    if value != "{}":
                        self.add("return", start, end, "{}", s.function, whole)
                if inner != s.start:
                    self.add("remove", inner, s.end, "{}", s.function, whole)
            elif is_expression(body) and body != ";":
                self.add("remove", inner, s.end, "{}" if inner != s.start else ";", s.function, whole)
            elif re.match(r"(break|continue);", body) and inner != s.start:
                self.add("remove", inner, s.end, "{}", s.function, whole)
            plain = inner == s.start and is_expression(text)
            if plain and former and former.block == s.block and not code[former.end : s.start].strip():
                between = self.source.text[former.end : s.start]
                swapped = self.source.text[s.start : s.end] + between + self.source.text[former.start : former.end]
                self.add("swap", former.start, s.end, swapped, s.function)
            former = s if plain else None

    def constants(self):
        code = self.source.code

        def number(match, function):
            text = match.group(1)
            digits = re.match(r"0[xX][0-9a-fA-F]+|\d+", text).group()
            value, suffix = int(digits, 0), text[len(digits) :]
            show = (lambda v: hex(v)) if digits.lower().startswith("0x") else str
            for other in ((1,) if value == 0 else (0,) if value == 1 else (value + 1,)):
                self.add("constant", *match.span(1), show(other) + suffix, function)

        self.each(r"(?<![\w.])(\d[\w']*)(?![\w.]*<)", number)
        for match in re.finditer(r"static constexpr [^;]*?= ([^;]*);", code):  # limits and units
            for digits in re.finditer(r"(?<![\w.:])(0[xX][0-9a-fA-F]+|\d+)(u?)\b", match.group(1)):
                start = match.start(1) + digits.start()
                value = int(digits.group(1), 0)
                self.add("constant", start, start + len(digits.group(1)), str(value + 1), "")
        self.each(r"\b(true|false)\b", lambda m, f: self.add("constant", *m.span(), "false" if m.group() == "true" else "true", f))

        def flag(match, function):
            scope, name = match.group(1) or "", match.group(2)
            other = self.neighbours.get((scope, name)) or (self.neighbours.get(("", name)) if scope in ("", "State") else None)
            if other and not re.match(r"\s*\(", code[match.end() :]):
                self.add("flag", *match.span(2), other, function)

        self.each(r"(?<![\w.>])(?:(\w+)::)?([a-z_]\w*)\b(?!\s*::)", flag)

    def all(self):
        self.orders()
        self.conditions()
        self.operators()
        self.statements()
        self.constants()
        return self.found


def find(files):
    """All mutants of `files`, a list of (name, text), in the order of the files and lines. A mutant is named by what it
    changes and where, not by line numbers: so its name survives what is written above it."""
    sources = [parse(name, text) for name, text in files]
    neighbours = enumerators(sources)
    order = list(OPERATORS)
    mutants = []
    for source in sources:
        found = Finder(source, neighbours).all()
        found.sort(key=lambda m: (m.start, order.index(m.operator), m.replacement))
        seen, same = set(), {}
        for mutant in found:
            key = (mutant.start, mutant.end, mutant.replacement)
            if key in seen:
                continue
            seen.add(key)
            what = "|".join((mutant.file, mutant.function, mutant.before, mutant.operator, mutant.after))
            same[what] = same.get(what, 0) + 1
            mutant.id = hashlib.sha1(f"{what}|{same[what]}".encode()).hexdigest()[:8]
            mutants.append(mutant)
    return mutants
