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

struct Policy {
  std::shared_ptr<const Model> model;
  Context parameters;
};

// A column for every input that no policy gives as a parameter, of plausible spread.
Batch facts_of(const std::vector<Policy>& policies, std::size_t rows) {
  std::map<std::string, std::string> inputs;
  std::map<std::string, std::set<std::string>> words;
  for (const Policy& p : policies) {
    for (const Input& input : p.model->inputs()) {
      if (p.parameters.find(input.name) == nullptr) inputs.emplace(input.name, input.type);
    }
  }
  std::mt19937_64 random(1);
  Schema schema;
  for (const auto& [name, type] : inputs) {
    Field f{name, citybrain::Type::text, 0};
    if (type == "number") f = {name, citybrain::Type::decimal, 2};
    if (type == "boolean") f.type = citybrain::Type::boolean;
    if (type == "date") f.type = citybrain::Type::date;
    schema.fields.push_back(f);
  }
  Batch batch(schema);
  const std::vector<std::string> texts = {"330203", "330205", "330212", "330211", "存续",
                                          "非公",   "制造业", "住宿业", "餐饮业", "A",
                                          "B",      "规上",   "在库",   "本科",   "正常"};
  for (Column& column : batch.columns) {
    column.reserve(rows);
    for (std::size_t i = 0; i < rows; ++i) {
      if (random() % 20 == 0) {
        column.append_null();
        continue;
      }
      switch (column.type()) {
        case citybrain::Type::text: column.append_text(texts[random() % texts.size()]); break;
        case citybrain::Type::boolean: column.append_int(random() % 2); break;
        case citybrain::Type::date:
          column.append_int(static_cast<std::int64_t>(17500 + random() % 1000));
          break;
        default: column.append_int(static_cast<std::int64_t>(random() % 100'000'00)); break;
      }
    }
  }
  batch.rows = rows;
  return batch;
}

Result<std::vector<Policy>> city_policies(const std::string& home) {
  CB_TRY(const CsvTable table, read_csv(home + "/city/policies.csv", {"model", "parameters"}));
  std::map<std::string, std::shared_ptr<const Model>> models;
  std::vector<Policy> out;
  const auto start = now_s();
  for (std::size_t i = 0; i < table.rows.size(); ++i) {
    const std::string& id = table.at(i, "model");
    if (!models.contains(id)) {
      CB_TRY(const std::string xml, read_file(home + "/decisions/" + id + ".dmn"));
      CB_TRY(models[id], Model::load(xml).checked());
    }
    CB_TRY(const json::value parameters, parse_json(table.at(i, "parameters")));
    CB_TRY(Context context, models[id]->read_inputs(parameters.as_object()));
    context.set("基准日", Value::date(18590));
    out.push_back({models[id], std::move(context)});
  }
  std::printf("load: %zu models, %zu policies in %.3f s\n", models.size(), out.size(),
              seconds_since(start));
  return out;
}

// Every policy over every row, as matching does it: in blocks, bound once.
Result<void> bench_batch(const std::vector<Policy>& policies, std::size_t rows) {
  constexpr std::size_t block_rows = 4096;
  const std::vector<std::string> wanted = {"资格", "金额"};
  auto start = now_s();
  std::vector<std::shared_ptr<const Program>> programs;
  for (const Policy& p : policies) {
    CB_TRY(auto program, p.model->bind(wanted, p.parameters));
    programs.push_back(std::move(program));
  }
  std::printf("bind: %zu programs in %.3f s\n", programs.size(), seconds_since(start));
  std::size_t entitled = 0;
  std::size_t evaluations = 0;
  double spent = 0;
  std::size_t done = 0;
  while (done < rows) {
    const std::size_t n = std::min(block_rows, rows - done);
    const Batch batch = facts_of(policies, n);
    start = now_s();
    const Block block(batch);
    for (const auto& program : programs) {
      CB_TRY(const BatchOutcome outcome, program->evaluate(block));
      for (std::size_t row = 0; row < n; ++row)
        entitled += outcome.columns[0].at(row).is_true() ? 1 : 0;
      evaluations += n;
    }
    spent += seconds_since(start);
    done += n;
  }
  std::printf("batch: %zu rows x %zu policies in %.2f s: %.0f policy-evals/s (%zu entitled)\n",
              rows, programs.size(), spent, static_cast<double>(evaluations) / spent, entitled);
  // The same, one subject at a time.
  const Batch batch = facts_of(policies, 200);
  start = now_s();
  evaluations = 0;
  for (std::size_t row = 0; row < batch.rows; ++row) {
    Context facts;
    for (std::size_t c = 0; c < batch.columns.size(); ++c) {
      facts.set(batch.schema.fields[c].name, Value::of(batch.columns[c].cell_at(row)));
    }
    for (const Policy& p : policies) {
      Context context;
      context.reserve(p.model->inputs().size());
      for (const Input& input : p.model->inputs()) {
        const Value* v = p.parameters.find(input.name);
        if (v == nullptr) v = facts.find(input.name);
        if (v != nullptr) context.set(input.name, *v);
      }
      evaluations += p.model->evaluate("金额", context).diagnostics.size() < 1000 ? 1 : 0;
    }
  }
  std::printf("one by one: %.0f policy-evals/s\n",
              static_cast<double>(evaluations) / seconds_since(start));
  return ok();
}

int run(int argc, char** argv) {
  bench_one();
  const std::string home = std::filesystem::exists("decisions") ? "." : "..";
  const auto policies = city_policies(home);
  if (!policies) {
    std::printf("city: %s\n", policies.error().message.c_str());
    return 1;
  }
  const auto done = bench_batch(*policies, argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 100'000);
  if (!done) std::printf("batch: %s\n", done.error().message.c_str());
  return done ? 0 : 1;
}

}  // namespace
}  // namespace citybrain::brain

int main(int argc, char** argv) { return citybrain::brain::run(argc, argv); }
