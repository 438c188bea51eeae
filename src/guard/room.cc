// The room guard: its routes, its migrations and the job that tidies sessions.
#include "routes.h"

namespace citybrain::guard {

std::vector<Migration> migrations();

Room make_room(std::shared_ptr<Guard> guard, const Clock& clock, RoomOptions options) {
  Guard& door = *guard;
  Room room;
  room.name = "guard";
  for (auto table :
       {session_routes(door, clock, options), account_routes(door, clock), audit_routes(door),
        transparency_routes(door), grant_routes(door), record_routes(door)}) {
    for (Route& route : table) room.routes.push_back(std::move(route));
  }
  room.migrations = migrations();
  room.jobs.push_back({"guard.tidy", std::chrono::minutes(10),
                       [&door](std::stop_token) { return door.identity().tidy(); }});
  room.jobs.push_back({"guard.publish", std::chrono::seconds(10),
                       [&door, ask = options.ask_witness](std::stop_token) -> Result<bool> {
                         CB_DO(door.transparency().publish(ask));
                         return false;
                       }});
  room.metrics.push_back(
      {"citybrain_guard_audit_entries", "entries in the audit log", true, [&door] {
         const auto head = door.audit_log().head();
         return head ? static_cast<double>(head->size) : 0.0;
       }});
  room.indicators.push_back({"guard_audit_entries", [&door]() -> Result<IndicatorValue> {
                               CB_TRY(const AuditHead head, door.audit_log().head());
                               IndicatorValue value;
                               value.value = static_cast<std::int64_t>(head.size);
                               value.as_of = head.at;
                               value.links = {{"审计日志", "/console/audit"}};
                               return value;
                             }});
  room.owner = std::move(guard);
  return room;
}

}  // namespace citybrain::guard
