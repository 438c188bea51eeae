// Catalog: see catalog/catalog.h.
#include "catalog/catalog.h"

#include <mutex>
#include <utility>

#include "base/text.h"
#include "catalog_state.h"
#include "guard/guard.h"
#include "store.h"

namespace citybrain::catalog {
namespace {

Result<void> hand_down(guard::Guard& guard, const Resource& resource) {
  guard::ResourceGrades grades;
  grades.resource = resource.code;
  grades.title = resource.name;
  grades.department = resource.department;
  grades.schema = resource.schema();
  for (const Item& item : resource.items) {
    std::string checks;
    for (const Check& check : item.checks) checks += (checks.empty() ? "" : "|") + check.text();
    guard::ItemGrade grade;
    grade.code = item.code;
    grade.name = item.name;
    grade.grade = static_cast<guard::Grade>(item.grade);
    grade.check = std::move(checks);
    grades.items.push_back(std::move(grade));
  }
  return guard.set_grades(grades);
}

}  // namespace

Catalog::Catalog(sql::Db& db, guard::Guard* guard, const Clock& clock)
    : db_(db), guard_(guard), clock_(clock), state_(std::make_unique<State>()) {
  state_->snapshot = std::make_shared<const Snapshot>();
}

Catalog::~Catalog() = default;

std::shared_ptr<const Catalog::Snapshot> Catalog::snapshot() const {
  const std::lock_guard lock(state_->mutex);
  return state_->snapshot;
}

Result<LoadReport> Catalog::load(const std::string& city_dir) {
  CB_TRY(Definition definition, read_definition(city_dir));
  LoadReport report;
  CB_TRY(report.changed, store_definition(db_, definition, clock_.now()));
  report.departments = definition.departments.size();
  report.systems = definition.systems.size();
  report.resources = definition.resources.size();
  report.refused = std::move(definition.refused);

  auto next = std::make_shared<Snapshot>();
  next->departments = std::move(definition.departments);
  next->systems = std::move(definition.systems);
  next->codes = std::move(definition.codes);
  std::vector<Lineage> edges;
  for (auto& [code, resource] : definition.resources) {
    report.items += resource.items.size();
    if (guard_ != nullptr) {
      const auto set = hand_down(*guard_, resource);
      if (!set) return set.error().in("grades of " + code);
    }
    std::string words = resource.name + "\n" + resource.code + "\n" + resource.resource_code +
                        "\n" + resource.abstract;
    for (const Item& item : resource.items) words += "\n" + item.name + "\n" + item.code;
    if (!resource.system.empty()) {
      edges.push_back({"system:" + resource.system, "resource:" + code, "supplies", 0});
    }
    next->words[code] = lower_ascii(words);
    next->resources[code] = std::make_shared<const Resource>(std::move(resource));
  }
  CB_DO(record_lineage(edges));
  const std::lock_guard lock(state_->mutex);
  state_->snapshot = std::move(next);
  return report;
}

std::vector<Department> Catalog::departments() const {
  std::vector<Department> out;
  const auto now = snapshot();
  for (const auto& [code, department] : now->departments) out.push_back(department);
  return out;
}

std::optional<Department> Catalog::department(std::string_view short_name) const {
  const auto now = snapshot();
  const auto found = now->departments.find(short_name);
  if (found == now->departments.end()) return std::nullopt;
  return found->second;
}

std::vector<System> Catalog::systems() const {
  std::vector<System> out;
  const auto now = snapshot();
  for (const auto& [code, system] : now->systems) out.push_back(system);
  return out;
}

std::vector<std::shared_ptr<const Resource>> Catalog::resources() const {
  std::vector<std::shared_ptr<const Resource>> out;
  const auto now = snapshot();
  for (const auto& [code, resource] : now->resources) out.push_back(resource);
  return out;
}

std::vector<std::shared_ptr<const Resource>> Catalog::find(std::string_view words) const {
  const std::string wanted = lower_ascii(words);
  std::vector<std::shared_ptr<const Resource>> out;
  const auto now = snapshot();
  for (const auto& [code, resource] : now->resources) {
    const std::string& text = now->words.find(code)->second;
    bool all = true;
    for (const std::string_view word : split(wanted, ' ')) {
      all = all && text.find(word) != std::string::npos;
    }
    if (all) out.push_back(resource);
  }
  return out;
}

Result<std::shared_ptr<const Resource>> Catalog::resource(std::string_view code) const {
  const auto now = snapshot();
  const auto found = now->resources.find(code);
  if (found != now->resources.end()) return found->second;
  std::vector<std::string> codes;
  for (const auto& [known, resource] : now->resources) codes.push_back(known);
  const auto near = nearest(code, codes);
  return not_found("the catalogue has no resource '" + std::string(code) + "'" +
                   (near ? "; did you mean '" + *near + "'?" : ""));
}

Result<Schema> Catalog::schema_of(std::string_view code) const {
  CB_TRY(const auto found, resource(code));
  return found->schema();
}

Result<std::vector<Catalog::ItemChecks>> Catalog::checks_of(std::string_view code) const {
  CB_TRY(const auto found, resource(code));
  std::vector<ItemChecks> out;
  for (const Item& item : found->items) out.push_back({item.code, item.required, item.checks});
  return out;
}

Result<std::vector<Catalog::ItemGrade>> Catalog::grades_of(std::string_view code) const {
  CB_TRY(const auto found, resource(code));
  std::vector<ItemGrade> out;
  for (const Item& item : found->items) out.push_back({item.code, item.grade});
  return out;
}

std::shared_ptr<const CodeList> Catalog::code_list(std::string_view name) const {
  const auto now = snapshot();
  const auto found = now->codes.find(name);
  return found == now->codes.end() ? nullptr : found->second;
}

}  // namespace citybrain::catalog
