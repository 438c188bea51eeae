// Adding up a simulation: see count.h.
#include "count.h"

#include <algorithm>

namespace citybrain::rules {
namespace {

constexpr const char* other_values = "（其他）";

// yuan → fen, half up, as benefit pays.
std::int64_t fen_of(const brain::Value& amount) {
  if (!amount.is(brain::Kind::number)) return 0;
  return amount.as_number().rounded(2, brain::Rounding::half_up).to_scaled(2).value_or(0);
}

std::int64_t fen_of(std::int64_t units, int scale) {
  if (scale <= 2) {
    for (; scale < 2; ++scale) units *= 10;
    return units;
  }
  return fen_of(brain::Value::number(brain::Decimal::scaled(units, scale)));
}

// Calls fn(row) for each bit that is set.
template <typename F>
void each_row(std::span<const std::uint64_t> bits, F fn) {
  for (std::size_t word = 0; word < bits.size(); ++word) {
    for (std::uint64_t left = bits[word]; left != 0; left &= left - 1) {
      fn(word * 64 + static_cast<std::size_t>(__builtin_ctzll(left)));
    }
  }
}

}  // namespace

Result<void> Count::add(brain::CatalogueRun& run, const Batch& batch) {
  const std::size_t models = options_.compares ? 2 : 1;
  CB_TRY(const std::size_t notes,
         run.batch(batch, [&](const brain::ModelAnswers& answers) -> Result<void> {
           const bool draft = answers.model == 0;
           take(answers, draft ? after_ : before_);
           if (draft) diagnostics_ += answers.diagnostics;
           if (answers.model + 1 == models) settle(batch, answers.first_row, answers.rows);
           return ok();
         }));
  (void)notes;  // those of today's version are in it too
  subjects_ += static_cast<std::int64_t>(batch.rows);
  evaluations_ += static_cast<std::int64_t>(batch.rows * models);
  return ok();
}

// What one model says of a block's rows.
void Count::take(const brain::ModelAnswers& answers, Rows& rows) {
  rows.entitled.assign(answers.rows, false);
  rows.fen.assign(answers.rows, 0);
  const bool draft = &rows == &after_;
  const auto value = [&](const brain::Value& v, std::int64_t count) {
    std::string text = brain::to_text(v);
    if (values_.size() >= values_max && values_.find(text) == values_.end()) text = other_values;
    (draft ? values_[text].after : values_[text].before) += count;
  };
  const brain::Answer& decision = answers.decisions[0];
  for (const auto& same : decision.same) {
    if (same.count == 0) continue;
    value(same.value, static_cast<std::int64_t>(same.count));
    if (!same.value.is_true()) continue;
    each_row(same.rows, [&](std::size_t row) { rows.entitled[row] = true; });
  }
  for (const auto& numbers : decision.numbers) {
    for (const std::int64_t units : numbers.units)
      value(brain::Value::number(brain::Decimal::scaled(units, numbers.scale)), 1);
  }
  for (std::size_t i = 0; i < decision.others.size(); ++i) {
    value(decision.others[i], 1);
    if (decision.others[i].is_true()) rows.entitled[decision.other_rows[i]] = true;
  }
  if (!options_.has_amount) return;
  const brain::Answer& amount = answers.decisions[1];
  for (const auto& same : amount.same) {
    const std::int64_t fen = fen_of(same.value);
    if (fen != 0) each_row(same.rows, [&](std::size_t row) { rows.fen[row] = fen; });
  }
  for (const auto& numbers : amount.numbers) {
    for (std::size_t i = 0; i < numbers.rows.size(); ++i)
      rows.fen[numbers.rows[i]] = fen_of(numbers.units[i], numbers.scale);
  }
  for (std::size_t i = 0; i < amount.others.size(); ++i)
    rows.fen[amount.other_rows[i]] = fen_of(amount.others[i]);
  // As benefit decides: who is to get nothing is not entitled.
  for (std::size_t row = 0; row < answers.rows; ++row) {
    rows.entitled[row] = rows.entitled[row] && rows.fen[row] > 0;
    if (!rows.entitled[row]) rows.fen[row] = 0;
  }
}

Count::Group* Count::group(Groups& groups, const Column* column, std::size_t row) {
  if (column == nullptr) return nullptr;
  const std::string_view code = column->is_null(row) ? "" : column->text_at(row);
  if (const auto at = groups.find(code); at != groups.end()) return &at->second;
  return &groups[groups.size() < groups_max ? std::string(code) : std::string()];
}

// Both models' answers for a block's rows are there.
void Count::settle(const Batch& batch, std::size_t first, std::size_t count) {
  const Column* district = options_.district.empty() ? nullptr : &batch.column(options_.district);
  const Column* industry = options_.industry.empty() ? nullptr : &batch.column(options_.industry);
  for (std::size_t i = 0; i < count; ++i) {
    const bool is = after_.entitled[i];
    const bool was = options_.compares && before_.entitled[i];
    const std::int64_t after = after_.fen[i];
    const std::int64_t before = options_.compares ? before_.fen[i] : 0;
    for (Group* g :
         {group(by_district_, district, first + i), group(by_industry_, industry, first + i)}) {
      if (g == nullptr) continue;
      ++g->subjects;
      g->after.subjects += is ? 1 : 0;
      g->after.amount_fen += after;
      g->before.subjects += was ? 1 : 0;
      g->before.amount_fen += before;
    }
    entitled_.subjects += is ? 1 : 0;
    entitled_.amount_fen += after;
    was_entitled_.subjects += was ? 1 : 0;
    was_entitled_.amount_fen += before;
    if (options_.compares) change(batch, first + i, was, before, is, after);
  }
}

void Count::change(const Batch& batch, std::size_t row, bool was, std::int64_t before, bool is,
                   std::int64_t after) {
  if (!was && !is) return;
  const char* kind = !was             ? "gain"
                     : !is            ? "lose"
                     : after > before ? "more"
                     : after < before ? "less"
                                      : "same";
  Sum& sum = changes_[kind];
  ++sum.subjects;
  sum.amount_fen += kind == std::string_view("same") ? after : after - before;
  if (kind == std::string_view("same")) return;
  std::vector<SubjectChange>& kept = kept_[kind];
  if (kept.size() >= kept_max) return;
  kept.push_back({std::string(batch.column("subject").text_at(row)), before, after});
}

const std::vector<SubjectChange>& Count::kept(const std::string& kind) const {
  static const std::vector<SubjectChange> none;
  const auto at = kept_.find(kind);
  return at == kept_.end() ? none : at->second;
}

std::int64_t Count::changed(const std::string& kind) const {
  const auto at = changes_.find(kind);
  return at == changes_.end() ? 0 : at->second.subjects;
}

json::array Count::groups_json(const Groups& groups,
                               const std::map<std::string, std::string>& names) const {
  json::array out;
  for (const auto& [code, g] : groups) {
    const auto name = names.find(code);
    out.push_back(json::object{{"code", code},
                               {"name", code.empty()          ? "（无记录）"
                                        : name == names.end() ? code
                                                              : name->second},
                               {"subjects", g.subjects},
                               {"entitled", g.after.subjects},
                               {"amount_fen", g.after.amount_fen},
                               {"before_entitled", g.before.subjects},
                               {"before_amount_fen", g.before.amount_fen}});
  }
  return out;
}

json::object Count::to_json() const {
  const auto sum_json = [](const Sum& s) {
    return json::object{{"subjects", s.subjects}, {"amount_fen", s.amount_fen}};
  };
  json::object out{{"subjects", subjects_},
                   {"entitled", entitled_.subjects},
                   {"amount_fen", entitled_.amount_fen},
                   {"diagnostics", diagnostics_},
                   {"before", nullptr},
                   {"evaluations", evaluations_}};
  if (options_.compares) {
    out["before"] = json::object{{"entitled", was_entitled_.subjects},
                                 {"amount_fen", was_entitled_.amount_fen}};
  }
  for (const char* kind : {"gain", "lose", "more", "less", "same"}) {
    const auto at = changes_.find(kind);
    if (!options_.compares)
      out[kind] = nullptr;
    else
      out[kind] = sum_json(at == changes_.end() ? Sum{} : at->second);
  }
  out["by_district"] = groups_json(by_district_, options_.district_names);
  out["by_industry"] = groups_json(by_industry_, options_.industry_names);
  std::vector<std::pair<std::string, ValueCount>> values(values_.begin(), values_.end());
  std::stable_sort(values.begin(), values.end(), [](const auto& a, const auto& b) {
    return a.second.after + a.second.before > b.second.after + b.second.before;
  });
  if (values.size() > values_shown_max) values.resize(values_shown_max);
  json::array shown;
  for (const auto& [text, n] : values) {
    shown.push_back(
        json::object{{"value", text}, {"subjects", n.after}, {"before_subjects", n.before}});
  }
  out["values"] = std::move(shown);
  return out;
}

}  // namespace citybrain::rules
