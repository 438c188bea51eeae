// PgOutput: see pgoutput.h.
#include "pgoutput.h"

#include <algorithm>

#include "postgres_link.h"

namespace citybrain::capture {
namespace {

constexpr std::int64_t epoch_2000_us = 946'684'800'000'000;  // PostgreSQL counts from 2000

Error bad(std::string_view what) {
  return corrupt("a message of pgoutput is not understood: " + std::string(what));
}

}  // namespace

// Reads big-endian numbers and texts; once it has run over the end it stays failed.
class PgOutput::Cursor {
 public:
  explicit Cursor(std::string_view bytes) : bytes_(bytes) {}

  std::uint64_t number(std::size_t width) {
    if (failed_ || bytes_.size() - at_ < width) return fail();
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < width; ++i) {
      value = value << 8 | static_cast<unsigned char>(bytes_[at_ + i]);
    }
    at_ += width;
    return value;
  }
  char letter() { return static_cast<char>(number(1)); }
  std::uint32_t oid() { return static_cast<std::uint32_t>(number(4)); }
  std::string text() {  // up to a zero byte
    const std::size_t end = bytes_.find('\0', at_);
    if (failed_ || end == std::string_view::npos) return fail(), std::string();
    std::string out(bytes_.substr(at_, end - at_));
    at_ = end + 1;
    return out;
  }
  std::string_view bytes(std::size_t length) {
    if (failed_ || bytes_.size() - at_ < length) return fail(), std::string_view();
    const std::string_view out = bytes_.substr(at_, length);
    at_ += length;
    return out;
  }
  std::string_view rest() const { return bytes_.substr(at_); }
  bool failed() const { return failed_; }
  bool done() const { return !failed_ && at_ == bytes_.size(); }

 private:
  std::uint64_t fail() {
    failed_ = true;
    return 0;
  }
  std::string_view bytes_;
  std::size_t at_ = 0;
  bool failed_ = false;
};

PgOutput::PgOutput(std::vector<ForeignTable> known, BaseType base) : base_(std::move(base)) {
  for (ForeignTable& table : known) {
    std::string name = table.full_name();
    known_.emplace(std::move(name), std::move(table));
  }
}

Result<void> PgOutput::read(std::string_view message, std::vector<Change>& out) {
  if (message.empty()) return bad("it is empty");
  Cursor in(message.substr(1));
  switch (message[0]) {
    case 'B': CB_DO(begin(in, out)); break;
    case 'C': CB_DO(commit(in, out)); break;
    case 'R': CB_DO(relation(in, out)); break;
    case 'I': CB_DO(insert(in, out)); break;
    case 'U': CB_DO(update(in, out)); break;
    case 'D': CB_DO(remove(in, out)); break;
    case 'T': CB_DO(truncate(in, out)); break;
    case 'O':               // origin
    case 'Y':               // type: names only
    case 'M': return ok();  // a message of an application
    default: return bad("kind '" + std::string(1, message[0]) + "' is unknown");
  }
  if (!in.done()) return bad(std::string("kind '") + message[0] + "' has another length");
  return ok();
}

Result<void> PgOutput::begin(Cursor& in, std::vector<Change>& out) {
  if (in_transaction_) return bad("a transaction begins inside another");
  Change change;
  change.kind = Change::Kind::begin;
  // The commit record lies there, so the transaction is behind every position up to it.
  change.position = lsn_text(in.number(8) + 1);
  change.committed_at = {static_cast<std::int64_t>(in.number(8)) + epoch_2000_us};
  in.number(4);  // number of the transaction
  if (in.failed()) return bad("begin is too short");
  in_transaction_ = true;
  out.push_back(std::move(change));
  return ok();
}

Result<void> PgOutput::commit(Cursor& in, std::vector<Change>& out) {
  if (!in_transaction_) return bad("a commit without a beginning");
  Change change;
  change.kind = Change::Kind::commit;
  in.number(1);  // flags, none yet
  in.number(8);  // where the commit is: begin told it
  change.position = lsn_text(in.number(8));
  change.committed_at = {static_cast<std::int64_t>(in.number(8)) + epoch_2000_us};
  if (in.failed()) return bad("commit is too short");
  in_transaction_ = false;
  out.push_back(std::move(change));
  return ok();
}

