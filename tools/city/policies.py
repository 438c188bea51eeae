"""Makes city/policies.csv (67 of the city, 498 of the ten districts and five zones), lines.csv and
indicators.csv from policies.txt. Which policies a division has, and by how much its figures differ
from the city's, follows from a digest of (division, model), so the same each time."""
import hashlib
import json
import os

from common import read_csv, write_csv
from models import read_models

HERE = os.path.dirname(os.path.abspath(__file__))
YEAR, CITY_CODE = 2020, "330200"
CITY_COUNT, DIVISION_COUNT = 67, 498
# What a division is known for comes first among its policies.
LOCAL = {
    "330203": ["shou_shanggui", "xiaoshou_taijie", "zhuanjing_texin", "zaiti_jianzu"],
    "330205": ["yejian_canyin", "wenhua_fuchi", "zhaogong", "canzhan"],
    "330206": ["haitie_lianyun", "shidao_waizi", "chukou_xinbao", "jieneng"],
    "330211": ["shangshi", "zhineng_gongchang", "jianxi", "shixi", "zhongliang"],
    "330212": ["shidao_waizi", "shou_shanggui", "gaoxin_qiye", "wenhua_rongyu"],
    "330213": ["dianshang", "canzhan", "lvyou_yingxiao", "youcai_youcha"],
    "330225": ["lvyou_yingxiao", "zhongliang", "yejian_canyin", "youcai_youcha"],
    "330226": ["zhuanjing_texin", "guangfu", "zhongliang", "biaozhun_zhiliang"],
    "330281": ["zhuanjing_texin", "peiyu_gongxian", "canzhan", "jigai_touzi"],
    "330282": ["jigai_touzi", "zhineng_gongchang", "jieneng", "qingjie_shengchan", "guangfu"],
    "3302Z1": ["yanfa_touru", "daikuan_tiexi", "zaiti_jianzu", "renli_shusong"],
    "3302Z2": ["yanfa_jigou", "zhineng_gongchang", "zhaogong", "gaoxin_qiye"],
    "3302Z3": ["canzhan", "chukou_xinbao", "dianshang", "shidao_waizi"],
    "3302Z4": ["jieneng", "qingjie_shengchan", "haitie_lianyun", "biaozhun_zhiliang"],
    "3302Z5": ["guodu_zhusu", "zaiti_jianzu", "difang_liucheng", "guoyou_jianzu"],
}
FACTORS = ["0.5", "0.6", "0.8", "1", "1", "1", "1.2", "1.5"]
WHO = {"enterprise": "企业及其他市场主体", "person": "个人"}
THEMES = {
    # theme: (line's name, functional and economic subject, department, 亿 yuan of the city's own line,
    #         weight among a division's lines)
    "SB": ("失业保险基金稳岗与技能支出", "2090203", "50701", "rsj", 38, 3),
    "JY": ("就业补助资金", "2080799", "50701", "rsj", 14, 18),
    "FC": ("惠企纾困专项资金", "2150805", "50799", "czj", 8, 10),
    "QY": ("工业和信息化发展专项资金", "2150299", "50799", "jxj", 14, 22),
    "KJ": ("科技发展专项资金", "2060499", "50799", "kjj", 8, 14),
    "SW": ("商务与开放型经济专项资金", "2160699", "50799", "swj", 6, 8),
    "JR": ("金融业发展专项资金", "2170399", "50702", "jrj", 5, 6),
    "NY": ("农业生产发展资金", "2130122", "50799", "nyj", 3, 4),
    "WL": ("文化旅游发展专项资金", "2070199", "50799", "wlj", 2, 2),
    "MZ": ("社会福利与救助资金", "2081099", "50901", "mzj", 4, 10),
    "CL": ("残疾人事业发展资金", "2081107", "50901", "cl", 2, 3),
    "RC": ("人才发展专项资金", "2080116", "50999", "rsj", 4, 4),
    "ZF": ("人才住房补贴资金", "2210299", "50999", "zjj", 4, 2),
    "JN": ("节能环保专项资金", "2111001", "50799", "fgw", 2, 4),
    "ZL": ("质量与知识产权专项资金", "2013899", "50799", "scjg", 2, 3),
    "JT": ("港航物流发展专项资金", "2140199", "50799", "jtj", 3, 4),
}
DIVISION_BUDGET = 600_000_000  # yuan a year, of a division of weight 100


