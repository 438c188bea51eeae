// For brain's benchmarks: the city's policies as catalogue entries, and made-up facts under the
// names that their models read: texts that the models name, numbers of several magnitudes, one in
// twenty unknown; many a fact is had by few, as in the demo city, where a policy entitles some 3 in
// 1,000. The same seed gives the same facts.
#pragma once

#include <ctime>
#include <filesystem>
#include <map>
#include <pugixml.hpp>
#include <random>
#include <set>

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
  std::vector<CatalogueEntry> entries;
};

inline Result<City> read_city() {
  const std::string home = std::filesystem::exists("decisions") ? "." : "..";
  City city;
  std::map<std::string, std::shared_ptr<const Model>> models;
  CB_TRY(const CsvTable table, read_csv(home + "/city/policies.csv", {"model", "parameters"}));
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
    city.entries.push_back({models[id], {"资格", "金额"}, std::move(context)});
  }
  return city;
}

// The texts that decision tables compare an input with, by input.
inline std::map<std::string, std::set<std::string>> words_of(const City& city) {
  std::map<std::string, std::set<std::string>> words;
  for (const auto& [id, xml] : city.xml) {
    pugi::xml_document file;
    file.load_string(xml.c_str());
    for (const auto& found : file.select_nodes("//decisionTable")) {
      std::vector<std::string> inputs;
      for (const auto& input : found.node().children("input"))
        inputs.emplace_back(input.select_node("inputExpression/text").node().text().get());
      for (const auto& rule : found.node().children("rule")) {
        std::size_t column = 0;
        for (const auto& entry : rule.children("inputEntry")) {
          const std::string test = entry.child("text").text().get();
          for (std::size_t at = test.find('"'); at != std::string::npos;) {
            const std::size_t end = test.find('"', at + 1);
            words[inputs[column]].insert(test.substr(at + 1, end - at - 1));
            at = test.find('"', end + 1);
          }
          ++column;
        }
      }
    }
  }
  for (const CatalogueEntry& entry : city.entries) {
    const Value* where = entry.parameters.find("适用区划");
    if (where == nullptr) continue;
    for (const char* fact : {"所在区划", "户籍区划", "参保区划", "低保区划"})
      words[fact].insert(where->as_text());
  }
  return words;
}

// A column for every input that no policy gives as a parameter.
inline Schema facts_schema(const City& city) {
  std::map<std::string, std::string> inputs;
  for (const CatalogueEntry& entry : city.entries) {
    for (const Input& input : entry.model->inputs()) {
      if (entry.parameters.find(input.name) == nullptr) inputs.emplace(input.name, input.type);
    }
  }
  Schema schema;
  for (const auto& [name, type] : inputs) {
    Field field{name, Type::text, 0};
    if (type == "number") field = {name, Type::decimal, 2};
    if (type == "boolean") field.type = Type::boolean;
    if (type == "date") field.type = Type::date;
    schema.fields.push_back(field);
  }
  return schema;
}

class Facts {
 public:
  Facts(const City& city, std::uint64_t seed) : schema_(facts_schema(city)), random_(seed) {
    const auto words = words_of(city);
    for (const Field& field : schema_.fields) {
      std::vector<std::string> all = {"其他"};
      if (const auto it = words.find(field.name); it != words.end())
        all.insert(all.end(), it->second.begin(), it->second.end());
      words_.push_back(std::move(all));
    }
  }

  const Schema& schema() const { return schema_; }

  Batch page(std::size_t rows) {
    Batch batch(schema_);
    for (std::size_t c = 0; c < batch.columns.size(); ++c) fill(batch.columns[c], words_[c], rows);
    batch.rows = rows;
    return batch;
  }

 private:
  std::int64_t below(std::int64_t n) {
    return static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(n));
  }

  void fill(Column& column, const std::vector<std::string>& words, std::size_t rows) {
    constexpr std::int64_t magnitudes[] = {1, 10'00, 100'00, 10'000'00, 10'000'000'00};
    constexpr std::int64_t shares[] = {1, 2, 5, 30};  // per cent of subjects that have it
    const std::int64_t share =
        shares[std::hash<std::string>{}(column.field().name) % std::size(shares)];
    column.reserve(rows);
    for (std::size_t i = 0; i < rows; ++i) {
      if (below(20) == 0) {
        column.append_null();
        continue;
      }
      switch (column.type()) {
        case Type::text:
          column.append_text(
              words[static_cast<std::size_t>(below(static_cast<std::int64_t>(words.size())))]);
          break;
        case Type::boolean: column.append_int(below(100) < share / 2 ? 1 : 0); break;
        case Type::date: column.append_int(16000 + below(2600)); break;
        default: column.append_int(below(100) < share ? below(magnitudes[below(5)]) : 0); break;
      }
    }
  }

  Schema schema_;
  std::mt19937_64 random_;
  std::vector<std::vector<std::string>> words_;
};

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
