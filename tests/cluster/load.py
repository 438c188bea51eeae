#!/usr/bin/env python3
"""Reads and writes against CITYBRAIN_URL until stdin closes, then says how it went, as JSON. A write is a row
pushed with an idempotency key, sent again with the same key until it is acknowledged, as a department's
system would. The longest time between two answers is what a caller feels of a take-over.
usage: load.py [THREADS]"""
import collections
import http.client
import json
import os
import sys
import threading
import time
import urllib.parse

URL = urllib.parse.urlsplit(os.environ["CITYBRAIN_URL"])
THREADS = int(sys.argv[1]) if len(sys.argv) > 1 else 6
RUN = f"{time.time_ns() // 1_000_000 % 10**8:08d}"
stop = threading.Event()
lock = threading.Lock()
asked = collections.Counter()
failed = []
answers = []
pushed = 0


def call(method, path, headers, body=None):
    connection = http.client.HTTPConnection(URL.hostname, URL.port, timeout=30)
    try:
        connection.request(method, path, body, {"X-Requested-With": "citybrain", **headers})
        reply = connection.getresponse()
        return reply.status, reply.headers.get("Set-Cookie", ""), reply.read()
    finally:
        connection.close()


def login(name):
    body = json.dumps({"login": name, "password": "citybrain-demo"})
    status, cookie, text = call("POST", "/api/session", {"Content-Type": "application/json"}, body)
    assert status == 200, (status, text)
    return cookie.split(";")[0]


def one(kind, *request):
    """Whether it was answered with success; whatever else happened is kept."""
    at = time.monotonic()
    try:
        status, _, text = call(*request)
    except OSError as error:
        status, text = 0, repr(error).encode()
    except http.client.HTTPException as error:
        status, text = 0, repr(error).encode()
    now = time.monotonic()
    with lock:
        asked[kind] += 1
        if status in (200, 201):
            answers.append((at, now))
            return True
        failed.append((kind, status, text[:160].decode(errors="replace")))
    return False


def run(number, cookie):
    global pushed
    turn = 0
    while not stop.is_set():
        turn += 1
        if turn % 4:
            one("read", "GET", "/api/resources?size=2", {"Cookie": cookie})
            continue
        key = f"{RUN}{number:02d}{turn:06d}"[-12:]
        row = json.dumps({"group_no": key, "name": "志愿服务队", "hours": "1.5"}, ensure_ascii=False)
        headers = {"Cookie": cookie, "Content-Type": "application/x-ndjson", "Idempotency-Key": key}
        for attempt in range(60):
            if one("write", "POST", "/api/resources/volunteers/records", headers, row.encode()):
                with lock:
                    pushed += 1
                break
            time.sleep(0.2)


def rows(cookie):
    status, _, text = call("GET", "/api/resources/volunteers", {"Cookie": cookie})
    assert status == 200, (status, text)
    return json.loads(text)["rows"]


cookie = login("engineer")
before = rows(cookie)
threads = [threading.Thread(target=run, args=(n, cookie)) for n in range(THREADS)]
for t in threads:
    t.start()
print("running", flush=True)
sys.stdin.read()
stop.set()
for t in threads:
    t.join()
landed = rows(cookie) - before
for _ in range(100):  # the figure follows the columns, which follow the rows
    if landed >= pushed:
        break
    time.sleep(0.1)
    landed = rows(cookie) - before
answers.sort(key=lambda a: a[1])
ends = [a[1] for a in answers]
print(json.dumps({
    **asked,
    "failed": len(failed),
    "longest_gap_s": round(max((b - a for a, b in zip(ends, ends[1:])), default=0), 3),
    "slowest_s": round(max((b - a for a, b in answers), default=0), 3),
    "acknowledged": pushed,
    "landed": landed,
    "failures": failed[:5]}, ensure_ascii=False))
