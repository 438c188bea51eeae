"""Prints three example rows of each core file of a generated demo city, as Markdown, for
city/examples.md: python3 tools/city/readme_rows.py OUT > city/examples.md"""
import gzip
import json
import os
import sys

from common import read_csv


def first_lines(path):
    opener = gzip.open if path.endswith(".gz") else open
    with opener(path, "rb") as source:
        lines = source.read(20_000).decode("gb18030" if "gb18030" in path else "utf-8", "replace")
    return lines.split("\n")


def main():
    out = sys.argv[1]
    with open(f"{out}/manifest.json", encoding="utf-8") as source:
        manifest = json.load(source)
    print("# Three example rows of each core file\n")
    print(f"Made by the demo generator (演示数据), seed {manifest['seed']}. "
          "Written by tools/city/readme_rows.py.\n")
    for resource in read_csv("resources.csv"):
        made = manifest["resources"].get(resource["code"])
        if resource["demo_rows_per_1000"] != "core" or not made:
            continue
        lines = first_lines(os.path.join(out, resource["code"], made["file"]))
        print(f"## {resource['code']} {resource['name']} ({made['file']})\n\n```")
        for line in lines[: 3 if "ndjson" in made["file"] else 4]:
            print(line)
        print("```\n")


if __name__ == "__main__":
    main()
