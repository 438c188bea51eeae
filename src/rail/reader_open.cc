// BatchReader: opening a file and mapping its header to the resource's items.
#include <algorithm>

#include "base/text.h"
#include "batch_reader.h"
#include "encoding.h"

namespace citybrain::rail {
namespace {

constexpr std::size_t window_bytes_min = 4 << 20;

}  // namespace

Result<std::unique_ptr<BatchReader>> BatchReader::open(const OpenBytes& bytes, const Plan& plan,
                                                       const ReaderOptions& options,
                                                       const Position& from, FindMissing missing) {
  std::unique_ptr<BatchReader> reader(new BatchReader(plan, options, std::move(missing)));
  for (std::size_t i = 0; i < plan.columns.size(); ++i) {
    reader->names_.emplace(plan.columns[i].name, i);
  }
  for (std::size_t i = 0; i < plan.columns.size(); ++i) {  // codes win over Chinese names
    reader->names_.insert_or_assign(plan.columns[i].field.name, i);
  }
  reader->cells_.resize(plan.columns.size());
  reader->at_ = from;
  std::int64_t begin = 0;
  if (options.format == Format::csv) {
    CB_DO(reader->read_header(bytes, begin));
    CB_DO(reader->map_header());
  }
  const auto window_bytes =
      std::max(window_bytes_min, static_cast<std::size_t>(options.row_bytes_max) * 2);
  CB_TRY(auto source, bytes());
  CB_TRY(reader->window_,
         Window::over(std::move(source), from.bytes > 0 ? from.bytes : begin, window_bytes));
  Window& window = *reader->window_;
  if (from.bytes == 0 && begin == 0) {
    window.advance(byte_order_mark({window.begin(), window.size()}));
  }
  if (from.bytes == 0 && begin > 0) reader->at_.line = reader->header_lines_;
  return reader;
}

Result<void> BatchReader::read_header(const OpenBytes& bytes, std::int64_t& behind) {
  CB_TRY(auto source, bytes());
  CB_TRY(Window window, Window::over(std::move(source), 0, 1 << 20));
  window.advance(byte_order_mark({window.begin(), window.size()}));
  Cut cut = Cut::blank;
  while (cut == Cut::blank && window.size() > 0) {  // a sheet's titles are blank lines
    cut = csv_.cut(window.begin(), window.end(), window.last(), 1 << 20, 0);
    header_lines_ += csv_.lines();
    if (cut == Cut::blank) window.advance(csv_.used());
  }
  if (window.size() == 0) return invalid("the file is empty; the first line must be a header");
  if (cut != Cut::row) return invalid("the file does not begin with a header line of CSV");
  behind = window.offset() + static_cast<std::int64_t>(csv_.used());
  for (const std::string_view cell : csv_.cells()) {
    std::string name(trim(cell));
    if (options_.encoding == Encoding::gb18030) {
      auto utf8 = from_gb18030(name);
      if (!utf8) return utf8.error().in("the header");
      name = std::move(*utf8);
    } else if (!is_utf8(name)) {
      return invalid("the header is not UTF-8; declare its encoding");
    }
    header_.push_back(std::move(name));
  }
  return ok();
}

Result<void> BatchReader::map_header() {
  source_.assign(plan_.columns.size(), none_);
  for (std::size_t i = 0; i < header_.size(); ++i) {
    const auto found = names_.find(header_[i]);
    if (found == names_.end()) {
      if (unknown_.size() < unknown_max) unknown_.insert(header_[i]);
      continue;
    }
    if (source_[found->second] != none_) {
      return invalid("the header names '" + plan_.columns[found->second].field.name +
                     "' twice, the second time as '" + header_[i] + "'; leave one out");
    }
    source_[found->second] = i;
  }
  std::vector<std::string> lacking;
  for (std::size_t i = 0; i < source_.size(); ++i) {
    if (source_[i] != none_) continue;
    const ColumnPlan& column = plan_.columns[i];
    (column.required ? lacking : absent_).push_back(column.field.name);
    if (column.required) lacking.back() += " (" + column.name + ")";
  }
  if (lacking.empty()) return ok();
  return invalid("the header lacks required columns: " + join(lacking, ", ") +
                 "; add them by item code or Chinese name");
}

}  // namespace citybrain::rail
