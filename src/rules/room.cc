// The rules as a room.
#include "routes.h"

namespace citybrain::rules {

std::vector<Migration> migrations();

Room make_room(Rules& rules, SubjectContext context_of) {
  Room room;
  room.name = "rules";
  room.routes = routes(rules, rules.clock(), std::move(context_of));
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
