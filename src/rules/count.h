// Count: adds up what a draft and today's version give, over batches of subjects. Private to rules.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "base/schema.h"
#include "brain/catalogue.h"

namespace citybrain::rules {

// A subject that the draft treats otherwise than today's version.
struct SubjectChange {
  std::string subject;
  std::int64_t before_fen = 0;
  std::int64_t after_fen = 0;
};

struct CountOptions {
  std::string district;  // columns by which to group; "" = none
  std::string industry;
  std::map<std::string, std::string> district_names;
  std::map<std::string, std::string> industry_names;
  bool has_amount = false;
  bool compares = false;  // a second model's answers come too
};

// One thread. Model 0 of the catalogue is the draft, model 1 today's version; of each the counted
// decision comes first, then the amount.
class Count {
 public:
  explicit Count(CountOptions options) : options_(std::move(options)) {}

  // Runs the catalogue over the batch and adds it up.
  Result<void> add(brain::CatalogueRun& run, const Batch& batch);
  json::object to_json() const;
  std::int64_t subjects() const { return subjects_; }
  const std::vector<SubjectChange>& kept(const std::string& kind) const;
  std::int64_t changed(const std::string& kind) const;

  static constexpr std::size_t kept_max = 10'000;   // subjects of each kind of change
  static constexpr std::size_t values_max = 1'000;  // different values told apart
  static constexpr std::size_t values_shown_max = 50;
  static constexpr std::size_t groups_max = 2'000;  // districts, or industries

 private:
  struct Sum {
    std::int64_t subjects = 0;
    std::int64_t amount_fen = 0;
  };
  struct Group {
    std::int64_t subjects = 0;
    Sum after;
    Sum before;
  };
  struct ValueCount {
    std::int64_t after = 0;
    std::int64_t before = 0;
  };
  struct Rows {  // of one model over one block
    std::vector<bool> entitled;
    std::vector<std::int64_t> fen;
  };
  using Groups = std::map<std::string, Group, std::less<>>;

  void take(const brain::ModelAnswers& answers, Rows& rows);
  void settle(const Batch& batch, std::size_t first, std::size_t count);
  Group* group(Groups& groups, const Column* column, std::size_t row);
  void change(const Batch& batch, std::size_t row, bool was, std::int64_t before, bool is,
              std::int64_t after);
  json::array groups_json(const Groups& groups,
                          const std::map<std::string, std::string>& names) const;

  CountOptions options_;
  Rows after_;
  Rows before_;
  std::int64_t subjects_ = 0;
  std::int64_t evaluations_ = 0;
  std::size_t diagnostics_ = 0;
  Sum entitled_;
  Sum was_entitled_;
  std::map<std::string, Sum, std::less<>> changes_;  // gain, lose, more, less, same
  std::map<std::string, std::vector<SubjectChange>, std::less<>> kept_;
  std::map<std::string, ValueCount> values_;
  Groups by_district_;
  Groups by_industry_;
};

}  // namespace citybrain::rules
