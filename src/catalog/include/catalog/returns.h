// Returns: data that the city gathered, given back to the districts it came from (回流区县):
// standing orders and their deliveries. A delivery is a file of the district's own rows, masked by
// grade on its way through guard, with digest and audit entry; the district takes it and confirms
// it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/room.h"
#include "catalog/catalog.h"

namespace citybrain::catalog {

// A district's standing order.
struct Return {
  std::int64_t id = 0;
  std::string resource;
  std::string division;
  std::string purpose;
  std::vector<std::string> items;  // empty = all that may be returned
  std::string update_cycle;
  std::string state = "active";  // asked, active, paused, ended
  Date since;
  std::string by;
  std::string note;
  Timestamp next_at;           // when the next delivery is due
  std::int64_t delivered = 0;  // number of the last delivery
  std::string error;           // why the last try made none; ""
};

struct DeliveredColumn {
  std::string code;
  std::string name;
  std::string grade;
  bool masked = false;
};

struct Delivery {
  std::int64_t number = 0;  // of its return, from 1
  Timestamp at;
  std::string state = "ready";  // ready, taken, received
  std::int64_t file_number =
      0;  // whose file it is; an earlier delivery's where nothing had changed
  std::int64_t rows = 0;
  std::int64_t bytes = 0;
  std::string digest;              // hex SHA-256 of the file
  std::int64_t entry_version = 0;  // of the catalogue's entry
  std::int64_t columns_seq = 0;    // how far the records were
  std::int64_t audit_index = 0;
  std::vector<DeliveredColumn> columns;
  std::string taken_by, received_by;
  Timestamp taken_at, received_at;
  std::string note;

  bool unchanged() const { return file_number != number; }
};

struct ReturnFilter {
  std::string division = {};
  std::string resource = {};
  std::string state = {};
};

// Owned by cli; thread-safe, deliver() from one thread at a time. Always holds: one return a
// resource and division that has not ended; a delivery is on record only when its file is whole on
// disk and its audit entry durable; whatever a dead process left is overwritten by the next try.
class Returns {
 public:
  static constexpr std::int64_t files_kept = 12;  // of a return; older deliveries stay on record
  static constexpr std::int64_t realtime_minutes = 5;  // at least, between deliveries of 实时
  static constexpr std::int64_t retry_minutes = 10;    // after a delivery that failed

  // `dir` takes the files: DIR/ID/NUMBER.csv. Without a guard (tests) nothing is delivered.
  Returns(sql::Db& db, Catalog& catalog, guard::Guard* guard, const Clock& clock, std::string dir);

  const Catalog& catalog() const { return catalog_; }

  // By the bureau (catalog.coordinate) it begins at once; by the district itself (catalog.returned,
  // its own division) it is asked for, and the bureau approves. conflict where there is one already
  // or the entry cannot be divided by district; invalid where it names what is not there or may not
  // be returned.
  Result<Return> subscribe(const Return& wanted, const Principal& who);
  // approve, refuse (a note says why), pause, resume, end, or now (delivers at once).
  Result<Return> change(std::int64_t id, std::string_view action, std::string_view note);
  Result<Return> find(std::int64_t id) const;
  Result<std::vector<Return>> list(const ReturnFilter& filter) const;

  // Makes one delivery that is due; true where more waits. What keeps it from being made is kept as
  // the return's error and told as event task.return_failed; it is tried again.
  Result<bool> deliver();
  // Newest first.
  Result<std::vector<Delivery>> deliveries(std::int64_t id, std::int64_t size) const;
  // The file's path, for the district itself; not_found where it is no longer kept.
  Result<std::string> take(std::int64_t id, std::int64_t number, const Principal& who);
  // The district has it whole: `digest` is what it computed of the file.
  Result<Delivery> receive(std::int64_t id, std::int64_t number, std::string_view digest,
                           std::string_view note, const Principal& who);

 private:
  Result<Delivery> make(const Return& one);
  Result<void> record(const Return& one, const Delivery& delivery);
  Result<void> put_off(const Return& one, Timestamp until, const std::string& error);
  Result<bool> has_news(const Return& one) const;
  Result<Delivery> delivery(std::int64_t id, std::int64_t number) const;
  std::string path_of(std::int64_t id, std::int64_t number) const;

  sql::Db& db_;
  Catalog& catalog_;
  guard::Guard* guard_;
  const Clock& clock_;
  std::string dir_;
};

// When a delivery of that cycle is due after one at `last`: with the city's next day, week
// (Monday), month, quarter or year; 实时: realtime_minutes later.
Timestamp next_delivery(std::string_view update_cycle, Timestamp last);

// The room's routes and job of returns; `returns` must outlive the room.
void add_returns(Room& room, Returns& returns);

}  // namespace citybrain::catalog