def digest(*parts):
    return int(hashlib.sha256("/".join(parts).encode()).hexdigest()[:8], 16)


def read_templates():
    with open(os.path.join(HERE, "policies.txt"), encoding="utf-8") as source:
        for line in source:
            if line.strip() and not line.startswith("#"):
                cells = line.rstrip("\n").split("|")
                if len(cells) != 11:
                    raise SystemExit(line)
                yield cells


def tidy_number(value):
    """Two leading digits, so that a share of a figure looks like one somebody decided."""
    if value == 0:
        return 0
    digits = len(str(int(value))) if value >= 1 else 0
    unit = 10 ** (digits - 2) if digits > 2 else (1 if digits == 2 else 0.01 if digits == 0 else 0.5)
    rounded = round(value / unit) * unit
    return int(rounded) if rounded == int(rounded) else round(rounded, 2)


def parameters_of(text, scope, model_id):
    found = {"适用区划": scope}
    factor = float(FACTORS[digest(scope, model_id) % len(FACTORS)]) if scope != CITY_CODE else 1
    for part in text.split(","):
        name, value = part.split("=")
        value = json.loads(value)
        varies = name.startswith("*")
        name = name.lstrip("*")
        if varies and scope != CITY_CODE and factor != 1:
            percent = "比例" in name
            value = min(tidy_number(value * factor), 100 if percent else value * 2)
        found[name] = value
    if model_id == "dibao":
        found["低保标准"] = 846 if scope in ("330225", "330226", "330281", "330282") else 940
    return found


def summary_of(model, parameters):
    said = [f"{n}{'是' if v is True else v}" for n, v in parameters.items() if n != "适用区划"]
    return f"{WHO[model.subject]}：{model.ok}。{'，'.join(said)}。"


def row_of(template, models, division, serial):
    (model_id, _, theme, department, mode, start, end, share, city_name, local_name,
     text) = template
    model = models[model_id]
    city = division["code"] == CITY_CODE
    name = city_name if city else local_name.replace("{d}", division["name"].replace("宁波", ""))
    share = int(share)
    if city:
        share = share or 100
        lines = f"{CITY_CODE}-{theme}" if share == 100 else f"{CITY_CODE}-{theme}+*-{theme}"
    else:
        share = digest(division["code"], model_id, "share") % 4 * 10
        lines = f"{division['code']}-{theme}"
        if share:
            lines = f"{CITY_CODE}-{theme}+{lines}"
    parameters = parameters_of(text, division["code"], model_id)
    code = f"{'C' if city else 'D' + division['code']}-{YEAR}-{serial:03d}"
    return [code, name, "city" if city else "district", division["code"], department,
            model.subject, mode, model_id, lines, share, f"{YEAR}-{start}", f"{YEAR}-{end}",
            model.basis if city else f"参照{model.basis}，标准由本地确定",
            json.dumps(parameters, ensure_ascii=False), summary_of(model, parameters)]


def policy_rows(models):
    templates = list(read_templates())
    divisions = read_csv("divisions.csv")
    rows = []
    for template in templates:
        if template[1].startswith("C"):
            rows.append(row_of(template, models, divisions[0], len(rows) + 1))
    if len(rows) != CITY_COUNT:
        raise SystemExit(f"{len(rows)} city policies, not {CITY_COUNT}")
    per, extra = divmod(DIVISION_COUNT, len(divisions) - 1)
    for n, division in enumerate(divisions[1:]):
        kind = "Z" if division["kind"] == "zone" else "D"
        mine = [t for t in templates if kind in t[1]]
        local = LOCAL[division["code"]]
        must = ["dibao"]
        mine.sort(key=lambda t: (t[0] not in must, t[0] not in local,
                                 digest(division["code"], t[0], "order")))
        count = per + (n < extra)
        if len(mine) < count:
            raise SystemExit(f"{division['name']}: {len(mine)} templates for {count}")
        rows += [row_of(t, models, division, i) for i, t in enumerate(mine[:count], 1)]
    return rows


