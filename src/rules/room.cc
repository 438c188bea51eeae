// The room of the rules: what it brings to the program.
#include "routes.h"
#include "rules/rules.h"

namespace citybrain::rules {

std::vector<Migration> migrations();

Room make_room(Rules& rules, SubjectContext context_of) {
  Room room;
  room.name = "rules";
  room.routes = routes(rules, rules.clock(), context_of);
  room.migrations = migrations();
  room.metrics.push_back(
      {"rules_models", "Versions of decision models that are kept", false, [&rules]() -> double {
         const auto list = rules.list();
         return list ? static_cast<double>(list->size()) : 0;
       }});
  return room;
}

}  // namespace citybrain::rules
