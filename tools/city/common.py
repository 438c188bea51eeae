"""What the makers of the city's definition files share: writing CSV the same way each time, and the
check characters of GB 32100 and GB 11714."""
import csv
import os

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
CITY = os.path.join(ROOT, "city")
DECISIONS = os.path.join(ROOT, "decisions")

USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
USCC_WEIGHTS = [pow(3, i, 31) for i in range(17)]
ORG_WEIGHTS = [3, 7, 9, 10, 5, 8, 4, 2]


def write_csv(path, header, rows):
    """Rows as they are given; \n line ends, quotes only where needed."""
    full = os.path.join(CITY, path)
    os.makedirs(os.path.dirname(full), exist_ok=True)
    with open(full, "w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(header)
        for row in rows:
            if len(row) != len(header):
                raise SystemExit(f"{path}: {row} has {len(row)} cells, not {len(header)}")
            writer.writerow(row)


def read_csv(path):
    with open(os.path.join(CITY, path), encoding="utf-8", newline="") as source:
        return list(csv.DictReader(source))


def org_code(first8):
    """Nine characters: GB 11714 check character appended."""
    total = sum(w * int(c, 36) for w, c in zip(ORG_WEIGHTS, first8))
    check = 11 - total % 11
    return first8 + {10: "X", 11: "0"}.get(check, str(check))


def uscc(authority, division, first8):
    """Eighteen characters: authority and kind (2), division (6), organisation (9), check (1)."""
    body = authority + division + org_code(first8)
    total = sum(w * USCC_ALPHABET.index(c) for w, c in zip(USCC_WEIGHTS, body))
    return body + USCC_ALPHABET[(31 - total % 31) % 31]


def base31(number, width):
    digits = ""
    for _ in range(width):
        number, rest = divmod(number, 31)
        digits = USCC_ALPHABET[rest] + digits
    return digits