def line_rows():
    for division in read_csv("divisions.csv"):
        city = division["code"] == CITY_CODE
        level = "city" if city else "district"
        weight = 60 + digest(division["code"], "weight") % 80
        if division["kind"] == "zone":
            weight //= 2
        weights = sum(theme[-1] for theme in THEMES.values())
        for code, (name, functional, economic, department, own, share) in THEMES.items():
            amount = (own * 100_000_000 if city
                      else DIVISION_BUDGET * weight // 100 * share // weights // 10000 * 10000)
            yield [f"{division['code']}-{code}", f"{division['short_name']}{name}", level,
                   division["code"], YEAR, functional, economic, amount, department]


INDICATORS = """
benefit_paid_fen 累计兑付金额 亿元 各级财政经平台支付成功的补助、奖励与津贴累计金额，不含退回 czj 日 benefit yi_yuan
benefit_payees 惠及主体 个 至少收到一笔支付的企业、个体工商户与个人去重数 czj 日 benefit integer
benefit_policies_open 可兑付政策 项 已发布且当日在申报期内的政策数 jxj 日 benefit integer
benefit_payments_today 今日支付 笔 当日国库支付成功的笔数 czj 日 benefit integer
benefit_entitled_fen 应兑付金额 亿元 已匹配认定应享受而尚未支付与已支付金额之和 czj 日 benefit yi_yuan
benefit_pending_fen 在途金额 亿元 已占用预算、国库尚未回执的金额 czj 日 benefit yi_yuan
benefit_lines_left 预算余额 亿元 预算额度减在途与已支付 czj 日 benefit yi_yuan
benefit_line_runout_days 最紧预算可用天数 天 按近七日支付速度推算各预算额度用尽天数的最小值 czj 日 benefit integer
benefit_payments 累计支付 笔 国库支付成功的笔数，退回后重付算一笔 czj 日 benefit integer
benefit_entitled 应享事项 项 匹配认定的主体与政策的对数 czj 日 benefit integer
benefit_claims_waiting 待复核申领 件 已申领、等待财政复核的件数 czj 日 benefit integer
rail_rows_landed 归集数据量 万条 各部门来源落地的记录数，不含隔离 dsj 日 rail wan
rail_quarantined 隔离记录 条 未通过声明校验而被隔离的记录数 dsj 日 rail integer
catalog_resources 数据资源 项 已编目的公共数据资源数 dsj 月 catalog integer
catalog_quality 数据质量 % 各资源合格记录占全部到达记录之比 dsj 日 catalog decimal:1
catalog_duty_items 供给责任落实 项 供给责任清单中已提供的数据项数 dsj 日 supply integer
catalog_demands_met 满足共享需求 个 需求清单中状态为已满足的需求数 dsj 日 supply integer
guard_audit_entries 审计日志 条 审计日志的条目数 dsj 日 guard integer
"""


# Left unpublished in the demo city, so that a visitor can publish them: applied for, small sums, and
# the demo firms are entitled.
DRAFTS = {
    "外地员工返岗包车补助": "示例企业可申领，11人包车5800元，按一半补助2900元",
    "企业以工代训补贴": "示例企业可申领",
    "就业见习补贴": "示例企业可申领",
    "学生顶岗实习奖励": "示例企业可申领",
    "企业境内外参展扶持": "示例企业一、四可申领",
}


def main():
    models = {m.id: m for m in read_models()}
    rows = policy_rows(models)
    unused = set(models) - {r[7] for r in rows}
    if unused:
        raise SystemExit(f"no policy of {unused}")
    write_csv("policies.csv",
              ["code", "name", "level", "division", "department", "subject", "mode", "model", "line",
               "city_share", "window_from", "window_to", "basis", "parameters", "summary"], rows)
    codes = {r[1]: r[0] for r in rows}
    write_csv("demo_drafts.csv", ["code", "note"],
              [(codes[name], f"{name}：{note}") for name, note in DRAFTS.items()])
    write_csv("lines.csv", ["code", "name", "level", "division", "year", "functional_code",
                            "economic_code", "amount_yuan", "department"], line_rows())
    write_csv("indicators.csv", ["code", "name", "unit", "definition", "owner", "period", "source",
                                 "format"], [i.split(" ") for i in INDICATORS.strip().split("\n")])
    print(f"{len(rows)} policies, {len({r[1] for r in rows})} names")


if __name__ == "__main__":
    main()
