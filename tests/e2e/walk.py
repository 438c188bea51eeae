#!/usr/bin/env python3
"""Walks the main job over HTTP against CITYBRAIN_URL: log in, records masked and audited, a policy published
by a second person, matched, claimed by the firm, paid, seen on the board; and what must be refused."""
import http.cookiejar
import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request

URL = os.environ["CITYBRAIN_URL"]
PROGRAM, WORK = sys.argv[1], sys.argv[2]
PASSWORD = "citybrain-demo"
passed = 0


class Caller:
    def __init__(self, login=None):
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))
        if login:
            status, body = self.call("POST", "/api/session", {"login": login, "password": PASSWORD})
            assert status == 200, (login, status, body)

    def call(self, method, path, body=None, headers=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(URL + path, data=data, method=method)
        request.add_header("X-Requested-With", "citybrain")
        if data is not None:
            request.add_header("Content-Type", "application/json")
        for name, value in (headers or {}).items():
            request.add_header(name, value)
        try:
            with self.opener.open(request, timeout=120) as reply:
                raw = reply.read()
                kind = reply.headers.get("Content-Type", "")
                return reply.status, json.loads(raw) if "json" in kind and raw else raw.decode()
        except urllib.error.HTTPError as error:
            raw = error.read()
            try:
                return error.code, json.loads(raw)
            except ValueError:
                return error.code, raw.decode(errors="replace")

    def get(self, path):
        return self.call("GET", path)


def check(name, condition, shown=""):
    global passed
    if not condition:
        print(f"FAIL {name}: {json.dumps(shown, ensure_ascii=False)[:600]}")
        sys.exit(1)
    passed += 1
    print(f"ok   {name}")


def wait_for(name, probe, seconds=60):
    last = None
    for _ in range(seconds * 2):
        good, last = probe()
        if good:
            check(name, True)
            return last
        time.sleep(0.5)
    check(name, False, last)


def surface():
    anyone = Caller()
    for path in ("/healthz", "/readyz", "/openapi.json", "/", "/docs/"):
        status, body = anyone.get(path)
        check(f"GET {path}", status == 200, body if isinstance(body, dict) else status)
    status, body = anyone.get("/api/resources")
    check("a stranger is asked to log in", status == 401, body)
    status, body = anyone.call("POST", "/api/session", {"login": "firm", "password": "wrong-password"})
    check("a wrong password is refused", status in (401, 403), body)
    status, body = anyone.call("POST", "/api/session", {"login": 7})
    check("a malformed body names its place", status == 400 and "/login" in body["detail"], body)


def records():
    steward = Caller("steward")
    status, page = steward.get("/api/resources?size=200")
    check("the catalogue lists at least 120 resources", status == 200 and page["total"] >= 120, page.get("total"))
    check("rows have landed", sum(r["rows"] for r in page["items"]) > 1000)
    status, quarantine = steward.get("/api/quarantine")
    check("dirty rows are in quarantine with reasons", status == 200 and quarantine["total"] > 0 and quarantine["items"][0]["reasons"], quarantine)
    status, read = steward.get("/api/resources/person_registry/records?limit=5&purpose=quality")
    check("records are read masked", status == 200 and any(c["masked"] for c in read["columns"]), read)
    status, body = Caller("firm").get("/api/resources/person_registry/records?limit=5&purpose=quality")
    check("a firm sees no people", status == 403 or (status == 200 and body["rows"] == []), body)
    auditor = Caller("auditor")
    status, head = auditor.get("/api/audit/head")
    check("the audit log has a head", status == 200 and head["size"] > 0, head)
    status, proof = auditor.get(f"/api/audit/{read['audit']['index']}/proof")
    check("the read is provable in the log", status == 200 and proof["index"] == read["audit"]["index"], proof)


def benefit():
    finance, checker, firm = Caller("finance"), Caller("finance2"), Caller("firm")
    status, page = finance.get("/api/policies?size=200")
    check("policies are listed", status == 200 and page["total"] >= 565, page.get("total"))
    status, body = firm.call("POST", "/api/policies/" + page["items"][0]["code"] + "/match")
    check("a firm may not run matching", status == 403, body)
    status, mine = firm.get("/api/me/entitlements?all=1")
    check("the firm sees what it is entitled to and why", status == 200 and any(e["entitled"] for e in mine["items"]), mine)
    check("and why not", any(not e["entitled"] and e["reasons"] for e in mine["items"]), mine["items"][:2])
    claimable = [e for e in mine["items"] if e["state"] == "claimable"]
    check("something is claimable", claimable, [e["state"] for e in mine["items"]])
    status, claim = firm.call("POST", "/api/me/claims", {"policy": claimable[0]["policy"]})
    check("one click claims it", status in (200, 201), claim)
    status, again = firm.call("POST", "/api/me/claims", {"policy": claimable[0]["policy"]})
    check("a second click makes no second claim", status in (200, 409), again)

    def paid():
        _, claims = firm.get("/api/me/claims")
        states = {c["policy"]: c["state"] for c in claims["items"]}
        if states.get(claimable[0]["policy"]) in ("claimed", "submitted", "reviewing"):
            _, waiting = checker.get("/api/claims")
            for c in waiting["items"]:
                checker.call("POST", f"/api/claims/{c['id']}/approve", {})
        return states.get(claimable[0]["policy"]) == "paid", claims
    wait_for("the money arrives", paid)
    status, lines = finance.get("/api/lines")
    check("no line is overspent", status == 200 and all(l["available_fen"] >= 0 for l in lines["items"]), lines)


def board():
    leader = Caller("leader")
    status, body = leader.get("/api/board")
    check("the board shows at most six key figures", status == 200 and 0 < len(body["indicators"]) <= 6, body)
    status, one = leader.get("/api/indicators/" + body["indicators"][0]["code"])
    check("a figure opens its definition and links", status == 200 and one.get("links"), one)


def ingest():
    path = os.path.join(WORK, "extra.csv")
    steward = Caller("steward")
    _, entry = steward.get("/api/resources/ent_registry")
    items = [i["code"] for i in entry["item_list"]]
    with open(path, "w", encoding="utf-8") as out:
        out.write(",".join(items) + "\n" + ",".join("x" for _ in items) + "\n")
    ran = subprocess.run([PROGRAM, "ingest", path, "--resource", "ent_registry", "--data", WORK + "/city"], capture_output=True, text=True)
    check("a bad row by the command line is quarantined", ran.returncode == 0 and json.loads(ran.stdout)["rows_quarantined"] == 1, ran.stdout + ran.stderr)
    ran = subprocess.run([PROGRAM, "ingest", path, "--resource", "ent_registr", "--data", WORK + "/city"], capture_output=True, text=True)
    check("an unknown resource is named, with the nearest", ran.returncode != 0 and "ent_registr" in ran.stderr, ran.stderr)


def rules():
    officer = Caller("policy")
    text = open(os.path.join(os.path.dirname(__file__), "../../decisions/baoche.dmn"), encoding="utf-8").read()
    body = {"id": "trial", "effective_from": "2020-12-01"}
    status, refused = officer.call("POST", "/api/models", {**body, "xml": text.replace("返岗包车费用", "返岗包车花费")})
    check("a model that names an unknown fact is refused, naming it", status == 400 and "返岗包车花费" in refused["detail"], refused)
    status, refused = officer.call("POST", "/api/models", {**body, "xml": text[: len(text) // 2]})
    check("a model that is not well-formed is refused, saying where", status == 400 and "line" in refused["detail"], refused)
    status, draft = officer.call("POST", "/api/models", {**body, "xml": text})
    check("a sound model becomes a draft", status == 201 and draft["state"] == "draft", draft)
    path = f"/api/models/trial/{draft['version']}"
    check("its author submits it", officer.call("POST", path + "/submit")[0] == 200)
    check("its author may not publish it", officer.call("POST", path + "/publish")[0] in (403, 409))
    check("a second person publishes it", Caller("publisher").call("POST", path + "/publish")[0] == 200)


for part in (surface, records, rules, benefit, board, ingest):
    part()
print(f"{passed} passed, 0 failed")
