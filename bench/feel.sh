#!/usr/bin/env bash
# A rule of eleven conditions (dates, lists, a range, a nested if) for one subject, evaluations a second on
# one core, beside npm feelin: its public interface, and its closures kept after parsing once.
set -euo pipefail
cd "$(dirname "$0")/.."
(cd bench/matching && [ -d node_modules ] || npm ci --silent)
ours=$(build/feel_bench)
echo "$ours"
peer=$(node bench/matching/feel_peer.mjs "$(build/feel_bench --rule)")
python3 - "$ours" "$peer" <<'PY'
import json, sys
ours = float(sys.argv[1].rsplit("\n", 1)[-1].split()[-2])
peer = json.loads(sys.argv[2])
for name, other in (("feel", peer["public"]), ("feel_parsed_once", peer["once"])):
    print(f"bench {name} ours={ours:.0f} other={other:.0f} ratio={ours / other:.1f} unit=evals/s")
PY
