#!/usr/bin/env python3
"""Writes the table behind sql::pinyin_initials: usage: pinyin_table.py Unihan_Readings.txt.bz2 OUT.cc

A character's letters are the first letters of all readings that Unihan gives it as the modern standard
one (kMandarin), as found in running text (kHanyuPinlu) and in the dictionary of the 8,105 standard
characters (kTGHZ2013): 行 is h and x, 会 is h and k."""
import bz2
import re
import sys
import unicodedata

FIRST, LAST = 0x3400, 0x9FFF
FIELDS = ("kMandarin", "kHanyuPinlu", "kTGHZ2013")


def letters(readings):
    mask = 0
    plain = "".join(c for c in unicodedata.normalize("NFD", readings) if not unicodedata.combining(c))
    for syllable in re.findall(r"[a-z]+", plain.lower()):
        mask |= 1 << (ord(syllable[0]) - ord("a"))
    return mask


def main():
    source, target = sys.argv[1:]
    table = [0] * (LAST - FIRST + 1)
    with bz2.open(source, "rt", encoding="utf-8") as lines:
        for line in lines:
            cells = line.rstrip("\n").split("\t")
            if len(cells) != 3 or cells[1] not in FIELDS:
                continue
            point = int(cells[0][2:], 16)
            if not FIRST <= point <= LAST:
                continue
            readings = cells[2]
            if cells[1] == "kTGHZ2013":
                readings = " ".join(part.split(":")[1] for part in readings.split(" "))
            table[point - FIRST] |= letters(readings)
    with open(target, "w", encoding="utf-8") as out:
        out.write("// Made by tools/pinyin_table.py from Unihan; do not edit.\n#include <cstdint>\n\n")
        out.write("namespace citybrain::sql {\n\n")
        out.write(f"extern const char32_t pinyin_first = 0x{FIRST:x};\n")
        out.write(f"extern const char32_t pinyin_last = 0x{LAST:x};\n")
        out.write("extern const std::uint32_t pinyin_letters[];\nconst std::uint32_t pinyin_letters[] = {\n")
        for at in range(0, len(table), 12):
            out.write("    " + " ".join(f"{mask}," for mask in table[at:at + 12]) + "\n")
        out.write("};\n\n}  // namespace citybrain::sql\n")


if __name__ == "__main__":
    main()
