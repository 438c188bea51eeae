// How fast facts are collected: rows per second into 300 facts of 100,000 subjects, in memory.
// Prints one line; it is no comparison with another program, so `other` is the bare hashing of the
// subjects.
#include <chrono>
#include <cstdio>
#include <unordered_map>

#include "gather.h"

namespace citybrain::facts {
namespace {

constexpr std::size_t subjects = 100'000;
constexpr std::size_t facts_of_resource = 6;
constexpr std::size_t resources = 50;

std::string id_of(std::size_t n) { return "91330200MA" + std::to_string(10'000'000 + n); }

Batch rows_of(std::size_t from, std::size_t count) {
  Batch batch(Schema{{{"uscc"}, {"year", Type::integer}, {"total", Type::decimal, 2}}, {}});
  for (std::size_t i = from; i < from + count; ++i) {
    batch.columns[0].append_text(id_of(i));
    batch.columns[1].append_int(2018 + static_cast<std::int64_t>(i % 3));
    batch.columns[2].append_int(static_cast<std::int64_t>(i));
  }
  batch.rows = count;
  return batch;
}

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

int run() {
  std::vector<Fact> declared;
  for (std::size_t r = 0; r < resources; ++r) {
    for (std::size_t f = 0; f < facts_of_resource; ++f) {
      Fact fact;
      fact.subject = "enterprise";
      fact.field = {"f" + std::to_string(r) + "_" + std::to_string(f), Type::decimal, 2};
      fact.resource = "r" + std::to_string(r);
      fact.item = "total";
      fact.subject_item = "uscc";
      fact.aggregate = f % 2 == 0 ? Aggregate::value : Aggregate::sum;
      fact.filter = {{"year", Cell(static_cast<std::int64_t>(2018 + static_cast<int>(f % 3)))}};
      declared.push_back(fact);
    }
  }
  std::vector<const Fact*> wanted;
  for (const Fact& fact : declared) wanted.push_back(&fact);
  constexpr std::size_t chunk = 2048;
  std::vector<Batch> chunks;
  for (std::size_t i = 0; i < subjects; i += chunk)
    chunks.push_back(rows_of(i, std::min(chunk, subjects - i)));

  auto start = std::chrono::steady_clock::now();
  Gather gather(wanted);
  for (std::size_t i = 0; i < subjects; ++i) gather.add_subject(id_of(i));
  for (const Group& group : group_by_resource(wanted)) {
    for (const Batch& batch : chunks) gather.take(group, batch).value();
  }
  std::size_t cut = 0;
  for (std::size_t i = 0; i < subjects; i += Facts::rows_max)
    cut += gather.cut(i, Facts::rows_max).rows;
  const double ours = static_cast<double>(subjects * resources) / seconds_since(start);

  std::unordered_map<std::string, std::size_t> index;
  for (std::size_t i = 0; i < subjects; ++i) index.emplace(id_of(i), i);
  start = std::chrono::steady_clock::now();
  std::size_t found = 0;
  for (std::size_t r = 0; r < resources; ++r) {
    for (const Batch& batch : chunks) {
      for (std::size_t row = 0; row < batch.rows; ++row) {
        found += index.count(std::string(batch.columns[0].text_at(row)));
      }
    }
  }
  const double other = static_cast<double>(found) / seconds_since(start);
  std::printf("%zu subjects, %zu facts; other = looking the subjects up, nothing collected\n", cut,
              wanted.size());
  std::printf("bench facts ours=%.0f other=%.0f ratio=%.2f unit=rows/s\n", ours, other,
              ours / other);
  return 0;
}

}  // namespace
}  // namespace citybrain::facts

int main() { return citybrain::facts::run(); }
