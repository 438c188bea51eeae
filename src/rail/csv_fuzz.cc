// Fuzzer of the cutters: whatever the bytes, each cut moves on, stays inside, and cutting the same
// bytes in pieces finds the same rows as cutting them whole.
#include <algorithm>
#include <string>
#include <vector>

#include "base/check.h"
#include "csv_cut.h"
#include "json_cut.h"

namespace {

using namespace citybrain::rail;

constexpr std::size_t row_bytes_max = 256;

std::string row_of(const CsvCutter& cutter, Cut cut) {
  std::string out = cut == Cut::row ? "row" : cut == Cut::blank ? "blank" : "broken";
  if (cut == Cut::row) {
    for (const auto cell : cutter.cells()) out += "|" + std::string(cell);
  }
  return out;
}

// Cuts `text` with a window that grows by `step` bytes whenever more is asked for.
std::vector<std::string> rows_of(const std::string& text, std::size_t step, std::size_t cells) {
  std::string padded = text + std::string(CsvCutter::padding, '"');
  CsvCutter cutter;
  std::vector<std::string> rows;
  std::size_t at = 0;
  std::size_t to = std::min(step, text.size());
  while (at < text.size()) {
    const bool last = to == text.size();
    const char* begin = padded.data() + at;
    const Cut cut = cutter.cut(begin, padded.data() + to, last, row_bytes_max, cells);
    if (cut == Cut::more) {
      CB_CHECK(!last);
      to = std::min(to + step, text.size());
      continue;
    }
    CB_CHECK(cutter.used() > 0 && at + cutter.used() <= to);
    CB_CHECK(cutter.raw().data() >= begin && cutter.raw().size() <= cutter.used());
    rows.push_back(row_of(cutter, cut));
    at += cutter.used();
    to = std::max(to, at);
  }
  return rows;
}

void cut_json(const std::string& text) {
  JsonCutter cutter;
  for (std::size_t at = 0; at < text.size();) {
    const Cut cut = cutter.cut(text.data() + at, text.data() + text.size(), true);
    CB_CHECK(cut != Cut::more && cutter.used() > 0 && at + cutter.used() <= text.size());
    at += cutter.used();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  if (size < 2 || size > 4'096) return 0;
  const std::size_t step = 1 + data[0];
  const std::size_t cells = data[1] % 8;
  const std::string text(data + 2, data + size);
  // The quote's reach is bounded by what is seen, so pieces agree with the whole where all fits.
  if (text.size() <= row_bytes_max) {
    CB_CHECK(rows_of(text, step, cells) == rows_of(text, text.size(), cells));
  } else {
    rows_of(text, step, cells);
  }
  cut_json(text);
  return 0;
}
