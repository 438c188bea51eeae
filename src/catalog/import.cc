// Transfer, inward: see catalog/transfer.h.
#include <chrono>
#include <set>
#include <unordered_map>

#include "base/csv.h"
#include "base/text.h"
#include "catalog/transfer.h"
#include "entry.h"
#include "propose.h"
#include "sheet/reader.h"
#include "template.h"

namespace citybrain::catalog {
namespace {

// One entry as it was read, with where its rows stand.
struct ReadEntry {
  Resource entry;
  std::int64_t row = 0;
  bool good = true;
};

// Letters of a sheet's column: 0 → A, 26 → AA.
std::string letters_of(std::size_t column) {
  std::string out;
  for (++column; column > 0; column = (column - 1) / 26) {
    out.insert(out.begin(), static_cast<char>('A' + (column - 1) % 26));
  }
  return out;
}

// Reads one table row by row.
class Importer {
 public:
  Importer(const Catalog& catalog, std::string sheet, const std::vector<std::string>& header)
      : catalog_(catalog), sheet_(std::move(sheet)), at_(template_columns().size(), npos) {
    for (std::size_t i = 0; i < header.size(); ++i) {
      const auto column = template_column(header[i]);
      if (column && at_[*column] == npos) at_[*column] = i;
    }
    for (const Department& one : catalog.departments()) {
      for (const std::string& name : {one.short_name, one.name, one.code}) {
        departments_[name] = one.short_name;
      }
    }
    for (const auto& entry : catalog.resources()) {
      official_[entry->resource_code] = entry;
    }
    codes_ = [&catalog](std::string_view name) { return catalog.code_list(name); };
  }

  // A table without these says nothing of resources.
  Result<void> check_header() const {
    for (const char* title : {"信息资源名称", "信息资源代码", "信息资源提供方", "信息项名称",
                              "数据类型", "共享类型", "更新周期"}) {
      const auto column = template_column(title);
      if (!column || at_[*column] != npos) continue;
      return invalid("the table has no column '" + std::string(title) +
                     "'; use the official template (GET /api/catalog/template)");
    }
    return ok();
  }

  Result<void> row(std::int64_t number, const std::vector<std::string>& cells) {
    number_ = number;
    cells_ = &cells;
    const bool begins =
        !cell("name", Of::resource).empty() || !cell("resource_code", Of::resource).empty();
    if (begins && starts_another()) {
      if (entries_.size() == import_entries_max) {
        return exhausted("more than " + std::to_string(import_entries_max) +
                         " entries; split the file");
      }
      begin();
    }
    if (entries_.empty()) {
      refuse({}, "信息资源名称 is empty; the first row of a resource names it");
      return ok();
    }
    if (!cell("name", Of::item).empty() || !cell("code", Of::item).empty()) item();
    return ok();
  }

  std::vector<ReadEntry>& entries() { return entries_; }
  std::vector<CellRefusal> refused;
  std::size_t refused_total = 0;

  void refuse_entry(ReadEntry& entry, const std::string& message) {
    entry.good = false;
    number_ = entry.row;
    refuse(column_of_message(message, Of::resource), message);
  }

 private:
  static constexpr std::size_t npos = static_cast<std::size_t>(-1);

  std::string cell(std::string_view column, Of of) const {
    const auto columns = template_columns();
    for (std::size_t i = 0; i < columns.size(); ++i) {
      if (columns[i].of != of || column != columns[i].column) continue;
      if (at_[i] == npos || at_[i] >= cells_->size()) return "";
      return std::string(trim((*cells_)[at_[i]]));
    }
    return "";
  }

  // Repeating the resource's cells in every row is as good as merging them.
  bool starts_another() const {
    if (entries_.empty()) return true;
    const std::string official = cell("resource_code", Of::resource);
    const Resource& now = entries_.back().entry;
    if (!official.empty()) return official != now.resource_code;
    return cell("name", Of::resource) != now.name;
  }

  void refuse(std::optional<std::size_t> column, const std::string& message) {
    ++refused_total;
    if (refused.size() == refusals_max) return;
    CellRefusal one{sheet_, number_, "", "", message};
    if (column) {
      one.column = template_columns()[*column].title;
      if (at_[*column] != npos) one.cell = letters_of(at_[*column]) + std::to_string(number_);
    }
    refused.push_back(std::move(one));
  }

  // What the table leaves out is as it was, or as it usually is.
  std::string resource_cell(const Resource* before, std::string_view column) const {
    std::string text = cell(column, Of::resource);
    if (column == "department") {
      const auto known = departments_.find(text);
      return known == departments_.end() ? text : known->second;
    }
    if (!text.empty()) return text;
    if (column == "code") {
      if (before != nullptr) return before->code;
      std::string code = "r_";
      for (const char c : cell("resource_code", Of::resource)) {
        code.push_back(c >= '0' && c <= '9' ? c : '_');
      }
      return code;
    }
    if (column == "keeping") {
      return before != nullptr && before->keeping == Keeping::keyed ? "keyed" : "append";
    }
    if (column == "collected") return before != nullptr && before->collected ? "1" : "0";
    if (column == "published_on" && before != nullptr) return to_iso(before->published_on);
    return text;
  }

  void begin() {
    ReadEntry next;
    next.row = number_;
    const auto known = official_.find(cell("resource_code", Of::resource));
    before_ = known == official_.end() ? nullptr : known->second.get();
    auto read =
        resource_from([this](std::string_view column) { return resource_cell(before_, column); });
    if (read) {
      next.entry = std::move(*read);
    } else {
      next.good = false;
      next.entry.name = cell("name", Of::resource);
      next.entry.resource_code = cell("resource_code", Of::resource);
      refuse(column_of_message(read.error().message, Of::resource), read.error().message);
    }
    entries_.push_back(std::move(next));
    item_codes_.clear();
  }

