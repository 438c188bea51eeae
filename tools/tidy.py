#!/usr/bin/env python3
"""Checks the house's rules that a compiler does not: run as a test (`ctest -R tidy`) and by `make check`.

Each rule is one function that yields complaints "file:line: what is wrong; what to do". Ratchets (files
and functions that are longer than the rule allows) stand in tools/tidy_ratchet.txt and may only shrink.
"""
import hashlib
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
LINES_MAX = 400
FUNCTION_LINES_MAX = 70
COLUMNS_MAX = 100
BYTES_MAX = 1 << 20


def tracked():
    out = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    return [ROOT / name for name in out.splitlines() if (ROOT / name).is_file()]


FILES = tracked()
ROOMS = sorted(p.parent.name for p in FILES if p.name == "CMakeLists.txt" and p.parent.parent == ROOT / "src")


def rel(path):
    return path.relative_to(ROOT).as_posix()


def sources():
    return [p for p in FILES if p.suffix in (".cc", ".h") and rel(p).startswith("src/")]


def room_of(path):
    return path.relative_to(ROOT / "src").parts[0]


def dependencies():
    deps = {}
    for room in ROOMS:
        text = (ROOT / "src" / room / "CMakeLists.txt").read_text()
        call = re.search(r"cb_room\(([^)]*)\)", text)
        words = call[1].split() if call else []
        found, take = set(), False
        for word in words[1:]:
            if word in ("PUBLIC", "PRIVATE"):
                take = True
            elif word in ("LAYER", "LIBS", "PUBLIC_LIBS"):
                take = False
            elif take:
                found.add(word)
        deps[room] = found
    return deps


def closure(room, deps):
    seen, todo = set(), [room]
    while todo:
        for d in deps.get(todo.pop(), ()):
            if d not in seen:
                seen.add(d)
                todo.append(d)
    return seen


def rule_includes():
    """Only doors of declared rooms, no '../', own private headers flat."""
    deps = dependencies()
    for path in sources():
        room = room_of(path)
        allowed = {room} | closure(room, deps)
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            match = re.match(r'\s*#include "([^"]+)"', line)
            if not match:
                continue
            name = match[1]
            if ".." in name:
                yield f"{rel(path)}:{number}: '../' in an include; name a door"
            first = name.split("/")[0]
            if "/" in name and first in ROOMS and first not in allowed:
                yield f"{rel(path)}:{number}: {room} does not declare {first}; declare it in CMakeLists.txt or go through a port"


def rule_sql_prefix():
    """SQL names only tables of the room's own prefix."""
    word = re.compile(r"\b(?:FROM|INTO|UPDATE|JOIN|TABLE(?: IF NOT EXISTS)?)\s+([a-z][a-z0-9]*_[a-z0-9_]+)\b")
    ok_names = {"sqlite_master", "information_schema"}
    for path in sources() + [p for p in FILES if p.suffix == ".sql" and "/schema/" in rel(p)]:
        if path.name.endswith(("_test.cc", "_bench.cc")):
            continue
        room = room_of(path)
        if room in ("base", "sql", "cli"):
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if line.lstrip().startswith(("//", "*", "--")):
                continue
            for name in word.findall(line):
                if not name.startswith(room + "_") and name not in ok_names and not name.startswith("pg_"):
                    if re.match(rf"^({'|'.join(ROOMS)})_", name):
                        yield f"{rel(path)}:{number}: table {name} belongs to another room; use its door"


def rule_migrations():
    """Numbered from 0001 without gaps; a released file never changes (tests/golden/migrations.txt)."""
    golden = ROOT / "tests/golden/migrations.txt"
    known = {}
    if golden.exists():
        for line in golden.read_text().splitlines():
            digest, name = line.split("  ", 1)
            known[name] = digest
    for room in ROOMS:
        files = sorted((ROOT / "src" / room / "schema").glob("*.sql"))
        for want, path in enumerate(files, 1):
            if not path.name.startswith(f"{want:04d}_"):
                yield f"{rel(path)}:1: migrations are numbered without gaps; expected {want:04d}_…"
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            if known.get(rel(path), digest) != digest:
                yield f"{rel(path)}:1: a released migration never changes; write a new one"
            if golden.exists() and rel(path) not in known:
                yield f"{rel(path)}:1: not in tests/golden/migrations.txt; run 'make golden'"


