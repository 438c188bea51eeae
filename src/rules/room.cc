// The rules as a room.
#include "routes.h"
#include "trial.h"

namespace citybrain::rules {

std::vector<Migration> migrations();

Room make_room(Rules& rules, Knowledge* knowledge) {
  Room room;
  room.name = "rules";
  room.routes = model_routes(rules, knowledge);
  const auto add = [&](std::vector<Route> more) {
    room.routes.insert(room.routes.end(), more.begin(), more.end());
  };
  add(editor_routes(rules, knowledge));
  if (knowledge != nullptr) {
    const auto jobs = std::make_shared<Simulations>(rules, *knowledge);
    add(simulation_routes(rules, *knowledge, *jobs));
    room.owner = jobs;
  }
  room.migrations = migrations();
  room.metrics = {{.name = "citybrain_rules_models",
                   .help = "Versions of decision models stored",
                   .value = [&rules] {
                     const auto all = rules.list();
                     return all ? static_cast<double>(all->size()) : -1.0;
                   }}};
  return room;
}

}  // namespace citybrain::rules
