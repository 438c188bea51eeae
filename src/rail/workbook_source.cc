// A workbook as the CSV text that it would be exported as: one line a row of the sheet, so that a
// line's number is the row's. Titles and remarks above the header are blank lines.
#include "base/csv.h"
#include "byte_source.h"
#include "sheet/reader.h"

namespace citybrain::rail {
namespace {

struct Reading {
  std::unique_ptr<sheet::Workbook> book;
  std::unique_ptr<sheet::RowReader> rows;
  sheet::Header header;
  std::int64_t line = 0;  // written last
  bool headed = false;
};

// The sheet asked for, or the first that is not hidden in which a header is found.
Result<std::size_t> find_sheet(sheet::Workbook& book, const SourceHints& hints,
                               sheet::Header& header) {
  if (!hints.sheet.empty()) {
    CB_TRY(const std::size_t at, book.find(hints.sheet));
    CB_TRY(header, book.header(at, hints.knows));
    return at;
  }
  Error last = invalid("every sheet is hidden");
  for (std::size_t i = 0; i < book.sheets().size(); ++i) {
    if (book.sheets()[i].hidden) continue;
    auto found = book.header(i, hints.knows);
    if (found) {
      header = std::move(*found);
      return i;
    }
    last = found.error();
  }
  return last;
}

void append_line(Reading& reading, std::int64_t number, const std::vector<std::string>& texts,
                 std::string& out) {
  for (; reading.line + 1 < number; ++reading.line) out += '\n';
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (i > 0) out += ',';
    out += csv_cell(texts[i]);
  }
  if (texts.size() == 1 && texts[0].empty()) out += "\"\"";
  out += '\n';
  reading.line = number;
}

Result<bool> next_line(Reading& reading, std::string& out) {
  if (!reading.headed) {
    reading.headed = true;
    append_line(reading, reading.header.row, reading.header.names, out);
    return true;
  }
  sheet::Row row;
  do {
    CB_TRY(const bool more, reading.rows->next(row));
    if (!more) return false;
  } while (row.number <= reading.header.row);
  std::vector<std::string> texts;
  for (sheet::Cell& cell : row.cells) texts.push_back(std::move(cell.text));
  // A row that is wider than its header stays wider: its values have no names.
  if (texts.size() < reading.header.names.size()) texts.resize(reading.header.names.size());
  append_line(reading, row.number, texts, out);
  return true;
}

}  // namespace

Result<std::unique_ptr<ByteSource>> open_workbook(const std::string& path,
                                                  const SourceHints& hints) {
  auto reading = std::make_shared<Reading>();
  auto book = sheet::Workbook::open(path);
  if (!book) return book.error().in("'" + path + "'");
  reading->book = std::move(*book);
  auto at = find_sheet(*reading->book, hints, reading->header);
  if (!at) return at.error().in("'" + path + "'");
  CB_TRY(reading->rows, reading->book->rows(*at));
  return lines_of([reading](std::string& out) { return next_line(*reading, out); });
}

}  // namespace citybrain::rail
