// See reconcile.h.
#include "reconcile.h"

#include <algorithm>
#include <bit>
#include <functional>
#include <set>

#include "base/ids.h"
#include "capture_land.h"

namespace citybrain::rail {
namespace {

constexpr std::int64_t lake_rows = 5'000;    // read at a time
constexpr std::size_t source_rows = 20'000;  // likewise

using EachRow = std::function<void(const std::string& key, std::uint64_t digest)>;

std::uint64_t first_bits(const std::string& digest) {
  std::uint64_t out = 0;
  for (std::size_t i = 0; i < 8; ++i) out = out << 8 | static_cast<unsigned char>(digest[i]);
  return out;
}

capture::RowText texts_of(const std::vector<Cell>& cells) {
  capture::RowText out;
  for (const Cell& cell : cells) is_null(cell) ? out.add_null() : out.add(canonical_text(cell));
  return out;
}

// A key as the items' types write it: the two sides may have written it otherwise.
std::string key_of(const TableMap& map, const std::string& key) {
  std::string out;
  const auto cells = map.key_cells(key);
  if (!cells) return key;
  for (const Cell& cell : *cells) out += canonical_text(cell) + '\0';
  return out;
}

// What landed, and what was set aside and has not landed since.
Result<void> each_of_lake(const TableMap& map, lake::RowsView& rows, const EachRow& fn,
                          std::int64_t& aside_rows) {
  std::vector<Cell> after;
  for (bool more = true; more;) {
    CB_TRY(const Batch page, rows.get_prefix(map.resource(), {}, lake_rows, after));
    more = static_cast<std::int64_t>(page.rows) == lake_rows;
    for (std::size_t i = 0; i < page.rows; ++i) {
      const capture::RowText items = texts_of(page.row(i));
      const std::string key = map.key_of(items);
      fn(key, row_digest(map, items));
      if (i + 1 == page.rows) after = *map.key_cells(key);
    }
  }
  aside_rows = 0;
  return each_aside(rows.session(), map.resource(), [&](const AsideRow& row) -> Result<void> {
    if (const auto cells = map.key_cells(row.key)) {
      CB_TRY(const auto landed, rows.get_many(map.resource(), {*cells}));
      if (landed[0]) return ok();
    }
    ++aside_rows;
    fn(row.key, row_digest(map, row.row));
    return ok();
  });
}

Result<void> each_of_source(const TableMap& map, capture::Snapshot& look, const EachRow& fn) {
  capture::RowText after;
  for (bool more = true; more;) {
    CB_TRY(const auto rows, look.read(*map.shape(), after, source_rows));
    more = rows.size() == source_rows;
    for (const capture::RowText& row : rows) {
      const capture::RowText items = map.items_of(row);
      fn(map.key_of(items), row_digest(map, items));
    }
    if (more) after = map.foreign_key_of(rows.back());
  }
  return ok();
}

// Names rows of ranges that differ, at most differences_max.
Result<void> name_rows(const TableMap& map, lake::RowsView& rows, capture::Snapshot& look,
                       const std::set<std::size_t>& ranges,
                       const std::function<std::size_t(const std::string&)>& range_of,
                       Comparison& out) {
  std::map<std::string, std::uint64_t> here;
  std::map<std::string, std::string> shown;
  std::int64_t aside = 0;
  CB_DO(each_of_lake(
      map, rows,
      [&](const std::string& key, std::uint64_t digest) {
        const std::string ours = key_of(map, key);
        if (!ranges.contains(range_of(ours))) return;
        here[ours] = digest;
        shown[ours] = TableMap::shown(key);
      },
      aside));
  const auto name = [&](const std::string& key, const char* kind) {
    if (out.differences.size() < differences_max) out.differences.push_back({key, kind});
  };
  CB_DO(each_of_source(map, look, [&](const std::string& key, std::uint64_t digest) {
    const std::string ours = key_of(map, key);
    if (!ranges.contains(range_of(ours))) return;
    const auto found = here.find(ours);
    if (found == here.end()) return name(TableMap::shown(key), "missing");
    if (found->second != digest) name(TableMap::shown(key), "different");
    here.erase(found);
  }));
  for (const auto& [key, digest] : here) name(shown[key], "extra");
  return ok();
}

}  // namespace

std::uint64_t row_digest(const TableMap& map, const capture::RowText& items) {
  std::string bytes;
  for (std::size_t i = 0; i < map.plan().columns.size(); ++i) {
    if (i >= items.size() || !items.has_text(i)) {
      bytes += '-';
      continue;
    }
    const auto cell = cell_of(map.plan().columns[i].field, items.text(i));
    const std::string text = cell ? canonical_text(*cell) : std::string(items.text(i));
    bytes += std::to_string(text.size()) + ':' + text;
  }
  return first_bits(sha256(bytes));
}

Result<Comparison> compare(const TableMap& map, lake::RowsView& rows, capture::Snapshot& look) {
  Comparison out;
  // The ranges' number follows from what the table is said to hold; a bad guess costs memory or a
  // longer list of rows, never a wrong answer.
  const auto about = static_cast<std::size_t>(std::max<std::int64_t>(0, map.row().rows_estimate) +
                                              map.row().rows_copied);
  const std::size_t ranges =
      std::bit_ceil(std::clamp<std::size_t>(about / range_rows, 1, ranges_max));
  const auto range_of = [ranges](const std::string& key) {
    return static_cast<std::size_t>(first_bits(sha256(key))) & (ranges - 1);
  };
  std::vector<RangeSum> ours(ranges);
  std::vector<RangeSum> theirs(ranges);
  const auto into = [&](std::vector<RangeSum>& sums) {
    return [&](const std::string& key, std::uint64_t digest) {
      RangeSum& sum = sums[range_of(key_of(map, key))];
      ++sum.rows;
      sum.sum += digest;
    };
  };
  CB_DO(each_of_lake(map, rows, into(ours), out.quarantined));
  CB_DO(each_of_source(map, look, into(theirs)));
  std::set<std::size_t> different;
  for (std::size_t i = 0; i < ranges; ++i) {
    out.lake.rows += ours[i].rows;
    out.lake.sum += ours[i].sum;
    out.source.rows += theirs[i].rows;
    out.source.sum += theirs[i].sum;
    if (ours[i] == theirs[i]) continue;
    ++out.ranges_different;
    if (different.size() < ranges_named_max) different.insert(i);
  }
  out.ranges = static_cast<std::int64_t>(ranges);
  if (!different.empty()) CB_DO(name_rows(map, rows, look, different, range_of, out));
  return out;
}

}  // namespace citybrain::rail
