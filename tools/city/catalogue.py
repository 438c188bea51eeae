"""Makes the catalogue at the city's size, 13,721 resources with 180,377 items (演示数据), as a table in
the official template: catalogue.py [OUT.csv], by default var/catalogue/catalogue.csv.

The city's own entries (city/resources.csv) count among them; what is written here is the rest, listed
but not collected. Names are put together from catalogue.txt; the same bytes come out each time."""
import csv
import os
import random
import sys

from common import ROOT, read_csv

RESOURCES, ITEMS = 13_721, 180_377
HERE = os.path.dirname(os.path.abspath(__file__))
TYPES = {"T": "字符型", "I": "整型", "N": "数值型", "D": "日期型", "S": "日期时间型", "B": "逻辑型"}
HEADER = ["类", "信息资源名称", "信息资源代码", "信息资源提供方", "信息资源提供方代码", "信息资源摘要",
          "格式分类", "格式类型", "信息项名称", "数据类型", "数据长度", "共享类型", "共享条件", "共享方式",
          "开放类型", "开放条件", "更新周期", "发布日期", "关联资源代码", "资源标识", "保存方式", "是否归集",
          "主键", "必填", "数据分级", "信息项说明"]
CONDITION = "依法履行职责需要，说明用途并经提供部门同意"
LAWS = ["中华人民共和国保守国家秘密法", "中华人民共和国网络安全法", "中华人民共和国统计法第二十五条"]
# Further items that any table may have.
COMMON = [("数据更新时间", "S", "", "L1"), ("备注", "T", "500", "L1"), ("数据来源系统", "T", "60", "L1"),
          ("所在街道", "T", "9", "L1"), ("所在社区", "T", "60", "L1"), ("主管部门", "T", "60", "L1"),
          ("行业类别", "T", "20", "L1"), ("附件地址", "T", "200", "L2"), ("操作人员", "T", "40", "L2"),
          ("唯一标识", "T", "40", "L1"), ("创建时间", "S", "", "L1"), ("是否有效", "B", "", "L1"),
          ("审核意见", "T", "500", "L2"), ("批次号", "T", "40", "L1"), ("年度", "I", "", "L1")]


def read_words():
    """Objects of each department in order, and the items of each aspect."""
    objects, aspects = {}, {}
    with open(os.path.join(HERE, "catalogue.txt"), encoding="utf-8") as source:
        for line in source:
            head, _, rest = line.strip().partition("|")
            if head.startswith("="):
                aspects[head[1:]] = [item_of(word) for word in rest.split(" ")]
            elif head and not head.startswith("#"):
                objects[head] = rest.split(" ")
    return objects, aspects


def item_of(word):
    name, kind, length, grade = (word.split(":") + ["", ""])[:4]
    return name, kind, f"18,{length}" if kind == "N" else length, grade


def names_of(objects, aspects, departments, divisions):
    """(department, name, aspect): first the city's own, then by division, all different."""
    for division in [""] + divisions:
        for aspect in aspects:
            for department in departments:
                for thing in objects[department]:
                    yield department, f"{division}{thing}{aspect}", aspect


def counts_of(dice, resources, items):
    """How many items each has: 6..22, in all exactly `items`."""
    counts = [min(22, max(6, round(dice.gauss(items / resources, 3.5)))) for _ in range(resources)]
    rest = items - sum(counts)
    while rest:
        at = dice.randrange(resources)
        step = 1 if rest > 0 else -1
        if 6 <= counts[at] + step <= 22:
            counts[at] += step
            rest -= step
    return counts


def items_for(dice, aspect, wanted):
    items = list(aspect)
    extra = [item for item in COMMON if item[0] not in {i[0] for i in items}]
    dice.shuffle(extra)
    items += extra
    return items[:wanted]


def entries():
    """All generated entries as (columns of the resource, items)."""
    objects, aspects = read_words()
    departments = read_csv("departments.csv")
    order = {d["short"]: i for i, d in enumerate(departments, 1)}
    divisions = [d["name"] for d in read_csv("divisions.csv") if d["code"] != "330200"]
    own, own_items = len(read_csv("resources.csv")), len(read_csv("items.csv"))
    taken = {r["name"] for r in read_csv("resources.csv")}
    dice = random.Random(2020)
    counts = counts_of(dice, RESOURCES - own, ITEMS - own_items)
    names = names_of(objects, aspects, [d["short"] for d in departments], divisions)
    by_short = {d["short"]: d for d in departments}
    for number, count in enumerate(counts, 1001):
        department, name, aspect = next(n for n in names if n[1] not in taken)
        items = items_for(dice, aspects[aspect], count)
        grade = max(i[3] for i in items)
        yield resource_of(dice, number, name, by_short[department], order[department], grade, items), items


def resource_of(dice, number, name, department, order, grade, items):
    kind = dice.choices(["部门", "主题", "基础"], [88, 9, 3])[0]
    prefix = {"部门": f"3{order:02d}001", "主题": f"2{dice.randint(3, 8):02d}001",
              "基础": f"1{dice.randint(1, 4):02d}001"}[kind]
    share = dice.choices(["无条件", "有条件", "不予"], [35, 58, 7] if grade < "L3" else [5, 80, 15])[0]
    opened = "不予" if share == "不予" or grade >= "L3" else dice.choices(
        ["无条件", "有条件", "不予"], [20, 15, 65])[0]
    return {
        "类": kind, "信息资源名称": name, "信息资源代码": f"{prefix}/{number:06d}",
        "信息资源提供方": department["name"], "信息资源提供方代码": department["code"],
        "信息资源摘要": f"{name}，含{'、'.join(i[0] for i in items[:5])}等{len(items)}项（演示数据）。",
        "格式分类": dice.choices(["数据库", "电子表格", "服务接口", "电子文件"], [60, 25, 10, 5])[0],
        "格式类型": "", "共享类型": share + "共享",
        "共享条件": {"无条件": "", "有条件": CONDITION, "不予": dice.choice(LAWS)}[share],
        "共享方式": "" if share == "不予" else dice.choice(["数据库", "文件", "服务"]),
        "开放类型": opened + "开放",
        "开放条件": "签订开放利用协议并具备安全保障能力" if opened == "有条件" else "",
        "更新周期": dice.choices(["实时", "每日", "每周", "每月", "每季度", "每年"], [6, 24, 5, 30, 10, 25])[0],
        "发布日期": f"2020-{dice.randint(1, 11):02d}-{dice.randint(1, 23):02d}", "关联资源代码": "",
        "资源标识": f"r{number}", "保存方式": "append", "是否归集": "否"}


def main():
    target = sys.argv[1] if len(sys.argv) > 1 else os.path.join(ROOT, "var/catalogue/catalogue.csv")
    os.makedirs(os.path.dirname(os.path.abspath(target)), exist_ok=True)
    resources = items = 0
    with open(target + ".part", "w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, HEADER, restval="", lineterminator="\n")
        writer.writeheader()
        for resource, listed in entries():
            resources += 1
            for n, (name, kind, length, grade) in enumerate(listed):
                items += 1
                row = dict(resource) if n == 0 else {}
                row.update({"信息项名称": name, "数据类型": TYPES[kind], "数据长度": length,
                            "主键": "否", "必填": "是" if n == 0 else "否", "数据分级": grade,
                            "信息项说明": name})
                writer.writerow(row)
    os.replace(target + ".part", target)
    print(f"{target}: {resources} resources, {items} items")


if __name__ == "__main__":
    main()
