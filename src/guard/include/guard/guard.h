// Guard: the only door to the city's records. Who asks, for which purpose, which columns, masked
// how, and one audit entry before anything leaves. Rooms above name this and never the lake.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/room.h"
#include "base/schema.h"
#include "guard/audit.h"
#include "guard/dispute.h"
#include "guard/grant.h"
#include "guard/identity.h"
#include "guard/share.h"
#include "guard/transparency.h"

namespace citybrain::lake {
class Lake;
}

namespace citybrain::guard {

// The grades of 数据分类分级 (domain facts §6): L1 不敏感 … L4 敏感.
enum class Grade : std::uint8_t { L1 = 1, L2 = 2, L3 = 3, L4 = 4 };
const char* name_of(Grade grade);
Result<Grade> grade_from(std::string_view name);

// What an item holds, which decides how it is masked. `automatic`: guard derives it from the item's
// check, names and type (姓名 → name, 手机 → phone, …).
enum class Holds : std::uint8_t {
  automatic,
  person_name,
  identity,
  phone,
  account_number,
  address,
  date,
  number,
  other
};

struct ItemGrade {
  std::string code;  // column
  std::string name;  // Chinese
  Grade grade = Grade::L4;
  std::string check = {};  // the declared checks of items.csv: "resident_id|…"
  Holds holds = Holds::automatic;
};

// What catalog sets down for a resource. An item left out is L4; a resource never set is not
// readable.
struct ResourceGrades {
  std::string resource;
  std::string title;       // Chinese name
  std::string department;  // who is responsible for it
  Schema schema;           // as defined in the lake
  std::vector<ItemGrade> items;
  // The item that holds the number of the person or firm a row is about: whose own record it is.
  // "" = derived: the key item checked as resident_id, else the key item checked as uscc, else the
  // only item checked as either.
  std::string subject_item = {};
};

struct Comparison {
  enum class Op : std::uint8_t { eq, ne, lt, le, gt, ge };
  std::string column;
  Op op = Op::eq;
  Cell value;
};

// Who reads, why, and on what ground.
struct Access {
  Principal principal;
  std::string purpose;     // one of purposes(), by code or name
  std::string basis = {};  // legal basis or case number; shown in the audit
  std::string grant = {};  // id of the grant to read by; "" = by one's rights, else the only one
};

struct Purpose {
  std::string code;  // "handling"
  std::string name;  // 业务办理
  std::string basis;
};

struct ReadSpec {
  std::string resource;
  std::vector<std::string> columns = {};  // empty = all
  std::vector<Cell> key = {};             // exact key in the schema's order; empty = by comparisons
  std::vector<std::vector<Cell>> keys = {};  // or several, at most rows_max; those found come back
  std::vector<Comparison> comparisons = {};
  std::vector<std::string> sort = {};  // ascending; only columns that are clear to the caller
  std::int64_t limit = 20;             // 1..rows_max; of an export: any
  std::int64_t offset = 0;             // 0..offset_max; not with keys
};

// Where what was read stands, as sequences of the change log: the last change landed, and the last
// one that columns (scans, figures) hold. Facts and decisions store it.
struct AsOf {
  std::int64_t rows_seq = 0;
  std::int64_t columns_seq = 0;
  friend bool operator==(const AsOf&, const AsOf&) = default;
};

struct ReadColumn {
  std::string code;
  std::string name;
  Grade grade = Grade::L4;
  bool masked = true;  // its values are text made by the mask, or null
};

struct ReadResult {
  Batch batch;  // a masked column has type text
  std::vector<ReadColumn> columns;
  std::uint64_t audit_index = 0;
  // The entry holds answer_digest(batch, answer_salt); the salt is with the caller alone, so the
  // entry tells nothing of the answer, and the caller can prove what it was.
  std::string answer_salt;
  AsOf as_of;
  std::vector<std::pair<std::size_t, std::string>> disputed = {};  // row, id of its dispute
  std::vector<std::int64_t> positions = {};  // by keys: of each row, which of them it has
};

struct MaskedChanges {
  std::vector<ReadColumn> columns;
  std::vector<MaskedChange> changes;
  std::int64_t next = 0;  // the cursor for the next call
  bool more = false;      // more is there already
  std::uint64_t audit_index = 0;
  std::string answer_salt;  // of the digest over the changes' cells, as in ReadResult
};

// The rows as they leave over HTTP, and hex SHA-256(salt || their JSON text without blanks).
json::array answer_rows(const Batch& batch);
std::string answer_digest(const json::array& rows, std::string_view salt);

// Why an internal engine reads: matching policies, counting for the cockpit.
struct InternalPurpose {
  std::string code;                        // "benefit.match"
  std::string basis;                       // the legal basis
  std::string actor = {};                  // account that started it; "" = the system itself
  std::vector<std::string> models = {};    // decision models that use what is read
  std::vector<std::string> subjects = {};  // where it concerns few: their numbers (kept as digests)
};

struct Measure {
  enum class Fn : std::uint8_t { count, sum, min, max };
  Fn fn = Fn::count;
  std::string column = {};  // count: empty
  std::string as;           // name of the result's column
};

struct AggregateSpec {
  std::string resource;
  std::vector<std::string> group = {};
  std::vector<Measure> measures;
  std::vector<Comparison> comparisons = {};
};

// A change of a keyed resource, as rail landed it.
struct Change {
  std::int64_t seq = 0;
  std::string resource;
  std::vector<Cell> key;
  std::vector<Cell> row;  // as it is now; of a removed one as it was (empty where there was none)
  bool removed = false;
};
struct Changes {
  std::vector<Change> changes;
  std::int64_t next = 0;  // pass as `after` next time
};

class Guard;
struct ReleaseSpec;
struct Released;

// Reading: one piece of internal work over any number of resources, on record as ONE audit entry.
// Owned by its caller, used by one thread. Values are clear: nothing that was read, nor anything
// derived from it, may leave the process or be stored before finish() returned.
class Reading {
 public:
  using Sink = std::function<Result<void>(const Batch&)>;

