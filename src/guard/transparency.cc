// Signing, publishing and receipts. Tiles are in tiles.cc, the witness's side in witness.cc.
#include "guard/transparency.h"

#include <algorithm>

#include "audit_store.h"
#include "base/ids.h"
#include "base/log.h"
#include "base/text.h"
#include "transparency_state.h"

namespace citybrain::guard {
namespace {

Result<NoteSigner> signer_of(sql::Db& db, Random& random, const std::string& origin,
                             NoteKey::Kind kind) {
  const bool log = kind == NoteKey::Kind::log;
  CB_TRY(const std::string seed, secret_of(db, random, log ? "audit_signing" : "audit_cosigning"));
  std::string name = origin;
  if (name.empty()) {
    CB_TRY(const NoteSigner unnamed, NoteSigner::from_seed("citybrain", seed, kind));
    const std::string_view key(reinterpret_cast<const char*>(unnamed.key().key.data()), 32);
    name = "citybrain/" + to_hex(sha256(key).substr(0, 6));
  }
  return NoteSigner::from_seed(log ? name : name + "/witness", seed, kind);
}

struct Published {
  std::uint64_t size = 0;
  std::string note;
};

Result<std::optional<Published>> newest(sql::Session& session) {
  CB_TRY(const auto row, session.query_one("SELECT size, note FROM guard_checkpoint "
                                           "ORDER BY size DESC LIMIT 1"));
  if (!row) return std::optional<Published>();
  return std::optional(Published{static_cast<std::uint64_t>(row->integer(0)), row->text(1)});
}

std::string request_of(std::uint64_t old_size, const std::vector<Hash>& path,
                       const std::string& note) {
  std::string body = "old " + std::to_string(old_size) + "\n";
  for (const Hash& hash : path) {
    body += to_base64({reinterpret_cast<const char*>(hash.data()), hash.size()}) + '\n';
  }
  return body + '\n' + note;
}

}  // namespace

Transparency::Transparency(sql::Db& db, AuditLog& log, const Clock& clock, Random& random,
                           std::string origin)
    : state_(std::make_unique<State>(db, log, clock, random, std::move(origin))) {}
Transparency::~Transparency() = default;

Result<void> Transparency::open() {
  State& s = *state_;
  CB_TRY(s.log_signer, signer_of(s.db, s.random, s.origin, NoteKey::Kind::log));
  s.origin = s.log_signer.key().name;
  CB_TRY(s.witness_signer, signer_of(s.db, s.random, s.origin, NoteKey::Kind::cosigner));
  return ok();
}

const NoteKey& Transparency::log_key() const { return state_->log_signer.key(); }
const NoteKey& Transparency::witness_key() const { return state_->witness_signer.key(); }

std::string Transparency::State::sign(const AuditHead& head) const {
  const std::string text = Checkpoint{origin, head.size, head.root}.text();
  return text + '\n' + log_signer.line(text);
}

Result<std::string> Transparency::sign_head() const {
  CB_TRY(const AuditHead head, state_->log.head());
  return state_->sign(head);
}

Result<std::string> Transparency::checkpoint() const {
  const State& s = *state_;
  CB_TRY(const auto published, s.db.read([](sql::Session& session) { return newest(session); }));
  if (!published) return sign_head();
  return published->note;
}

Result<bool> Transparency::publish(const AskWitness& ask) {
  State& s = *state_;
  const std::lock_guard publishing(s.publishing);
  CB_TRY(const AuditHead head, s.log.head());
  CB_TRY(const auto before, s.db.read([](sql::Session& session) { return newest(session); }));
  if (head.size == 0 || (before && before->size == head.size)) return false;
  std::string note = s.sign(head);
  CB_TRY(const std::vector<Witness> asked, witnesses());
  if (ask) {
    for (const Witness& witness : asked) {
      CB_TRY(const std::string line, s.cosign(witness, head, note, ask));
      note += line;
    }
  }
  CB_DO(s.db.write([&](sql::Tx& tx) -> Result<void> {
    CB_DO(
        tx.exec("INSERT INTO guard_checkpoint (size, at, note) VALUES ($1, $2, $3) "
                "ON CONFLICT (size) DO NOTHING",
                {static_cast<std::int64_t>(head.size), s.clock.now().us, note}));
    CB_DO(
        tx.exec("DELETE FROM guard_checkpoint WHERE size NOT IN (SELECT size FROM "
                "guard_checkpoint ORDER BY size DESC LIMIT $1)",
                {static_cast<std::int64_t>(checkpoints_kept_max)}));
    return ok();
  }));
  return true;
}

// One call of a witness that is thought to stand at `old_size`.
Result<Transparency::State::Attempt> Transparency::State::attempt(const Witness& witness,
                                                                  std::uint64_t old_size,
                                                                  const AuditHead& head,
                                                                  const std::string& note,
                                                                  const AskWitness& ask) const {
  Attempt result{"", old_size, "", false};
  if (old_size > head.size) {
    result.problem = "it has seen " + std::to_string(old_size) + " entries, this log has " +
                     std::to_string(head.size) + ": the store was set back";
    return result;
  }
  std::vector<Hash> path;
  if (old_size > 0 && old_size < head.size) {
    CB_TRY(ConsistencyProof proof, log.consistency(old_size, head.size));
    path = std::move(proof.path);
  }
  const auto answer = ask(witness.url + "/add-checkpoint", request_of(old_size, path, note));
  if (!answer) {
    result.problem = answer.error().message;
    return result;
  }
  result.problem = "it answered " + std::to_string(answer->status) + " " +
                   std::string(first_code_points(answer->body, 200));
  if (answer->status == 409) {  // it stands elsewhere, and says where
    const auto size = parse_int(std::string_view(answer->body).substr(0, answer->body.find('\n')));
    result.again = size && *size >= 0 && static_cast<std::uint64_t>(*size) != old_size;
    if (result.again) result.seen_size = static_cast<std::uint64_t>(*size);
    return result;
  }
  if (answer->status != 200) return result;
  const auto cosigned = Note::parse(note.substr(0, note.find("\n\n") + 2) + answer->body);
  if (!cosigned || !verify_note(*cosigned, std::span(&witness.key, 1))) {
    result.problem = "its signature is not by its key";
    return result;
  }
  return Attempt{answer->body, head.size, "", false};
}

// The witness's signature line, or "" where it gave none; why is kept with the witness.
Result<std::string> Transparency::State::cosign(const Witness& witness, const AuditHead& head,
                                                const std::string& note, const AskWitness& ask) {
  CB_TRY(Attempt got, attempt(witness, witness.seen_size, head, note, ask));
  if (got.again) {
    CB_TRY(got, attempt(witness, got.seen_size, head, note, ask));
  }
  if (!got.problem.empty()) {
    citybrain::log(Level::warn, "guard", "no cosignature",
                   {{"witness", witness.key.name}, {"why", got.problem}});
  }
  CB_DO(db.write([&](sql::Tx& tx) {
    return tx.exec("UPDATE guard_witness SET seen_size = $2, problem = $3 WHERE name = $1",
                   {witness.key.name, static_cast<std::int64_t>(got.seen_size), got.problem});
  }));
  return got.line;
}

Result<Receipt> Transparency::receipt(std::uint64_t index, bool with_entry) const {
  const State& s = *state_;
  CB_TRY(const auto published, s.db.read([](sql::Session& session) { return newest(session); }));
  std::uint64_t size = 0;
  Receipt receipt;
  receipt.index = index;
  if (published && published->size > index) {
    size = published->size;
    receipt.checkpoint = published->note;
  } else {
    CB_TRY(const AuditHead head, s.log.head());
    size = head.size;
    receipt.checkpoint = s.sign(head);
  }
  CB_TRY(InclusionProof proof, s.log.inclusion(index, size));
  receipt.path = std::move(proof.path);
  if (with_entry) receipt.entry = std::move(proof.entry);
  return receipt;
}

}  // namespace citybrain::guard
