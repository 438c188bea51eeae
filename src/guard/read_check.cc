// What a caller may ask of the read door: checked before anything is read, so that a refusal tells
// nothing of the data.
#include <algorithm>

#include "base/text.h"
#include "read.h"

namespace citybrain::guard {
namespace {

class Check {
 public:
  Check(const View& view, const ReadSpec& spec)
      : view_(view), spec_(spec), resource_(*view.resource) {}

  Result<std::vector<std::size_t>> run(std::int64_t limit_max) const {
    std::vector<std::size_t> output;
    if (spec_.limit < 1 || spec_.limit > limit_max) {
      return invalid("'limit' is " + std::to_string(spec_.limit) + "; send 1.." +
                     std::to_string(limit_max));
    }
    if (spec_.offset < 0 || spec_.offset > Guard::offset_max) {
      return invalid("'offset' is " + std::to_string(spec_.offset) + "; send 0.." +
                     std::to_string(Guard::offset_max) + ", or export the rows");
    }
    if (spec_.comparisons.size() > Guard::comparisons_max || spec_.sort.size() > 8) {
      return invalid("at most 16 comparisons and 8 columns to sort by");
    }
    if (spec_.columns.empty()) {
      for (std::size_t i = 0; i < resource_.items.size(); ++i) {
        if (view_.is_granted(i)) output.push_back(i);
      }
    }
    for (const std::string& column : spec_.columns) {
      CB_TRY(const std::size_t item, find(column));
      if (!view_.is_granted(item)) {
        return denied("item '" + column + "' is not in the grant '" + view_.grant->id + "'");
      }
      output.push_back(item);
    }
    for (const Comparison& comparison : spec_.comparisons) {
      CB_DO(clear_for(comparison.column, "a filter"));
      CB_DO(of_type(comparison.column, comparison.value));
    }
    for (const std::string& column : spec_.sort) CB_DO(clear_for(column, "a sort"));
    CB_DO(check_keys());
    return output;
  }

  Result<void> check_keys() const {
    if (spec_.key.empty() && spec_.keys.empty()) return ok();
    const auto& key = resource_.grades.schema.key;
    if (key.empty()) return invalid("resource '" + spec_.resource + "' has no key; use a filter");
    if (!spec_.comparisons.empty() || spec_.offset != 0 ||
        (!spec_.key.empty() && !spec_.keys.empty())) {
      return invalid("a look-up by key takes one key or several, and neither filter nor offset");
    }
    if (spec_.keys.size() > static_cast<std::size_t>(Guard::rows_max)) {
      return invalid(std::to_string(spec_.keys.size()) + " keys; send at most " +
                     std::to_string(Guard::rows_max));
    }
    for (const std::string& item : key) CB_DO(clear_for(item, "a look-up by key"));
    const auto fits = [&](const std::vector<Cell>& cells) -> Result<void> {
      if (cells.size() != key.size()) {
        return invalid("a look-up by key takes all " + std::to_string(key.size()) + " key items (" +
                       join(key, ", ") + ") and no filter");
      }
      for (std::size_t i = 0; i < key.size(); ++i) CB_DO(of_type(key[i], cells[i]));
      return ok();
    };
    if (!spec_.key.empty()) return fits(spec_.key);
    for (const auto& cells : spec_.keys) CB_DO(fits(cells));
    return ok();
  }

 private:
  Result<std::size_t> find(const std::string& column) const {
    if (const auto found = resource_.grades.schema.find(column)) return *found;
    std::vector<std::string> names;
    for (const GradedItem& item : resource_.items) names.push_back(item.field.name);
    const auto near = nearest(column, names);
    return invalid("resource '" + spec_.resource + "' has no item '" + column + "'" +
                   (near ? "; did you mean '" + *near + "'?" : ""));
  }

  Result<void> clear_for(const std::string& column, const char* use) const {
    CB_TRY(const std::size_t item, find(column));
    if (view_.is_clear(item)) return ok();
    const Grade grade = resource_.items[item].grade;
    if (view_.grant) {
      return denied("item '" + column + "' is not clear by the grant '" + view_.grant->id +
                    "', so " + use + " may not use it");
    }
    return denied("item '" + column + "' is " + name_of(grade) + " and masked for you, so " + use +
                  " may not use it; the right '" + clear_right(grade) + "@" + view_.purpose.code +
                  "' is missing");
  }

  Result<void> of_type(const std::string& column, const Cell& value) const {
    CB_TRY(const std::size_t item, find(column));
    const Field& field = resource_.items[item].field;
    if (type_fits(field, value)) return ok();
    return invalid("item '" + column + "' is of type " + citybrain::name_of(field.type) +
                   "; send a value of that type");
  }

  static bool type_fits(const Field& field, const Cell& value) {
    switch (field.type) {
      case Type::boolean: return std::holds_alternative<bool>(value);
      case Type::integer: return std::holds_alternative<std::int64_t>(value);
      case Type::decimal: {
        const auto* decimal = std::get_if<Decimal64>(&value);
        return decimal != nullptr && decimal->scale == field.scale;
      }
      case Type::text: return std::holds_alternative<std::string>(value);
      case Type::date: return std::holds_alternative<Date>(value);
      case Type::timestamp: return std::holds_alternative<Timestamp>(value);
    }
    return false;
  }

  const View& view_;
  const ReadSpec& spec_;
  const GradedResource& resource_;
};

}  // namespace

Result<std::vector<std::size_t>> check_spec(const View& view, const ReadSpec& spec,
                                            std::int64_t limit_max) {
  return Check(view, spec).run(limit_max);
}

}  // namespace citybrain::guard
