// For brain's benchmarks: made-up facts under the names that the city's models read: texts that the
// models name, numbers of several magnitudes, one in twenty unknown, many a fact had by few. They
// are no city's: figures of policies are taken from the demo city's facts (bench_facts.h), and
// these stand beside. The same seed gives the same facts.
#pragma once

#include <pugixml.hpp>
#include <random>
#include <set>

#include "bench_city.h"

namespace citybrain::brain::bench {

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

class MadeUp {
 public:
  MadeUp(const City& city, std::uint64_t seed) : schema_(facts_schema(city)), random_(seed) {
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

}  // namespace citybrain::brain::bench
