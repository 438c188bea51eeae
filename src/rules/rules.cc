// Storing models: drafts, submission, publication. See rules/rules.h.
#include "rules/rules.h"

#include <algorithm>
#include <filesystem>

#include "base/csv.h"
#include "base/ids.h"
#include "base/text.h"
#include "brain/table_check.h"
#include "sql/db.h"
#include "store.h"

namespace citybrain::rules {

constexpr std::size_t id_bytes_max = 64;
constexpr std::size_t xml_bytes_max = 4 << 20;
constexpr std::int64_t submit_steps_max = 20'000'000;  // of the table check, about half a second

const char* name_of(State state) {
  switch (state) {
    case State::draft: return "draft";
    case State::submitted: return "submitted";
    case State::published: return "published";
    case State::returned: return "returned";
  }
  return "";
}

Rules::Rules(sql::Db& db, const Clock& clock) : db_(db), clock_(clock) {}

namespace {

Result<void> check_id(const std::string& id) {
  const bool good =
      !id.empty() && id.size() <= id_bytes_max && std::all_of(id.begin(), id.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
      });
  if (good) return ok();
  return invalid("the model's id is '" + id + "'; send 1..64 of a-z, 0-9, _ and -");
}

std::string hash_of(const std::string& xml) { return to_hex(sha256(xml)); }

}  // namespace

// Refuses an input that is neither a known fact nor said to be a parameter.
Result<void> Rules::check_inputs(const brain::Model& model) const {
  if (facts_.empty()) return ok();
  for (const brain::Input& input : model.inputs()) {
    if (std::find(facts_.begin(), facts_.end(), input.name) != facts_.end()) continue;
    if (input.description.starts_with("参数") || input.name == "基准日") continue;
    const auto close = nearest(input.name, facts_);
    return invalid("input " + input.name + ": no fact has that name" +
                   (close ? "; did you mean `" + *close + "`?" : "") +
                   " (a parameter's description begins with 参数)");
  }
  return ok();
}

Result<ModelInfo> Rules::draft(const std::string& id, const std::string& xml, Date effective_from,
                               const std::string& author, std::optional<Date> effective_to) {
  CB_DO(check_id(id));
  if (effective_to && *effective_to <= effective_from) {
    return invalid("effective_to is " + to_iso(*effective_to) + "; send a day after " +
                   to_iso(effective_from) + ", or leave it out");
  }
  if (author.empty()) return invalid("a draft wants an author");
  if (xml.size() > xml_bytes_max) {
    return exhausted("the model has " + std::to_string(xml.size()) + " bytes; at most " +
                     std::to_string(xml_bytes_max));
  }
  CB_TRY(const auto model, brain::Model::load(xml).checked());
  CB_DO(check_inputs(*model));
  const std::string hash = hash_of(xml);
  const std::int64_t now = clock_.now().us;
  CB_TRY(const std::int64_t version, db_.write([&](sql::Tx& tx) -> Result<std::int64_t> {
    CB_TRY(const auto last,
           tx.query_one("SELECT MAX(version) FROM rules_model WHERE id = $1", {id}));
    const std::int64_t next = last ? last->integer(0) + 1 : 1;
    CB_DO(
        tx.exec("INSERT INTO rules_model (id, version, name, xml, hash, state, effective_from,"
                " effective_to, author, publisher, drafted_at)"
                " VALUES ($1, $2, $3, $4, $5, 'draft', $6, $7, $8, '', $9)",
                {id, next, model->name(), xml, hash, effective_from.days,
                 effective_to ? sql::Param(effective_to->days) : sql::Param(), author, now}));
    return next;
  }));
  return info(id, version);
}

Result<ModelInfo> Rules::advance(const std::string& id, std::int64_t version, State from, State to,
                                 const std::string& who, const std::string& note) {
  const std::int64_t now = clock_.now().us;
  CB_DO(db_.write([&](sql::Tx& tx) -> Result<void> {
    CB_TRY(const ModelInfo known, load_info(tx, id, version));
    if (known.state != from) {
      return conflict("model " + id + " version " + std::to_string(version) + " is " +
                      name_of(known.state) + ", not " + name_of(from));
    }
    if (to == State::submitted && known.author != who) {
      return denied("only the author submits a draft");
    }
    if (to != State::submitted && known.author == who) {
      return conflict("a model is published or returned by another person than its author");
    }
    std::int64_t changed = 0;
    if (to == State::published) {
      CB_TRY(changed,
             tx.exec("UPDATE rules_model SET state = 'published', publisher = $3,"
                     " published_at = $4 WHERE id = $1 AND version = $2 AND state = 'submitted'",
                     {id, version, who, now}));
    } else if (to == State::returned) {
      CB_TRY(changed, tx.exec("UPDATE rules_model SET state = 'returned', note = $3"
                              " WHERE id = $1 AND version = $2 AND state = 'submitted'",
                              {id, version, note}));
    } else {
      CB_TRY(changed, tx.exec("UPDATE rules_model SET state = 'submitted', submitted_at = $3"
                              " WHERE id = $1 AND version = $2 AND state = 'draft'",
                              {id, version, now}));
    }
    if (changed != 1) return conflict("model " + id + " was changed meanwhile");
    return ok();
  }));
  {
    const std::lock_guard lock(mutex_);
    in_force_.erase(id);
  }
  return info(id, version);
}

Result<ModelInfo> Rules::submit(const std::string& id, std::int64_t version,
                                const std::string& author) {
  CB_TRY(const Effective draft, compiled(id, version));
  brain::TableCheckOptions options;
  options.steps_max = submit_steps_max;
  for (const brain::Finding& found : brain::check_tables(*draft.model, options).findings) {
    if (found.diagnostic.severity != brain::Severity::error) continue;
    return invalid(found.diagnostic.text() + " (" + found.message_zh + ")");
  }
  return advance(id, version, State::draft, State::submitted, author);
}

Result<ModelInfo> Rules::publish(const std::string& id, std::int64_t version,
                                 const std::string& publisher) {
  if (publisher.empty()) return invalid("a publication wants a publisher");
  return advance(id, version, State::submitted, State::published, publisher);
}

Result<ModelInfo> Rules::give_back(const std::string& id, std::int64_t version,
                                   const std::string& by, const std::string& note) {
  if (trim(note).empty()) return invalid("'note' is empty; say what the author should change");
  return advance(id, version, State::submitted, State::returned, by, note);
}

Result<int> Rules::import_dir(const std::string& dir, Date effective_from,
                              const std::string& author, const std::string& publisher) {
  std::error_code failed;
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(dir, failed)) {
    if (entry.path().extension() == ".dmn") files.push_back(entry.path());
  }
  if (failed) return not_found("no folder '" + dir + "'");
  std::sort(files.begin(), files.end());
  int fresh = 0;
  for (const auto& file : files) {
    CB_TRY(const std::string xml, read_file(file.string()));
    const std::string id = file.stem().string();
    const auto newest = info(id, 0);
    if (newest && newest->hash == hash_of(xml) && newest->state == State::published) continue;
    const auto drafted = draft(id, xml, effective_from, author);
    if (!drafted) return drafted.error().in(file.filename().string());
    CB_DO(submit(id, drafted->version, author));
    CB_DO(publish(id, drafted->version, publisher));
    ++fresh;
  }
  return fresh;
}

}  // namespace citybrain::rules
