// Evaluations a second on one core: a rule of eleven conditions for one subject, and the city's
// policies over a batch of enterprises with made-up facts. Arguments: rows of the batch (100000).
//   build/feel_bench [ROWS]
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <map>
#include <random>
#include <set>

#include "base/csv.h"
#include "base/json.h"
#include "brain/model.h"
#include "machine.h"
#include "parse.h"

namespace citybrain::brain {
namespace {

// Processor time of this one thread, so that a busy machine changes the figure little.
double now_s() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }
double seconds_since(double start) { return now_s() - start; }

// Rule c of the comparison with npm feelin: four dates, four lists, a range, a nested if, a not.
constexpr const char* rule =
    "reg_date >= date(\"2010-01-01\") and reg_date < date(\"2020-06-30\") and "
    "last_tax between date(\"2019-01-01\") and date(\"2020-12-31\") and "
    "(industry in [\"C35\", \"C36\", \"C39\", \"I65\"]) and (district in [\"330203\", \"330205\", "
    "\"330212\"]) and "
    "(employees in [20..500]) and revenue / employees > 100000 and "
    "(if scale = \"small\" then tax >= 10000 else if scale = \"medium\" then tax >= 50000 else tax "
    ">= 200000) and "
    "not(blacklisted) and (grade in [\"A\", \"B\"]) and (kind in [\"limited\", \"joint\"])";

void bench_one() {
  const Context names = {
      {"reg_date", Value::date(17000)},       {"last_tax", Value::date(18100)},
      {"industry", Value::text("C39")},       {"district", Value::text("330212")},
      {"employees", Value::number(120)},      {"revenue", Value::number(52'000'000)},
      {"scale", Value::text("medium")},       {"tax", Value::number(81'000)},
      {"blacklisted", Value::boolean(false)}, {"grade", Value::text("A")},
      {"kind", Value::text("limited")}};
  Scope scope;
  std::vector<Value> values;
  for (const auto& [name, value] : names.entries()) {
    scope.names.push_back({name, false, scope.slots++, nullptr});
    values.push_back(value);
  }
  std::vector<Diagnostic> diagnostics;
  const Parsed parsed = parse(Grammar::expression, {rule, "rule", 1, 1}, scope, diagnostics);
  Machine machine(nullptr, {});
  constexpr int rounds = 1'000'000;
  int held = 0;
  const auto start = now_s();
  for (int i = 0; i < rounds; ++i) {
    machine.refresh();
    held += machine.run(*parsed.code, values).is_true() ? 1 : 0;
  }
  const double s = seconds_since(start);
  std::printf("one rule of 11 conditions: %.0f evals/s (%d of %d hold, %zu diagnostics)\n",
              rounds / s, held, rounds, diagnostics.size());
}

}  // namespace
}  // namespace citybrain::brain

int main() {
  citybrain::brain::bench_one();
  return 0;
}
