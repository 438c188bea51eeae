// Entries: see catalog/entries.h.
#include "catalog/entries.h"

#include <algorithm>

namespace citybrain::catalog {

const char* name_of(Check::Kind kind) {
  switch (kind) {
    case Check::Kind::range: return "range";
    case Check::Kind::length: return "length";
    case Check::Kind::code: return "code";
    case Check::Kind::pattern: return "pattern";
    case Check::Kind::resident_id: return "resident_id";
    case Check::Kind::uscc: return "uscc";
    case Check::Kind::past: return "past";
    case Check::Kind::after: return "after";
    case Check::Kind::ref: return "ref";
  }
  return "range";
}

std::string Check::text() const {
  return argument.empty() ? name_of(kind) : name_of(kind) + (":" + argument);
}

int Resource::grade() const {
  int strictest = 1;
  for (const Item& item : items) strictest = std::max(strictest, item.grade);
  return strictest;
}

Schema Resource::schema() const {
  Schema schema;
  for (const Item& item : items) {
    schema.fields.push_back(item.field);
    if (item.key && keeping == Keeping::keyed) schema.key.push_back(item.code);
  }
  return schema;
}

const Item* Resource::find(std::string_view item) const {
  for (const Item& candidate : items) {
    if (candidate.code == item) return &candidate;
  }
  return nullptr;
}

}  // namespace citybrain::catalog
