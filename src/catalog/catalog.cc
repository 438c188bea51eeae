// Catalog: see catalog/catalog.h.
#include "catalog/catalog.h"

#include <mutex>
#include <utility>

#include "base/text.h"
#include "body.h"
#include "catalog_state.h"
#include "guard/guard.h"
#include "index.h"
#include "store.h"

namespace citybrain::catalog {
namespace {

guard::ResourceGrades grades_for(const Resource& resource) {
  guard::ResourceGrades grades;
  grades.resource = resource.code;
  grades.title = resource.name;
  grades.department = resource.department;
  grades.schema = resource.schema();
  for (const Item& item : resource.items) {
    guard::ItemGrade grade;
    grade.code = item.code;
    grade.name = item.name;
    grade.grade = static_cast<guard::Grade>(item.grade);
    grade.check = checks_text(item);
    grades.items.push_back(std::move(grade));
  }
  return grades;
}

}  // namespace

void Catalog::Snapshot::add(Resource resource) {
  remove(resource.code);
  official[resource.resource_code] = resource.code;
  std::string code = resource.code;
  resources[std::move(code)] = std::make_shared<const Resource>(std::move(resource));
}

void Catalog::Snapshot::remove(std::string_view code) {
  const auto found = resources.find(code);
  if (found == resources.end()) return;
  official.erase(found->second->resource_code);
  resources.erase(found);
}

std::string Catalog::Snapshot::department_name(std::string_view short_name) const {
  const auto found = departments.find(short_name);
  return found == departments.end() ? "" : found->second.name;
}

Surroundings Catalog::Snapshot::surroundings() const {
  Surroundings around;
  around.department = [this](std::string_view name) { return departments.contains(name); };
  around.system = [this](std::string_view code) { return systems.contains(code); };
  around.resource = [this](std::string_view code) { return resources.contains(code); };
  around.codes = [this](std::string_view name) -> std::shared_ptr<const CodeList> {
    const auto found = codes.find(name);
    return found == codes.end() ? nullptr : found->second;
  };
  return around;
}

Catalog::Catalog(sql::Db& db, guard::Guard* guard, const Clock& clock)
    : db_(db), guard_(guard), clock_(clock), state_(std::make_unique<State>()) {
  state_->snapshot = std::make_shared<const Snapshot>();
  state_->index = make_index();
}

Catalog::~Catalog() = default;

std::shared_ptr<const Catalog::Snapshot> Catalog::snapshot() const {
  const std::lock_guard lock(state_->mutex);
  return state_->snapshot;
}

void Catalog::swap(std::shared_ptr<const Snapshot> next) {
  const std::lock_guard lock(state_->mutex);
  state_->snapshot = std::move(next);
}

Result<void> Catalog::hand_down(const Resource& resource) {
  if (guard_ == nullptr || !resource.collected) return ok();
  const auto set = guard_->set_grades(grades_for(resource));
  if (!set) return set.error().in("grades of " + resource.code);
  return ok();
}

Result<LoadReport> Catalog::load(const std::string& city_dir) {
  CB_TRY(Definition definition, read_definition(city_dir));
  const std::lock_guard changing(state_->changing);
  LoadReport report;
  CB_TRY(const StoreReport stored, store_definition(db_, *state_->index, definition, clock_.now()));
  report.changed = stored.changed;
  report.kept = stored.kept.size();
  report.departments = definition.departments.size();
  report.systems = definition.systems.size();
  report.refused = std::move(definition.refused);

  auto next = std::make_shared<Snapshot>();
  next->departments = std::move(definition.departments);
  next->systems = std::move(definition.systems);
  next->codes = std::move(definition.codes);
  next->classes = std::move(definition.classes);
  for (const std::string& code : stored.gone) definition.resources.erase(code);
  for (auto& [code, resource] : definition.resources) next->add(std::move(resource));
  const Surroundings around = next->surroundings();
  CB_TRY(std::vector<Resource> edited, edited_entries(db_, around.codes, report.refused));
  for (Resource& resource : edited) next->add(std::move(resource));
  std::vector<Lineage> edges;
  for (const auto& [code, resource] : next->resources) {
    ++report.resources;
    report.items += resource->items.size();
    CB_DO(hand_down(*resource));
    if (!resource->system.empty()) {
      edges.push_back({"system:" + resource->system, "resource:" + code, "supplies", 0});
    }
  }
  CB_DO(record_lineage(edges));
  swap(std::move(next));
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

std::shared_ptr<const Resource> Catalog::find(std::string_view code) const {
  const auto now = snapshot();
  const auto found = now->resources.find(code);
  return found == now->resources.end() ? nullptr : found->second;
}

Result<std::shared_ptr<const Resource>> Catalog::resource(std::string_view code,
                                                          const Sight& sight) const {
  if (sight.all) return resource(code);
  if (auto found = find(code); found != nullptr && sight.sees(*found)) return found;
  return not_found("the catalogue has no resource '" + std::string(code) + "'");
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
