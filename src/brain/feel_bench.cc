// Evaluations a second on one core: a rule of eleven conditions for one subject. The last line is
// "… N evals/s"; bench/feel.sh puts npm feelin beside it.
//   build/feel_bench [--rule]     the rule's text alone
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>

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
    "(last_tax between date(\"2019-01-01\") and date(\"2020-12-31\")) and "
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
  constexpr int rounds = 300'000;
  std::vector<double> rates;
  int held = 0;
  for (int run = 0; run < 7; ++run) {
    const auto start = now_s();
    for (int i = 0; i < rounds; ++i) {
      machine.refresh();
      held += machine.run(*parsed.code, values).is_true() ? 1 : 0;
    }
    rates.push_back(rounds / seconds_since(start));
  }
  std::sort(rates.begin(), rates.end());
  std::printf("one rule of 11 conditions, held %d times of %d, %zu diagnostics: %.0f evals/s\n",
              held, 7 * rounds, diagnostics.size(), rates[3]);
}

}  // namespace
}  // namespace citybrain::brain

int main(int argc, char** argv) {
  if (argc > 1 && std::strcmp(argv[1], "--rule") == 0) {
    std::printf("%s\n", citybrain::brain::rule);
    return 0;
  }
  citybrain::brain::bench_one();
  return 0;
}
