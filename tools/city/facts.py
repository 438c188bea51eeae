"""Makes city/facts.csv from facts.txt and checks it against resources and items."""
import os

from common import read_csv, write_csv

HERE = os.path.dirname(os.path.abspath(__file__))


def read_facts():
    with open(os.path.join(HERE, "facts.txt"), encoding="utf-8") as source:
        for line in source:
            if line.strip() and not line.startswith("#"):
                cells = line.split()
                yield ["" if c == "-" else c for c in cells] + [""] * (11 - len(cells))


def main():
    items = {}
    for item in read_csv("items.csv"):
        items.setdefault(item["resource"], {})[item["code"]] = item
    rows, seen = [], set()
    for fact, subject, kind, resource, item, subject_item, how, where, unit, owner, text in read_facts():
        known = items[resource]
        named = [item, subject_item] + [c.split("=")[0] for c in where.split("&") if c]
        for name in named:
            if name not in known:
                raise SystemExit(f"{fact}: {resource} has no item {name}")
        for condition in filter(None, where.split("&")):
            name, value = condition.split("=")
            check = known[name]["check"]
            if check.startswith("code:"):
                words = [c["code"] for c in read_csv(f"codes/{check[5:]}.csv")]
                if value not in words:
                    raise SystemExit(f"{fact}: {value} is no {name}")
        if (fact, subject) in seen:
            raise SystemExit(f"{fact} twice")
        if how in ("value", "max", "min") and kind != known[item]["type"]:
            raise SystemExit(f"{fact}: {kind} over {known[item]['type']}")
        seen.add((fact, subject))
        rows.append([fact, subject, kind, resource, item, subject_item, how, where, unit,
                     text or known[item]["name"], owner])
    write_csv("facts.csv", ["fact", "subject", "type", "resource", "item", "subject_item",
                            "aggregate", "filter", "unit", "description", "owner"], rows)
    print(f"{len(rows)} facts")


if __name__ == "__main__":
    main()
