// bench one: one subject against every policy of the city through the index, microseconds, beside
// the same policies one by one with Model::evaluate. Answers and diagnostics are compared.
//   build/one_bench [SUBJECTS]
#include <cstdio>
#include <cstdlib>

#include "bench_city.h"

namespace citybrain::brain {
namespace {

using namespace bench;

// The answers of one subject, both ways; false where they differ.
bool agree(const City& city, CatalogueRun& run, const Batch& facts, std::size_t row) {
  const SubjectAnswers& answers = run.subject(row);
  const auto& special = answers.special;
  std::size_t next = 0;
  std::size_t noted = 0;
  for (std::size_t p = 0; p < city.entries.size(); ++p) {
    std::span<const Value> values = run.usual(p);
    if (next < special.size() && special[next].model == p) values = special[next++].values;
    const Context context = context_of(city.entries[p], facts, row);
    noted += city.entries[p].model->count_notes({"资格", "金额"}, context);
    if (!same(values[0], city.entries[p].model->evaluate("资格", context).value)) return false;
    if (!same(values[1], city.entries[p].model->evaluate("金额", context).value)) return false;
  }
  return noted == answers.diagnostics;
}

double one_by_one(const City& city, const Batch& facts, std::size_t rows) {
  double seconds = 0;
  std::size_t noted = 0;
  for (std::size_t row = 0; row < rows; ++row) {
    std::vector<Context> contexts;
    for (const CatalogueEntry& e : city.entries) contexts.push_back(context_of(e, facts, row));
    const double start = now_s();
    for (std::size_t p = 0; p < contexts.size(); ++p)
      noted += city.entries[p].model->evaluate("金额", contexts[p]).diagnostics.size();
    seconds += now_s() - start;
  }
  return noted > 0 ? seconds / static_cast<double>(rows) * 1e6 : 0;
}

Result<void> run(std::size_t subjects) {
  constexpr std::size_t compared = 40;
  constexpr int rounds = 7;
  CB_TRY(const City city, read_city());
  Facts facts(city, 2);
  const Batch batch = facts.page(subjects);
  CB_TRY(const auto catalogue, Catalogue::compile(city.entries, facts.schema()));
  CatalogueRun run(catalogue);
  CB_DO(run.open(batch));
  for (std::size_t row = 0; row < std::min(compared, batch.rows); ++row) {
    if (!agree(city, run, batch, row)) return internal("row " + std::to_string(row) + " differs");
  }
  std::vector<double> times;
  std::size_t special = 0;
  for (int round = 0; round < rounds; ++round) {
    special = 0;
    const double start = now_s();
    for (std::size_t row = 0; row < batch.rows; ++row) {
      special += run.subject(row).special.size();
    }
    times.push_back((now_s() - start) / static_cast<double>(batch.rows) * 1e6);
  }
  const double ours = median(times);
  const double other = one_by_one(city, batch, 20);
  std::printf(
      "%zu subjects, %.2f of %zu policies answer otherwise than usual; %zu subjects equal "
      "one by one\n",
      batch.rows, static_cast<double>(special) / static_cast<double>(batch.rows),
      city.entries.size(), compared);
  std::printf("bench one ours=%.2f other=%.0f ratio=%.0f unit=us\n", ours, other, other / ours);
  return ok();
}

}  // namespace
}  // namespace citybrain::brain

int main(int argc, char** argv) {
  const auto done = citybrain::brain::run(argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 2000);
  if (done) return 0;
  std::fprintf(stderr, "one_bench: %s\n", done.error().message.c_str());
  return 1;
}