  std::string item_cell(std::string_view column) {
    std::string text = cell(column, Of::item);
    if (!text.empty()) {
      if (column == "code") item_codes_.insert(text);
      return text;
    }
    const std::string name = cell("name", Of::item);
    if (column == "code") {
      if (before_ != nullptr) {
        for (const Item& item : before_->items) {
          if (item.name == name) return item.code;
        }
      }
      return identifier_for(name, "i_", item_codes_);
    }
    if (column == "grade") return "L" + std::to_string(propose(name, {}).grade);
    return text;
  }

  void item() {
    ReadEntry& now = entries_.back();
    auto read = item_from(
        now.entry, [this](std::string_view column) { return item_cell(column); }, codes_);
    if (!read) {
      now.good = false;
      refuse(column_of_message(read.error().message, Of::item), read.error().message);
      return;
    }
    now.entry.items.push_back(std::move(*read));
  }

  const Catalog& catalog_;
  std::string sheet_;
  std::vector<std::size_t> at_;  // where a template's column stands in the table
  std::unordered_map<std::string, std::string> departments_;
  std::unordered_map<std::string, std::shared_ptr<const Resource>> official_;
  std::set<std::string, std::less<>> item_codes_;
  FindCodes codes_;
  const Resource* before_ = nullptr;
  std::vector<ReadEntry> entries_;
  std::int64_t number_ = 0;
  const std::vector<std::string>* cells_ = nullptr;
};

Result<ImportReport> put(Catalog& catalog, Importer& importer, const ImportOptions& options) {
  ImportReport report;
  report.dry_run = options.dry_run;
  report.entries = importer.entries().size();
  std::vector<Resource> good;
  std::vector<ReadEntry*> from;
  for (ReadEntry& entry : importer.entries()) {
    if (!entry.good) continue;
    good.push_back(entry.entry);
    from.push_back(&entry);
  }
  for (const auto& [at, error] : catalog.check_all(good)) {
    if (from[at]->good) importer.refuse_entry(*from[at], error.message);
  }
  for (std::size_t i = 0; i < good.size() && !options.department.empty(); ++i) {
    const auto there = catalog.resource(good[i].code);
    const bool own = good[i].department == options.department &&
                     (!there || (*there)->department == options.department);
    if (own || !from[i]->good) continue;
    importer.refuse_entry(*from[i],
                          "department is another than yours; it changes its entries itself");
  }
  std::vector<Resource> passed;
  for (std::size_t i = 0; i < good.size(); ++i) {
    if (from[i]->good) passed.push_back(std::move(good[i]));
  }
  report.refused = std::move(importer.refused);
  report.refused_total = importer.refused_total;
  if (options.dry_run) {
    for (const Resource& entry : passed) report.put.items += entry.items.size();
    return report;
  }
  CB_TRY(report.put, catalog.put_all(std::move(passed), options.by));
  return report;
}

Result<ImportReport> from_workbook(Catalog& catalog, sheet::Workbook& book,
                                   const ImportOptions& options) {
  if (book.sheets().empty()) return invalid("the workbook has no sheet");
  const std::size_t sheet = 0;
  CB_TRY(const sheet::Header header, book.header(sheet, [](std::string_view name) {
    return template_column(name).has_value();
  }));
  Importer importer(catalog, book.sheets()[sheet].name, header.names);
  CB_DO(importer.check_header());
  CB_TRY(const auto rows, book.rows(sheet));
  sheet::Row row;
  std::vector<std::string> cells;
  for (;;) {
    CB_TRY(const bool more, rows->next(row));
    if (!more) break;
    if (row.number <= header.row) continue;
    cells.resize(row.cells.size());
    for (std::size_t i = 0; i < cells.size(); ++i) cells[i] = row.cells[i].text;
    CB_DO(importer.row(row.number, cells));
  }
  return put(catalog, importer, options);
}

Result<ImportReport> from_csv(Catalog& catalog, std::string_view text,
                              const ImportOptions& options) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);  // as Excel writes it
  CB_TRY(const CsvTable table, parse_csv(text, {}));
  Importer importer(catalog, "csv", table.header);
  CB_DO(importer.check_header());
  for (std::size_t i = 0; i < table.rows.size(); ++i) {
    CB_DO(importer.row(static_cast<std::int64_t>(i) + 2, table.rows[i]));
  }
  return put(catalog, importer, options);
}

}  // namespace

Result<ImportReport> import_bytes(Catalog& catalog, std::string bytes,
                                  const ImportOptions& options) {
  const auto started = std::chrono::steady_clock::now();
  const auto read = [&]() -> Result<ImportReport> {
    if (sheet::looks_like_xlsx(std::string_view(bytes).substr(0, 4))) {
      CB_TRY(const auto book, sheet::Workbook::open_bytes(std::move(bytes)));
      return from_workbook(catalog, *book, options);
    }
    if (!is_utf8(bytes)) {
      return invalid("the file is neither a workbook (.xlsx) nor CSV in UTF-8; save it as either");
    }
    return from_csv(catalog, bytes, options);
  };
  CB_TRY(ImportReport report, read());
  report.seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
  return report;
}

Result<ImportReport> import_entries(Catalog& catalog, const std::string& path,
                                    const ImportOptions& options) {
  CB_TRY(std::string bytes, read_file(path));
  return import_bytes(catalog, std::move(bytes), options);
}

}  // namespace citybrain::catalog
