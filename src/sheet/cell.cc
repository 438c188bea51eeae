// Cell: see sheet/cell.h.
#include "sheet/cell.h"

namespace citybrain::sheet {

const char* name_of(Kind kind) {
  switch (kind) {
    case Kind::blank: return "blank";
    case Kind::text: return "text";
    case Kind::number: return "number";
    case Kind::boolean: return "boolean";
    case Kind::date: return "date";
    case Kind::timestamp: return "timestamp";
    case Kind::time: return "time";
    case Kind::error: return "error";
  }
  return "blank";
}

const std::string& Row::at(std::size_t column) const {
  static const std::string none;
  return column < cells.size() ? cells[column].text : none;
}

}  // namespace citybrain::sheet
