"""Makes city/classes.csv and city/supply/*.csv: who owes which data, who asks for which, what was
coordinated (演示数据).

The totals are those of the city's own account of 2020: 667 classes of duties with 7,426 items, 1,556
demands, 25 coordination meetings, 60 on-site meetings, 3 special notices. What stands in them is made up:
states and dates are as of the demo's day, 2020-11-24."""
import datetime
import random

from catalogue import COMMON, read_words
from common import read_csv, write_csv

DUTIES, DUTY_ITEMS, DEMANDS = 667, 7_426, 1_556
TODAY = datetime.date(2020, 11, 24)
MEETINGS = [("meeting", 25), ("onsite", 60), ("notice", 3)]
BASE = ["人口", "法人", "自然资源和空间地理", "社会信用", "电子证照"]
THEMES = ["复工复产", "疫情防控", "惠企政策", "市场监管", "生态环境", "城市治理", "交通出行", "民生保障"]
PURPOSES = ["惠企政策免申即享", "无证件（证明）办事", "行政审批核验", "双随机检查", "信用评价", "城市运行监测",
            "疫情防控", "中小企业纾困", "养老待遇核验", "不动产登记核验", "经济运行分析", "基层治理"]
CYCLES = ["实时", "每日", "每周", "每月", "每季", "每年"]
OPEN_STATES = ["submitted", "accepted", "matched", "coordinating", "granted", "refused", "disputed",
               "returned", "withdrawn"]


def write_classes(departments):
    rows = [("1", "基础信息资源"), ("2", "主题信息资源"), ("3", "部门信息资源")]
    rows += [(f"1{i:02d}", name) for i, name in enumerate(BASE, 1)]
    rows += [(f"1{i:02d}001", name + "基础") for i, name in enumerate(BASE, 1)]
    rows += [(f"2{i:02d}", name) for i, name in enumerate(THEMES, 1)]
    rows += [(f"2{i:02d}001", name + "综合") for i, name in enumerate(THEMES, 1)]
    rows += [(f"3{i:02d}", d["name"]) for i, d in enumerate(departments, 1)]
    rows += [(f"3{i:02d}001", d["name"] + "业务数据") for i, d in enumerate(departments, 1)]
    write_csv("classes.csv", ["code", "name"], rows)


def duties_of(dice, departments):
    """(department, name, resource, [(item name, item code)]): the city's own resources first."""
    items = {}
    for item in read_csv("items.csv"):
        items.setdefault(item["resource"], []).append((item["name"], item["code"]))
    duties = [(r["department"], r["name"], r["code"], items[r["code"]]) for r in read_csv("resources.csv")]
    objects, aspects = read_words()
    taken = {d[1] for d in duties}
    names = [(d["short"], thing + aspect, aspect) for aspect in aspects for d in departments
             for thing in objects[d["short"]]]
    dice.shuffle(names)
    rest = DUTIES - len(duties)
    left = DUTY_ITEMS - sum(len(d[3]) for d in duties)
    for department, name, aspect in names:
        if rest == 0:
            break
        if name in taken:
            continue
        taken.add(name)
        listed = [(item[0], "") for item in aspects[aspect]]
        wanted = left // rest
        known = {item[0] for item in listed}
        listed += [(item[0], "") for item in COMMON if item[0] not in known]
        listed = listed[:wanted if rest > 1 else left]
        duties.append((department, name, "", listed))
        rest, left = rest - 1, left - len(listed)
    if left > 0:  # the division's remainder goes to the last ones, an item each
        for n in range(left):
            department, name, resource, listed = duties[-1 - n]
            duties[-1 - n] = (department, name, resource, listed + [("统计口径说明", "")])
    return duties


def write_duties(dice, duties):
    rows, items = [], []
    for number, (department, name, resource, listed) in enumerate(duties, 1):
        code = f"ZR{number:04d}"
        late = dice.random() < 0.04
        due = TODAY + datetime.timedelta(days=dice.randint(-10, 40)) if late else \
            datetime.date(2020, dice.randint(3, 10), dice.randint(1, 28))
        rows.append([code, name, department, resource, "宁波市公共数据共享责任清单（2020）", dice.choice(CYCLES),
                     due.isoformat()])
        for position, (item, item_code) in enumerate(listed, 1):
            items.append([code, position, item, item_code, int(not late or dice.random() < 0.6)])
    write_csv("supply/duties.csv",
              ["code", "name", "department", "resource", "basis", "update_cycle", "due_on"], rows)
    write_csv("supply/duty_items.csv", ["duty", "position", "name", "item", "supplied"], items)
    return rows, items


