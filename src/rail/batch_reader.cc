// BatchReader: see batch_reader.h. Opening and mapping are in reader_open.cc, references in
// reader_refs.cc.
#include "batch_reader.h"

#include <algorithm>
#include <cstring>

#include "base/text.h"

namespace citybrain::rail {

std::string Position::text() const {
  return "bytes=" + std::to_string(bytes) + " line=" + std::to_string(line) +
         " landed=" + std::to_string(landed) + " quarantined=" + std::to_string(quarantined);
}

Result<Position> Position::parse(std::string_view text) {
  Position position;
  if (text.empty()) return position;
  const auto parts = split(text, ' ');
  const std::pair<std::string_view, std::int64_t*> members[] = {
      {"bytes=", &position.bytes},
      {"line=", &position.line},
      {"landed=", &position.landed},
      {"quarantined=", &position.quarantined}};
  if (parts.size() != std::size(members))
    return corrupt("'" + std::string(text) + "' is no position");
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const auto& [name, into] = members[i];
    const auto value =
        parts[i].starts_with(name) ? parse_int(parts[i].substr(name.size())) : std::nullopt;
    if (!value) return corrupt("'" + std::string(text) + "' is no position");
    *into = *value;
  }
  return position;
}

Cut BatchReader::cut() {
  return options_.format == Format::csv
             ? csv_.cut(window_->begin(), window_->end(), window_->last(),
                        static_cast<std::size_t>(options_.row_bytes_max), header_.size())
             : json_.cut(window_->begin(), window_->end(), window_->last());
}

std::string_view BatchReader::raw() const {
  return options_.format == Format::csv ? csv_.raw() : json_.raw();
}
std::size_t BatchReader::used() const {
  return options_.format == Format::csv ? csv_.used() : json_.used();
}
std::int64_t BatchReader::lines() const {
  return options_.format == Format::csv ? csv_.lines() : json_.lines();
}

void BatchReader::reject(CheckedBatch& out, std::string_view row, std::vector<Reason> reasons,
                         std::string key) {
  std::string kept(row.substr(0, raw_bytes_max));
  const bool whole = kept.size() == row.size();
  out.bad.push_back({at_.line + 1, std::move(kept), std::move(reasons), std::move(key), whole});
}

// Why the row cannot be read as text at all, or null. GB18030 is brought to transcoded_.
const char* BatchReader::unreadable(std::string_view row, bool ascii) {
  transcoded_bytes_ = 0;
  if (std::memchr(row.data(), 0, row.size()) != nullptr) return "含有空字符";
  if (ascii) return nullptr;
  if (options_.encoding == Encoding::utf8) return is_utf8(row) ? nullptr : "不是有效的 UTF-8";
  auto utf8 = from_gb18030(row);
  if (!utf8) return "不是有效的 GB18030";
  transcoded_ = std::move(*utf8);
  transcoded_bytes_ = transcoded_.size();
  transcoded_.append(CsvCutter::padding, '\0');
  return nullptr;
}

bool BatchReader::pick_csv(const CsvCutter& cutter, CheckedBatch& out, std::string_view row) {
  const auto& cells = cutter.cells();
  if (cells.size() != header_.size()) {
    reject(out, row,
           {{"", "row",
             "有 " + std::to_string(cells.size()) + " 列，表头有 " +
                 std::to_string(header_.size()) + " 列"}});
    return false;
  }
  for (std::size_t i = 0; i < source_.size(); ++i) {
    cells_[i] = source_[i] == none_ ? std::string_view() : cells[source_[i]];
  }
  return true;
}

bool BatchReader::pick_json(const JsonCutter& cutter, CheckedBatch& out, std::string_view row) {
  std::fill(cells_.begin(), cells_.end(), std::string_view());
  for (const auto& [name, value] : cutter.members()) {
    if (!is_utf8(value)) {  // an escape may name half a character
      reject(out, row, {{"", "encoding", "不是有效的 UTF-8"}});
      return false;
    }
    const auto found = names_.find(name);
    if (found != names_.end()) {
      cells_[found->second] = value;
    } else if (unknown_.size() < unknown_max && !unknown_.contains(name)) {
      unknown_.emplace(name);
    }
  }
  return true;
}

// Cuts the transcoded row again and picks its cells.
bool BatchReader::recut(CheckedBatch& out) {
  const char* begin = transcoded_.data();
  const char* end = begin + transcoded_bytes_;
  const std::string_view row(begin, transcoded_bytes_);
  if (options_.format == Format::csv) {
    if (csv_utf8_.cut(begin, end, true, SIZE_MAX, header_.size()) == Cut::row) {
      return pick_csv(csv_utf8_, out, row);
    }
    reject(out, row, {{"", "row", csv_utf8_.problem()}});
    return false;
  }
  if (json_utf8_.cut(begin, end, true) == Cut::row) return pick_json(json_utf8_, out, row);
  reject(out, row, {{"", "row", json_utf8_.problem()}});
  return false;
}

