// The store of decision models: see rules/rules.h.
#include "rules/rules.h"

#include <algorithm>
#include <filesystem>

#include "base/csv.h"
#include "base/ids.h"
#include "sql/db.h"
#include "sql/outbox.h"

namespace citybrain::rules {
namespace {

constexpr std::size_t xml_bytes_max = 4 << 20;

// A later version of the same model that is published takes over on its day.
constexpr const char* select_info =
    "SELECT m.id, m.version, m.name, m.state, m.effective_from, m.author, m.publisher, m.hash, "
    "(SELECT MIN(n.effective_from) FROM rules_model n WHERE n.id = m.id AND n.state = 'published' "
    "AND n.version > m.version AND n.effective_from >= m.effective_from) FROM rules_model m ";

Result<State> state_from(const std::string& name) {
  for (const State state : {State::draft, State::submitted, State::published}) {
    if (name == name_of(state)) return state;
  }
  return corrupt("rules_model holds state '" + name + "'");
}

Result<ModelInfo> info_of(const sql::Row& row) {
  ModelInfo info;
  info.id = row.text(0);
  info.version = row.integer(1);
  info.name = row.text(2);
  CB_TRY(info.state, state_from(row.text(3)));
  info.effective_from = Date{static_cast<std::int32_t>(row.integer(4))};
  info.author = row.text(5);
  info.publisher = row.text(6);
  info.hash = row.text(7);
  if (const auto to = row.maybe_integer(8); to && info.state == State::published) {
    info.effective_to = Date{static_cast<std::int32_t>(*to)};
  }
  return info;
}

Error no_model(const std::string& id, std::int64_t version) {
  return not_found("no decision model '" + id + "'" +
                   (version == 0 ? "" : " of version " + std::to_string(version)));
}

Result<ModelInfo> read_info(sql::Session& session, const std::string& id, std::int64_t version) {
  const std::string where = version == 0
                                ? "WHERE m.id = $1 AND m.version = (SELECT MAX(version) FROM "
                                  "rules_model WHERE id = $1)"
                                : "WHERE m.id = $1 AND m.version = $2";
  sql::Params params = {id};
  if (version != 0) params.emplace_back(version);
  CB_TRY(const auto row, session.query_one(select_info + where, params));
  if (!row) return no_model(id, version);
  return info_of(*row);
}

Result<void> check_id(const std::string& id) {
  const bool good =
      !id.empty() && id.size() <= 64 && std::all_of(id.begin(), id.end(), [](unsigned char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
      });
  if (good) return ok();
  return invalid("model id '" + id + "'; use 1..64 of a-z, 0-9 and _");
}

Result<void> tell(sql::Tx& tx, Timestamp at, const char* kind, const ModelInfo& info) {
  json::object data{{"version", info.version}, {"name", info.name}, {"hash", info.hash}};
  auto put = sql::put(tx, at, kind, "model:" + info.id, std::move(data));
  if (!put) return std::move(put).error();
  return ok();
}

}  // namespace

const char* name_of(State state) {
  switch (state) {
    case State::draft: return "draft";
    case State::submitted: return "submitted";
    case State::published: return "published";
  }
  return "draft";
}

Rules::Rules(sql::Db& db, const Clock& clock) : db_(db), clock_(clock) {}

Result<Effective> Rules::effective(const std::string& id, Date date) const {
  CB_TRY(const auto row, db_.read([&](sql::Session& session) {
    return session.query_one(
        "SELECT version FROM rules_model WHERE id = $1 AND state = 'published' AND "
        "effective_from <= $2 ORDER BY effective_from DESC, version DESC LIMIT 1",
        {id, date.days});
  }));
  if (!row) {
    return not_found("no published version of decision model '" + id + "' is in force on " +
                     to_iso(date));
  }
  return compiled(id, row->integer(0));
}

Result<std::vector<ModelInfo>> Rules::list() const {
  CB_TRY(const sql::Rows rows, db_.read([&](sql::Session& session) {
    return session.query(std::string(select_info) + "ORDER BY m.id, m.version DESC");
  }));
  std::vector<ModelInfo> list;
  for (const sql::Row& row : rows) {
    CB_TRY(ModelInfo info, info_of(row));
    list.push_back(std::move(info));
  }
  return list;
}

Result<ModelInfo> Rules::info(const std::string& id, std::int64_t version) const {
  return db_.read([&](sql::Session& session) { return read_info(session, id, version); });
}

Result<std::string> Rules::xml(const std::string& id, std::int64_t version) const {
  return db_.read([&](sql::Session& session) -> Result<std::string> {
    CB_TRY(const ModelInfo info, read_info(session, id, version));
    CB_TRY(const auto row,
           session.query_one("SELECT xml FROM rules_model WHERE id = $1 AND version = $2",
                             {id, info.version}));
    return row->text(0);
  });
}

Result<Effective> Rules::compiled(const std::string& id, std::int64_t version) const {
  CB_TRY(const ModelInfo info, this->info(id, version));
  {
    const std::lock_guard lock(mutex_);
    const auto found = by_hash_.find(info.hash);
    if (found != by_hash_.end()) return Effective{found->second, info.version, info.hash};
  }
  CB_TRY(const std::string text, xml(id, info.version));
  if (to_hex(sha256(text)) != info.hash) {
    return corrupt("decision model '" + id + "' version " + std::to_string(info.version) +
                   " is not what was stored: its digest differs");
  }
  CB_TRY(std::shared_ptr<const brain::Model> model, brain::Model::load(text).checked());
  const std::lock_guard lock(mutex_);
  return Effective{by_hash_.emplace(info.hash, std::move(model)).first->second, info.version,
                   info.hash};
}

Result<ModelInfo> Rules::draft(const std::string& id, const std::string& xml, Date effective_from,
                               const std::string& author) {
  CB_DO(check_id(id));
  if (xml.size() > xml_bytes_max) {
    return exhausted("the model has " + std::to_string(xml.size()) + " bytes; send at most " +
                     std::to_string(xml_bytes_max));
  }
  CB_TRY(const std::shared_ptr<const brain::Model> model, brain::Model::load(xml).checked());
  const std::string hash = to_hex(sha256(xml));
  const Timestamp now = clock_.now();
  return db_.write([&](sql::Tx& tx) -> Result<ModelInfo> {
    CB_TRY(
        const auto row,
        tx.query_one(
            "INSERT INTO rules_model (id, version, name, xml, hash, state, effective_from, author, "
            "publisher, created_at) SELECT $1, COALESCE(MAX(version), 0) + 1, $2, $3, $4, 'draft', "
            "CAST($5 AS BIGINT), $6, '', CAST($7 AS BIGINT) FROM rules_model WHERE id = $1 "
            "RETURNING version",
            {id, model->name(), xml, hash, effective_from.days, author, now.us}));
    CB_TRY(const ModelInfo info, read_info(tx, id, row->integer(0)));
    CB_DO(tell(tx, now, "rules.drafted", info));
    return info;
  });
}

Result<ModelInfo> Rules::submit(const std::string& id, std::int64_t version,
                                const std::string& author) {
  const Timestamp now = clock_.now();
  return db_.write([&](sql::Tx& tx) -> Result<ModelInfo> {
    CB_TRY(const ModelInfo info, read_info(tx, id, version));
    if (info.state != State::draft) {
      return conflict("version " + std::to_string(info.version) + " of '" + id + "' is " +
                      name_of(info.state) + ", no draft");
    }
    if (info.author != author) {
      return denied("only its author submits a draft; draft a version of your own");
    }
    CB_TRY(const std::int64_t changed,
           tx.exec("UPDATE rules_model SET state = 'submitted' WHERE id = $1 AND version = $2",
                   {id, info.version}));
    CB_CHECK(changed == 1);
    CB_DO(tell(tx, now, "rules.submitted", info));
    return read_info(tx, id, info.version);
  });
}

Result<ModelInfo> Rules::publish(const std::string& id, std::int64_t version,
                                 const std::string& publisher) {
  const Timestamp now = clock_.now();
  return db_.write([&](sql::Tx& tx) -> Result<ModelInfo> {
    CB_TRY(const ModelInfo info, read_info(tx, id, version));
    if (info.state != State::submitted) {
      return conflict("version " + std::to_string(info.version) + " of '" + id + "' is " +
                      name_of(info.state) + "; only a submitted version is published");
    }
    if (info.author == publisher) {
      return conflict("who wrote a model does not publish it; ask a second person");
    }
    CB_TRY(const std::int64_t changed,
           tx.exec("UPDATE rules_model SET state = 'published', publisher = $3, published_at = $4 "
                   "WHERE id = $1 AND version = $2",
                   {id, info.version, publisher, now.us}));
    CB_CHECK(changed == 1);
    CB_DO(tell(tx, now, "rules.published", info));
    return read_info(tx, id, info.version);
  });
}

Result<int> Rules::import_dir(const std::string& dir, Date effective_from,
                              const std::string& author, const std::string& publisher) {
  namespace fs = std::filesystem;
  std::error_code error;
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(dir, error)) {
    if (entry.path().extension() == ".dmn") files.push_back(entry.path());
  }
  if (error) return not_found("no folder '" + dir + "' with decision models");
  std::sort(files.begin(), files.end());
  int fresh = 0;
  for (const fs::path& file : files) {
    const std::string id = file.stem().string();
    CB_TRY(const std::string text, read_file(file.string()));
    const auto newest = info(id, 0);
    if (newest && newest->hash == to_hex(sha256(text))) continue;
    auto drafted = draft(id, text, effective_from, author);
    if (!drafted) return drafted.error().in(file.string());
    auto submitted = submit(id, drafted->version, author);
    if (!submitted) return submitted.error().in(file.string());
    auto published = publish(id, drafted->version, publisher);
    if (!published) return published.error().in(file.string());
    ++fresh;
  }
  return fresh;
}

}  // namespace citybrain::rules
