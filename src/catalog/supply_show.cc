// Show: see supply_show.h.
#include "supply_show.h"

namespace citybrain::catalog {
namespace {

std::string resource_name(const Catalog& catalog, std::string_view code) {
  if (code.empty()) return "";
  const auto entry = catalog.resource(code);
  return entry ? (*entry)->name : "";
}

json::value date_or_null(const std::optional<Date>& date) {
  return date ? json::value(to_iso(*date)) : json::value(nullptr);
}

}  // namespace

std::string department_name(const Catalog& catalog, std::string_view short_name) {
  const auto department = catalog.department(short_name);
  return department ? department->name : "";
}

json::object shown(const Supply& supply, const Duty& duty) {
  const Catalog& catalog = supply.catalog();
  return {{"code", duty.code},
          {"name", duty.name},
          {"department", duty.department},
          {"department_name", department_name(catalog, duty.department)},
          {"resource", duty.resource},
          {"resource_name", resource_name(catalog, duty.resource)},
          {"basis", duty.basis},
          {"update_cycle", duty.update_cycle},
          {"due_on", to_iso(duty.due_on)},
          {"state", duty.done() ? "supplied" : "open"},
          {"items", duty.items},
          {"items_supplied", duty.supplied},
          {"overdue", !duty.done() && duty.due_on < supply.clock().today()}};
}

json::object shown(const Supply& supply, const Demand& demand) {
  const Catalog& catalog = supply.catalog();
  const auto left = supply.days_left(demand.due_on);
  return {{"id", demand.id},
          {"name", demand.name},
          {"department", demand.department},
          {"department_name", department_name(catalog, demand.department)},
          {"items", json::array(demand.items.begin(), demand.items.end())},
          {"purpose", demand.purpose},
          {"basis", demand.basis},
          {"update_cycle", demand.update_cycle},
          {"wanted_on", to_iso(demand.wanted_on)},
          {"state", name_of(demand.state)},
          {"provider", demand.provider},
          {"provider_name", department_name(catalog, demand.provider)},
          {"resource", demand.resource},
          {"resource_name", resource_name(catalog, demand.resource)},
          {"duty", demand.duty},
          {"submitted_at", to_iso(demand.submitted_at)},
          {"due_on", date_or_null(demand.due_on)},
          {"waits_for", demand.waits_for},
          {"overdue", left && *left < 0},
          {"working_days_left", left ? json::value(*left) : json::value(nullptr)},
          {"reason", demand.reason},
          {"version", demand.version}};
}

json::object shown(const Supply& supply, const Coordination& one) {
  json::array departments;
  for (const std::string& department : one.departments) {
    departments.push_back(
        json::object{{"department", department},
                     {"department_name", department_name(supply.catalog(), department)}});
  }
  return {{"id", one.id},
          {"kind", name_of(one.kind)},
          {"kind_name", title_of(one.kind)},
          {"title", one.title},
          {"held_on", to_iso(one.held_on)},
          {"departments", std::move(departments)},
          {"demands", json::array(one.demands.begin(), one.demands.end())},
          {"outcome", one.outcome},
          {"due_on", date_or_null(one.due_on)},
          {"state", one.done ? "done" : "open"},
          {"overdue", !one.done && one.due_on && *one.due_on < supply.clock().today()},
          {"done_on", date_or_null(one.done_on)},
          {"note", one.note}};
}

}  // namespace citybrain::catalog
