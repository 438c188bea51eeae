// Reading models back: lists, XML, and the compiled form in force on a day.
#include <algorithm>

#include "base/ids.h"
#include "store.h"

namespace citybrain::rules {
namespace {

constexpr std::string_view columns =
    "SELECT id, version, name, state, effective_from, author, publisher, hash, effective_to, note"
    " FROM rules_model ";

ModelInfo info_of(const sql::Row& row) {
  ModelInfo out;
  out.id = row.text(0);
  out.version = row.integer(1);
  out.name = row.text(2);
  out.state = row.text(3) == "published"   ? State::published
              : row.text(3) == "submitted" ? State::submitted
              : row.text(3) == "returned"  ? State::returned
                                           : State::draft;
  out.effective_from = Date{static_cast<std::int32_t>(row.integer(4))};
  out.author = row.text(5);
  out.publisher = row.text(6);
  out.hash = row.text(7);
  if (!row.is_null(8)) out.effective_to = Date{static_cast<std::int32_t>(row.integer(8))};
  out.note = row.text(9);
  return out;
}

// A published version gives way on the day a later one begins; one that began no later than a newer
// version never holds from that day on.
void fill_ends(std::vector<ModelInfo>& models) {
  for (ModelInfo& m : models) {
    if (m.state != State::published) continue;
    for (const ModelInfo& other : models) {
      if (other.id != m.id || other.state != State::published || other.version == m.version)
        continue;
      const bool after = other.effective_from > m.effective_from ||
                         (other.effective_from == m.effective_from && other.version > m.version);
      if (after && (!m.effective_to || other.effective_from < *m.effective_to)) {
        m.effective_to = other.effective_from;
      }
    }
  }
}

}  // namespace

Result<std::vector<ModelInfo>> load_all(sql::Session& session) {
  CB_TRY(const sql::Rows rows, session.query(std::string(columns) + "ORDER BY id, version DESC"));
  std::vector<ModelInfo> out;
  for (const sql::Row& row : rows) out.push_back(info_of(row));
  fill_ends(out);
  return out;
}

Result<std::vector<ModelInfo>> load_versions(sql::Session& session, const std::string& id) {
  CB_TRY(const sql::Rows rows,
         session.query(std::string(columns) + "WHERE id = $1 ORDER BY version DESC", {id}));
  std::vector<ModelInfo> all;
  for (const sql::Row& row : rows) all.push_back(info_of(row));
  fill_ends(all);
  return all;
}

Result<ModelInfo> load_info(sql::Session& session, const std::string& id, std::int64_t version) {
  CB_TRY(const std::vector<ModelInfo> all, load_versions(session, id));
  for (const ModelInfo& m : all) {
    if (version == 0 || m.version == version) return m;
  }
  return not_found("there is no model '" + id + "'" +
                   (version == 0 ? "" : " version " + std::to_string(version)));
}

Result<std::vector<ModelInfo>> Rules::list() const {
  return db_.read([](sql::Session& s) { return load_all(s); });
}

Result<ModelInfo> Rules::info(const std::string& id, std::int64_t version) const {
  return db_.read([&](sql::Session& s) { return load_info(s, id, version); });
}

Result<std::vector<ModelInfo>> Rules::versions(const std::string& id) const {
  return db_.read([&](sql::Session& s) -> Result<std::vector<ModelInfo>> {
    CB_TRY(std::vector<ModelInfo> all, load_versions(s, id));
    if (all.empty()) return not_found("there is no model '" + id + "'");
    return all;
  });
}

Result<std::string> Rules::xml(const std::string& id, std::int64_t version) const {
  return db_.read([&](sql::Session& s) -> Result<std::string> {
    CB_TRY(const ModelInfo known, load_info(s, id, version));
    CB_TRY(const auto row, s.query_one("SELECT xml FROM rules_model WHERE id = $1 AND version = $2",
                                       {id, known.version}));
    if (!row) return not_found("there is no model '" + id + "'");
    if (to_hex(sha256(row->text(0))) != known.hash) {
      return corrupt("model '" + id + "' version " + std::to_string(known.version) +
                     " is not what was stored: its hash differs");
    }
    return row->text(0);
  });
}

Result<std::shared_ptr<const brain::Model>> Rules::model_of(const std::string& id,
                                                            std::int64_t version,
                                                            const std::string& hash) const {
  {
    const std::lock_guard lock(mutex_);
    if (const auto it = by_hash_.find(hash); it != by_hash_.end()) return it->second;
  }
  CB_TRY(const std::string text, xml(id, version));
  CB_TRY(auto model, brain::Model::load(text).checked());
  const std::lock_guard lock(mutex_);
  return by_hash_.emplace(hash, std::move(model)).first->second;
}

Result<Effective> Rules::compiled(const std::string& id, std::int64_t version) const {
  CB_TRY(const ModelInfo known, info(id, version));
  CB_TRY(auto model, model_of(id, known.version, known.hash));
  return Effective{std::move(model), known.version, known.hash};
}

// The published versions, the one that begins last first.
Result<std::vector<Rules::InForce>> Rules::published(const std::string& id) const {
  {
    const std::lock_guard lock(mutex_);
    if (const auto it = in_force_.find(id); it != in_force_.end()) return it->second;
  }
  CB_TRY(const sql::Rows rows, db_.read([&](sql::Session& s) {
    return s.query(
        "SELECT effective_from, version, hash, effective_to FROM rules_model"
        " WHERE id = $1 AND state = 'published' ORDER BY effective_from DESC, version DESC",
        {id});
  }));
  std::vector<InForce> out;
  for (const sql::Row& row : rows) {
    InForce one{Date{static_cast<std::int32_t>(row.integer(0))}, {}, row.integer(1), row.text(2)};
    if (!row.is_null(3)) one.to = Date{static_cast<std::int32_t>(row.integer(3))};
    out.push_back(std::move(one));
  }
  const std::lock_guard lock(mutex_);
  in_force_[id] = out;
  return out;
}

Result<Effective> Rules::effective(const std::string& id, Date date) const {
  CB_TRY(const std::vector<InForce> versions, published(id));
  const auto found = std::find_if(versions.begin(), versions.end(),
                                  [&](const InForce& v) { return v.from <= date; });
  // One that ended is not followed by what held before it.
  if (found == versions.end() || (found->to && *found->to <= date)) {
    return not_found("no version of model '" + id + "' is in force on " + to_iso(date));
  }
  CB_TRY(auto model, model_of(id, found->version, found->hash));
  return Effective{std::move(model), found->version, found->hash};
}

}  // namespace citybrain::rules
