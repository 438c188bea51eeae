#!/usr/bin/env python3
"""Prints each room with its layer and what it names, from the cb_room() lines."""
import pathlib
import re

src = pathlib.Path(__file__).resolve().parent.parent / "src"
rows = []
for path in src.glob("*/CMakeLists.txt"):
    call = re.search(r"cb_room\(([^)]*)\)", path.read_text())
    words = call[1].split()
    layer, names, take = 0, [], False
    for i, word in enumerate(words[1:], 1):
        if word == "LAYER":
            layer, take = int(words[i + 1]), False
        elif word in ("PUBLIC", "PRIVATE"):
            take = True
        elif word in ("LIBS", "PUBLIC_LIBS"):
            take = False
        elif take and not word.isdigit():
            names.append(word)
    rows.append((layer, words[0], sorted(set(names))))
for layer, room, names in sorted(rows):
    print(f"{layer} {room}: {' '.join(names)}")
