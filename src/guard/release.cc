// Guard::release: all rows of some items, masked, in batches. No item of L4 leaves, and none of L2
// or L3 leaves clear; the entry in the log is there before release() returns.
#include "guard/release.h"

#include "audit_store.h"
#include "base/text.h"
#include "guard_state.h"
#include "masks.h"

namespace citybrain::guard {
namespace {

struct Leaving {
  std::size_t item = 0;
  Mask mask;
  bool clear = false;
};

Result<Leaving> leaving_of(const GradedResource& resource, const std::string& column,
                           const ReleaseSpec& spec) {
  const auto found = resource.grades.schema.find(column);
  if (!found) {
    std::vector<std::string> names;
    for (const GradedItem& item : resource.items) names.push_back(item.field.name);
    const auto near = nearest(column, names);
    return invalid("resource '" + spec.resource + "' has no item '" + column + "'" +
                   (near ? "; did you mean '" + *near + "'?" : ""));
  }
  Leaving leaving{*found, {}, false};
  if (const auto named = spec.masks.find(column); named != spec.masks.end())
    leaving.mask = named->second;
  const Grade grade = resource.items[*found].grade;
  if (grade == Grade::L4)
    return denied("item '" + column + "' is L4 and never leaves; leave it out");
  const bool plain = leaving.mask.kind == Mask::Kind::clear;
  if (plain && grade > Grade::L1)
    return denied("item '" + column + "' is " + name_of(grade) + "; name a mask other than clear");
  leaving.clear = plain || (leaving.mask.kind == Mask::Kind::by_grade && grade == Grade::L1);
  return leaving;
}

Schema schema_of(const GradedResource& resource, const std::vector<Leaving>& leaving) {
  Schema schema;
  for (const Leaving& one : leaving) {
    const Field& field = resource.items[one.item].field;
    schema.fields.push_back(one.clear ? field : Field{field.name, Type::text, 0});
  }
  return schema;
}

void show(const GradedResource& resource, const std::vector<Leaving>& leaving, std::string_view key,
          const Batch& from, Batch& to) {
  for (std::size_t row = 0; row < from.rows; ++row) {
    for (std::size_t i = 0; i < leaving.size(); ++i) {
      const Cell cell = from.columns[i].cell_at(row);
      if (leaving[i].clear) {
        to.columns[i].append(cell);
        continue;
      }
      const GradedItem& item = resource.items[leaving[i].item];
      const auto text = mask(leaving[i].mask, item.holds, item.grade, cell, key);
      if (text) {
        to.columns[i].append_text(*text);
      } else {
        to.columns[i].append_null();
      }
    }
  }
  to.rows += from.rows;
}

}  // namespace

Result<Released> Guard::release(const InternalPurpose& purpose, const ReleaseSpec& spec,
                                const Reading::Sink& sink) {
  CB_TRY(const auto resource, state_->grades.of(spec.resource));
  if (spec.columns.empty()) return invalid("'columns' is empty; name the items that leave");
  std::vector<Leaving> leaving;
  lake::ScanSpec scan{.resource = spec.resource};
  AuditEntry entry{.event = purpose.code,
                   .actor = purpose.actor,
                   .purpose = purpose.code,
                   .object = "resource:" + spec.resource,
                   .subjects = {}};
  json::object masks;
  Released released;
  for (const std::string& column : spec.columns) {
    CB_TRY(const Leaving one, leaving_of(*resource, column, spec));
    const GradedItem& item = resource->items[one.item];
    scan.columns.push_back(item.field.name);
    masks[column] = one.mask.text();
    released.columns.push_back({item.field.name, item.name, item.grade, !one.clear});
    leaving.push_back(one);
  }
  for (const Comparison& comparison : spec.comparisons) {
    const auto item = resource->grades.schema.find(comparison.column);
    if (!item || resource->items[*item].grade > Grade::L1)
      return denied("a release filters by items of grade L1 only, not by '" + comparison.column +
                    "'");
    scan.comparisons.push_back(to_lake(comparison));
  }
  const std::string key = keyed_bytes(state_->pseudonym_key, "recipient\n" + spec.recipient);
  Batch shown(schema_of(*resource, leaving));
  CB_TRY(const auto read_at, state_->lake.scan(scan, [&](const Batch& batch) -> Result<void> {
    shown.clear();
    show(*resource, leaving, key, batch, shown);
    released.rows += static_cast<std::int64_t>(batch.rows);
    return sink(shown);
  }));
  released.as_of = from_lake(read_at);
  entry.details["basis"] = first_code_points(purpose.basis, 200);
  entry.details["recipient"] = spec.recipient;
  entry.details["masks"] = std::move(masks);
  entry.details["rows"] = released.rows;
  entry.details["columns_seq"] = released.as_of.columns_seq;
  CB_TRY(released.audit_index, audit_->append(entry));
  return released;
}

}  // namespace citybrain::guard
