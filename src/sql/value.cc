// Reading cells of an answer.
#include "sql/value.h"

namespace citybrain::sql {

const std::string& Row::text(std::size_t column) const {
  static const std::string empty;
  const Value& value = at(column);
  CB_CHECK(value.index() != 1);
  return value.index() == 0 ? empty : std::get<2>(value);
}

}  // namespace citybrain::sql
