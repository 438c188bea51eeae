// bench load: 565 models from DMN text to a compiled catalogue: the city's policies, each text read
// and checked for itself, though policies share texts; beside the catalogue's compiling alone.
//   build/load_bench [ROUNDS]
#include <cstdio>
#include <cstdlib>

#include "bench_made_up.h"

namespace citybrain::brain {
namespace {

using namespace bench;

Result<void> run(int rounds) {
  CB_TRY(const City city, read_city());
  const Schema schema = facts_schema(city);
  std::vector<double> loads;
  std::vector<double> compiles;
  std::size_t bytes = 0;
  for (int round = 0; round < rounds; ++round) {
    std::vector<CatalogueEntry> entries = city.entries;
    bytes = 0;
    double start = now_s();
    for (std::size_t p = 0; p < entries.size(); ++p) {
      const std::string& xml = city.xml.at(city.models[p]);
      CB_TRY(entries[p].model, Model::load(xml).checked());
      bytes += xml.size();
    }
    const double load = now_s() - start;
    start = now_s();
    CB_TRY(const auto catalogue, Catalogue::compile(std::move(entries), schema));
    compiles.push_back(now_s() - start);
    loads.push_back(load + compiles.back());
  }
  const double ours = median(loads);
  const double other = median(compiles);
  std::printf("%zu models, %zu bytes of DMN text\n", city.entries.size(), bytes);
  std::printf("bench load ours=%.3f other=%.3f ratio=%.2f unit=s\n", ours, other, other / ours);
  return ok();
}

}  // namespace
}  // namespace citybrain::brain

int main(int argc, char** argv) {
  const auto done = citybrain::brain::run(argc > 1 ? std::atoi(argv[1]) : 5);
  if (done) return 0;
  std::fprintf(stderr, "load_bench: %s\n", done.error().message.c_str());
  return 1;
}
