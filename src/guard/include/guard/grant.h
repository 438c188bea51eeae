// Grant: one department (or one account of it) may read these columns of these rows of a resource
// for a purpose, until a day, so much a day. Given by another person than the one who asked.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/room.h"
#include "base/schema.h"

namespace citybrain::sql {
class Db;
class Tx;
}  // namespace citybrain::sql

namespace citybrain::guard {

// A grant to this department is to everybody, without a login too; its purpose is "open".
inline constexpr std::string_view public_department = "public";
inline constexpr std::string_view open_purpose = "open";

// What a caller sees of a value. by_grade is the city's default (L1 clear, L2 general, L3 a part,
// L4 nothing); a grant may name another for an item, and then that one counts and no other.
struct Mask {
  enum class Kind : std::uint8_t {
    by_grade,
    clear,
    nullify,            // null
    redact,             // ***
    partial,            // as L3 shows it
    year,               // of a date
    month,              // of a date
    district,           // of an address or a division code
    bucket,             // of a number: the half-open range of `width` it lies in
    pseudonym,          // a name of its own for each recipient, the same in all resources
    format_preserving,  // digits for digits (FF1), an identity number stays one
    verify              // null; may be asked "is it this?" only
  };
  Kind kind = Kind::by_grade;
  std::int64_t width = 0;

  // "clear", "bucket:1000", and back; the error lists the kinds.
  std::string text() const;
  static Result<Mask> parse(std::string_view text);
  friend bool operator==(const Mask&, const Mask&) = default;
};

struct Grant {
  std::string id;
  std::string department;  // who may read; public_department = anybody
  std::string account;     // only this account of it; "" = all
  std::string purpose;     // code
  std::string resource;
  std::vector<std::string> columns;   // never empty
  std::map<std::string, Mask> masks;  // of some of the columns; the others by grade
  std::string rows;                   // "district=330203&year>=2019"; "" = all
  std::string basis;                  // the law, and the request it answers
  std::string filed_by, approved_by;  // ids of accounts, never the same
  Timestamp from, until;
  std::int64_t rows_a_day_max = 0;      // 0 = no limit
  std::int64_t reads_a_minute_max = 0;  // 0 = no limit
  Timestamp created, revoked;           // revoked: 0 = it stands

  bool stands(Timestamp now) const { return revoked.us == 0 && from <= now && now < until; }
};

struct GrantUse {
  std::int64_t reads = 0, rows = 0;
};

// Owner: Guard. Thread-safe. Always true: a grant is never changed, only revoked, and a revoked one
// lets nothing through from the next read on; what a quota counts is counted before rows leave.
class Grants {
 public:
  static constexpr std::size_t columns_max = 200;

  Grants(sql::Db& db, const Clock& clock, Random& random);
  ~Grants();

  // Checks it and names it; stores nothing. Conflict where one person filed and approved it;
  // invalid where it names what is not there (the resource's schema says) or ends before it begins.
  Result<Grant> prepare(Grant grant, const Schema& schema) const;
  // Stores what prepare() returned, in the caller's transaction on guard's own store, so that a
  // room's rows and the grant stand or fall together.
  Result<void> give_in(sql::Tx& tx, const Grant& prepared) const;
  // Not_found where no such grant stands.
  Result<void> revoke(std::string_view id);
  Result<void> revoke_in(sql::Tx& tx, std::string_view id) const;
  Result<Grant> of(std::string_view id) const;
  // Newest first; of one department, or of all.
  Result<std::vector<Grant>> list(std::string_view department = "") const;
  Result<GrantUse> use_of(std::string_view id) const;

  // The grant by which the caller reads: the one named, or the only one that applies. Denied where
  // none does (the message says what is missing); invalid where several do and none is named.
  Result<Grant> for_read(const Principal& who, std::string_view named, std::string_view purpose,
                         std::string_view resource) const;
  // Counts a read of so many rows; exhausted where that is more than the grant allows.
  Result<void> count(const Grant& grant, std::int64_t rows);
  // Denied where it has ended or was revoked since.
  Result<void> still_stands(std::string_view id) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace citybrain::guard
