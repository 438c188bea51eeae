// Witnesses of this log, and this city as a witness of other logs (C2SP tlog-witness).
#include <algorithm>

#include "audit_store.h"
#include "base/text.h"
#include "transparency_state.h"

namespace citybrain::guard {
namespace {

constexpr std::size_t proof_lines_max = 63;

Transparency::Cosigned refused(int status, const std::string& why) {
  return {status, "text/plain; charset=utf-8", why + "\n"};
}

Transparency::Cosigned stands_at(std::uint64_t size) {
  return {409, "text/x.tlog.size", std::to_string(size) + "\n"};
}

struct Submission {
  std::uint64_t old_size = 0;
  std::vector<Hash> path;
  Note note;
  Checkpoint checkpoint;
};

Result<Submission> parse_submission(std::string_view body) {
  Submission submission;
  const auto gap = body.find("\n\n");
  if (!body.starts_with("old ") || gap == std::string_view::npos) {
    return invalid("the body is 'old N', lines of a proof, an empty line and a checkpoint");
  }
  std::vector<std::string_view> lines = split(body.substr(0, gap), '\n');
  const auto old_size = parse_int(lines[0].substr(4));
  if (!old_size || *old_size < 0 || std::to_string(*old_size) != lines[0].substr(4)) {
    return invalid("'" + std::string(first_code_points(lines[0], 40)) + "' names no size");
  }
  submission.old_size = static_cast<std::uint64_t>(*old_size);
  if (lines.size() - 1 > proof_lines_max) return invalid("a proof of more than 63 hashes");
  for (std::size_t i = 1; i < lines.size(); ++i) {
    CB_TRY(const std::string bytes, from_base64(lines[i]));
    Hash hash{};
    if (bytes.size() != hash.size()) return invalid("a line of the proof is no SHA-256 hash");
    std::copy(bytes.begin(), bytes.end(), hash.begin());
    submission.path.push_back(hash);
  }
  CB_TRY(submission.note, Note::parse(body.substr(gap + 2)));
  CB_TRY(submission.checkpoint, Checkpoint::parse(submission.note.text));
  return submission;
}

// What is known of the log whose head was sent.
struct Watched {
  NoteKey key;
  std::uint64_t size = 0;
  Hash root{};
};

Result<std::optional<Watched>> watched(sql::Session& session, const std::string& origin) {
  CB_TRY(
      const auto row,
      session.query_one("SELECT key, size, root FROM guard_watched WHERE origin = $1", {origin}));
  if (!row) return std::optional<Watched>();
  Watched log;
  CB_TRY(log.key, NoteKey::parse(row->text(0)));
  log.size = static_cast<std::uint64_t>(row->integer(1));
  const std::string root = row->bytes(2);
  if (root.size() == log.root.size()) std::copy(root.begin(), root.end(), log.root.begin());
  return std::optional(log);
}

// Why the submission is not to be cosigned; none where all fits.
std::optional<Transparency::Cosigned> check(const Submission& sent, const Watched& log) {
  const auto& [origin, size, root] = sent.checkpoint;
  if (!verify_note(sent.note, std::span(&log.key, 1))) {
    return refused(403, "the checkpoint is not signed by the key known for " + origin);
  }
  if (sent.old_size > size) return refused(400, "the old size is beyond the checkpoint's");
  if (sent.old_size != log.size) return stands_at(log.size);
  if (sent.old_size == size && log.size > 0 && root != log.root) return stands_at(log.size);
  if (sent.old_size == 0 || sent.old_size == size) {
    return sent.path.empty() ? std::nullopt
                             : std::optional(refused(422, "a proof where none is needed"));
  }
  if (verify_consistency(log.size, size, log.root, root, sent.path)) return std::nullopt;
  return refused(422, "the proof does not lead from the old head to the checkpoint");
}

}  // namespace

Result<void> Transparency::add_witness(std::string_view key, std::string_view url) {
  CB_TRY(const NoteKey parsed, NoteKey::parse(key));
  if (parsed.kind != NoteKey::Kind::cosigner) {
    return invalid("'" + parsed.name + "' is a log's key; a witness signs with a key of kind 4");
  }
  if (!url.starts_with("http://") && !url.starts_with("https://")) {
    return invalid("'" + std::string(url) + "' is no address; write http://host:port/path");
  }
  while (url.ends_with('/')) url.remove_suffix(1);
  return state_->db.write([&](sql::Tx& tx) -> Result<void> {
    CB_TRY(const auto count, tx.query_one("SELECT COUNT(*) FROM guard_witness"));
    if (count->integer(0) >= static_cast<std::int64_t>(witnesses_max)) {
      return exhausted("at most " + std::to_string(witnesses_max) + " witnesses");
    }
    CB_DO(
        tx.exec("INSERT INTO guard_witness (name, key, url, seen_size, problem) "
                "VALUES ($1, $2, $3, 0, '') ON CONFLICT (name) DO UPDATE SET "
                "key = excluded.key, url = excluded.url, seen_size = 0, problem = ''",
                {parsed.name, parsed.text(), url}));
    return ok();
  });
}

Result<void> Transparency::drop_witness(std::string_view name) {
  return state_->db.write([&](sql::Tx& tx) -> Result<void> {
    CB_TRY(const auto rows, tx.exec("DELETE FROM guard_witness WHERE name = $1", {name}));
    if (rows == 0) return not_found("no witness '" + std::string(name) + "'");
    return ok();
  });
}

Result<std::vector<Witness>> Transparency::witnesses() const {
  return state_->db.read([](sql::Session& session) -> Result<std::vector<Witness>> {
    std::vector<Witness> all;
    CB_DO(session.each("SELECT key, url, seen_size, problem FROM guard_witness ORDER BY name", {},
                       [&](const sql::Row& row) -> Result<void> {
                         CB_TRY(NoteKey key, NoteKey::parse(row.text(0)));
                         all.push_back({std::move(key), row.text(1),
                                        static_cast<std::uint64_t>(row.integer(2)), row.text(3)});
                         return ok();
                       }));
    return all;
  });
}

Result<void> Transparency::watch(std::string_view key) {
  CB_TRY(const NoteKey parsed, NoteKey::parse(key));
  if (parsed.kind != NoteKey::Kind::log) {
    return invalid("'" + parsed.name + "' is a witness's key; a log signs with a key of kind 1");
  }
  return state_->db.write([&](sql::Tx& tx) -> Result<void> {
    CB_TRY(const auto known, watched(tx, parsed.name));
    if (known && known->key.key != parsed.key) {
      return conflict("another key is known for '" + parsed.name + "'; a log keeps its key");
    }
    CB_DO(
        tx.exec("INSERT INTO guard_watched (origin, key, size, root) VALUES ($1, $2, 0, $3) "
                "ON CONFLICT (origin) DO NOTHING",
                {parsed.name, parsed.text(), sql::Blob{""}}));
    return ok();
  });
}

Result<Transparency::Cosigned> Transparency::add_checkpoint(std::string_view body) {
  const auto sent = parse_submission(body);
  if (!sent) return refused(400, sent.error().message);
  State& s = *state_;
  // Looked at and moved in one transaction: two calls at once cannot set the log back.
  return s.db.write([&](sql::Tx& tx) -> Result<Cosigned> {
    const Checkpoint& head = sent->checkpoint;
    CB_TRY(const auto log, watched(tx, head.origin));
    if (!log) return refused(404, "no log '" + head.origin + "' is watched here");
    if (auto why = check(*sent, *log)) return *why;
    const sql::Blob root{std::string(head.root.begin(), head.root.end())};
    CB_DO(tx.exec("UPDATE guard_watched SET size = $2, root = $3 WHERE origin = $1",
                  {head.origin, static_cast<std::int64_t>(head.size), root}));
    return Cosigned{.body = s.witness_signer.line(sent->note.text, s.clock.now())};
  });
}

}  // namespace citybrain::guard
