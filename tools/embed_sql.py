#!/usr/bin/env python3
"""Writes a room's schema/NNNN_verb.sql files into one C++ file: embed_sql.py ROOM OUT FILE..."""
import pathlib
import re
import sys


def main() -> None:
    room, out, files = sys.argv[1], pathlib.Path(sys.argv[2]), sys.argv[3:]
    lines = [
        '#include "base/room.h"',
        f"namespace citybrain::{room} {{",
        "std::vector<Migration> migrations();",
        "std::vector<Migration> migrations() {",
        "  return {",
    ]
    for name in files:
        path = pathlib.Path(name)
        match = re.fullmatch(r"(\d{4})_([a-z0-9_]+)\.sql", path.name)
        if not match:
            sys.exit(f"{name}: a migration is named NNNN_verb.sql")
        sql = path.read_text(encoding="utf-8")
        parts = [sql[i : i + 8000] for i in range(0, len(sql), 8000)] or [""]
        literal = " ".join(f'R"cbsql({p})cbsql"' for p in parts)
        lines.append(f'      {{{int(match[1])}, "{match[2]}", {literal}}},')
    lines += ["  };", "}", f"}}  // namespace citybrain::{room}", ""]
    out.write_text("\n".join(lines), encoding="utf-8")


main()
