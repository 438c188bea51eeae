// The city's own CSV files and safe file writing: see base/csv.h.
#include "base/csv.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/text.h"

namespace citybrain {
namespace {

// Reads one record from `at`; moves `at` and `line`. A quote inside an unquoted cell is an error.
Result<std::vector<std::string>> read_record(std::string_view text, std::size_t& at, int& line) {
  std::vector<std::string> cells(1);
  bool quoted = false;
  const std::string where = "line " + std::to_string(line);
  for (; at < text.size(); ++at) {
    const char c = text[at];
    if (quoted) {
      if (c == '\n') ++line;
      if (c != '"') {
        cells.back() += c;
      } else if (at + 1 < text.size() && text[at + 1] == '"') {
        cells.back() += '"';
        ++at;
      } else {
        quoted = false;
      }
      continue;
    }
    if (c == '"' && cells.back().empty()) {
      quoted = true;
    } else if (c == ',') {
      cells.emplace_back();
    } else if (c == '\n') {
      ++at;
      ++line;
      if (!cells.back().empty() && cells.back().back() == '\r') cells.back().pop_back();
      return cells;
    } else {
      cells.back() += c;
    }
  }
  if (quoted) return invalid(where + ": a quoted cell does not end");
  return cells;
}

Error file_error(const std::string& path, const char* doing) {
  const int number = errno;
  return {number == ENOENT ? Code::not_found : Code::unavailable,
          std::string(doing) + " '" + path + "': " + std::strerror(number)};
}

}  // namespace

const std::string& CsvTable::at(std::size_t row, std::string_view column) const {
  const auto found = std::find(header.begin(), header.end(), column);
  CB_CHECK(found != header.end() && row < rows.size());
  return rows[row][static_cast<std::size_t>(found - header.begin())];
}

Result<CsvTable> parse_csv(std::string_view text, const std::vector<std::string>& columns) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  CsvTable table;
  std::size_t at = 0;
  int line = 1;
  CB_TRY(table.header, read_record(text, at, line));
  for (const std::string& column : columns) {
    if (std::find(table.header.begin(), table.header.end(), column) == table.header.end()) {
      return invalid("line 1: no column '" + column + "'; the header is " +
                     join(table.header, ","));
    }
  }
  while (at < text.size()) {
    const int first = line;
    CB_TRY(std::vector<std::string> cells, read_record(text, at, line));
    if (cells.size() == 1 && cells[0].empty()) continue;
    if (cells.size() != table.header.size()) {
      return invalid("line " + std::to_string(first) + ": " + std::to_string(cells.size()) +
                     " cells; the header has " + std::to_string(table.header.size()));
    }
    table.rows.push_back(std::move(cells));
  }
  return table;
}

Result<CsvTable> read_csv(const std::string& path, const std::vector<std::string>& columns) {
  CB_TRY(const std::string text, read_file(path));
  auto table = parse_csv(text, columns);
  if (!table) return table.error().in(path);
  return table;
}

Result<std::string> read_file(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return file_error(path, "cannot open");
  std::string text;
  char block[1 << 16];
  for (;;) {
    const ssize_t got = ::read(file, block, sizeof block);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) {
      const Error error = file_error(path, "cannot read");
      ::close(file);
      return error;
    }
    if (got == 0) break;
    text.append(block, static_cast<std::size_t>(got));
  }
  ::close(file);
  return text;
}

Result<void> write_file(const std::string& path, std::string_view bytes) {
  const std::string temporary = path + ".part";
  const int file = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (file < 0) return file_error(temporary, "cannot create");
  std::size_t done = 0;
  bool good = true;
  while (good && done < bytes.size()) {
    const ssize_t wrote = ::write(file, bytes.data() + done, bytes.size() - done);
    if (wrote < 0 && errno == EINTR) continue;
    good = wrote >= 0;
    if (good) done += static_cast<std::size_t>(wrote);
  }
  good = good && ::fsync(file) == 0;
  const Error error = good ? Error{} : file_error(temporary, "cannot write");
  ::close(file);
  if (!good) return error;
  if (::rename(temporary.c_str(), path.c_str()) != 0) return file_error(path, "cannot rename to");
  return ok();
}

std::string csv_cell(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + "\"";
}

}  // namespace citybrain