Result<void> PgOutput::relation(Cursor& in, std::vector<Change>& out) {
  const std::uint32_t oid = in.oid();
  ForeignTable table;
  table.schema = in.text();
  if (table.schema.empty()) table.schema = "pg_catalog";
  table.name = in.text();
  Relation relation;
  relation.full = in.letter() == 'f';
  const std::size_t columns = in.number(2);
  if (in.failed() || columns > columns_max) return bad("relation " + table.name);
  for (std::size_t i = 0; i < columns; ++i) {
    const bool key = (in.number(1) & 1U) != 0;
    ForeignColumn column;
    column.name = in.text();
    PgType type;
    type.oid = in.oid();
    type.modifier = static_cast<std::int32_t>(in.oid());
    if (in.failed()) return bad("relation " + table.name);
    CB_TRY(type, base_(type));
    column.type = pg_type_name(type);
    column.field = pg_field(column.name, type);
    column.length_max = pg_length_max(type);
    if (key) table.key.push_back(column.name);
    table.columns.push_back(std::move(column));
    relation.types.push_back(type);
  }
  // Introspection knows the key's order, and with REPLICA IDENTITY FULL the key at all.
  const auto known = known_.find(table.full_name());
  if (known != known_.end()) {
    const bool same = std::is_permutation(table.key.begin(), table.key.end(),
                                          known->second.key.begin(), known->second.key.end());
    if (relation.full || same) table.key = known->second.key;
  }
  for (const ForeignColumn& column : table.columns) {
    relation.key.push_back(std::find(table.key.begin(), table.key.end(), column.name) !=
                           table.key.end());
  }
  if (relations_.size() >= relations_max) relations_.clear();  // the server sends them again
  // Sent again after much that changes nothing for us, such as a vacuum or a truncate.
  const auto before = relations_.find(oid);
  if (before != relations_.end() && *before->second.table == table) {
    relation.table = before->second.table;
  } else {
    relation.table = std::make_shared<const ForeignTable>(std::move(table));
    Change change;
    change.kind = Change::Kind::shape;
    change.table = relation.table;
    out.push_back(std::move(change));
  }
  relations_[oid] = std::move(relation);
  return ok();
}

Result<const PgOutput::Relation*> PgOutput::relation_of(std::uint32_t oid) const {
  const auto found = relations_.find(oid);
  if (found == relations_.end()) return bad("table " + std::to_string(oid) + " was not announced");
  if (!in_transaction_) return bad("a change outside a transaction");
  return &found->second;
}

Result<void> PgOutput::tuple(Cursor& in, const Relation& relation, bool only_key, RowText& row) {
  const std::size_t columns = in.number(2);
  if (in.failed() || columns != relation.types.size()) {
    return bad("a row of " + relation.table->full_name() + " has " + std::to_string(columns) +
               " columns instead of " + std::to_string(relation.types.size()));
  }
  row.clear();
  row.reserve(columns, in.rest().size());
  for (std::size_t i = 0; i < columns; ++i) {
    const char kind = in.letter();
    if (kind == 't') {
      const std::size_t length = in.number(4);
      if (length > value_bytes_max) return bad("a value of " + std::to_string(length) + " bytes");
      add_canonical(relation.types[i], in.bytes(length), row);
    } else if (kind == 'u' || (kind == 'n' && only_key && !relation.key[i])) {
      row.add_absent();
    } else if (kind == 'n') {
      row.add_null();
    } else {
      return bad("a value of kind '" + std::string(1, kind) + "'");
    }
    if (in.failed()) return bad("a row of " + relation.table->full_name() + " is cut off");
  }
  return ok();
}

Result<void> PgOutput::insert(Cursor& in, std::vector<Change>& out) {
  CB_TRY(const Relation* relation, relation_of(in.oid()));
  if (in.letter() != 'N') return bad("insert without a row");
  Change change;
  change.kind = Change::Kind::insert;
  change.table = relation->table;
  CB_DO(tuple(in, *relation, false, change.row));
  out.push_back(std::move(change));
  return ok();
}

Result<void> PgOutput::update(Cursor& in, std::vector<Change>& out) {
  CB_TRY(const Relation* relation, relation_of(in.oid()));
  Change change;
  change.kind = Change::Kind::update;
  change.table = relation->table;
  char kind = in.letter();
  if (kind == 'K' || kind == 'O') {
    CB_DO(tuple(in, *relation, kind == 'K', change.old));
    kind = in.letter();
  }
  if (kind != 'N') return bad("update without a row");
  CB_DO(tuple(in, *relation, false, change.row));
  if (relation->full && !change.old.empty()) {
    // The whole row as it was: it holds what the new one leaves out, and the key may be the same.
    RowText whole;
    bool moved = false;
    for (std::size_t i = 0; i < change.row.size(); ++i) {
      whole.copy(change.row.is_absent(i) ? change.old : change.row, i);
      moved = moved || (relation->key[i] && (whole.text(i) != change.old.text(i)));
    }
    change.row = std::move(whole);
    if (!moved) change.old.clear();
  }
  out.push_back(std::move(change));
  return ok();
}

Result<void> PgOutput::remove(Cursor& in, std::vector<Change>& out) {
  CB_TRY(const Relation* relation, relation_of(in.oid()));
  const char kind = in.letter();
  if (kind != 'K' && kind != 'O') return bad("delete without a key");
  Change change;
  change.kind = Change::Kind::remove;
  change.table = relation->table;
  CB_DO(tuple(in, *relation, kind == 'K', change.old));
  out.push_back(std::move(change));
  return ok();
}

Result<void> PgOutput::truncate(Cursor& in, std::vector<Change>& out) {
  const std::size_t tables = in.number(4);
  in.number(1);  // cascade, restart identity
  if (in.failed() || tables > in.rest().size() / 4) return bad("truncate is too short");
  for (std::size_t i = 0; i < tables; ++i) {
    CB_TRY(const Relation* relation, relation_of(in.oid()));
    Change change;
    change.kind = Change::Kind::truncate;
    change.table = relation->table;
    out.push_back(std::move(change));
  }
  return ok();
}

}  // namespace citybrain::capture
