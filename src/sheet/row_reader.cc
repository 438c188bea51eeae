// SheetRows: see row_reader.h (ISO 29500-1 §18.3).
#include "row_reader.h"

#include "base/text.h"

namespace citybrain::sheet {
namespace {

constexpr std::size_t merges_max = 100'000;

Error too_many(const char* what, std::int64_t limit) {
  return exhausted("more than " + std::to_string(limit) + " " + what);
}

// ISO 8601 of a cell of type d → date or timestamp as our text.
Cell iso_cell(const std::string& text) {
  if (text.size() == 10) return Cell::date(text);
  std::string local = text.substr(0, text.find('Z'));
  if (local.size() > 10 && local[10] == 'T') local[10] = ' ';
  return Cell::timestamp(local);
}

}  // namespace

bool parse_reference(std::string_view text, std::size_t& column, std::int64_t& row) {
  std::size_t at = 0;
  std::size_t letters = 0;
  for (; at < text.size() && text[at] >= 'A' && text[at] <= 'Z' && at < 4; ++at) {
    letters = letters * 26 + static_cast<std::size_t>(text[at] - 'A' + 1);
  }
  const auto number = parse_int(text.substr(at));
  if (letters == 0 || !number || *number < 1) return false;
  column = letters - 1;
  row = *number;
  return true;
}

std::string column_name(std::size_t column) {
  std::string name;
  for (std::size_t n = column + 1; n > 0; n = (n - 1) / 26) {
    name.insert(name.begin(), static_cast<char>('A' + (n - 1) % 26));
  }
  return name;
}

Result<void> SheetEvents::start(std::string_view name, const Attributes& attributes) {
  if (name == "c") return in_row_ ? start_cell(attributes) : ok();
  if (in_cell_) {
    if (name == "v") in_value_ = true;
    if (name == "t") in_inline_ = phonetic_ == 0;
    if (name == "rPh") ++phonetic_;
    return ok();
  }
  if (name == "row") return start_row(attributes);
  if (name == "mergeCell") return start_merge(attributes);
  return ok();
}

Result<void> SheetEvents::start_row(const Attributes& attributes) {
  std::int64_t number = row_reached + 1;
  if (const auto r = attributes.find("r")) {
    const auto parsed = parse_int(*r);
    if (!parsed || *parsed < number) {
      return corrupt("row '" + std::string(r->substr(0, 20)) + "' comes behind row " +
                     std::to_string(row_reached));
    }
    number = *parsed;
  }
  if (number > shared_.limits.rows_max) return too_many("rows", shared_.limits.rows_max);
  row_reached = number;
  row_ = {number, {}};
  column_next_ = 0;
  in_row_ = true;
  return ok();
}

Result<void> SheetEvents::start_cell(const Attributes& attributes) {
  column_ = static_cast<std::size_t>(column_next_);
  if (const auto r = attributes.find("r")) {
    std::int64_t row = 0;
    if (!parse_reference(*r, column_, row) || row != row_.number ||
        static_cast<std::int64_t>(column_) < column_next_) {
      return corrupt("cell '" + std::string(r->substr(0, 20)) + "' stands in the wrong place");
    }
  }
  if (static_cast<std::int64_t>(column_) >= shared_.limits.columns_max) {
    return too_many("columns", shared_.limits.columns_max);
  }
  column_next_ = static_cast<std::int64_t>(column_) + 1;
  type_ = attributes.get("t");
  const auto style = parse_int(attributes.get("s"));
  style_ = style && *style > 0 ? static_cast<std::size_t>(*style) : 0;
  value_.clear();
  inline_.clear();
  in_cell_ = true;
  return ok();
}

Result<void> SheetEvents::start_merge(const Attributes& attributes) {
  const std::string_view reference = attributes.get("ref");
  const std::size_t colon = reference.find(':');
  Merge merge;
  if (colon == reference.npos ||
      !parse_reference(reference.substr(0, colon), merge.column_first, merge.row_first) ||
      !parse_reference(reference.substr(colon + 1), merge.column_last, merge.row_last) ||
      merge.column_last < merge.column_first || merge.row_last < merge.row_first) {
    return corrupt("'" + std::string(reference.substr(0, 40)) + "' is no block of cells");
  }
  if (merges.size() < merges_max) merges.push_back(merge);
  return ok();
}

Result<void> SheetEvents::text(std::string_view piece) {
  if (!in_value_ && !in_inline_) return ok();
  std::string& into = in_value_ ? value_ : inline_;
  into += piece;
  if (static_cast<std::int64_t>(into.size()) > shared_.limits.cell_bytes_max) {
    return too_many("bytes in a cell", shared_.limits.cell_bytes_max);
  }
  return ok();
}

Result<void> SheetEvents::end(std::string_view name) {
  if (name == "v") in_value_ = false;
  if (name == "t") in_inline_ = false;
  if (name == "rPh" && in_cell_) --phonetic_;
  if (name == "c" && in_cell_) return end_cell();
  if (name == "row" && in_row_) {
    in_row_ = false;
    if (!row_.cells.empty()) ready.push_back(std::move(row_));
  }
  return ok();
}

Result<void> SheetEvents::end_cell() {
  in_cell_ = false;
  phonetic_ = 0;
  Cell cell;
  if (type_ == "inlineStr") {
    cell = Cell::of(unescaped(inline_));
  } else if (value_.empty()) {
    return ok();
  } else if (type_ == "s") {
    const auto index = parse_int(value_);
    if (!index || *index < 0 || *index >= static_cast<std::int64_t>(shared_.strings.size())) {
      return corrupt("a cell names shared text '" + value_.substr(0, 20) + "', there are " +
                     std::to_string(shared_.strings.size()));
    }
    cell = Cell::of(std::string(shared_.strings.at(static_cast<std::size_t>(*index))));
  } else if (type_ == "str") {
    cell = Cell::of(unescaped(value_));
  } else if (type_ == "b") {
    cell = Cell::boolean(value_ == "1" || value_ == "true");
  } else if (type_ == "e") {
    cell = {Kind::error, value_};
  } else if (type_ == "d") {
    cell = iso_cell(value_);
  } else {
    cell = number_cell(trim(value_), shared_.styles.of(style_), shared_.date1904);
  }
  if (cell.kind != Kind::blank) row_.cells.emplace_back(column_, std::move(cell));
  return ok();
}

Result<void> SheetRows::feed() {
  CB_TRY(const std::string_view piece, part_.next());
  ended_ = piece.empty();
  return xml_.feed(piece);
}

Result<bool> SheetRows::next(Row& row) {
  while (events_.ready.empty()) {
    if (ended_) return false;
    auto fed = feed();
    if (!fed) {
      return fed.error().in("sheet '" + name_ + "', behind row " +
                            std::to_string(events_.row_reached));
    }
  }
  auto sparse = std::move(events_.ready.front());
  events_.ready.pop_front();
  row.number = sparse.number;
  row.cells.assign(sparse.cells.back().first + 1, Cell{});
  for (auto& [column, cell] : sparse.cells) row.cells[column] = std::move(cell);
  return true;
}

}  // namespace citybrain::sheet
