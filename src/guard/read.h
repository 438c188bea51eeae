// One read at the read door: what the caller may see, then the rows, then the masks. Private to
// guard.
#pragma once

#include <functional>

#include "grades.h"
#include "guard/dispute.h"
#include "guard/grant.h"
#include "lake/lake.h"

namespace citybrain::guard {

// What one caller sees of one resource for one purpose.
struct View {
  std::shared_ptr<const GradedResource> resource;
  Purpose purpose;
  bool own_only = false;  // sees the rows of `subject` and no others
  std::string subject;
  Grade clear = Grade::L1;       // items up to this grade are clear
  std::optional<Grant> grant;    // reads by it, and by nothing else
  std::vector<Comparison> rows;  // the grant's row filter
  std::string key;               // the recipient's, for pseudonyms

  bool is_granted(std::size_t item) const;
  Mask mask_of(std::size_t item) const;
  bool is_clear(std::size_t item) const {
    const Mask mask = mask_of(item);
    return is_granted(item) &&
           (mask.kind == Mask::Kind::clear ||
            (mask.kind == Mask::Kind::by_grade && resource->items[item].grade <= clear));
  }
};

// By the caller's rights, as the subject of the rows, or by a grant. denied where none of them lets
// him read; the message names the right and the grant that are missing.
Result<View> view_of(const Identity& identity, const Grants& grants, const Access& access,
                     std::shared_ptr<const GradedResource> resource, Purpose purpose);

struct Rows {
  Batch batch;  // masked, in the order the caller gets
  std::vector<ReadColumn> columns;
  std::vector<std::string> subjects;  // whom the rows concern, each once; for the audit
  std::vector<std::pair<std::size_t, std::string>> disputed;  // row, id of the dispute
  std::vector<std::int64_t> positions;  // by keys: of each row, which of the keys it has
  std::vector<std::string> keys;        // digests of the rows' keys, where they were asked for
  AsOf as_of;
};

// The items that the caller gets, by their places; an error where he may not ask so.
Result<std::vector<std::size_t>> check_spec(const View& view, const ReadSpec& spec,
                                            std::int64_t limit_max);

// Checks the spec against the view, then reads and masks. Refusals say nothing of the data.
Result<Rows> read_rows(lake::Lake& lake, const Disputes& disputes, const View& view,
                       const ReadSpec& spec);

// All rows that fit, in parts of at most `part_rows`, in the same order.
Result<AsOf> stream_rows(lake::Lake& lake, const Disputes& disputes, const View& view,
                         const ReadSpec& spec, bool want_keys, std::size_t part_rows,
                         const std::function<Result<void>(Rows&&)>& sink);

// One row (all cells, as the change log has it), masked, with the digest of its key; and whether it
// is among the rows that the caller may see.
struct OneRow {
  Rows rows;
  bool visible = false;
};
Result<OneRow> show_row(lake::Lake& lake, const Disputes& disputes, const View& view,
                        const ReadSpec& spec, const std::vector<Cell>& row);

// One row's answers to "is it this?"; `subject`: whom the row is about, for the audit.
struct CheckedRow {
  std::vector<std::pair<std::string, bool>> matches;
  std::string subject;
  std::string dispute;  // id; "" = undisputed
};
Result<CheckedRow> verify_row(lake::Lake& lake, const Disputes& disputes, const View& view,
                              const std::vector<Cell>& key,
                              const std::vector<std::pair<std::string, Cell>>& claims);

// Does a value satisfy a comparison, as the store compares? Null satisfies none.
bool holds(const Comparison& comparison, const Cell& value);
// "guard.clear_l3".
std::string clear_right(Grade grade);

lake::Comparison to_lake(const Comparison& comparison);
AsOf from_lake(const lake::AsOf& as_of);

}  // namespace citybrain::guard
