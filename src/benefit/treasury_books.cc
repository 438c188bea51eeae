// The simulator's books.
#include "treasury_books.h"

#include <map>

#include "base/ids.h"
#include "lists.h"
#include "sql/migrate.h"

namespace citybrain::benefit {

namespace {

const std::vector<Migration>& books_migrations() {
  static const std::vector<Migration> all = {
      {1, "create",
       "CREATE TABLE benefit_sim_payment ("
       " id TEXT PRIMARY KEY, payee TEXT NOT NULL, account TEXT NOT NULL,"
       " amount_fen BIGINT NOT NULL, received BIGINT NOT NULL, asks BIGINT NOT NULL,"
       " conflicts BIGINT NOT NULL, at BIGINT NOT NULL)"},
      {2, "attempt",
       "ALTER TABLE benefit_sim_payment ADD COLUMN attempt BIGINT NOT NULL DEFAULT 1"}};
  return all;
}

struct Held {
  PaymentOrder order;
  std::int64_t asks = 0;
};

Result<std::map<std::string, Held>> read_held(sql::Session& session,
                                              const std::vector<std::string>& ids) {
  std::map<std::string, Held> held;
  CB_DO(each_among(session,
                   "SELECT id, payee, account, amount_fen, asks, attempt FROM benefit_sim_payment"
                   " WHERE id IN ",
                   ids, [&](const sql::Row& row) -> Result<void> {
                     held[row.text(0)] = {
                         {row.text(0), row.text(1), row.text(2), row.integer(3), row.integer(5)},
                         row.integer(4)};
                     return ok();
                   }));
  return held;
}

bool same(const PaymentOrder& a, const PaymentOrder& b) {
  return a.payee == b.payee && a.account == b.account && a.amount_fen == b.amount_fen &&
         a.attempt == b.attempt;
}

// Money is returned at the first attempt alone.
bool comes_back(const TreasuryFaults& faults, const std::string& id, std::int64_t attempt) {
  return attempt == 1 && fault_of(faults, id) == Fault::returned;
}

// The next attempt at what was returned.
bool corrects(const TreasuryFaults& faults, const PaymentOrder& held, const PaymentOrder& order) {
  return comes_back(faults, held.end_to_end_id, held.attempt) &&
         order.attempt == held.attempt + 1 && order.amount_fen == held.amount_fen;
}

Result<void> insert(sql::Tx& tx, const std::vector<PaymentOrder>& orders, Timestamp at) {
  CB_DO(tx.exec_rows(
      "INSERT INTO benefit_sim_payment (id, payee, account, amount_fen, received, asks, conflicts,"
      " at, attempt) VALUES ($1, $2, $3, $4, 1, 0, 0, $5, $6)"
      " ON CONFLICT (id) DO UPDATE SET received = CASE WHEN benefit_sim_payment.attempt ="
      " excluded.attempt THEN benefit_sim_payment.received + 1 ELSE 1 END,"
      " payee = excluded.payee, account = excluded.account, attempt = excluded.attempt",
      orders.size(), [&](std::size_t i, sql::Binder& bind) {
        bind.text(orders[i].end_to_end_id);
        bind.text(orders[i].payee);
        bind.text(orders[i].account);
        bind.integer(orders[i].amount_fen);
        bind.integer(at.us);
        bind.integer(orders[i].attempt);
      }));
  return ok();
}

}  // namespace

Fault fault_of(const TreasuryFaults& faults, std::string_view end_to_end_id) {
  const std::string digest = sha256(std::to_string(faults.seed) + "|" + std::string(end_to_end_id));
  unsigned draw = 0;
  for (int i = 0; i < 3; ++i) draw = draw * 256 + static_cast<unsigned char>(digest[i]);
  int thousandth = static_cast<int>(draw % 1000);
  const std::pair<int, Fault> shares[] = {
      {faults.slow, Fault::slow},       {faults.timeout, Fault::timeout},
      {faults.lost, Fault::lost},       {faults.twice, Fault::twice},
      {faults.unknown, Fault::unknown}, {faults.returned, Fault::returned}};
  for (const auto& [share, fault] : shares) {
    if (thousandth < share) return fault;
    thousandth -= share;
  }
  return Fault::none;
}

Result<std::unique_ptr<TreasuryBooks>> TreasuryBooks::open(const std::string& file,
                                                           const TreasuryFaults& faults,
                                                           const Clock& clock) {
  CB_TRY(auto db, sql::Db::open("sqlite:" + file));
  CB_DO(sql::migrate(*db, "benefit_sim", books_migrations()));
  return std::unique_ptr<TreasuryBooks>(new TreasuryBooks(std::move(db), faults, clock));
}

// The first time a batch comes that holds a payment to be lost, it is forgotten whole.
bool TreasuryBooks::loses(const std::vector<PaymentOrder>& orders) {
  const std::lock_guard lock(mutex_);
  for (const PaymentOrder& order : orders) {
    if (fault_of(faults_, order.end_to_end_id) == Fault::lost &&
        lost_.insert(order.end_to_end_id).second) {
      return true;
    }
  }
  return false;
}

Result<BookReply> TreasuryBooks::pay(const std::vector<PaymentOrder>& orders) {
  if (loses(orders)) return BookReply{{}, faults_.timeout_ms};
  std::vector<std::string> ids;
  BookReply reply;
  for (const PaymentOrder& order : orders) {
    ids.push_back(order.end_to_end_id);
    const Fault fault = fault_of(faults_, order.end_to_end_id);
    if (fault == Fault::slow) reply.delay_ms = std::max(reply.delay_ms, faults_.slow_ms);
    if (fault == Fault::timeout) reply.delay_ms = std::max(reply.delay_ms, faults_.timeout_ms);
  }
  CB_TRY(const std::string conflicting, db_->write([&](sql::Tx& tx) -> Result<std::string> {
    CB_TRY(const auto held, read_held(tx, ids));
    for (const PaymentOrder& order : orders) {
      const auto there = held.find(order.end_to_end_id);
      if (there != held.end() && !same(there->second.order, order) &&
          !corrects(faults_, there->second.order, order)) {
        CB_DO(tx.exec("UPDATE benefit_sim_payment SET conflicts = conflicts + 1 WHERE id = $1",
                      {order.end_to_end_id}));
        return order.end_to_end_id;
      }
    }
    CB_DO(insert(tx, orders, clock_.now()));
    return std::string();
  }));
  if (!conflicting.empty()) {
    return conflict("payment '" + conflicting + "' was ordered before with other contents");
  }
  CB_TRY(reply.answers, db_->write([&](sql::Tx& tx) { return answers(tx, ids, true); }));
  return reply;
}

Result<BookReply> TreasuryBooks::ask(const std::vector<std::string>& ids) {
  CB_TRY(auto found, db_->write([&](sql::Tx& tx) { return answers(tx, ids, false); }));
  return BookReply{std::move(found), 0};
}

Result<std::vector<TreasuryAnswer>> TreasuryBooks::answers(sql::Tx& tx,
                                                           const std::vector<std::string>& ids,
                                                           bool first) {
  CB_TRY(const auto held, read_held(tx, ids));
  std::vector<TreasuryAnswer> out;
  for (const std::string& id : ids) {
    const auto there = held.find(id);
    if (there == held.end()) {
      out.push_back({id, TreasuryStatus::absent, 0, "", ""});
      continue;
    }
    const Held& h = there->second;
    TreasuryAnswer answer{id, TreasuryStatus::paid, h.order.amount_fen, "T" + id.substr(0, 12),
                          "", h.order.attempt};
    const Fault fault = fault_of(faults_, id);
    if (comes_back(faults_, id, h.order.attempt)) {
      answer.status = first ? TreasuryStatus::accepted : TreasuryStatus::returned;
      if (!first) answer.reason = "账号与户名不符";
    }
    if (fault == Fault::unknown && h.asks < faults_.unknown_asks) {
      answer.status = TreasuryStatus::unknown;
      CB_DO(tx.exec("UPDATE benefit_sim_payment SET asks = asks + 1 WHERE id = $1", {id}));
    }
    out.push_back(answer);
    if (fault == Fault::twice) out.push_back(std::move(answer));
  }
  return out;
}

Result<BookTotals> TreasuryBooks::totals() {
  return db_->read([&](sql::Session& session) -> Result<BookTotals> {
    BookTotals totals;
    CB_DO(
        session.each("SELECT id, amount_fen, received, conflicts, attempt FROM benefit_sim_payment",
                     {}, [&](const sql::Row& row) -> Result<void> {
                       const bool back = comes_back(faults_, row.text(0), row.integer(4));
                       totals.returned += back ? 1 : 0;
                       totals.payments += back ? 0 : 1;
                       totals.amount_fen += back ? 0 : row.integer(1);
                       totals.repeated += row.integer(2) > 1 ? 1 : 0;
                       totals.conflicts += row.integer(3);
                       return ok();
                     }));
    return totals;
  });
}

}  // namespace citybrain::benefit
