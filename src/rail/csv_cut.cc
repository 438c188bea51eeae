// CsvCutter: see csv_cut.h. The quick way handles rows without quotes; the first quote sends the
// row to the careful way.
#include "csv_cut.h"

#include <emmintrin.h>

#include <algorithm>
#include <bit>
#include <cstring>

namespace citybrain::rail {

Cut CsvCutter::cut(const char* begin, const char* end, bool last, std::size_t row_bytes_max,
                   std::size_t cells_expected) {
  cells_.clear();
  unescaped_used_ = 0;
  const __m128i comma = _mm_set1_epi8(',');
  const __m128i line_end = _mm_set1_epi8('\n');
  const __m128i quote = _mm_set1_epi8('"');
  unsigned high = 0;
  const char* start = begin;
  for (const char* p = begin; p < end; p += 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
    const __m128i hit =
        _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(bytes, comma), _mm_cmpeq_epi8(bytes, line_end)),
                     _mm_cmpeq_epi8(bytes, quote));
    high |= static_cast<unsigned>(_mm_movemask_epi8(bytes));
    for (auto mask = static_cast<unsigned>(_mm_movemask_epi8(hit)); mask != 0; mask &= mask - 1) {
      const char* at = p + std::countr_zero(mask);
      if (at >= end) break;
      if (*at == ',') {
        cells_.emplace_back(start, static_cast<std::size_t>(at - start));
        start = at + 1;
      } else if (*at == '\n') {
        ascii_ = high == 0;
        lines_ = 1;
        const char* stop = at > begin && at[-1] == '\r' ? at - 1 : at;
        cells_.emplace_back(start, static_cast<std::size_t>(std::max(stop, start) - start));
        return row(begin, stop, at + 1, true);
      } else {
        ascii_ = false;
        return cut_quoted(begin, end, last, row_bytes_max, cells_expected);
      }
    }
  }
  if (!last) return Cut::more;
  ascii_ = high == 0;
  lines_ = 0;
  const char* stop = end > begin && end[-1] == '\r' ? end - 1 : end;
  cells_.emplace_back(start, static_cast<std::size_t>(std::max(stop, start) - start));
  return row(begin, stop, end, true);
}

Cut CsvCutter::row(const char* begin, const char* end_of_row, const char* behind, bool plain) {
  raw_ = {begin, static_cast<std::size_t>(end_of_row - begin)};
  used_ = static_cast<std::size_t>(behind - begin);
  return plain && raw_.empty() ? Cut::blank : Cut::row;
}

Cut CsvCutter::broken(const char* begin, const char* end, bool last, const char* why) {
  const auto size = static_cast<std::size_t>(end - begin);
  const auto* line_end = static_cast<const char*>(std::memchr(begin, '\n', size));
  if (line_end == nullptr && !last) return Cut::more;
  cells_.clear();
  problem_ = why;
  lines_ = line_end == nullptr ? 0 : 1;
  const char* stop = line_end == nullptr ? end : line_end;
  raw_ = {begin, static_cast<std::size_t>(stop - begin)};
  if (raw_.ends_with('\r')) raw_.remove_suffix(1);
  used_ = static_cast<std::size_t>(stop - begin) + (line_end == nullptr ? 0 : 1);
  return Cut::broken;
}

// `p` stands behind the opening quote. Appends the cell and returns where its closing quote is, or
// null where there is none before `end`.
const char* CsvCutter::quoted_cell(const char* p, const char* end) {
  std::string* copy = nullptr;
  const char* from = p;
  for (;;) {
    const auto* q =
        static_cast<const char*>(std::memchr(p, '"', static_cast<std::size_t>(end - p)));
    if (q == nullptr) return nullptr;
    if (q + 1 < end && q[1] == '"') {  // a doubled quote stands for one
      if (copy == nullptr) {
        if (unescaped_used_ == unescaped_.size()) unescaped_.emplace_back();
        copy = &unescaped_[unescaped_used_++];
        copy->clear();
      }
      copy->append(from, q + 1);
      from = p = q + 2;
      continue;
    }
    if (copy != nullptr) {
      copy->append(from, q);
      cells_.emplace_back();  // set below, once no copy moves any more
      cells_.back() = *copy;
    } else {
      cells_.emplace_back(from, static_cast<std::size_t>(q - from));
    }
    return q;
  }
}

Cut CsvCutter::cut_quoted(const char* begin, const char* end, bool last, std::size_t row_bytes_max,
                          std::size_t cells_expected) {
  cells_.clear();
  unescaped_used_ = 0;
  // Copies must not move while views point at them (short strings live inside the object).
  unescaped_.resize(std::max<std::size_t>({unescaped_.size(), 256, cells_expected + 1}));
  const bool bounded = static_cast<std::size_t>(end - begin) > row_bytes_max;
  const char* limit = bounded ? begin + row_bytes_max : end;
  const bool whole = last && !bounded;
  const char* p = begin;
  for (;;) {
    if (p < limit && *p == '"') {
      if (unescaped_used_ == unescaped_.size()) return broken(begin, end, last, "单元格过多");
      const char* close = quoted_cell(p + 1, limit);
      if (close == nullptr) {
        if (!last && !bounded) return Cut::more;
        return broken(begin, end, last, "引号没有闭合");
      }
      p = close + 1;
      if (p == limit && !whole) {
        if (!bounded) return Cut::more;
        return broken(begin, end, last, "引号没有闭合");
      }
      if (p < limit && *p == '\r' && p + 1 < end && p[1] == '\n') ++p;
      if (p < limit && *p != ',' && *p != '\n') {
        if (*p == '\r' && p + 1 == end && !last) return Cut::more;
        if (!(*p == '\r' && p + 1 == end)) return broken(begin, end, last, "引号后面还有字符");
        ++p;
      }
    } else {
      const char* from = p;
      while (p < limit && *p != ',' && *p != '\n') ++p;
      if (p == limit && !whole) {
        if (!bounded) return Cut::more;
        return broken(begin, end, last, "引号没有闭合");
      }
      const char* stop = p > from && p[-1] == '\r' && (p == limit || *p == '\n') ? p - 1 : p;
      cells_.emplace_back(from, static_cast<std::size_t>(stop - from));
    }
    if (p < limit && *p == ',') {
      ++p;
      continue;
    }
    break;
  }
  const char* behind = p < limit ? p + 1 : p;
  lines_ = std::count(begin, behind, '\n');
  if (lines_ > 1 && cells_expected > 0 && cells_.size() != cells_expected) {
    return broken(begin, end, last, "引号没有闭合，或列数与表头不符");
  }
  const char* stop = p > begin && p[-1] == '\r' ? p - 1 : p;
  return row(begin, stop, behind, false);
}

}  // namespace citybrain::rail
