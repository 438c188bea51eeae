// Plan: a resource's declared checks, compiled once: for each item one function that reads the
// text, checks it and appends it to its column.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/date.h"
#include "base/schema.h"
#include "catalog/catalog.h"
#include "catalog/pattern.h"
#include "rail/rail.h"

namespace citybrain::rail {

struct ColumnPlan;

// Appends `text` (valid UTF-8, "" = null) to `out`, or says why not and appends nothing.
using ReadCell = bool (*)(const ColumnPlan&, std::string_view text, Column& out,
                          std::vector<Reason>& reasons);

struct CheckPlan {
  catalog::Check check;
  std::shared_ptr<const catalog::Pattern> pattern;  // of pattern
  std::size_t other = 0;                            // of after: the other column
};

struct ColumnPlan {
  Field field;
  std::string name;  // Chinese
  bool required = false;
  bool clear = false;  // grade L1: reasons may show the value
  int grade = 4;
  std::size_t length_max = 0;
  std::vector<CheckPlan> checks;        // of one value alone
  std::vector<CheckPlan> after_checks;  // of two values of a row
  std::vector<catalog::Check> ref_checks;
  ReadCell read = nullptr;
  std::int64_t latest = 0;  // of past, in the field's unit
};

// Immutable; readers share it.
struct Plan {
  std::shared_ptr<const catalog::Resource> resource;
  Schema schema;  // as the lake has it: append resources have no key there
  std::vector<ColumnPlan> columns;
  std::vector<std::size_t> key;  // columns unique within a batch
  bool has_refs = false;

  // `now` decides what is past.
  static Result<Plan> compile(const catalog::Catalog& catalog, std::string_view resource,
                              Timestamp now);

  // Appends one row (a text a column, in order) to the batch, or leaves the batch as it was and
  // adds every reason. Texts must be valid UTF-8.
  bool append(const std::vector<std::string_view>& cells, Batch& batch,
              std::vector<Reason>& reasons) const;
};

// The key of a batch's row as one text: its items' texts joined by '|'.
std::string key_text(const Plan& plan, const Batch& batch, std::size_t row);
// The same of cells as they came: what can be read as its type is written as its type is.
std::string key_text(const Plan& plan, const std::vector<std::string_view>& cells);

// The reader of that type.
ReadCell reader_of(Type type);

}  // namespace citybrain::rail
