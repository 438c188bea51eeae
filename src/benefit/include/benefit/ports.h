// Ports of benefit: what it asks of the rooms below and of the treasury outside, as three small
// interfaces. Their adapters are made by adapters.h; tests put doubles in their place.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/date.h"
#include "base/result.h"
#include "base/room.h"
#include "base/schema.h"

namespace citybrain::brain {
class Model;
}

namespace citybrain::benefit {

// What a reading of facts leaves behind.
struct FactsRead {
  std::int64_t as_of = 0;         // position of the change log at which they held
  std::int64_t audit_index = -1;  // the entry of the audit log that it wrote; -1 = none
};

// Facts of one subject: one row. The first column is the subject's id (text), the others bear the
// names of the facts.
struct FactsPage {
  Batch facts;
  FactsRead read;
};

struct Subject {
  std::string type;  // enterprise | person
  std::string id;    // unified social credit code | resident identity number
  friend bool operator==(const Subject&, const Subject&) = default;
  friend auto operator<=>(const Subject&, const Subject&) = default;
};

// Subjects whose facts changed after a position, and the position after them.
struct Touched {
  std::vector<Subject> subjects;
  std::int64_t position = 0;
  std::int64_t behind = 0;  // changes that wait after `position`
};

// What is known of subjects. Thread-safe.
class FactSource {
 public:
  virtual ~FactSource() = default;
  // All subjects of a type, page by page; `purpose` goes into the audit log once. What follows from
  // the facts may be stored only after this returned.
  virtual Result<FactsRead> batches(const std::string& subject_type,
                                    const std::vector<std::string>& wanted,
                                    const std::string& purpose,
                                    const std::function<Result<void>(const Batch&)>& page) = 0;
  // One subject: a page of one row, or not_found.
  virtual Result<FactsPage> one(const Subject& subject, const std::vector<std::string>& wanted,
                                const Principal& asker, const std::string& purpose) = 0;
  virtual Result<Touched> touched(std::int64_t after, std::int64_t limit) = 0;
  // Facts declared for that subject type.
  virtual std::vector<std::string> known(const std::string& subject_type) const = 0;
  // The resource a fact is taken from, or "".
  virtual std::string resource_of(const std::string& subject_type,
                                  const std::string& fact) const = 0;
  // Its name, as people know it: "企业参保信息".
  virtual std::string resource_name(const std::string& resource) const = 0;
};

struct EffectiveModel {
  std::shared_ptr<const brain::Model> model;
  std::int64_t version = 0;
  std::string hash;
};

// The published decision model that is in force on a day. Thread-safe.
class ModelSource {
 public:
  virtual ~ModelSource() = default;
  virtual Result<EffectiveModel> effective(const std::string& id, Date on) = 0;
};

// One payment as the treasury is asked for it. The end-to-end id names it for ever: a treasury pays
// an id at most once.
struct PaymentOrder {
  std::string end_to_end_id;
  std::string payee;
  std::string account;
  std::int64_t amount_fen = 0;
  std::int64_t attempt = 1;  // counts up where returned money is sent with other particulars
};

// accepted: will be paid or returned later. unknown: the treasury can't say now; ask again, never
// send again. absent: the treasury has never received that id.
enum class TreasuryStatus : std::uint8_t { accepted, paid, returned, unknown, absent };
const char* name_of(TreasuryStatus status);

struct TreasuryAnswer {
  std::string end_to_end_id;
  TreasuryStatus status = TreasuryStatus::unknown;
  std::int64_t amount_fen = 0;
  std::string reference;     // the treasury's own number
  std::string reason;        // of a return
  std::int64_t attempt = 1;  // the newest that the treasury has received under that id
};

// The treasury. Answers may be missing, doubled or in another order. An Error means that nothing is
// known of what was sent: ask() before anything else. Thread-safe.
class Treasury {
 public:
  virtual ~Treasury() = default;
  virtual Result<std::vector<TreasuryAnswer>> pay(std::span<const PaymentOrder> orders) = 0;
  virtual Result<std::vector<TreasuryAnswer>> ask(std::span<const std::string> end_to_end_ids) = 0;
};

}  // namespace citybrain::benefit
