// OdbcStream. See odbc_stream.h.
#include "odbc_stream.h"

#include <algorithm>
#include <functional>
#include <thread>

#include "base/clock.h"
#include "base/text.h"
#include "odbc_values.h"

namespace citybrain::capture {
namespace {

std::uint64_t digest_of(const RowText& row) {
  std::uint64_t hash = 14'695'981'039'346'656'037ULL;  // FNV-1a
  for (std::size_t i = 0; i < row.size(); ++i) {
    for (const char c : row.text(i)) {
      hash = (hash ^ static_cast<std::uint8_t>(c)) * 1'099'511'628'211ULL;
    }
    hash = (hash ^ (row.is_null(i) ? 0x1fe : 0x1ff)) * 1'099'511'628'211ULL;
  }
  return hash;
}

// A key as one text: its values with a sign between that no text has.
std::string key_text(const RowText& key) {
  std::string out;
  for (std::size_t i = 0; i < key.size(); ++i) {
    out += key.text(i);
    out += '\xff';
  }
  return out;
}

RowText key_from(std::string_view text) {
  RowText key;
  for (std::size_t end = text.find('\xff'); end != std::string_view::npos;
       end = text.find('\xff')) {
    key.add(text.substr(0, end));
    text.remove_prefix(end + 1);
  }
  return key;
}

// A watermark less the overlap, in the form that it is bound in.
std::string less(const OdbcType& type, const std::string& mark, std::int64_t overlap) {
  if (!odbc_is_time(type)) {
    const auto number = parse_int(mark);
    return number ? std::to_string(*number - overlap) : mark;
  }
  // Local or not: only the distance counts, so the text is read and written by one rule.
  const auto at = parse_timestamp(mark);
  if (!at) return mark;
  const Timestamp earlier{at->us - overlap * 1'000'000};
  std::string iso = to_iso(earlier);  // "2020-06-01T08:00:00.000+08:00"
  iso[10] = ' ';
  return iso.substr(0, 23);
}

}  // namespace

Result<std::unique_ptr<Stream>> OdbcStream::open(const Settings& settings,
                                                 const std::string& position) {
  CB_TRY(OdbcAddress address, parse_odbc_address(settings.address));
  CB_TRY(OdbcLink link, OdbcLink::open(settings));
  std::unique_ptr<OdbcStream> stream(new OdbcStream(std::move(link), std::move(address)));
  CB_TRY(stream->position_, OdbcPosition::parse(position));
  CB_TRY(std::vector<OdbcTable> tables, describe_odbc(stream->link_, settings));
  for (OdbcTable& table : tables) {
    if (table.key.empty()) continue;
    Following one;
    one.shape = std::make_shared<const ForeignTable>(table.table);
    one.table = std::move(table);
    stream->tables_.push_back(std::move(one));
  }
  return std::unique_ptr<Stream>(std::move(stream));
}

Result<void> OdbcStream::next(std::vector<Change>& out, std::size_t,
                              std::chrono::milliseconds wait) {
  const auto now = std::chrono::steady_clock::now();
  if (at_table_ == 0 && now < next_round_) {
    std::this_thread::sleep_until(std::min(now + wait, next_round_));
    return ok();
  }
  if (at_table_ == 0) round_began_ = SystemClock().now();
  const std::size_t from = out.size();
  while (at_table_ < tables_.size() && out.size() == from) {
    CB_TRY(const bool over, step(tables_[at_table_], out));
    if (over) ++at_table_;
  }
  if (at_table_ < tables_.size()) return ok();
  at_table_ = 0;
  next_round_ = std::chrono::steady_clock::now() + std::chrono::milliseconds(address_.poll_ms);
  position_.at = round_began_;
  Change& idle = out.emplace_back();
  idle.position = position_.text();
  return ok();
}

Result<bool> OdbcStream::step(Following& one, std::vector<Change>& out) {
  if (one.table.watermark) return page(one, out);
  CB_DO(compare(one, out));
  return true;
}

void OdbcStream::begin(std::vector<Change>& out) const {
  Change& begin = out.emplace_back();
  begin.kind = Change::Kind::begin;
  begin.position = position_.text();
  begin.committed_at = round_began_;
}

void OdbcStream::commit(std::vector<Change>& out) const {
  Change& commit = out.emplace_back();
  commit.kind = Change::Kind::commit;
  commit.position = position_.text();
  commit.committed_at = round_began_;
}

Result<OdbcWhere> OdbcStream::where(const Following& one) const {
  const OdbcTable& table = one.table;
  const std::size_t place = *table.watermark;
  std::vector<std::size_t> places{place};
  places.insert(places.end(), table.key.begin(), table.key.end());
  if (!one.cursor.empty()) return odbc_behind(link_, table, places, one.cursor);
  const auto mark = position_.watermarks.find(table.table.full_name());
  if (mark == position_.watermarks.end() || mark->second.empty()) {
    return OdbcWhere{link_.quoted(table.table.columns[place].name) + " IS NOT NULL", {}};
  }
  return OdbcWhere{
      link_.quoted(table.table.columns[place].name) + " >= ?",
      {{table.types[place], less(table.types[place], mark->second, address_.overlap)}}};
}

Result<bool> OdbcStream::page(Following& one, std::vector<Change>& out) {
  const OdbcTable& table = one.table;
  CB_TRY(const OdbcWhere condition, where(one));
  std::vector<std::size_t> places{*table.watermark};
  places.insert(places.end(), table.key.begin(), table.key.end());
  const std::string sql = table.select + " WHERE " + condition.sql +
                          odbc_order(link_, table, places) + link_.limited(odbc_page_rows);
  std::int64_t rows = 0;
  std::vector<Change> changed;
  std::string highest;
  CB_DO(link_.each(sql, condition.params, table.types, [&](RowText&& row) -> Result<bool> {
    ++rows;
    highest = row.text(*table.watermark);
    one.cursor.clear();
    for (const std::size_t place : places) one.cursor.copy(row, place);
    const std::string key = key_text(odbc_key(table, row));
    const std::uint64_t digest = digest_of(row);
    if (one.this_round.size() < odbc_window_rows_max) one.this_round[key] = digest;
    const auto before = one.sent.find(key);
    if (before != one.sent.end() && before->second == digest) return true;
    Change& change = changed.emplace_back();
    change.kind = Change::Kind::insert;  // or another version of the row: the key decides
    change.table = one.shape;
    change.row = std::move(row);
    return true;
  }));
  if (!highest.empty()) position_.watermarks[table.table.full_name()] = highest;
  if (!changed.empty()) {
    begin(out);
    for (Change& change : changed) out.push_back(std::move(change));
    commit(out);
  }
  if (rows == odbc_page_rows) return false;
  one.cursor.clear();
  one.sent.swap(one.this_round);
  one.this_round.clear();
  return true;
}

Result<void> OdbcStream::compare(Following& one, std::vector<Change>& out) {
  const OdbcTable& table = one.table;
  const std::string name = table.table.full_name();
  std::vector<Change> changed;
  std::uint64_t sum = 0;
  CB_DO(link_.each(table.select, {}, table.types, [&](RowText&& row) -> Result<bool> {
    const std::string key = key_text(odbc_key(table, row));
    const std::uint64_t digest = digest_of(row);
    sum += (digest * 0x9e37'79b9'7f4a'7c15ULL) ^ std::hash<std::string>()(key);
    one.this_round[key] = digest;
    if (one.this_round.size() > odbc_compare_rows_max) {
      return exhausted("table " + name + " has more than " + std::to_string(odbc_compare_rows_max) +
                       " rows and no watermark; name a column that grows with each change");
    }
    const auto before = one.sent.find(key);
    if (before != one.sent.end() && before->second == digest) return true;
    Change& change = changed.emplace_back();
    change.kind = before == one.sent.end() ? Change::Kind::insert : Change::Kind::update;
    change.table = one.shape;
    change.row = std::move(row);
    return true;
  }));
  const std::string digest = std::to_string(one.this_round.size()) + ":" + std::to_string(sum);
  const bool same = position_.digests[name] == digest;
  position_.digests[name] = digest;
  if (!same) {
    begin(out);
    if (!one.known) {
      Change& truncate = out.emplace_back();
      truncate.kind = Change::Kind::truncate;
      truncate.table = one.shape;
    }
    for (Change& change : changed) out.push_back(std::move(change));
    for (const auto& [key, unused] : one.sent) {
      if (one.this_round.contains(key)) continue;
      Change& gone = out.emplace_back();
      gone.kind = Change::Kind::remove;
      gone.table = one.shape;
      const RowText values = key_from(key);
      for (std::size_t i = 0; i < table.types.size(); ++i) {
        const auto place = std::ranges::find(table.key, i);
        place == table.key.end()
            ? gone.old.add_absent()
            : gone.old.copy(values, static_cast<std::size_t>(place - table.key.begin()));
      }
    }
    commit(out);
  }
  one.known = true;
  one.sent.swap(one.this_round);
  one.this_round.clear();
  return ok();
}

}  // namespace citybrain::capture
