// Grades: kept in guard_resource and guard_item, served from memory.
#include "grades.h"

#include <algorithm>

#include "base/text.h"
#include "masks.h"

namespace citybrain::guard {
namespace {

bool checked_as(const ItemGrade& item, std::string_view check) {
  const auto checks = split(item.check, '|');
  return std::any_of(checks.begin(), checks.end(),
                     [&](std::string_view one) { return trim(one) == check; });
}

// See ResourceGrades::subject_item.
std::string subject_item_of(const ResourceGrades& grades) {
  if (!grades.subject_item.empty()) return grades.subject_item;
  std::vector<std::string> either;
  for (const char* check : {"resident_id", "uscc"}) {
    for (const ItemGrade& item : grades.items) {
      if (!checked_as(item, check)) continue;
      const auto& key = grades.schema.key;
      if (std::find(key.begin(), key.end(), item.code) != key.end()) return item.code;
      either.push_back(item.code);
    }
  }
  return either.size() == 1 ? either.front() : "";
}

Result<void> check_grades(const ResourceGrades& grades) {
  const auto known = [&](const std::string& column) {
    return grades.schema.find(column).has_value();
  };
  for (const ItemGrade& item : grades.items) {
    if (!known(item.code)) {
      return invalid("resource '" + grades.resource + "' has no item '" + item.code + "' to grade");
    }
  }
  if (!grades.subject_item.empty() && !known(grades.subject_item)) {
    return invalid("resource '" + grades.resource + "' has no item '" + grades.subject_item +
                   "' to be its subject");
  }
  return ok();
}

}  // namespace

const char* name_of(Grade grade) {
  switch (grade) {
    case Grade::L1: return "L1";
    case Grade::L2: return "L2";
    case Grade::L3: return "L3";
    case Grade::L4: return "L4";
  }
  return "L4";
}

Result<Grade> grade_from(std::string_view name) {
  for (const Grade grade : {Grade::L1, Grade::L2, Grade::L3, Grade::L4}) {
    if (name == name_of(grade)) return grade;
  }
  return invalid("grade '" + std::string(name) + "'; use L1, L2, L3 or L4");
}

std::size_t GradedResource::at(std::string_view column) const {
  const auto found = grades.schema.find(column);
  CB_CHECK(found.has_value());
  return *found;
}

std::shared_ptr<const GradedResource> graded(const ResourceGrades& grades) {
  auto resource = std::make_shared<GradedResource>();
  resource->grades = grades;
  resource->subject_item = subject_item_of(grades);
  for (const Field& field : grades.schema.fields) {
    GradedItem item{field, field.name, Grade::L4, Holds::other};
    for (const ItemGrade& given : grades.items) {
      if (given.code != field.name) continue;
      item.name = given.name;
      item.grade = given.grade;
      item.holds = holds_of(given, field);
    }
    resource->items.push_back(std::move(item));
  }
  return resource;
}

Result<void> Grades::load() {
  CB_TRY(auto loaded, db_.read([](sql::Session& session)
                                   -> Result<std::map<std::string, ResourceGrades>> {
    std::map<std::string, ResourceGrades> resources;
    CB_TRY(const auto rows,
           session.query("SELECT resource, title, department, subject_item FROM guard_resource"));
    for (const sql::Row& row : rows) {
      resources[row.text(0)] = {row.text(0), row.text(1), row.text(2), {}, {}, row.text(3)};
    }
    CB_TRY(const auto items,
           session.query("SELECT resource, code, name, type, scale, key_position, grade, checks, "
                         "holds FROM guard_item ORDER BY resource, position"));
    for (const sql::Row& row : items) {
      ResourceGrades& grades = resources[row.text(0)];
      CB_TRY(const Type type, type_from(row.text(3)));
      grades.schema.fields.push_back({row.text(1), type, static_cast<int>(row.integer(4))});
      if (const auto key = static_cast<std::size_t>(row.integer(5)); key > 0) {
        if (grades.schema.key.size() < key) grades.schema.key.resize(key);
        grades.schema.key[key - 1] = row.text(1);
      }
      grades.items.push_back({row.text(1), row.text(2), static_cast<Grade>(row.integer(6)),
                              row.text(7), static_cast<Holds>(row.integer(8))});
    }
    return resources;
  }));
  CB_TRY(auto purposes, db_.read([](sql::Session& session) -> Result<std::vector<Purpose>> {
    CB_TRY(const auto rows,
           session.query("SELECT code, name, basis FROM guard_purpose ORDER BY code"));
    std::vector<Purpose> all;
    for (const sql::Row& row : rows) all.push_back({row.text(0), row.text(1), row.text(2)});
    return all;
  }));
  const std::unique_lock lock(mutex_);
  resources_.clear();
  for (const auto& [code, grades] : loaded) resources_[code] = graded(grades);
  purposes_ = std::move(purposes);
  return ok();
}

Result<void> Grades::set(const ResourceGrades& grades) {
  CB_DO(check_grades(grades));
  const auto resource = graded(grades);
  CB_DO(db_.write([&](sql::Tx& tx) -> Result<void> {
    CB_DO(
        tx.exec("INSERT INTO guard_resource (resource, title, department, subject_item) VALUES "
                "($1, $2, $3, $4) ON CONFLICT (resource) DO UPDATE SET title = excluded.title, "
                "department = excluded.department, subject_item = excluded.subject_item",
                {grades.resource, grades.title, grades.department, grades.subject_item}));
    CB_DO(tx.exec("DELETE FROM guard_item WHERE resource = $1", {grades.resource}));
    for (std::size_t i = 0; i < grades.schema.fields.size(); ++i) {
      const Field& field = grades.schema.fields[i];
      const auto& key = grades.schema.key;
      const auto in_key = std::find(key.begin(), key.end(), field.name);
      const auto key_position = in_key == key.end() ? 0 : in_key - key.begin() + 1;
      const auto given =
          std::find_if(grades.items.begin(), grades.items.end(),
                       [&](const ItemGrade& item) { return item.code == field.name; });
      const ItemGrade item =
          given != grades.items.end() ? *given : ItemGrade{field.name, field.name, Grade::L4};
      CB_DO(tx.exec(
          "INSERT INTO guard_item (resource, position, code, name, type, scale, "
          "key_position, grade, checks, holds) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, "
          "$9, $10)",
          {grades.resource, i, field.name, item.name, citybrain::name_of(field.type), field.scale,
           static_cast<std::int64_t>(key_position), static_cast<std::int64_t>(item.grade),
           item.check, static_cast<std::int64_t>(item.holds)}));
    }
    return ok();
  }));
  const std::unique_lock lock(mutex_);
  resources_[grades.resource] = resource;
  return ok();
}

Result<std::shared_ptr<const GradedResource>> Grades::of(std::string_view resource) const {
  const std::shared_lock lock(mutex_);
  const auto found = resources_.find(resource);
  if (found != resources_.end()) return found->second;
  return not_found("no graded resource '" + std::string(resource) +
                   "'; see the list at /api/resources");
}

std::vector<Purpose> Grades::purposes() const {
  const std::shared_lock lock(mutex_);
  return purposes_;
}

Result<Purpose> Grades::purpose(std::string_view text) const {
  const std::shared_lock lock(mutex_);
  std::vector<std::string> names;
  for (const Purpose& purpose : purposes_) {
    if (text == purpose.code || text == purpose.name) return purpose;
    names.push_back(purpose.code + " " + purpose.name);
  }
  return invalid("'purpose' is '" + std::string(text.substr(0, 100)) +
                 "'; send one of: " + join(names, ", "));
}

}  // namespace citybrain::guard
