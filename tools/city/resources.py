"""Makes city/resources.csv, items.csv and codes/*.csv from resources/*.txt and codes.txt.

A resource is `@code|name|department|system|class|update|share|open|keeping|form|rows`; an item is
`code name type flags grade check [demo]`. class: 人口 法人 空间 信用 (基础), 主题:NAME, 部门. share and
open: 1 无条件, 2 有条件, 3 不予. rows: how many a thousand market entities of the demo city, or `core`
(made from the demo city's firms and people) or `file` (a file brought along)."""
import glob
import os

from common import CITY, read_csv, write_csv

HERE = os.path.dirname(os.path.abspath(__file__))
WORDS = {"1": "无条件", "2": "有条件", "3": "不予"}
BASE = {"人口": ("01", "001"), "法人": ("02", "001"), "空间": ("03", "001"), "信用": ("04", "001")}
THEMES = {"复工复产": "01", "疫情防控": "02"}
FORMATS = {"csv": "电子表格", "ndjson": "自描述"}
SECTORS = """A 农、林、牧、渔业|B 采矿业|C 制造业|D 电力、热力、燃气及水生产和供应业|E 建筑业|F 批发和零售业
G 交通运输、仓储和邮政业|H 住宿和餐饮业|I 信息传输、软件和信息技术服务业|J 金融业|K 房地产业|L 租赁和商务服务业
M 科学研究和技术服务业|N 水利、环境和公共设施管理业|O 居民服务、修理和其他服务业|P 教育|Q 卫生和社会工作
R 文化、体育和娱乐业|S 公共管理、社会保障和社会组织"""
INDUSTRIES = """A01 农业|A02 林业|A03 畜牧业|A04 渔业|A05 农林牧渔专业及辅助性活动|C13 农副食品加工业|C17 纺织业
C18 纺织服装、服饰业|C21 家具制造业|C24 文教、工美、体育和娱乐用品制造业|C25 石油、煤炭及其他燃料加工业
C26 化学原料和化学制品制造业|C27 医药制造业|C29 橡胶和塑料制品业|C33 金属制品业|C34 通用设备制造业
C35 专用设备制造业|C36 汽车制造业|C38 电气机械和器材制造业|C39 计算机、通信和其他电子设备制造业
C40 仪器仪表制造业|E47 房屋建筑业|E50 建筑装饰、装修和其他建筑业|F51 批发业|F52 零售业|G54 道路运输业
G55 水上运输业|G59 装卸搬运和仓储业|G60 邮政业|H61 住宿业|H62 餐饮业|I64 互联网和相关服务
I65 软件和信息技术服务业|J66 货币金融服务|K70 房地产业|L71 租赁业|L72 商务服务业|M73 研究和试验发展
M74 专业技术服务业|M75 科技推广和应用服务业|N78 公共设施管理业|O80 居民服务业|O81 机动车、电子产品和日用产品修理业
P83 教育|Q84 卫生|Q85 社会工作|R86 新闻和出版业|R87 广播、电视、电影和录音制作业|R88 文化艺术业|R90 娱乐业"""
LISTS = {
    "sectors": SECTORS, "industries": INDUSTRIES,
    "sexes": "0 未知|1 男|2 女|9 未说明",
}


def pairs(text):
    cells = text.replace("\n", "|").split("|")
    return [tuple(cell.split(" ", 1)) for cell in cells]


def write_codes():
    for name, text in LISTS.items():
        write_csv(f"codes/{name}.csv", ["code", "name"], pairs(text))
    outside = [("000000", "外省市"), ("330000", "省内其他市")]
    inside = [(d["code"], d["name"]) for d in read_csv("divisions.csv") if d["official"] == "1"]
    write_csv("codes/hukou_divisions.csv", ["code", "name"], inside + outside)
    with open(os.path.join(HERE, "codes.txt"), encoding="utf-8") as source:
        for line in source:
            name, *words = line.split()
            write_csv(f"codes/{name}.csv", ["code", "name"], [(w, w) for w in words])


def read_resources():
    resources = []
    for path in sorted(glob.glob(os.path.join(HERE, "resources", "*.txt"))):
        with open(path, encoding="utf-8") as source:
            for line in source:
                line = line.rstrip("\n")
                if line.startswith("@"):
                    resources.append((line[1:].split("|"), []))
                elif line and not line.startswith("#"):
                    resources[-1][1].append(split_item(line))
    return resources


def split_item(line):
    cells = line.split(" ")
    if cells[2] == "":
        raise SystemExit(f"two blanks in {line}")
    code, name, kind, flags, grade, check, *demo = cells
    kind, _, length = kind.partition(":")
    scale = ""
    if kind == "decimal":
        kind, length = f"decimal:{length}", ""
    return dict(code=code, name=name, type=kind, length=length, key=int("K" in flags),
                required=int("R" in flags), grade=grade, check="" if check == "-" else check,
                demo=" ".join(demo))


def category_of(kind, department_order):
    if kind in BASE:
        return "基础", "1" + BASE[kind][0] + BASE[kind][1]
    if kind.startswith("主题:"):
        return "主题", "2" + THEMES[kind[3:]] + "001"
    return "部门", "3" + f"{department_order:02d}" + "001"


def resource_rows(resources):
    order = {d["short"]: i for i, d in enumerate(read_csv("departments.csv"), 1)}
    systems = {s["code"] for s in read_csv("systems.csv")}
    owners = {s["code"]: s["department"] for s in read_csv("systems.csv")}
    for n, (head, items) in enumerate(resources, 1):
        code, name, dept, system, kind, cycle, share, opened, keeping, form, rows = head
        if system not in systems or dept not in order:
            raise SystemExit(f"{code}: {system} or {dept} is not there")
        category, prefix = category_of(kind, order[dept])
        abstract = f"{name}，含{'、'.join(i['name'] for i in items[:6])}等{len(items)}项。"
        share_condition = "" if share == "1" else "依法履行职责需要，说明用途并经提供部门同意"
        method = "文件" if owners[system] == "dsj" and share == "1" else "服务"
        open_condition = "" if opened != "2" else "签订开放利用协议并具备安全保障能力"
        published = f"2020-{n % 9 + 1:02d}-{n % 27 + 1:02d}"
        yield [code, f"{prefix}/{n:06d}", name, dept, system, category, abstract,
               FORMATS[form.split(".")[0]], WORDS[share], share_condition, method, WORDS[opened],
               open_condition, cycle, published, keeping, rows, form]


def main():
    write_codes()
    resources = read_resources()
    write_csv("resources.csv",
              ["code", "resource_code", "name", "department", "system", "category", "abstract",
               "format", "share_type", "share_condition", "share_method", "open_type",
               "open_condition", "update_cycle", "published_on", "keeping", "demo_rows_per_1000",
               "demo_form"], resource_rows(resources))
    items = []
    for head, listed in resources:
        for position, i in enumerate(listed, 1):
            for check in i["check"].split("|"):
                name = check.partition(":")[2]
                if check.startswith("code:") and not os.path.exists(f"{CITY}/codes/{name}.csv"):
                    raise SystemExit(f"{head[0]}.{i['code']}: no codes/{name}.csv")
            items.append([head[0], position, i["code"], i["name"], i["type"], i["length"], i["key"],
                          i["required"], i["grade"], "", "", i["check"], i["name"], i["demo"]])
    write_csv("items.csv",
              ["resource", "position", "code", "name", "type", "length", "key", "required", "grade",
               "share_type", "open_type", "check", "description", "demo"], items)
    print(f"{len(resources)} resources, {len(items)} items")


if __name__ == "__main__":
    main()
