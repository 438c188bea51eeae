// bench one: one subject against every policy of the city through the index, microseconds, beside
// the same policies one by one with Model::evaluate: a firm against the policies for firms and a
// person against those for people, which together are all. Answers and diagnostics are compared.
//   build/one_bench FACTS|--made-up [SUBJECTS]     FACTS: as build/dump_facts writes it
#include <cstdio>
#include <cstdlib>

#include "bench_facts.h"

namespace citybrain::brain {
namespace {

using namespace bench;

// The answers of one subject, both ways; false where they differ.
bool agree(const Side& side, CatalogueRun& run, const Batch& facts, std::size_t row) {
  const SubjectAnswers& answers = run.subject(row);
  const auto& special = answers.special;
  std::size_t next = 0;
  std::size_t noted = 0;
  for (std::size_t p = 0; p < side.entries.size(); ++p) {
    std::span<const Value> values = run.usual(p);
    if (next < special.size() && special[next].model == p) values = special[next++].values;
    const Context context = context_of(side.entries[p], facts, row);
    noted += side.entries[p].model->count_notes({"资格", "金额"}, context);
    if (!same(values[0], side.entries[p].model->evaluate("资格", context).value)) return false;
    if (!same(values[1], side.entries[p].model->evaluate("金额", context).value)) return false;
  }
  return noted == answers.diagnostics;
}

double one_by_one(const Side& side, const Batch& facts, std::size_t rows) {
  double seconds = 0;
  std::size_t known = 0;
  for (std::size_t row = 0; row < rows; ++row) {
    std::vector<Context> contexts;
    for (const CatalogueEntry& e : side.entries) contexts.push_back(context_of(e, facts, row));
    const double start = now_s();
    for (std::size_t p = 0; p < contexts.size(); ++p)
      known += side.entries[p].model->evaluate("金额", contexts[p]).value.is_null() ? 0 : 1;
    seconds += now_s() - start;
  }
  return known > 0 ? seconds / static_cast<double>(rows) * 1e6 : 0;
}

struct One {
  std::size_t policies = 0;
  double ours = 0;  // microseconds a subject
  double other = 0;
};

// The subjects in order, and each opened as the one row of a batch of its own, as it comes when a
// landed change touched it.
double as_rows(CatalogueRun& run, const std::vector<Batch>& singles) {
  const double start = now_s();
  for (const Batch& single : singles) {
    if (!run.open(single)) return 0;
    (void)run.subject(0).special.size();
  }
  return (now_s() - start) / static_cast<double>(singles.size()) * 1e6;
}

std::vector<Batch> singles_of(const Batch& batch) {
  constexpr std::size_t singles_max = 2000;
  std::vector<Batch> out;
  for (std::size_t row = 0; row < std::min(singles_max, batch.rows); ++row) {
    out.emplace_back(batch.schema);
    out.back().append_row(batch.row(row));
  }
  return out;
}

Result<void> run(const Side& side, One& all) {
  constexpr std::size_t compared = 40;
  constexpr int rounds = 7;
  std::vector<Batch> pages;
  std::size_t subjects = 0;
  while (std::optional<Batch> page = side.next()) {
    subjects += page->rows;
    pages.push_back(std::move(*page));
  }
  if (subjects != side.rows) {
    return invalid("there are " + std::to_string(subjects) + " facts of a kind '" + side.name +
                   "', " + std::to_string(side.rows) + " are asked for; fill a larger city");
  }
  CB_TRY(const auto catalogue, Catalogue::compile(side.entries, side.schema));
  CatalogueRun run(catalogue);
  CB_DO(run.open(pages[0]));
  for (std::size_t row = 0; row < std::min(compared, pages[0].rows); ++row) {
    if (!agree(side, run, pages[0], row))
      return internal("row " + std::to_string(row) + " differs");
  }
  std::vector<double> times;
  std::size_t special = 0;
  for (int round = 0; round < rounds; ++round) {
    special = 0;
    const double start = now_s();
    for (const Batch& page : pages) {
      CB_DO(run.open(page));
      for (std::size_t row = 0; row < page.rows; ++row) special += run.subject(row).special.size();
    }
    times.push_back((now_s() - start) / static_cast<double>(subjects) * 1e6);
  }
  const std::vector<Batch> singles = singles_of(pages[0]);
  std::vector<double> alone;
  for (int round = 0; round < rounds; ++round) alone.push_back(as_rows(run, singles));
  std::printf(
      "%s: %zu subjects x %zu policies, %.2f answer otherwise than usual; %.2f us a subject, %.2f "
      "each as a batch of its own; %zu subjects equal one by one\n",
      side.name.c_str(), subjects, side.entries.size(),
      static_cast<double>(special) / static_cast<double>(subjects), median(times), median(alone),
      compared);
  all.policies += side.entries.size();
  all.ours += median(times);
  all.other += one_by_one(side, pages[0], 20);
  return ok();
}

Result<void> run(const std::string& facts, std::size_t subjects) {
  CB_TRY(const City city, read_city());
  CB_TRY(const std::vector<Side> sides, sides_of(city, facts, subjects));
  One all;
  for (const Side& side : sides) CB_DO(run(side, all));
  std::printf("bench %s ours=%.2f other=%.0f ratio=%.0f unit=us\n",
              facts == "--made-up" ? "one_made_up" : "one", all.ours, all.other,
              all.other / all.ours);
  return ok();
}

}  // namespace
}  // namespace citybrain::brain

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: one_bench FACTS|--made-up [SUBJECTS]\n");
    return 2;
  }
  const auto done =
      citybrain::brain::run(argv[1], argc > 2 ? std::strtoul(argv[2], nullptr, 10) : 32'768);
  if (done) return 0;
  std::fprintf(stderr, "one_bench: %s\n", done.error().message.c_str());
  return 1;
}
