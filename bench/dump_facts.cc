// The facts that the city's policies ask for, of as many firms and people of a filled demo city as
// are wanted, as the file that brain's benchmarks read (src/brain/bench_facts.h). Of people, who
// are more than firms, every so many-th, so that they come from the whole registry.
//   build/dump_facts DATA_DIR FILE [SUBJECTS]     SUBJECTS of each kind; else 500,000
#include <cstdio>
#include <cstdlib>

#include "base/csv.h"
#include "bench_facts.h"
#include "facts/facts.h"
#include "rooms.h"

namespace {

using namespace citybrain;

constexpr std::size_t sampled_page_rows = brain::bench::page_rows;

Result<std::set<std::string>> wanted_of(cli::City& city, const brain::bench::City& policies,
                                        const std::string& type) {
  std::set<std::string> wanted;
  for (std::size_t p = 0; p < policies.entries.size(); ++p) {
    if (policies.subjects[p] != type) continue;
    for (const brain::Input& input : policies.entries[p].model->inputs()) {
      if (city.facts().find(type, input.name) != nullptr) wanted.insert(input.name);
    }
  }
  return wanted;
}

Result<void> dump(cli::City& city, const brain::bench::City& policies, const std::string& type,
                  std::size_t subjects, brain::bench::FactsWriter& out) {
  CB_TRY(const std::set<std::string> wanted, wanted_of(city, policies, type));
  guard::InternalPurpose purpose;
  purpose.code = "bench.match";
  purpose.basis = "benchmark over demo data";
  std::size_t there = 0;
  const auto counted = city.facts().batches(type, {*wanted.begin()}, purpose, [&](const Batch& b) {
    there += b.rows;
    return ok();
  });
  if (!counted) return counted.error();
  const std::size_t step = std::max<std::size_t>(1, there / subjects);
  std::size_t seen = 0;
  std::size_t taken = 0;
  Batch page;
  const auto read = city.facts().batches(
      type, {wanted.begin(), wanted.end()}, purpose, [&](const Batch& batch) -> Result<void> {
        if (page.columns.empty()) page = Batch(batch.schema);
        for (std::size_t row = 0; row < batch.rows; ++row, ++seen) {
          if (seen % step != 0 || taken == subjects) continue;
          for (std::size_t c = 0; c < page.columns.size(); ++c)
            page.columns[c].append(batch.columns[c].cell_at(row));
          ++page.rows;
          ++taken;
          if (page.rows < sampled_page_rows) continue;
          CB_DO(out.write(type, page));
          page.clear();
        }
        return ok();
      });
  if (!read) return read.error();
  if (page.rows > 0) CB_DO(out.write(type, page));
  std::printf("%s: %zu of %zu subjects, %zu facts\n", type.c_str(), taken, there, wanted.size());
  return ok();
}

Result<void> run(const std::string& data_dir, const std::string& path, std::size_t subjects) {
  CB_TRY(const brain::bench::City policies, brain::bench::read_city());
  cli::CityOptions options;
  options.data_dir = data_dir;
  options.demo = true;
  CB_TRY(const std::unique_ptr<cli::City> city, cli::City::open(options));
  const std::string part = path + ".part";
  {
    brain::bench::FactsWriter out(part);
    CB_DO(dump(*city, policies, "enterprise", subjects, out));
    CB_DO(dump(*city, policies, "person", subjects, out));
  }
  std::filesystem::rename(part, path);
  return ok();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fprintf(stderr, "usage: dump_facts DATA_DIR FILE [SUBJECTS]\n");
    return 2;
  }
  const auto done = run(argv[1], argv[2], argc > 3 ? std::strtoul(argv[3], nullptr, 10) : 500'000);
  if (done) return 0;
  std::fprintf(stderr, "dump_facts: %s\n", done.error().message.c_str());
  return 1;
}
