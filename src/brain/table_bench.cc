// bench table: a FIRST table of 3,700 rules (product, district, sum and date to a rate), from DMN
// text, microseconds an evaluation through Model::evaluate; beside the same table with explaining,
// which tries every rule. Results are compared.
#include <cstdio>
#include <random>

#include "bench_city.h"

namespace citybrain::brain {
namespace {

using namespace bench;

constexpr int rules = 3700;

std::string cell(const std::string& text) {
  return "<inputEntry><text>" + text + "</text></inputEntry>";
}

std::string model_text() {
  std::string out =
      "<definitions xmlns=\"https://www.omg.org/spec/DMN/20191111/MODEL/\" id=\"m\" name=\"m\" "
      "namespace=\"urn:m\">";
  const char* names[] = {"品类", "区划", "金额", "日期"};
  const char* types[] = {"string", "string", "number", "date"};
  for (int i = 0; i < 4; ++i) {
    out += std::string("<inputData id=\"i") + names[i] + "\" name=\"" + names[i] +
           "\"><variable name=\"" + names[i] + "\" typeRef=\"" + types[i] + "\"/></inputData>";
  }
  out += "<decision id=\"d\" name=\"档\"><variable name=\"档\" typeRef=\"number\"/>";
  for (const char* name : names)
    out += std::string("<informationRequirement><requiredInput href=\"#i") + name +
           "\"/></informationRequirement>";
  out += "<decisionTable hitPolicy=\"FIRST\">";
  for (const char* name : names)
    out +=
        std::string("<input><inputExpression><text>") + name + "</text></inputExpression></input>";
  out += "<output/>";
  for (int r = 0; r < rules; ++r) {
    out += "<rule>" + cell("\"P" + std::to_string(r % 370) + "\"") +
           cell(r % 5 == 0 ? "-" : "\"3302" + std::to_string(r % 15) + "\"") +
           cell("[" + std::to_string(r) + ".." + std::to_string(r + 900) + ")") +
           cell(r % 3 == 0 ? "&gt;= date(\"2020-01-01\")" : "-") + "<outputEntry><text>" +
           std::to_string(r) + "</text></outputEntry></rule>";
  }
  return out + "</decisionTable></decision></definitions>";
}

Result<void> run() {
  double start = now_s();
  CB_TRY(const auto model, Model::load(model_text()).checked());
  const double load = now_s() - start;
  std::mt19937_64 random(3);
  std::vector<Context> subjects;
  for (int i = 0; i < 2000; ++i) {
    Context c;
    c.set("品类", Value::text("P" + std::to_string(random() % 380)));
    c.set("区划", Value::text("3302" + std::to_string(random() % 16)));
    c.set("金额", Value::number(static_cast<std::int64_t>(random() % 5000)));
    c.set("日期", Value::date(static_cast<std::int64_t>(18000 + random() % 600)));
    subjects.push_back(std::move(c));
  }
  EvaluateOptions trying;
  trying.explain = true;
  std::size_t hits = 0;
  start = now_s();
  constexpr std::size_t tried = 20;
  for (std::size_t i = 0; i < tried; ++i) {
    if (!same(model->evaluate("档", subjects[i], trying).value,
              model->evaluate("档", subjects[i]).value)) {
      return internal("subject " + std::to_string(i) + " differs");
    }
  }
  const double other = (now_s() - start) / static_cast<double>(tried) * 1e6;
  std::vector<double> times;
  for (int round = 0; round < 9; ++round) {
    hits = 0;
    start = now_s();
    for (const Context& c : subjects) hits += model->evaluate("档", c).value.is_null() ? 0 : 1;
    times.push_back((now_s() - start) / static_cast<double>(subjects.size()) * 1e6);
  }
  const double ours = median(times);
  std::printf("%d rules loaded in %.3f s; %zu of %zu subjects hit a rule\n", rules, load, hits,
              subjects.size());
  std::printf("bench table ours=%.2f other=%.0f ratio=%.0f unit=us\n", ours, other, other / ours);
  return ok();
}

}  // namespace
}  // namespace citybrain::brain

int main() {
  const auto done = citybrain::brain::run();
  if (done) return 0;
  std::fprintf(stderr, "table_bench: %s\n", done.error().message.c_str());
  return 1;
}
