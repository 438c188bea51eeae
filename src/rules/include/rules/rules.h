// Rules: the city's decision models, stored, dated and published. A model is drafted by one person
// and published by another, and a version never changes in place.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/date.h"
#include "base/result.h"
#include "base/room.h"
#include "brain/model.h"
#include "rules/knowledge.h"

namespace citybrain::sql {
class Db;
}

namespace citybrain::rules {

// returned: handed back to its author by whoever was to publish it.
enum class State : std::uint8_t { draft, submitted, published, returned };
const char* name_of(State state);

struct ModelInfo {
  std::string id;
  std::int64_t version = 0;  // from 1, per id
  std::string name;
  State state = State::draft;
  Date effective_from;
  // The first day on which it no longer holds: as its author said, or where a later version takes
  // over; none = open.
  std::optional<Date> effective_to;
  std::string author;     // guard's account id
  std::string publisher;  // never the author
  std::string hash;       // SHA-256 of the XML, hex
  std::string note;       // of a returned one: why
};

// A published model, compiled: what a decision was made with.
struct Effective {
  std::shared_ptr<const brain::Model> model;
  std::int64_t version = 0;
  std::string hash;
};

// Owned by cli; thread-safe.
class Rules {
 public:
  Rules(sql::Db& db, const Clock& clock);

  // The facts there are. Once told, a draft whose input is neither one of them nor said to be a
  // parameter (its description begins with 参数) is refused. Call before serving.
  void know_facts(std::vector<std::string> facts) { facts_ = std::move(facts); }

  const Clock& clock() const { return clock_; }

  // The published version in force on that day. not_found where there is none.
  Result<Effective> effective(const std::string& id, Date date) const;
  Result<std::vector<ModelInfo>> list() const;
  // One version (0 = newest) and its XML.
  Result<ModelInfo> info(const std::string& id, std::int64_t version) const;
  Result<std::string> xml(const std::string& id, std::int64_t version) const;
  // The compiled form of any version; compiled once.
  Result<Effective> compiled(const std::string& id, std::int64_t version) const;

  // All versions of one model, the newest first; not_found where there is none.
  Result<std::vector<ModelInfo>> versions(const std::string& id) const;

  // Stores a draft as the next version of that id. A model that does not load is refused, saying
  // where. `effective_to` must be after `effective_from`.
  Result<ModelInfo> draft(const std::string& id, const std::string& xml, Date effective_from,
                          const std::string& author, std::optional<Date> effective_to = {});
  // By the author: no longer a draft. Refused (invalid) where a decision table contradicts its own
  // hit policy, saying which rules.
  Result<ModelInfo> submit(const std::string& id, std::int64_t version, const std::string& author);
  // A submitted version goes back, by another than the author, with a reason.
  Result<ModelInfo> give_back(const std::string& id, std::int64_t version, const std::string& by,
                              const std::string& note);
  // By another than the author (conflict otherwise).
  Result<ModelInfo> publish(const std::string& id, std::int64_t version,
                            const std::string& publisher);

  // Every DIR/*.dmn as a published model (id = file's stem), in force from `effective_from`; a file
  // whose newest version has the same hash is left alone. Returns how many were new.
  Result<int> import_dir(const std::string& dir, Date effective_from, const std::string& author,
                         const std::string& publisher);

 private:
  struct InForce {
    Date from;
    std::optional<Date> to;  // as its author said
    std::int64_t version = 0;
    std::string hash;
  };

  Result<ModelInfo> advance(const std::string& id, std::int64_t version, State from, State to,
                            const std::string& who, const std::string& note = "");
  Result<std::vector<InForce>> published(const std::string& id) const;
  Result<std::shared_ptr<const brain::Model>> model_of(const std::string& id, std::int64_t version,
                                                       const std::string& hash) const;
  Result<void> check_inputs(const brain::Model& model) const;

  sql::Db& db_;
  const Clock& clock_;
  std::vector<std::string> facts_;
  mutable std::mutex mutex_;  // guards the two caches
  mutable std::map<std::string, std::shared_ptr<const brain::Model>> by_hash_;
  mutable std::map<std::string, std::vector<InForce>> in_force_;  // by id, latest first
};

// `knowledge` may be null: then what needs subjects is unavailable, and inputs must be sent. Both
// must outlive the room.
Room make_room(Rules& rules, Knowledge* knowledge);

}  // namespace citybrain::rules
