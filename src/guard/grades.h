// Grades: what catalog set down, in memory and in the store, and what follows of it for one caller.
// Private to guard.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <shared_mutex>

#include "guard/guard.h"
#include "sql/db.h"

namespace citybrain::guard {

// One item as a read needs it.
struct GradedItem {
  Field field;
  std::string name;
  Grade grade = Grade::L4;
  Holds holds = Holds::other;
};

// A resource as a read needs it; immutable once made.
struct GradedResource {
  ResourceGrades grades;
  std::vector<GradedItem> items;  // in the schema's order
  std::string subject_item;       // resolved; "" = none

  std::size_t at(std::string_view column) const;  // position of a known column
};

// Thread-safe.
class Grades {
 public:
  explicit Grades(sql::Db& db) : db_(db) {}
  Result<void> load();
  Result<void> set(const ResourceGrades& grades);
  // not_found where none were set: such a resource is not readable.
  Result<std::shared_ptr<const GradedResource>> of(std::string_view resource) const;
  std::vector<Purpose> purposes() const;
  // By code or by name; the error lists them.
  Result<Purpose> purpose(std::string_view text) const;

 private:
  sql::Db& db_;
  mutable std::shared_mutex mutex_;
  std::map<std::string, std::shared_ptr<const GradedResource>, std::less<>> resources_;
  std::vector<Purpose> purposes_;
};

std::shared_ptr<const GradedResource> graded(const ResourceGrades& grades);

}  // namespace citybrain::guard
