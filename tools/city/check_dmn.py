"""Checks decisions/*.dmn against the structure of the DMN 1.3 schema as far as our models use it:
order of elements, references that resolve, one entry a column, the three decisions 资格 金额 理由, and
inputs that are facts of city/facts.csv, parameters of every policy of the model, or 基准日."""
import glob
import json
import os
import sys
import xml.etree.ElementTree as ET

from common import CITY, DECISIONS, read_csv

NS = "{https://www.omg.org/spec/DMN/20191111/MODEL/}"
ORDER = {
    "inputData": ["description", "variable"],
    "decision": ["description", "variable", "informationRequirement", "decisionTable",
                 "literalExpression"],
    "decisionTable": ["input", "output", "rule"],
    "rule": ["inputEntry", "outputEntry"],
}


def local(element):
    return element.tag.replace(NS, "")


def structure(element, problems):
    order = ORDER.get(local(element))
    if order:
        places = [order.index(local(c)) if local(c) in order else -1 for c in element]
        if -1 in places or places != sorted(places):
            problems.append(f"{local(element)} {element.get('name')}: wrong order of elements")
    for child in element:
        structure(child, problems)


def check_table(decision, problems):
    table = decision.find(f"{NS}decisionTable")
    if table is None:
        return
    columns = len(table.findall(f"{NS}input"))
    for n, rule in enumerate(table.findall(f"{NS}rule"), 1):
        if (len(rule.findall(f"{NS}inputEntry")) != columns
                or len(rule.findall(f"{NS}outputEntry")) != 1):
            problems.append(f"{decision.get('name')}: rule {n} has not {columns} entries")


def check(path, facts, policies):
    problems = []
    root = ET.parse(path).getroot()
    if root.tag != f"{NS}definitions":
        return ["not DMN 1.3"]
    structure(root, problems)
    ids = {e.get("id") for e in root.iter() if e.get("id")}
    for reference in root.iter():
        href = reference.get("href")
        if href and href[1:] not in ids:
            problems.append(f"{href} leads nowhere")
    decisions = {d.get("name"): d for d in root.findall(f"{NS}decision")}
    for name, kind in (("资格", "boolean"), ("金额", "number"), ("理由", "string")):
        found = decisions.get(name)
        if found is None or found.find(f"{NS}variable").get("typeRef") != kind:
            problems.append(f"no decision {name} of type {kind}")
    for decision in decisions.values():
        check_table(decision, problems)
    used = [p for p in policies if p["model"] == root.get("id")]
    for entry in root.findall(f"{NS}inputData"):
        name = entry.get("name")
        for policy in used:
            subject = (name, policy["subject"])
            if (name != "基准日" and subject not in facts
                    and name not in json.loads(policy["parameters"])):
                problems.append(f"{policy['code']} lacks {name}")
    if policies and not used:
        problems.append("no policy uses it")
    return problems


def main():
    facts = {(f["fact"], f["subject"]) for f in read_csv("facts.csv")}
    policies = read_csv("policies.csv") if os.path.exists(f"{CITY}/policies.csv") else []
    paths = sorted(glob.glob(f"{DECISIONS}/*.dmn"))
    wrong = 0
    for path in paths:
        for problem in check(path, facts, policies):
            print(f"{os.path.basename(path)}: {problem}")
            wrong += 1
    print(f"{len(paths)} models, {wrong} problems")
    return 1 if wrong or not paths else 0


if __name__ == "__main__":
    sys.exit(main())
