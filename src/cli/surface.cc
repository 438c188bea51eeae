// The golden text of the surface: see surface.h.
#include "surface.h"

#include <algorithm>
#include <set>

#include "base/csv.h"
#include "commands.h"
#include "http/openapi.h"
#include "rooms.h"

namespace citybrain::cli {
namespace {

std::string route_line(const Room& room, const Route& route) {
  return room.name + " " + name_of(route.method) + " " + route.path + " right=" + route.right.name +
         " audit=" +
         (route.audit.event.empty() ? "none (" + route.audit.why_none + ")" : route.audit.event);
}

std::string lines_of(const std::set<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

Result<std::set<std::string>> rights_given(City& city) {
  CB_TRY(const std::string text, city.definition("roles.csv"));
  CB_TRY(const CsvTable table, parse_csv(text, {"role", "right"}));
  std::set<std::string> rights = {"anyone", "signed_in"};
  for (std::size_t row = 0; row < table.rows.size(); ++row) rights.insert(table.at(row, "right"));
  return rights;
}

}  // namespace

Result<void> write_surface(City& city, const std::string& folder) {
  CB_TRY(const std::set<std::string> given, rights_given(city));
  std::set<std::string> routes;
  std::set<std::string> events;
  std::set<std::string> indicators;
  std::set<std::string> homeless;
  for (const Room& room : city.rooms()) {
    for (const Route& route : room.routes) {
      routes.insert(route_line(room, route));
      if (!route.audit.event.empty()) events.insert(route.audit.event);
      if (!given.contains(route.right.name)) {
        homeless.insert(route.right.name + " (" + route.path + ")");
      }
    }
    for (const Indicator& indicator : room.indicators) {
      indicators.insert(room.name + " " + indicator.code);
    }
  }
  if (!homeless.empty()) {
    return invalid("rights that no role of city/roles.csv has:\n" + lines_of(homeless));
  }
  std::string command_lines;
  for (const Command& command : commands()) {
    command_lines += command.name + ": " + command.summary + "\n  " + command.usage + "\n";
  }
  CB_DO(write_file(folder + "/routes.txt", lines_of(routes)));
  CB_DO(write_file(folder + "/audit_events.txt", lines_of(events)));
  CB_DO(write_file(folder + "/indicators.txt", lines_of(indicators)));
  CB_DO(write_file(folder + "/commands.txt", command_lines));
  return ok();
}

}  // namespace citybrain::cli
