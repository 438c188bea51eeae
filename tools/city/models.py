"""Makes decisions/*.dmn (DMN 1.3) from models/*.txt.

The form of a model, one line each:
  @id|subject|title|basis           head
  guards WORD...                    the usual conditions, from GUARDS
  plain                             no policy: nothing is added (see below)
  param NAME TYPE                   a parameter of the policy (input of the model)
  default NAME TYPE | VALUE         a parameter that has a value where none is given (named NAME取值)
  input NAME TYPE | WHO             filled in by whoever asks, with what it is
  let NAME TYPE | EXPRESSION        a decision that computes
  table NAME TYPE [HITPOLICY]       a decision table (first hit, if not said), followed by
  in EXPRESSION                       its inputs,
  outputs VALUES                      its allowed outputs, best first, and
  row TEST | … | OUTPUT               its rules
  rule EXPRESSION | TEST | TEXT     a condition of 资格, and the reason where it does not hold
  ok TEXT                           the reason where all hold
  amount EXPRESSION                 yuan, where 资格 holds
Made of it: 资格 (one rule with all conditions, else false), 理由 (all hold: the ok text; all but the
last: the last one's text; …; so that an unknown fact gives the reason of its own condition) and 金额."""
import glob
import os
import re
from xml.sax.saxutils import escape

from common import DECISIONS
from facts import read_facts

HERE = os.path.dirname(os.path.abspath(__file__))
WHOLE_CITY = '适用区划 = "330200"'
SMALL = '"中型","小型","微型"'
# word → rules (input, test, reason); the place guards add the decision 属地.
GUARDS = {
    "属地": ("所在区划", None),
    "居住地": ("所在区划", None),
    "户籍地": ("户籍区划", None),
    "参保地": ("参保区划", None),
    "保障地": ("低保区划", None),
    "存续": ("经营状态", ('"存续"', "主体不在存续状态")),
    "失信": ("失信", ("false", "在失信名单内")),
    "违法": ("严重违法", ("false", "年内有严重安全、环保或劳动保障案件")),
    "僵尸": ("僵尸企业", ("false", "列入僵尸企业名单")),
    "中小微": ("企业规模", (SMALL, "不是中小微企业")),
    "中小微个体": ("企业规模", (SMALL, "不是中小微企业或个体工商户")),
    "正常": ("人口状态", ('"正常"', "人口状态不正常")),
}
TYPES = {"text": "string", "integer": "number", "decimal:2": "number", "boolean": "boolean",
         "date": "date"}


class Model:
    def __init__(self, head):
        self.id, self.subject, self.title, self.basis = head.split("|")
        self.params, self.decisions, self.rules = {}, [], []
        self.ok = self.amount = ""
        self.plain = False
        self.notes = {}

    def read(self, line):
        word, _, rest = line.partition(" ")
        cells = [c.strip() for c in rest.split(" | ")]
        if word == "guards":
            for guard in rest.split():
                self.guard(guard)
        elif word == "plain":
            self.plain = True
        elif word == "param":
            name, kind = rest.split()
            self.params[name] = kind
        elif word == "default":
            name, kind = cells[0].split()
            self.params[name] = kind
            self.decisions.append(dict(name=f"{name}取值", type=kind,
                                       text=f"if {name} = null then {cells[1]} else {name}"))
        elif word == "input":
            name, kind = cells[0].split()
            self.params[name] = kind
            self.notes[name] = cells[1]
        elif word == "let":
            name, kind = cells[0].split()
            self.decisions.append(dict(name=name, type=kind, text=cells[1]))
        elif word == "table":
            name, kind, *hit = rest.split()
            self.decisions.append(dict(name=name, type=kind, inputs=[], rows=[],
                                       hit=" ".join(hit) or "FIRST"))
        elif word == "outputs":
            self.decisions[-1]["outputs"] = rest
        elif word == "in":
            self.decisions[-1]["inputs"].append(rest)
        elif word == "row":
            if len(cells) != len(self.decisions[-1]["inputs"]) + 1:
                raise SystemExit(f"{self.id}: {line}")
            self.decisions[-1]["rows"].append(cells)
        elif word == "rule":
            self.rules.append(cells)
        elif word == "ok":
            self.ok = rest
        elif word == "amount":
            self.amount = rest
        else:
            raise SystemExit(f"{self.id}: {line}")

    def guard(self, word):
        name, rule = GUARDS[word]
        if rule:
            self.rules.append([name, *rule])
        else:
            self.params["适用区划"] = "string"
            self.decisions.append(dict(name="属地", type="boolean",
                                       text=f"{WHOLE_CITY} or {name} = 适用区划"))
            self.rules.append(["属地", "true", f"{name}不在本政策适用的区划内"])

    def finish(self):
        if self.plain:
            return
        inputs = [r[0] for r in self.rules]
        tests = [r[1] for r in self.rules]
        n = len(inputs)
        self.decisions.append(dict(name="资格", type="boolean", inputs=inputs,
                                   rows=[tests + ["true"], ["-"] * n + ["false"]]))
        stairs = [tests + [f'"{self.ok}"']]
        for held in range(n - 1, -1, -1):
            stairs.append(tests[:held] + ["-"] * (n - held) + [f'"{self.rules[held][2]}"'])
        self.decisions.append(dict(name="理由", type="string", inputs=inputs, rows=stairs))
        self.decisions.append(dict(name="金额", type="number",
                                   text=f"if 资格 then decimal({self.amount}, 2) else 0"))


