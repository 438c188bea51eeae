// BatchReader: references to other resources, looked up once a batch.
#include <map>

#include "batch_reader.h"

namespace citybrain::rail {
namespace {

// The batch without the rows that are marked.
Batch without(const Batch& batch, const std::vector<std::vector<Reason>>& reasons) {
  Batch out(batch.schema);
  for (std::size_t c = 0; c < batch.columns.size(); ++c) {
    const Column& from = batch.columns[c];
    Column& to = out.columns[c];
    to.reserve(batch.rows);
    for (std::size_t row = 0; row < batch.rows; ++row) {
      if (!reasons[row].empty()) continue;
      if (from.is_null(row)) {
        to.append_null();
      } else if (from.type() == Type::text) {
        to.append_text(from.text_at(row));
      } else {
        to.append_int(from.int_at(row));
      }
    }
  }
  out.rows = out.columns.empty() ? 0 : out.columns[0].size();
  return out;
}

}  // namespace

Result<void> BatchReader::check_refs(CheckedBatch& out) {
  std::vector<std::vector<Reason>> reasons(out.batch.rows);
  bool any = false;
  for (std::size_t c = 0; c < plan_.columns.size(); ++c) {
    const ColumnPlan& plan = plan_.columns[c];
    const Column& column = out.batch.columns[c];
    for (const catalog::Check& check : plan.ref_checks) {
      std::vector<Cell> keys;
      std::map<std::string, std::size_t> known;  // text → place in keys
      std::vector<std::size_t> place(out.batch.rows, none_);
      for (std::size_t row = 0; row < out.batch.rows; ++row) {
        if (column.is_null(row)) continue;
        Cell cell = column.cell_at(row);
        const auto [at, added] = known.try_emplace(to_text(cell), keys.size());
        if (added) keys.push_back(std::move(cell));
        place[row] = at->second;
      }
      if (keys.empty()) continue;
      CB_TRY(const std::vector<bool> missing, missing_(check.argument, keys));
      for (std::size_t row = 0; row < out.batch.rows; ++row) {
        if (place[row] == none_ || !missing[place[row]]) continue;
        reasons[row].push_back({plan.field.name, "ref", "在 " + check.argument + " 中不存在"});
        any = true;
      }
    }
  }
  if (!any) return ok();
  std::vector<std::int64_t> lines;
  for (std::size_t row = 0; row < reasons.size(); ++row) {
    if (reasons[row].empty()) {
      lines.push_back(out.lines[row]);
    } else {
      const bool whole = raws_[row].size() < raw_bytes_max;
      out.bad.push_back({out.lines[row], std::move(raws_[row]), reasons[row],
                         key_text(plan_, out.batch, row), whole});
    }
  }
  out.batch = without(out.batch, reasons);
  out.lines = std::move(lines);
  return ok();
}

}  // namespace citybrain::rail
