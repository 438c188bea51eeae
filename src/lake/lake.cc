// LakeOf: the lake over a row store and a column store.
#include "lake/lake.h"

#include <map>
#include <mutex>
#include <shared_mutex>
#include <unordered_map>

#include "base/log.h"
#include "codec.h"
#include "columns.h"
#include "definition.h"
#include "rows.h"
#include "sql/migrate.h"

namespace citybrain::lake {

namespace {

class LakeOf final : public Lake {
 public:
  explicit LakeOf(sql::Db& db) : db_(db), rows_(db) {}
  Result<void> start(const LakeOptions& options);

  Result<void> define(const Resource& resource) override;
  Result<Resource> resource(std::string_view code) override;
  Result<std::vector<Resource>> resources() override;
  Result<Landed> land(const Landing& landing, const Batch& batch, const Also& also) override;
  Result<Landed> land_all(const NextPart& next, const Also& also) override {
    return rows_.land_all([this](std::string_view code) { return keyed(code); }, next, also);
  }
  Result<void> look(const std::function<Result<void>(RowsView&)>& fn) override {
    return rows_.look([this](std::string_view code) { return keyed(code); }, fn);
  }
  Result<std::string> position(std::string_view source) override;
  Result<std::vector<std::string>> sources(std::string_view resource) override {
    CB_TRY(const Known one, known(resource));
    return columns_->sources(one.resource);
  }
  Result<std::optional<std::vector<Cell>>> get(std::string_view resource,
                                               const std::vector<Cell>& key) override;
  Result<std::vector<std::optional<std::vector<Cell>>>> get_many(
      std::string_view resource, const std::vector<std::vector<Cell>>& keys) override;
  Result<Batch> get_prefix(std::string_view resource, const std::vector<Cell>& leading,
                           std::int64_t limit, const std::vector<Cell>& after) override;
  Result<std::vector<Change>> changes(std::int64_t after_seq, std::int64_t limit) override;
  Result<FeedStep> feed(std::int64_t limit) override;
  Result<AsOf> scan(const ScanSpec& spec,
                    const std::function<Result<void>(const Batch&)>& fn) override;
  Result<Batch> aggregate(const AggregateSpec& spec) override;
  Result<std::int64_t> count(std::string_view resource) override;
  Result<AsOf> as_of() override;
  Result<void> backup_columns(const std::string& path) override { return columns_->backup(path); }

 private:
  Result<Known> known(std::string_view code);
  Result<Known> keyed(std::string_view code);
  Result<Known> known_by_id(std::int64_t id);
  void remember(const Known& known);
  Result<std::vector<Delta>> deltas_of(const std::vector<LogEntry>& log);

