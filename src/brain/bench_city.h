// For brain's benchmarks: the city's policies as catalogue entries, one by one evaluation of them,
// and what both sides' results are compared by.
#pragma once

#include <algorithm>
#include <ctime>
#include <filesystem>
#include <map>

#include "base/csv.h"
#include "base/json.h"
#include "brain/catalogue.h"

namespace citybrain::brain::bench {

// Processor time of this one thread, so that a busy machine changes the figure little.
inline double now_s() {
  timespec t{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) * 1e-9;
}

inline double median(std::vector<double> all) {
  std::sort(all.begin(), all.end());
  return all[all.size() / 2];
}

struct City {
  std::map<std::string, std::string> xml;  // by model
  std::vector<std::string> models;         // by policy
  std::vector<std::string> subjects;       // by policy: enterprise | person
  std::vector<CatalogueEntry> entries;
};

inline Result<City> read_city() {
  const std::string home = std::filesystem::exists("decisions") ? "." : "..";
  City city;
  std::map<std::string, std::shared_ptr<const Model>> models;
  CB_TRY(const CsvTable table,
         read_csv(home + "/city/policies.csv", {"subject", "model", "parameters"}));
  for (std::size_t i = 0; i < table.rows.size(); ++i) {
    const std::string& id = table.at(i, "model");
    if (!models.contains(id)) {
      CB_TRY(city.xml[id], read_file(home + "/decisions/" + id + ".dmn"));
      CB_TRY(models[id], Model::load(city.xml[id]).checked());
    }
    CB_TRY(const json::value parameters, parse_json(table.at(i, "parameters")));
    CB_TRY(Context context, models[id]->read_inputs(parameters.as_object()));
    context.set("基准日", Value::date(18590));
    city.models.push_back(id);
    city.subjects.push_back(table.at(i, "subject"));
    city.entries.push_back({models[id], {"资格", "金额"}, std::move(context)});
  }
  return city;
}

// What Model::evaluate takes for one row of the facts and one policy.
inline Context context_of(const CatalogueEntry& entry, const Batch& batch, std::size_t row) {
  Context out;
  out.reserve(entry.model->inputs().size());
  for (const Input& input : entry.model->inputs()) {
    if (const Value* given = entry.parameters.find(input.name)) {
      out.set(input.name, *given);
    } else {
      out.set(input.name, Value::of(batch.column(input.name).cell_at(row)));
    }
  }
  return out;
}

// Order does not matter: the sum of what each single result hashes to.
class Digest {
 public:
  void add(std::uint64_t row, std::uint64_t model, std::uint64_t decision,
           const std::string& text) {
    std::uint64_t h = 14695981039346656037ULL ^ (row * 1'000'003 + model * 31 + decision);
    for (const char c : text) h = (h ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
    h ^= h >> 31;
    sum_ += h * 0x9E3779B97F4A7C15ULL;
  }
  std::uint64_t value() const { return sum_; }

 private:
  std::uint64_t sum_ = 0;
};

}  // namespace citybrain::brain::bench
