// See capture_check.h.
#include "capture_check.h"

#include "base/ids.h"
#include "base/json.h"
#include "base/text.h"

namespace citybrain::rail {
namespace {

// Puts the row behind the batch, or says why not. An empty text is null to the readers of files;
// here the two are told apart.
bool append(const TableMap& map, const capture::RowText& row, Batch& batch,
            std::vector<Reason>& reasons) {
  const Plan& plan = map.plan();
  std::vector<std::string_view> cells(plan.columns.size());
  for (std::size_t i = 0; i < cells.size(); ++i) {
    cells[i] = i < row.size() ? row.text(i) : std::string_view();
    if (i < row.size() && row.is_absent(i)) {
      reasons.push_back({plan.columns[i].field.name, "absent",
                         "来源未送出该值（未变更的大字段），本地没有旧值；重新同步可补齐"});
    } else if (!is_utf8(cells[i])) {
      reasons.push_back({plan.columns[i].field.name, "encoding", "不是有效的 UTF-8 文本"});
    }
  }
  if (!reasons.empty() || !plan.append(cells, batch, reasons)) return false;
  const std::size_t last = batch.rows - 1;
  for (std::size_t i = 0; i < cells.size() && i < row.size(); ++i) {
    Column& column = batch.columns[i];
    if (column.type() != Type::text || !row.has_text(i) || !row.text(i).empty()) continue;
    column.truncate(last);
    column.append_text("");
  }
  return true;
}

// Which rows of a batch refer to what is not there; rows of the batch itself are.
Result<std::vector<std::vector<Reason>>> missing_refs(const TableMap& map, const Batch& batch,
                                                      lake::RowsView& rows) {
  std::vector<std::vector<Reason>> out(batch.rows);
  const Plan& plan = map.plan();
  for (std::size_t i = 0; i < plan.columns.size(); ++i) {
    for (const catalog::Check& check : plan.columns[i].ref_checks) {
      std::vector<std::vector<Cell>> keys;
      std::vector<std::size_t> of_row;
      for (std::size_t row = 0; row < batch.rows; ++row) {
        if (batch.columns[i].is_null(row)) continue;
        keys.push_back({batch.columns[i].cell_at(row)});
        of_row.push_back(row);
      }
      CB_TRY(const auto found, rows.get_many(check.argument, keys));
      for (std::size_t k = 0; k < keys.size(); ++k) {
        if (found[k]) continue;
        out[of_row[k]].push_back(
            {plan.columns[i].field.name, "ref", "在 " + check.argument + " 中没有对应记录"});
      }
    }
  }
  return out;
}

}  // namespace

std::string raw_of(const TableMap& map, const capture::RowText& row) {
  constexpr std::size_t value_bytes_max = 4'096;  // shown; the whole row is kept elsewhere
  json::object out;
  const Plan& plan = map.plan();
  for (std::size_t i = 0; i < plan.columns.size() && i < row.size(); ++i) {
    const std::string_view text = row.text(i);
    if (!row.has_text(i)) {
      out[plan.columns[i].field.name] = nullptr;
    } else if (is_utf8(text)) {
      out[plan.columns[i].field.name] =
          text.size() <= value_bytes_max ? text : first_code_points(text, value_bytes_max / 4);
    } else {
      out[plan.columns[i].field.name] = "\\x" + to_hex(text.substr(0, value_bytes_max / 2));
    }
  }
  return json::serialize(out);
}

Result<void> check_rows(const TableMap& map, const std::vector<RowIn>& in, lake::RowsView& rows,
                        Batch& good, std::vector<std::string>& good_keys, std::vector<BadIn>& bad) {
  std::vector<const RowIn*> passed;
  for (const RowIn& one : in) {
    std::vector<Reason> reasons;
    if (append(map, *one.row, good, reasons)) {
      passed.push_back(&one);
    } else {
      bad.push_back({one.key, *one.row, std::move(reasons)});
    }
  }
  if (map.plan().has_refs) {
    CB_TRY(auto missing, missing_refs(map, good, rows));
    Batch kept(good.schema);
    std::vector<const RowIn*> still;
    for (std::size_t i = 0; i < passed.size(); ++i) {
      if (missing[i].empty()) {
        kept.append_row(good.row(i));
        still.push_back(passed[i]);
      } else {
        bad.push_back({passed[i]->key, *passed[i]->row, std::move(missing[i])});
      }
    }
    good = std::move(kept);
    passed = std::move(still);
  }
  for (const RowIn* one : passed) good_keys.push_back(one->key);
  return ok();
}

}  // namespace citybrain::rail