  sql::Db& db_;
  RowStore rows_;
  std::unique_ptr<Columns> columns_;
  std::shared_mutex mutex_;  // of the two maps
  std::map<std::string, Known, std::less<>> by_code_;
  std::map<std::int64_t, std::string> code_of_;
  std::mutex defining_;
  std::mutex feeding_;
};

Result<void> LakeOf::start(const LakeOptions& options) {
  CB_DO(sql::migrate(db_, "lake", migrations()));
  CB_TRY(const std::string store_id, rows_.store_id());
  const bool cluster = options.columns_path.starts_with("clickhouse://");
  CB_TRY(columns_, cluster ? open_clickhouse(options.columns_path, store_id)
                           : open_duckdb(options, store_id));
  CB_TRY(const std::vector<Known> all, rows_.load());
  for (const Known& one : all) {
    CB_DO(columns_->define(one.resource));  // a death may have come between the two stores
    remember(one);
  }
  const Result<std::int64_t> known = columns_->fed();
  if (!known && known.error().code == Code::unavailable) {
    log(Level::warn, "lake", "columns cannot be reached; rows by key are served meanwhile",
        {{"why", known.error().message}});
    return ok();
  }
  CB_TRY(const std::int64_t fed, known);
  CB_TRY(const std::int64_t last, rows_.last_seq());
  if (fed > last) {
    return conflict("columns hold changes up to " + std::to_string(fed) +
                    ", the store only up to " + std::to_string(last) +
                    "; restore both from the same backup");
  }
  return ok();
}

void LakeOf::remember(const Known& known) {
  const std::unique_lock lock(mutex_);
  by_code_[known.resource.code] = known;
  code_of_[known.id] = known.resource.code;
}

Result<Known> LakeOf::known(std::string_view code) {
  const std::shared_lock lock(mutex_);
  const auto found = by_code_.find(code);
  if (found == by_code_.end()) {
    return not_found("the lake has no resource '" + std::string(code) + "'");
  }
  return found->second;
}

Result<std::vector<Resource>> LakeOf::resources() {
  const std::shared_lock lock(mutex_);
  std::vector<Resource> all;
  for (const auto& [code, known] : by_code_) all.push_back(known.resource);
  return all;
}

Result<Known> LakeOf::keyed(std::string_view code) {
  CB_TRY(Known one, known(code));
  if (one.resource.keeping == Keeping::keyed) return one;
  return invalid("resource '" + std::string(code) + "' has no rows by key; scan it");
}

Result<Known> LakeOf::known_by_id(std::int64_t id) {
  std::string code;
  {
    const std::shared_lock lock(mutex_);
    const auto found = code_of_.find(id);
    if (found == code_of_.end()) {
      return corrupt("the change log names resource " + std::to_string(id) +
                     ", which is not in lake_resource");
    }
    code = found->second;
  }
  return known(code);
}

Result<void> LakeOf::define(const Resource& resource) {
  CB_DO(check_resource(resource));
  const std::lock_guard lock(defining_);
  const Result<Known> old = known(resource.code);
  if (old) {
    CB_DO(check_change(old.value().resource, resource));
    if (old.value().resource.schema == resource.schema) return ok();
  }
  CB_TRY(const Known one, rows_.define(resource));
  CB_DO(columns_->define(resource));
  remember(one);
  return ok();
}

Result<Resource> LakeOf::resource(std::string_view code) {
  CB_TRY(Known one, known(code));
  return std::move(one.resource);
}

Result<Landed> LakeOf::land(const Landing& landing, const Batch& batch, const Also& also) {
  CB_TRY(const Known one, known(landing.resource));
  CB_DO(check_batch(one.resource, landing, batch));
  if (one.resource.keeping == Keeping::keyed) return rows_.land(one, landing, batch, also);
  if (also) CB_DO(db_.write(also));
  CB_DO(columns_->append(one.resource, landing, batch));
  return Landed{static_cast<std::int64_t>(batch.rows), 0};
}

Result<std::string> LakeOf::position(std::string_view source) {
  CB_TRY(const auto of_rows, rows_.position(source));
  if (of_rows) return *of_rows;
  return columns_->position(source);
}

Result<std::optional<std::vector<Cell>>> LakeOf::get(std::string_view resource,
                                                     const std::vector<Cell>& key) {
  CB_TRY(auto rows, get_many(resource, {key}));
  return std::move(rows.front());
}

Result<std::vector<std::optional<std::vector<Cell>>>> LakeOf::get_many(
    std::string_view resource, const std::vector<std::vector<Cell>>& keys) {
  CB_TRY(const Known one, keyed(resource));
  return rows_.get_many(one, keys);
}

Result<Batch> LakeOf::get_prefix(std::string_view resource, const std::vector<Cell>& leading,
                                 std::int64_t limit, const std::vector<Cell>& after) {
  CB_TRY(const Known one, keyed(resource));
  return rows_.get_prefix(one, leading, limit, after);
}

Result<std::vector<Change>> LakeOf::changes(std::int64_t after_seq, std::int64_t limit) {
  constexpr std::int64_t changes_max = 10'000;
  if (limit < 1 || limit > changes_max) {
    return invalid("'limit' is " + std::to_string(limit) + "; send 1..10000");
  }
  CB_TRY(const std::vector<LogEntry> log, rows_.log_after(after_seq, limit));
  std::vector<Change> changes;
  for (const LogEntry& entry : log) {
    CB_TRY(const Known one, known_by_id(entry.resource));
    Change change{entry.seq, one.resource.code, entry.op, {}, {}};
    CB_TRY(change.row, decode_row(one.resource.schema, entry.body));
    for (const std::size_t field : key_fields(one.resource.schema)) {
      change.key.push_back(change.row[field]);
    }
    changes.push_back(std::move(change));
  }
  return changes;
}

// The last change of each key, resource by resource.
Result<std::vector<Delta>> LakeOf::deltas_of(const std::vector<LogEntry>& log) {
  std::map<std::int64_t, std::vector<const LogEntry*>> by_resource;
  for (const LogEntry& entry : log) by_resource[entry.resource].push_back(&entry);
  std::vector<Delta> deltas;
  for (const auto& [id, entries] : by_resource) {
    CB_TRY(Known one, known_by_id(id));
    Batch all(one.resource.schema);
    for (const LogEntry* entry : entries) CB_DO(decode_row_into(entry->body, all));
    const std::vector<std::size_t> fields = key_fields(one.resource.schema);
    std::unordered_map<std::string, std::size_t> last;
    last.reserve(all.rows);
    std::string key;
    for (std::size_t row = 0; row < all.rows; ++row) {
      key.clear();
      CB_DO(encode_key(all, fields, row, key));
      last[key] = row;
    }
    Delta delta{std::move(one.resource), {}, {}};
    if (last.size() == all.rows) {
      for (const LogEntry* entry : entries) delta.ops.push_back(entry->op);
      delta.batch = std::move(all);
    } else {
      std::vector<std::size_t> kept;
      for (const auto& [of_key, row] : last) kept.push_back(row);
      std::sort(kept.begin(), kept.end());
      delta.batch = Batch(delta.resource.schema);
      for (const std::size_t row : kept) {
        CB_DO(decode_row_into(entries[row]->body, delta.batch));
        delta.ops.push_back(entries[row]->op);
      }
    }
    deltas.push_back(std::move(delta));
  }
  return deltas;
}

Result<FeedStep> LakeOf::feed(std::int64_t limit) {
  if (limit < 1) return invalid("'limit' is " + std::to_string(limit) + "; send 1 or more");
  const std::lock_guard lock(feeding_);
  CB_TRY(const std::int64_t fed, columns_->fed());
  CB_TRY(const std::vector<LogEntry> log, rows_.log_after(fed, limit));
  FeedStep step{fed, static_cast<std::int64_t>(log.size()), 0};
  if (!log.empty()) {
    CB_TRY(const std::vector<Delta> deltas, deltas_of(log));
    step.seq = log.back().seq;
    CB_DO(columns_->apply(deltas, step.seq));
  }
  CB_TRY(const std::int64_t last, rows_.last_seq());
  step.lag = last - step.seq;
  return step;
}

Result<AsOf> LakeOf::scan(const ScanSpec& spec,
                          const std::function<Result<void>(const Batch&)>& fn) {
  CB_TRY(const Known one, known(spec.resource));
  CB_TRY(const std::int64_t last, rows_.last_seq());
  CB_TRY(const std::int64_t fed, columns_->scan(one.resource, spec, fn));
  return AsOf{std::max(last, fed), fed};
}

Result<Batch> LakeOf::aggregate(const AggregateSpec& spec) {
  CB_TRY(const Known one, known(spec.resource));
  return columns_->aggregate(one.resource, spec);
}

Result<std::int64_t> LakeOf::count(std::string_view resource) {
  CB_TRY(const Known one, known(resource));
  return columns_->count(one.resource);
}

Result<AsOf> LakeOf::as_of() {
  CB_TRY(const std::int64_t fed, columns_->fed());
  CB_TRY(const std::int64_t last, rows_.last_seq());
  return AsOf{last, fed};
}

}  // namespace

Result<std::unique_ptr<Lake>> Lake::open(sql::Db& db, LakeOptions options) {
  auto lake = std::make_unique<LakeOf>(db);
  CB_DO(lake->start(options));
  return std::unique_ptr<Lake>(std::move(lake));
}

}  // namespace citybrain::lake
