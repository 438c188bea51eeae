// "Is it this?": one row's answers, which tell nothing but yes and no.
#include <algorithm>

#include "base/text.h"
#include "read.h"

namespace citybrain::guard {

bool holds(const Comparison& comparison, const Cell& value) {
  if (is_null(value) || value.index() != comparison.value.index()) return false;
  const auto order = [&](const auto& same) -> int {
    using T = std::decay_t<decltype(same)>;
    if constexpr (std::is_same_v<T, std::monostate>) {
      return 0;
    } else {
      const T& a = std::get<T>(value);
      const auto less = [](const T& x, const T& y) {
        if constexpr (std::is_same_v<T, Decimal64>) {
          return x.value < y.value;
        } else {
          return x < y;
        }
      };
      return less(a, same) ? -1 : less(same, a) ? 1 : 0;
    }
  };
  const int sign = std::visit(order, comparison.value);
  switch (comparison.op) {
    case Comparison::Op::eq: return sign == 0;
    case Comparison::Op::ne: return sign != 0;
    case Comparison::Op::lt: return sign < 0;
    case Comparison::Op::le: return sign <= 0;
    case Comparison::Op::gt: return sign > 0;
    case Comparison::Op::ge: return sign >= 0;
  }
  return false;
}

Result<CheckedRow> verify_row(lake::Lake& lake, const Disputes& disputes, const View& view,
                              const std::vector<Cell>& key,
                              const std::vector<std::pair<std::string, Cell>>& claims) {
  const GradedResource& resource = *view.resource;
  const Schema& schema = resource.grades.schema;
  const auto may_ask = [&](const std::string& column) -> Result<std::size_t> {
    const auto item = schema.find(column);
    if (!item) {
      return invalid("resource '" + resource.grades.resource + "' has no item '" + column + "'");
    }
    const bool granted =
        view.grant && view.is_granted(*item) && view.mask_of(*item).kind == Mask::Kind::verify;
    if (granted || view.is_clear(*item)) return *item;
    return denied("item '" + column + "' may not be asked about; it is neither clear to you nor " +
                  "granted as 'verify'");
  };
  if (claims.empty() || claims.size() > Guard::comparisons_max) {
    return invalid("give 1.." + std::to_string(Guard::comparisons_max) + " items to verify");
  }
  if (schema.key.empty() || key.size() != schema.key.size()) {
    return invalid("a verification takes all key items (" + join(schema.key, ", ") + ")");
  }
  for (const std::string& column : schema.key) CB_DO(may_ask(column));
  std::vector<std::size_t> items;
  for (const auto& [column, value] : claims) {
    CB_TRY(const std::size_t item, may_ask(column));
    items.push_back(item);
  }
  CB_TRY(const auto row, lake.get(resource.grades.resource, key));
  CheckedRow checked;
  bool shown = row.has_value();
  for (const Comparison& comparison : view.rows) {
    shown = shown && holds(comparison, (*row)[resource.at(comparison.column)]);
  }
  if (shown && !resource.subject_item.empty()) {
    checked.subject = to_text((*row)[resource.at(resource.subject_item)]);
    if (view.own_only && checked.subject != view.subject) shown = false;
  }
  for (std::size_t i = 0; i < claims.size(); ++i) {
    const Comparison equal{claims[i].first, Comparison::Op::eq, claims[i].second};
    checked.matches.emplace_back(claims[i].first, shown && holds(equal, (*row)[items[i]]));
  }
  if (!shown) checked.subject.clear();
  // Who may ask may ask about the key too, so that a mark tells no more than a yes would.
  if (shown) checked.dispute = disputes.id_of(disputes.digest(resource.grades.resource, key));
  return checked;
}

}  // namespace citybrain::guard
