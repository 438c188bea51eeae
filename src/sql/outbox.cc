// The outbox and its dispatcher. See sql/outbox.h.
#include "sql/outbox.h"

#include "base/log.h"
#include "sql/sequence.h"

namespace citybrain::sql {
namespace {

constexpr std::int64_t events_max = 200;  // handed to one subscription in one step

Result<std::int64_t> position_of(Session& session, const std::string& name) {
  CB_TRY(const Rows rows, session.query("SELECT seq FROM sql_subscriber WHERE name = $1", {name}));
  return rows.empty() ? std::int64_t{0} : rows[0].integer(0);
}

Result<void> set_position(Db& db, const std::string& name, std::int64_t seq) {
  return db.write([&](Tx& tx) -> Result<void> {
    CB_DO(
        tx.exec("INSERT INTO sql_subscriber (name, seq) VALUES ($1, $2) "
                "ON CONFLICT (name) DO UPDATE SET seq = excluded.seq",
                {name, seq}));
    return ok();
  });
}

}  // namespace

Result<std::int64_t> put(Tx& tx, Timestamp at, std::string_view kind, std::string_view subject,
                         json::object data) {
  CB_TRY(const std::int64_t seq, next_sequence(tx, "outbox"));
  CB_DO(
      tx.exec("INSERT INTO sql_outbox (seq, kind, subject, data, at_us) "
              "VALUES ($1, $2, $3, $4, $5)",
              {seq, kind, subject, json::serialize(data), at.us}));
  return seq;
}

Result<std::vector<Event>> events_after(Session& session, std::int64_t after, std::int64_t limit,
                                        std::string_view prefix) {
  std::vector<Event> events;
  CB_TRY(const Rows rows,
         session.query("SELECT seq, kind, subject, data, at_us FROM sql_outbox WHERE seq > $1 AND "
                       "substr(kind, 1, length($2)) = $2 ORDER BY seq LIMIT $3",
                       {after, prefix, limit}));
  for (const Row& row : rows) {
    CB_TRY(json::value data, parse_json(row.text(3)));
    if (!data.is_object())
      return corrupt("event " + std::to_string(row.integer(0)) + " is no object");
    events.push_back({row.integer(0), row.text(1), row.text(2), std::move(data.get_object()),
                      Timestamp{row.integer(4)}});
  }
  return events;
}

Result<std::int64_t> last_event(Session& session) {
  CB_TRY(const Rows rows, session.query("SELECT COALESCE(MAX(seq), 0) FROM sql_outbox"));
  return rows.at(0).integer(0);
}

Dispatcher::Dispatcher(Db& db, std::vector<Subscription> subscriptions)
    : db_(db), subscriptions_(std::move(subscriptions)) {}

Result<bool> Dispatcher::step() {
  bool more = false;
  for (const Subscription& subscription : subscriptions_) {
    CB_TRY(const bool waits, step_one(subscription));
    more = more || waits;
  }
  return more;
}

Result<bool> Dispatcher::step_one(const Subscription& subscription) {
  struct Waiting {
    std::int64_t from = 0;
    std::int64_t last = 0;
    std::vector<Event> events;
  };
  CB_TRY(const Waiting waiting, db_.read([&](Session& s) -> Result<Waiting> {
    Waiting w;
    CB_TRY(w.from, position_of(s, subscription.name));
    CB_TRY(w.last, last_event(s));
    if (w.last > w.from) {
      CB_TRY(w.events, events_after(s, w.from, events_max, subscription.prefix));
    }
    return w;
  }));
  if (waiting.last == waiting.from) return false;
  const bool full = waiting.events.size() == static_cast<std::size_t>(events_max);
  // Where the page is not full, everything up to `last` was looked at, whatever its kind.
  std::int64_t reached = full ? waiting.events.back().sequence : waiting.last;
  bool failed = false;
  std::int64_t before = waiting.from;
  for (const Event& event : waiting.events) {
    const Result<void> handled = subscription.handle(event);
    if (!handled) {
      log(Level::warn, "sql", "a subscription refused an event; it is tried again",
          {{"subscription", subscription.name},
           {"event", std::to_string(event.sequence)},
           {"error", handled.error().message}});
      reached = before;
      failed = true;
      break;
    }
    before = event.sequence;
  }
  if (reached > waiting.from) CB_DO(set_position(db_, subscription.name, reached));
  return full && !failed;
}

Result<std::int64_t> Dispatcher::lag() {
  return db_.read([&](Session& s) -> Result<std::int64_t> {
    CB_TRY(const std::int64_t last, last_event(s));
    std::int64_t slowest = last;
    for (const Subscription& subscription : subscriptions_) {
      CB_TRY(const std::int64_t seq, position_of(s, subscription.name));
      slowest = std::min(slowest, seq);
    }
    return last - slowest;
  });
}

}  // namespace citybrain::sql