def write_demands(dice, departments, duties, rows):
    short = [d["short"] for d in departments]
    out = []
    for number in range(1, DEMANDS + 1):
        at = dice.randrange(len(duties))
        provider, name, resource, listed = duties[at]
        asker = dice.choice([s for s in short if s != provider])
        state = "satisfied" if dice.random() < 0.93 else dice.choice(OPEN_STATES)
        back = dice.randint(20, 300) if state == "satisfied" else dice.randint(1, 15)
        submitted = TODAY - datetime.timedelta(days=back)
        met = state in ("matched", "granted", "refused", "disputed", "coordinating", "satisfied")
        due = TODAY + datetime.timedelta(days=dice.randint(-6, 9))
        while due.weekday() > 4:
            due += datetime.timedelta(days=1)
        wanted = dice.sample([i[0] for i in listed], min(len(listed), dice.randint(1, 6)))
        purpose = dice.choice(PURPOSES)
        out.append([number, name, asker, "|".join(wanted), purpose, f"{purpose}工作方案（2020）",
                    dice.choice(CYCLES), (submitted + datetime.timedelta(days=30)).isoformat(),
                    f"{submitted.isoformat()} {dice.randint(8, 17):02d}:{dice.randint(0, 59):02d}:00", state,
                    provider if met else "", resource if met else "", rows[at][0] if met else "",
                    due.isoformat(), {"refused": "涉及个人隐私，需补充授权", "disputed": "用途已在方案中写明",
                                      "returned": "请写明使用的业务事项"}.get(state, "")])
    write_csv("supply/demands.csv",
              ["id", "name", "department", "items", "purpose", "basis", "update_cycle", "wanted_on",
               "submitted_at", "state", "provider", "resource", "duty", "due_on", "reason"], out)
    return out


def write_coordination(dice, departments, demands):
    titles = {"meeting": "数据共享协调会", "onsite": "现场办公会", "notice": "数据归集情况专项通报"}
    outcomes = {"meeting": "明确由{0}提供接口，{1}限期接入", "onsite": "{0}现场确认字段口径，{1}同步调整",
                "notice": "通报{0}等单位归集进度，限期完成"}
    names = {d["short"]: d["name"] for d in departments}
    waiting = [d for d in demands if d[9] in ("coordinating", "disputed")]
    met = [d for d in demands if d[10]]
    rows = []
    for kind, count in MEETINGS:
        for n in range(1, count + 1):
            held = datetime.date(2020, 1, 6) + datetime.timedelta(days=dice.randint(0, 320))
            while held.weekday() > 4:
                held += datetime.timedelta(days=1)
            if kind == "meeting" and n > count - 4:
                held = TODAY - datetime.timedelta(days=count - n + 1)
            # The last meetings are about what still waits.
            demand = waiting[n % len(waiting)] if kind == "meeting" and n > count - 4 else dice.choice(met)
            provider = demand[10] or "dsj"
            due = held + datetime.timedelta(days=dice.randint(7, 20))
            done = due < TODAY
            rows.append([len(rows) + 1, kind, f"{demand[1]}{titles[kind]}", held.isoformat(),
                         f"dsj|{provider}|{demand[2]}" if provider != "dsj" else f"dsj|{demand[2]}",
                         "" if kind == "notice" else demand[0],
                         outcomes[kind].format(names[provider], names[demand[2]]), due.isoformat(),
                         due.isoformat() if done else "", "已按期完成" if done else ""])
    write_csv("supply/coordination.csv",
              ["id", "kind", "title", "held_on", "departments", "demands", "outcome", "due_on", "done_on",
               "note"], rows)


def write_limits():
    write_csv("supply_limits.csv", ["name", "value", "basis"], [
        ("check_days", 2, "大数据主管部门合规性审查，工作日"),
        ("match_days", 2, "找到提供部门，工作日"),
        ("answer_days", 5, "提供部门答复有条件共享，工作日"),
        ("publish_days", 10, "需先编目发布的，工作日；国发〔2016〕51号"),
        ("dispute_days", 2, "争议受理，工作日"),
        ("deliver_days", 10, "同意后提供数据，工作日"),
        ("remind_days", 1, "到期前提醒，工作日"),
        ("escalate_days", 5, "逾期后每多少个工作日升级一次"),
        ("bureau", "dsj", "大数据主管部门"),
        ("leader", "zfb", "再次升级报送"),
    ])


def main():
    dice = random.Random(667)
    departments = read_csv("departments.csv")
    write_classes(departments)
    write_limits()
    duties = duties_of(dice, departments)
    rows, items = write_duties(dice, duties)
    demands = write_demands(dice, departments, duties, rows)
    write_coordination(dice, departments, demands)
    print(f"{len(rows)} duties, {len(items)} items, {len(demands)} demands, "
          f"{sum(n for _, n in MEETINGS)} meetings and notices")


if __name__ == "__main__":
    main()
