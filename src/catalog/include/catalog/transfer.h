// Transfer: the catalogue as a workbook (or CSV) in the official template: a row an item, the
// resource's cells in the first of its rows. What was exported is imported without a change.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "catalog/catalog.h"

namespace citybrain::catalog {

// A cell that was refused; the entry it belongs to is left out whole.
struct CellRefusal {
  std::string sheet;
  std::int64_t row = 0;  // as the program shows it
  std::string cell;      // "F5"; "" where it is not about one cell
  std::string column;    // 共享类型
  std::string message;
};

struct ImportReport {
  PutReport put;
  std::size_t entries = 0;           // that were read, refused ones included
  std::vector<CellRefusal> refused;  // the first refusals_max
  std::size_t refused_total = 0;
  double seconds = 0;
  bool dry_run = false;
};

// As the routes give it.
json::object shown(const ImportReport& report);

inline constexpr std::size_t refusals_max = 1000;
inline constexpr std::size_t import_entries_max = 100'000;

struct ImportOptions {
  std::string by;
  bool dry_run = false;         // everything but the writing
  std::string department = {};  // whose entries alone may be put; "" = all
};

enum class FileFormat : std::uint8_t { xlsx, csv };
Result<FileFormat> file_format(std::string_view name);

// The file is a workbook or UTF-8 CSV, as its first bytes say. Good entries are put in one
// transaction, whatever was refused beside them. Error: a file that is neither, or without the
// template's columns.
Result<ImportReport> import_entries(Catalog& catalog, const std::string& path,
                                    const ImportOptions& options);
Result<ImportReport> import_bytes(Catalog& catalog, std::string bytes,
                                  const ImportOptions& options);

// `words`: which vocabulary the enumerations are written in, "national" or "zhejiang".
Result<std::string> export_entries(const Catalog& catalog,
                                   const std::vector<std::shared_ptr<const Resource>>& entries,
                                   FileFormat format, std::string_view words);
// The template with its drop-down lists, and nothing in it.
Result<std::string> empty_template(const Catalog& catalog);

}  // namespace citybrain::catalog