void BatchReader::take_row(CheckedBatch& out) {
  const bool csv = options_.format == Format::csv;
  const std::string_view row = raw();
  if (const char* why = unreadable(row, csv && csv_.ascii())) {
    return reject(out, row, {{"", "encoding", why}});
  }
  const bool again = transcoded_bytes_ > 0;
  if (again ? !recut(out) : csv ? !pick_csv(csv_, out, row) : !pick_json(json_, out, row)) return;
  const std::string_view readable =
      again ? std::string_view(transcoded_.data(), transcoded_bytes_) : row;
  reasons_.clear();
  if (!plan_.append(cells_, out.batch, reasons_)) {
    return reject(out, readable, reasons_, key_text(plan_, cells_));
  }
  if (!plan_.key.empty()) {
    const std::size_t mine = out.batch.rows - 1;
    if (const auto other = keys_.add(out.batch, plan_.key, mine)) {
      for (Column& column : out.batch.columns) column.truncate(mine);
      --out.batch.rows;
      return reject(out, readable,
                    {{plan_.columns[plan_.key[0]].field.name, "key",
                      "主键与第 " + std::to_string(out.lines[*other]) + " 行重复"}},
                    key_text(plan_, cells_));
    }
  }
  out.lines.push_back(at_.line + 1);
  if (plan_.has_refs) raws_.emplace_back(readable.substr(0, raw_bytes_max));
}

// The line at the beginning is longer than a row may be: its beginning goes to quarantine, the rest
// is passed over however long it is.
Result<void> BatchReader::skip_overlong(CheckedBatch& out) {
  reject(out, {window_->begin(), std::min(window_->size(), raw_bytes_max)},
         {{"", "row_bytes", "超过 " + std::to_string(options_.row_bytes_max) + " 字节"}});
  out.bad.back().whole = false;
  for (;;) {
    const auto* stop =
        static_cast<const char*>(std::memchr(window_->begin(), '\n', window_->size()));
    if (stop != nullptr) {
      window_->advance(static_cast<std::size_t>(stop - window_->begin()) + 1);
      ++at_.line;
      return ok();
    }
    window_->advance(window_->size());
    if (window_->last()) return ok();
    CB_DO(window_->refill());
  }
}

// Takes one row, good or bad; false at the end of the file.
Result<bool> BatchReader::one_row(CheckedBatch& out) {
  const auto row_max = static_cast<std::size_t>(options_.row_bytes_max);
  for (;;) {
    if (window_->size() == 0 && window_->last()) return false;
    switch (cut()) {
      case Cut::more:
        if (window_->size() > row_max) {
          CB_DO(skip_overlong(out));
          return true;
        }
        CB_DO(window_->refill());
        continue;
      case Cut::blank: break;
      case Cut::broken:
        reject(out, raw(),
               {{"", "row", options_.format == Format::csv ? csv_.problem() : json_.problem()}});
        break;
      case Cut::row:
        if (raw().size() > row_max) {
          reject(out, raw(), {{"", "row_bytes", "超过 " + std::to_string(row_max) + " 字节"}});
        } else {
          take_row(out);
        }
        break;
    }
    const std::size_t bytes = used();
    at_.line += lines();
    window_->advance(bytes);
    return true;
  }
}

Result<bool> BatchReader::next(CheckedBatch& out) {
  if (out.batch.schema != plan_.schema) out.batch = Batch(plan_.schema);
  out.batch.clear();
  out.lines.clear();
  out.bad.clear();
  raws_.clear();
  if (!plan_.key.empty()) keys_.reset(static_cast<std::size_t>(options_.rows_max));
  const std::int64_t begin = window_->offset();
  bool more = true;
  while (more && window_->offset() - begin < options_.bytes_max &&
         static_cast<std::int64_t>(std::max(out.batch.rows, out.bad.size())) < options_.rows_max) {
    CB_TRY(more, one_row(out));
  }
  if (!more && window_->offset() == begin) return false;
  if (plan_.has_refs && out.batch.rows > 0) CB_DO(check_refs(out));
  at_.bytes = window_->offset();
  at_.landed += static_cast<std::int64_t>(out.batch.rows);
  at_.quarantined += static_cast<std::int64_t>(out.bad.size());
  out.after = at_;
  out.last = !more;
  return true;
}

}  // namespace citybrain::rail
