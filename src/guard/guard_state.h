// What the parts of Guard share. Private to guard.
#pragma once

#include "grades.h"
#include "guard/guard.h"
#include "lake/lake.h"
#include "read.h"

namespace citybrain::guard {

struct Guard::State {
  State(sql::Db& d, lake::Lake& l, Random& r) : db(d), lake(l), grades(d), random(r) {}
  sql::Db& db;
  lake::Lake& lake;
  Grades grades;
  Random& random;
  std::string pseudonym_key;

  // 16 random bytes as hex, for the digest of an answer.
  std::string new_salt() const;
  // The entry of a read: who, why, on what; a refusal is written at once.
  AuditEntry entry_of(std::string_view event, const Access& access, const Purpose& purpose,
                      std::string_view resource) const;
  // What a read was about, without a value of it.
  static void describe(const Access& access, const ReadSpec& spec, const View& view,
                       const std::vector<ReadColumn>& columns, json::object& details);

  // What the caller may see, with the key of its own for pseudonyms.
  Result<View> view(const Guard& guard, const Access& access, std::string_view resource) const;
};

}  // namespace citybrain::guard
