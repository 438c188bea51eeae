// RowStore: keyed resources in the transactional store, current rows as an index into the change
// log.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "lake/lake.h"

namespace citybrain::lake {

// A resource and the number by which the store's tables name it.
struct Known {
  std::int64_t id = 0;
  Resource resource;
};

// One entry of the change log, not yet decoded.
struct LogEntry {
  std::int64_t seq = 0;
  std::int64_t resource = 0;
  Op op = Op::upsert;
  std::string body;
};

// Thread-safe; owned by the lake, which knows the resources' numbers.
class RowStore {
 public:
  explicit RowStore(sql::Db& db) : db_(db) {}

  // The id of this store, made at its first opening.
  Result<std::string> store_id();
  Result<std::vector<Known>> load();
  // Stores the definition, under its old number where the code is known.
  Result<Known> define(const Resource& resource);

  Result<Landed> land(const Known& known, const Landing& landing, const Batch& batch,
                      const Lake::Also& also);
  // A resource by its code.
  using Find = std::function<Result<Known>(std::string_view code)>;
  // See Lake::land_all and Lake::look.
  Result<Landed> land_all(const Find& find, const Lake::NextPart& next, const Lake::Also& also);
  Result<void> look(const Find& find, const std::function<Result<void>(RowsView&)>& fn);
  // Of a keyed resource's source; none where it never landed here.
  Result<std::optional<std::string>> position(std::string_view source);

  Result<std::vector<std::optional<std::vector<Cell>>>> get_many(
      const Known& known, const std::vector<std::vector<Cell>>& keys);
  Result<Batch> get_prefix(const Known& known, const std::vector<Cell>& leading, std::int64_t limit,
                           const std::vector<Cell>& after);
  Result<std::vector<LogEntry>> log_after(std::int64_t seq, std::int64_t limit);
  Result<std::int64_t> last_seq();

 private:
  sql::Db& db_;
};

}  // namespace citybrain::lake
