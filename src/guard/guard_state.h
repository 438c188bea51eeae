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

  // What the caller may see, with the key of its own for pseudonyms.
  Result<View> view(const Guard& guard, const Access& access, std::string_view resource) const;
};

}  // namespace citybrain::guard
