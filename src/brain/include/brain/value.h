// Value: any value of FEEL. Context: names and their values. Plain values; everything else in brain
// reads and makes them.
#pragma once

#include <atomic>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"
#include "base/schema.h"
#include "brain/decimal.h"

namespace citybrain::brain {

class Value;
class Context;
struct Range;
struct Function;

enum class Kind : std::uint8_t {
  null,
  boolean,
  number,
  text,
  date,
  time,
  date_time,
  months,    // years and months duration
  duration,  // days and time duration
  range,
  list,
  context,
  function,
};
// As FEEL names it: "number", "string", "date and time", …
const char* name_of(Kind kind);

// Where a time stands: nowhere (local), at an offset, or in a zone of the IANA database (its rules
// are read once from the system's zoneinfo and live as long as the process).
struct Zone {
  std::int64_t bits = 0;
  static Zone local() { return {}; }
  static Zone offset(std::int32_t seconds) { return {static_cast<std::int64_t>(seconds) * 4 + 1}; }
  bool is_local() const { return bits == 0; }
  bool is_offset() const { return (bits & 3) == 1; }
  bool is_named() const { return (bits & 3) == 2; }
  std::int32_t offset_seconds() const { return static_cast<std::int32_t>((bits - 1) / 4); }
  friend bool operator==(Zone, Zone) = default;
};

// What a value's heap part begins with: a count of owners.
struct Object {
  mutable std::atomic<std::int32_t> owners{1};
  Object() = default;
  Object(const Object&) : owners(1) {}
  Object& operator=(const Object&) { return *this; }
};

// 24 bytes; copying shares heap parts, which never change once made, so threads may share values.
class Value {
 public:
  Value() : kind_(Kind::null), words_{0, 0} {}
  Value(const Value& other) : kind_(other.kind_), ns_(other.ns_), words_{0, 0} {
    take(other);
    if (on_heap()) object_->owners.fetch_add(1, std::memory_order_relaxed);
  }
  Value(Value&& other) noexcept : kind_(other.kind_), ns_(other.ns_), words_{0, 0} {
    take(other);
    other.kind_ = Kind::null;
  }
  Value& operator=(const Value& other) {
    if (this != &other) *this = Value(other);
    return *this;
  }
  Value& operator=(Value&& other) noexcept {
    if (this == &other) return *this;
    if (on_heap()) release();
    kind_ = other.kind_;
    ns_ = other.ns_;
    take(other);
    other.kind_ = Kind::null;
    return *this;
  }
  ~Value() {
    if (on_heap()) release();
  }

  static Value null() { return {}; }
  static Value boolean(bool value);
  static Value number(const Decimal& value);
  static Value number(std::int64_t whole);
  static Value text(std::string value);
  // Days since 1970-01-01, proleptic Gregorian, any year of -999,999,999..999,999,999.
  static Value date(std::int64_t days);
  static Value date(Date date) { return Value::date(static_cast<std::int64_t>(date.days)); }
  static Value time(std::int64_t ns_of_day, Zone zone);
  // Seconds since 1970-01-01T00:00:00 on the local clock of `zone`, and nanoseconds.
  static Value date_time(std::int64_t local_seconds, std::int32_t ns, Zone zone);
  static Value months(std::int64_t months);
  static Value duration(std::int64_t seconds, std::int32_t ns);
  static Value range(Range range);
  static Value list(std::vector<Value> items);
  static Value context(Context entries);
  static Value function(std::shared_ptr<const Function> function);
  // A cell of a batch: integer and decimal become number, timestamp the date and time at +08:00.
  static Value of(const Cell& cell);

  Kind kind() const { return kind_; }
  bool is_null() const { return kind_ == Kind::null; }
  bool is(Kind kind) const { return kind_ == kind; }
  bool is_true() const { return kind_ == Kind::boolean && words_[0] != 0; }
  bool is_false() const { return kind_ == Kind::boolean && words_[0] == 0; }

  // The value of that kind; another kind is a programmer's mistake (CB_CHECK).
  bool as_boolean() const;
  const Decimal& as_number() const;
  const std::string& as_text() const;
  const std::vector<Value>& as_list() const;
  const Context& as_context() const;
  const Range& as_range() const;
  const std::shared_ptr<const Function>& as_function() const;
  // date: days; time: ns of the day; date and time: local seconds; durations: months or seconds.
  std::int64_t whole() const { return words_[0]; }
  std::int32_t ns() const { return ns_; }
  Zone zone() const { return {words_[1]}; }

 private:
  bool on_heap() const {
    return kind_ == Kind::text || (kind_ >= Kind::range && kind_ <= Kind::function);
  }
  void release();
  void take(const Value& other) { std::memcpy(&words_, &other.words_, sizeof words_); }

  Kind kind_;
  std::int32_t ns_ = 0;
  union {
    std::int64_t words_[2];
    Decimal number_;
    const Object* object_;
  };
  friend struct ValueHeap;
};

// Names and values in order of writing. A name that is not there is *absent*, which is not null.
class Context {
 public:
  using Entry = std::pair<std::string, Value>;
  Context() = default;
  Context(std::initializer_list<Entry> entries);
  // Adds the entry, or replaces that name's value.
  void set(std::string name, Value value);
  // None where the name is absent.
  const Value* find(std::string_view name) const;
  const std::vector<Entry>& entries() const { return entries_; }
  std::size_t size() const { return entries_.size(); }
  void reserve(std::size_t n) { entries_.reserve(n); }
  // These entries over the present ones.
  void merge(const Context& other);

 private:
  std::vector<Entry> entries_;
};

// [low..high] and its kin. A missing end (as in `> 5`) is null and open.
struct Range {
  Value low;
  Value high;
  bool low_closed = false;
  bool high_closed = false;
  // Written as a comparison (`>= 5`), so its missing end is no end rather than null.
  bool low_unbounded = false;
  bool high_unbounded = false;
};

// The same value in the same kind, deeply (numbers by value). Null equals null. Used by tests and
// by the batch's dictionary; FEEL's own `=` is three-valued and lives in the evaluator.
bool same(const Value& a, const Value& b);
// As FEEL's string() writes it, strings inside lists and contexts quoted; null is "null".
std::string to_text(const Value& value);
// Numbers that fit 15 digits as JSON numbers, all others as text; temporal values as ISO text.
json::value to_json(const Value& value);
// JSON as FEEL has it: object → context, array → list, number → number, text → string.
Value from_json(const json::value& value);
// As a cell, for columns and SQL: number as Decimal64 where it fits scale 0..9; lists and contexts
// as their text.
Cell to_cell(const Value& value);

}  // namespace citybrain::brain
