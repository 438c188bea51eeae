// Csv: RFC 4180 text of the city's own definition files (city/*.csv), read whole. The rail has its
// own streaming decoder for departments' files; this one is for small files that we wrote
// ourselves.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace citybrain {

// A header and its rows; every row has as many cells as the header.
struct CsvTable {
  std::vector<std::string> header;
  std::vector<std::vector<std::string>> rows;

  // The cell of that column in a row; a column that is not there is an error at load (see
  // parse_csv's `columns`).
  const std::string& at(std::size_t row, std::string_view column) const;
};

// Refuses a file whose header lacks one of `columns`, and a row of another length, naming the line.
Result<CsvTable> parse_csv(std::string_view text, const std::vector<std::string>& columns);
Result<CsvTable> read_csv(const std::string& path, const std::vector<std::string>& columns);
Result<std::string> read_file(const std::string& path);
// Writes a temporary beside it, syncs and renames: the file is the old or the new one, never half.
Result<void> write_file(const std::string& path, std::string_view bytes);
// One cell, quoted where needed.
std::string csv_cell(std::string_view text);

}  // namespace citybrain