def ratchet():
    path = ROOT / "tools/tidy_ratchet.txt"
    allowed = {}
    if path.exists():
        for line in path.read_text().splitlines():
            if line and not line.startswith("#"):
                count, name = line.split(" ", 1)
                allowed[name] = int(count)
    return allowed


def functions(text):
    """(first line, lines) of each top-level-looking function body, by braces at column 0."""
    start = None
    for number, line in enumerate(text.splitlines(), 1):
        if re.match(r"^[A-Za-z].*\)?.*\{\s*$", line) and not re.match(r"^(namespace|struct|class|enum|union|extern|constexpr|const|static const)", line):
            start = number
        elif line == "}" and start is not None:
            yield start, number - start + 1
            start = None


def rule_length():
    """Files ≤ 400 lines, functions ≤ 70 lines, lines ≤ 100 columns; ratchet in tools/tidy_ratchet.txt."""
    allowed = ratchet()
    for path in sources() + [p for p in FILES if rel(p).startswith("web/src/") and p.suffix in (".ts", ".vue")]:
        text = path.read_text(encoding="utf-8")
        lines = text.count("\n")
        limit = allowed.get(rel(path), LINES_MAX)
        if lines > limit:
            yield f"{rel(path)}:{lines}: {lines} lines, at most {limit}; split it along a noun"
        if path.suffix not in (".cc", ".h"):
            continue
        for number, line in enumerate(text.splitlines(), 1):
            wide = sum(2 if ord(c) >= 0x2E80 else 1 for c in line)
            if len(line) > COLUMNS_MAX and wide > COLUMNS_MAX and 'R"' not in line and "http" not in line:
                yield f"{rel(path)}:{number}: {len(line)} columns, at most {COLUMNS_MAX}"
        if path.suffix == ".cc" and not path.name.endswith("_test.cc"):
            for first, count in functions(text):
                limit = allowed.get(f"{rel(path)}#function", FUNCTION_LINES_MAX)
                if count > limit:
                    yield f"{rel(path)}:{first}: a function of {count} lines, at most {limit}"


def rule_rooms():
    """Every room has a README, a door and a first paragraph in each file."""
    for room in ROOMS:
        if not (ROOT / "src" / room / "README.md").exists():
            yield f"src/{room}:1: no README.md"
        if room != "cli" and not (ROOT / "src" / room / "include" / room).is_dir():
            yield f"src/{room}:1: no door include/{room}/"
    for path in sources():
        if not path.read_text(encoding="utf-8").startswith("//"):
            yield f"{rel(path)}:1: the file does not open with a paragraph saying what it is"


def rule_links():
    """Relative links of Markdown resolve."""
    for path in [p for p in FILES if p.suffix == ".md"]:
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", line):
                if "://" in target or target.startswith("mailto:"):
                    continue
                if not (path.parent / target).exists():
                    yield f"{rel(path)}:{number}: link to '{target}', which is not there"


def rule_sizes():
    """No file over 1 MiB; no lock file that names a host."""
    for path in FILES:
        if path.stat().st_size > BYTES_MAX:
            yield f"{rel(path)}:1: {path.stat().st_size} bytes, at most {BYTES_MAX}"
        if path.name == "package-lock.json" and '"resolved"' in path.read_text(encoding="utf-8"):
            yield f"{rel(path)}:1: a lock file carries no registry host; see .npmrc"


def rule_words():
    """Nothing of the workshop is left in the house."""
    marks = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b|DISABLED_")
    for path in [p for p in FILES if p.suffix in (".cc", ".h", ".ts", ".vue", ".py", ".sh", ".cmake", ".mjs", ".sql")]:
        if path.name == "tidy.py":
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if marks.search(line):
                yield f"{rel(path)}:{number}: a mark of unfinished work"


def main() -> int:
    rules = [r for name, r in sorted(globals().items()) if name.startswith("rule_")]
    failed = 0
    for rule in rules:
        complaints = list(rule())
        for complaint in complaints:
            print(complaint)
        failed += len(complaints)
        print(f"{'ok  ' if not complaints else 'FAIL'} {rule.__name__[5:]}: {rule.__doc__.splitlines()[0]}")
    print(f"{len(rules)} rules, {failed} complaints")
    return 1 if failed else 0


sys.exit(main())
