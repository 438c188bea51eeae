#!/usr/bin/env python3
"""Writes brain's table of Unicode characters: usage: unicode_tables.py /usr/share/unicode OUT.cc
(Debian's package unicode-data).

The tables are runs in plain text. Categories: a letter a kind, then how many characters in a row
(none: 1). Case: "from+count*step>shift". Blocks: "from-to Name", names as XML Schema writes them."""
import sys

KINDS = "Cn Cc Cf Co Cs Ll Lm Lo Lt Lu Mc Me Mn Nd Nl No Pc Pd Pe Pf Pi Po Ps Sc Sk Sm So Zl Zp Zs".split()
LETTERS = "abcdefghijklmnopqrstuvwxyzABCD"


def read_characters(folder):
    kind, lower, upper, first = ["Cn"] * 0x110000, {}, {}, None
    for line in open(folder + "/UnicodeData.txt", encoding="utf-8"):
        f = line.rstrip("\n").split(";")
        c = int(f[0], 16)
        if f[1].endswith(", First>"):
            first = c
            continue
        for each in range(first if f[1].endswith(", Last>") else c, c + 1):
            kind[each] = f[2]
        if f[12]:
            upper[c] = int(f[12], 16)
        if f[13]:
            lower[c] = int(f[13], 16)
    return kind, lower, upper


def category_text(kind):
    out, i = [], 0
    while i < len(kind):
        j = i
        while j < len(kind) and kind[j] == kind[i]:
            j += 1
        out.append(LETTERS[KINDS.index(kind[i])] + (str(j - i) if j - i > 1 else ""))
        i = j
    return out


def case_text(mapping):
    out, left = [], dict(mapping)
    while left:
        c = min(left)
        shift = left[c] - c
        best = (1, 1)
        for step in (1, 2):
            n = 1
            while left.get(c + n * step, -1) - (c + n * step) == shift:
                n += 1
            best = max(best, (n, step), key=lambda b: b[0])
        n, step = best
        for k in range(n):
            del left[c + k * step]
        out.append(f"{c:x}+{n}*{step}>{shift} ")
    return out


def special_text(folder):
    """One character to several capitals: "df=53 53;". To small letters there is one only, the dotted I,
    which is a rule beside the final sigma's."""
    out = []
    for line in open(folder + "/SpecialCasing.txt", encoding="utf-8"):
        f = [x.strip() for x in line.split("#")[0].split(";")]
        if len(f) < 5 or f[4]:
            continue
        if " " in f[3]:
            out.append(f"{f[0].lower()}={f[3].lower()};")
    return out


def block_text(folder):
    out = []
    for line in open(folder + "/Blocks.txt", encoding="utf-8"):
        line = line.split("#")[0].strip()
        if ";" in line:
            span, name = line.split("; ")
            first, last = span.split("..")
            out.append(f"{first.lower()}-{last.lower()}={name.replace(' ', '')};")
    return out


def constant(name, pieces):
    lines, line = [], ""
    for p in pieces:
        if len(line) + len(p) > 92:
            lines.append(line)
            line = ""
        line += p
    lines.append(line)
    body = "\n".join(f'    "{each}"' for each in lines)
    return f"const char* const {name} =\n{body};\n"


def main():
    folder, out = sys.argv[1], sys.argv[2]
    kind, lower, upper = read_characters(folder)
    version = open(folder + "/Blocks.txt", encoding="utf-8").readline().split("-")[1].removesuffix(".txt\n")
    text = f"""// Unicode {version}: categories, case and blocks, written by tools/unicode_tables.py; see there for
// the form. Source: the Unicode Character Database (Unicode License v3).
#include "unicode_data.h"

namespace citybrain::brain {{

// clang-format off
{constant("unicode_categories", category_text(kind))}
{constant("unicode_lower", case_text(lower))}
{constant("unicode_upper", case_text(upper))}
{constant("unicode_upper_full", special_text(folder))}
{constant("unicode_blocks", block_text(folder))}
// clang-format on

}}  // namespace citybrain::brain
"""
    open(out, "w", encoding="utf-8").write(text)


main()