  Reading(Reading&&) noexcept;
  ~Reading();
  // All rows that satisfy the comparisons, in batches, from the columns (they may lag the rows).
  Result<void> scan(std::string_view resource, const std::vector<std::string>& columns,
                    const std::vector<Comparison>& comparisons, const Sink& sink);
  // The current row of a key, none where there is none. Keyed resources only.
  Result<std::optional<std::vector<Cell>>> get(std::string_view resource,
                                               const std::vector<Cell>& key);
  // The current rows whose `item` is `value`: from the rows where that is the leading key item,
  // else from the columns. All items, in the schema's order; exhausted beyond `rows_max`.
  Result<Batch> rows_of(std::string_view resource, std::string_view item, const Cell& value,
                        std::int64_t rows_max);
  Result<Batch> aggregate(const AggregateSpec& spec);
  AsOf as_of() const;
  // Writes the entry and returns its index.
  Result<std::uint64_t> finish();

 private:
  friend class Guard;
  struct State;
  explicit Reading(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

struct GuardOptions {
  IdentityOptions identity = {};
  std::string audit_origin = {};  // the audit log's name in checkpoints; "" = made from its key
};

// Owner: cli. Thread-safe. Always true: rows leave read() only after their audit entry is durable;
// a column that is masked for the caller takes no part in filter, order or row choice; what is not
// granted is refused, and the refusal names what is missing and nothing of the data.
class Guard {
 public:
  static constexpr std::int64_t rows_max = 1000;                    // of one read
  static constexpr std::int64_t alike_rows_max = 100000;            // see read()
  static constexpr std::int64_t export_alike_rows_max = 2'000'000;  // the same of an export
  static constexpr std::int64_t export_part_rows_max = 1000;
  static constexpr std::int64_t offset_max = 100'000;
  static constexpr std::int64_t changes_max = 1000;               // of one call
  static constexpr std::int64_t changes_looked_at_max = 100'000;  // of all resources, in one call
  static constexpr std::size_t comparisons_max = 16;

  Guard(sql::Db& db, lake::Lake& lake, const Clock& clock, Random& random,
        GuardOptions options = {});
  ~Guard();
  Guard(const Guard&) = delete;
  Guard& operator=(const Guard&) = delete;

  // Loads grades, purposes and the audit log's head; after the migrations.
  Result<void> open();

  Identity& identity() { return *identity_; }
  const Identity& identity() const { return *identity_; }
  AuditLog& audit_log() { return *audit_; }
  const AuditLog& audit_log() const { return *audit_; }
  Grants& grants() { return *grants_; }
  const Grants& grants() const { return *grants_; }
  Disputes& disputes() { return *disputes_; }
  const Disputes& disputes() const { return *disputes_; }
  Transparency& transparency() { return *transparency_; }
  const Transparency& transparency() const { return *transparency_; }

  // --- for http's Authorizer (the adapter is in cli)
  Result<Principal> authenticate(std::string_view session_secret) {
    return identity_->authenticate(session_secret);
  }
  // `right` is a route's right: "anyone", "signed_in" or "room.verb".
  Result<void> may(const Principal& principal, std::string_view right) const {
    return identity_->may(principal, right);
  }
  // The entry of a call: method and path pattern as the object ("POST /api/policies/{code}/publish
  // code=NB-001"), no personal values in it.
  Result<std::uint64_t> audit(std::string_view event, const Principal& principal,
                              std::string_view request, int status);

  // --- grades (catalog sets them)
  Result<void> set_grades(const ResourceGrades& grades);
  Result<ResourceGrades> grades_of(std::string_view resource) const;
  std::vector<Purpose> purposes() const;

  // --- the read door
  // Needs the right guard.read, or that caller and record are the same person or firm (a citizen or
  // enterprise account without guard.read sees its own rows, all of them clear, and no others), or
  // a grant for the caller's department, the purpose and the resource.
  // By grade: L1 clear · L2 generalised · L3 partial · L4 null. The right guard.clear_l2 (l3, l4),
  // plain or for one purpose ("guard.clear_l3@handling"), clears that grade and those below.
  // Masked columns are refused in key, comparisons and sort. Rows come in the order of `sort`, then
  // of the columns that are clear to the caller; among rows alike in those, by what the masks show,
  // for the store's own order would tell of masked keys (exhausted where more than alike_rows_max
  // are).
  Result<ReadResult> read(const Access& access, const ReadSpec& spec);
  // Is it this? For each item and value: whether the record with this key has it, and whether the
  // record is disputed; nothing else is told, and a record that is not there has nothing. Items
  // that are clear or granted as `verify`, the key's among them.
  struct Verified {
    std::vector<std::pair<std::string, bool>> matches;
    std::string dispute = {};  // id of the record's dispute; "" = undisputed
    std::uint64_t audit_index = 0;
  };
  Result<Verified> verify(const Access& access, std::string_view resource,
                          const std::vector<Cell>& key,
                          const std::vector<std::pair<std::string, Cell>>& claims);
  // All rows that fit, in the order of read(), in parts. Each part is counted against the grant,
  // which must still stand, and has its audit entry before `sink` gets it; an Error from `sink`
  // ends the export and is returned. `spec` has no key; its limit counts for nothing.
  using ExportSink = std::function<Result<void>(const ExportPart&, const std::vector<ReadColumn>&)>;
  Result<Exported> export_rows(const Access& access, const ReadSpec& spec, const ExportSink& sink);
  // Changes of a keyed resource after `after` (0 = from the beginning), oldest first, masked as
  // read() masks: upserts with the row as it was then, tombstones for what went or left the grant's
  // filter. Needs the key's items clear, as pseudonym or format-preserving. `columns` empty = all.
  Result<MaskedChanges> changes(const Access& access, std::string_view resource,
                                const std::vector<std::string>& columns, std::int64_t after,
                                std::int64_t limit);
  // Checks a grant on a resource that is known here and names it, for Grants::give_in; stores
  // nothing.
  Result<Grant> prepare(const Grant& grant) const;
  // The same, and gives it.
  Result<Grant> give(const Grant& grant);

  // --- internal work
  Reading begin(InternalPurpose purpose);
  // One scan as one Reading: returns the index of the entry.
  Result<std::uint64_t> bulk_scan(const InternalPurpose& purpose, std::string_view resource,
                                  const std::vector<std::string>& columns,
                                  const std::vector<Comparison>& comparisons,
                                  const Reading::Sink& sink);
  // All rows of some items, masked, in batches to `sink`, for what is handed on as a whole (open
  // data, exports); see guard/release.h. What the sink got may leave once this returned.
  Result<Released> release(const InternalPurpose& purpose, const ReleaseSpec& spec,
                           const Reading::Sink& sink);
  // Figures without personal data: groups only by items of grade L1 or L2.
  Result<Batch> aggregate(const InternalPurpose& purpose, const AggregateSpec& spec);
  // Keys that changed after `after`, oldest first, at most `limit`: for bringing internal results
  // up to date. Keys may be personal: what is then read of them is read, and audited, by a Reading.
  Result<Changes> changes(std::int64_t after, std::int64_t limit) const;
  // How far rows are landed, and columns fed.
  Result<AsOf> as_of() const;

 private:
  friend class Reading;
  struct State;
  std::unique_ptr<Identity> identity_;
  std::unique_ptr<AuditLog> audit_;
  std::unique_ptr<Transparency> transparency_;
  std::unique_ptr<Grants> grants_;
  std::unique_ptr<Disputes> disputes_;
  std::unique_ptr<State> state_;
};

// The room: routes /api/session, /api/purposes, /api/audit, /audit, /api/resources/{code}/records;
// its migrations; the jobs that tidy sessions and publish checkpoints. `city_name` is shown by GET
// /api/session; without `ask_witness` no one is asked to cosign.
struct RoomOptions {
  std::string city_name = "宁波";
  bool demo = false;
  AskWitness ask_witness = {};
};
Room make_room(std::shared_ptr<Guard> guard, const Clock& clock, RoomOptions options = {});

}  // namespace citybrain::guard
