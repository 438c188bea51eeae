// Outbox: events stored with the write that made them true, and the dispatcher that hands them on.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/room.h"
#include "sql/db.h"

namespace citybrain::sql {

// Stores an event in the transaction; it exists exactly if the transaction commits. `at` is the
// caller's clock. Returns its sequence, which rises in commit order without gaps.
Result<std::int64_t> put(Tx& tx, Timestamp at, std::string_view kind, std::string_view subject,
                         json::object data);

// Events after `after` in order, at most `limit`, of kinds that start with `prefix`.
Result<std::vector<Event>> events_after(Session& session, std::int64_t after, std::int64_t limit,
                                        std::string_view prefix = "");
// The sequence of the last event; 0 where there is none.
Result<std::int64_t> last_event(Session& session);

// Hands events to subscriptions in commit order, each with its own durable position, at least once:
// a handler that returns an Error, or a process that dies, sees the event again. A failing
// subscription holds up itself alone. Owner: cli; one thread calls step().
class Dispatcher {
 public:
  Dispatcher(Db& db, std::vector<Subscription> subscriptions);
  // One bounded round over all subscriptions. True where more waits. An Error is the store's; a
  // handler's failure is logged and tried again at the next step.
  Result<bool> step();
  // Events not yet handled by the slowest subscription.
  Result<std::int64_t> lag();

 private:
  Result<bool> step_one(const Subscription& subscription);
  Db& db_;
  std::vector<Subscription> subscriptions_;
};

}  // namespace citybrain::sql