def read_models():
    models = []
    for path in sorted(glob.glob(os.path.join(HERE, "models", "*.txt"))):
        with open(path, encoding="utf-8") as source:
            for line in source:
                line = line.rstrip("\n")
                if line.startswith("@"):
                    models.append(Model(line[1:]))
                elif line and not line.startswith("#"):
                    models[-1].read(line)
    for model in models:
        model.finish()
    return models


def names_in(text, names):
    """Names used in an expression, longest first so that a name inside another is not counted."""
    text = re.sub(r'"[^"]*"', '""', text)
    found = []
    for name in sorted(names, key=len, reverse=True):
        if name in text:
            found.append(name)
            text = text.replace(name, " ")
    left = re.findall(r"[\u4e00-\u9fff]+", text)
    if left:
        raise SystemExit(f"no fact, parameter or decision {left[0]} in {text}")
    return found


def texts_of(decision):
    if "text" in decision:
        return [decision["text"]]
    return decision["inputs"] + [c for row in decision["rows"] for c in row]


def xml_of(model, facts):
    types = {name: TYPES[kind] for (name, subject), kind in facts.items()
             if subject == model.subject}
    types["基准日"] = "date"
    types.update(model.params)
    types.update({d["name"]: d["type"] for d in model.decisions})
    decision_ids = {d["name"]: f"d{i}" for i, d in enumerate(model.decisions, 1)}
    used = []
    for decision in model.decisions:
        decision["uses"] = sorted({n for text in texts_of(decision)
                                   for n in names_in(text, types)}, key=list(types).index)
        used += [n for n in decision["uses"] if n not in decision_ids and n not in used]
    for name in model.params:
        if name not in used:
            raise SystemExit(f"{model.id}: parameter {name} is never used")
    input_ids = {name: f"i{i}" for i, name in enumerate(used, 1)}
    out = ['<?xml version="1.0" encoding="UTF-8"?>',
           '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/"',
           f'             id="{model.id}" name="{escape(model.title)}"',
           f'             namespace="https://citybrain.example/decisions/{model.id}">',
           f"  <description>{escape(model.title)}。依据：{escape(model.basis)}。</description>"]
    for name in used:
        origin = "参数" if name in model.params else "事实"
        if name in model.notes:
            origin += f"：{model.notes[name]}"
        out += [f'  <inputData id="{input_ids[name]}" name="{name}">',
                f"    <description>{origin}</description>",
                f'    <variable name="{name}" typeRef="{types[name]}"/>', "  </inputData>"]
    for decision in model.decisions:
        out += decision_xml(decision, decision_ids, input_ids, types)
    return "\n".join(out + ["</definitions>", ""])


def decision_xml(decision, decision_ids, input_ids, types):
    name = decision["name"]
    out = [f'  <decision id="{decision_ids[name]}" name="{name}">',
           f'    <variable name="{name}" typeRef="{decision["type"]}"/>']
    for used in decision["uses"]:
        kind, ref = (("requiredDecision", decision_ids[used]) if used in decision_ids
                     else ("requiredInput", input_ids[used]))
        out.append(f'    <informationRequirement><{kind} href="#{ref}"/></informationRequirement>')
    if "text" in decision:
        out.append(f'    <literalExpression><text>{escape(decision["text"])}</text>'
                   "</literalExpression>")
    else:
        out += table_xml(decision, types)
    return out + ["  </decision>"]


def table_xml(decision, types):
    hit, _, aggregation = decision.get("hit", "FIRST").partition("+")
    aggregation = f' aggregation="{aggregation}"' if aggregation else ""
    out = [f'    <decisionTable hitPolicy="{hit}"{aggregation}>']
    for text in decision["inputs"]:
        out.append(f'      <input label="{escape(text)}"><inputExpression '
                   f'typeRef="{types.get(text, "number")}"><text>{escape(text)}</text>'
                   "</inputExpression></input>")
    output = f'      <output name="{decision["name"]}" typeRef="{decision["type"]}"'
    if "outputs" in decision:
        out.append(f'{output}><outputValues><text>{escape(decision["outputs"])}</text>'
                   "</outputValues></output>")
    else:
        out.append(output + "/>")
    for row in decision["rows"]:
        out.append("      <rule>")
        out += [f"        <inputEntry><text>{escape(c)}</text></inputEntry>" for c in row[:-1]]
        out.append(f"        <outputEntry><text>{escape(row[-1])}</text></outputEntry>")
        out.append("      </rule>")
    return out + ["    </decisionTable>"]


def main():
    facts = {(f[0], f[1]): f[2] for f in read_facts()}
    os.makedirs(DECISIONS, exist_ok=True)
    models = read_models()
    for path in glob.glob(os.path.join(DECISIONS, "*.dmn")):
        os.remove(path)
    for model in models:
        with open(os.path.join(DECISIONS, f"{model.id}.dmn"), "w", encoding="utf-8") as out:
            out.write(xml_of(model, facts))
    print(f"{len(models)} models")


if __name__ == "__main__":
    main()
