// Sequences are rows like any other, so that a rollback gives numbers back. See sql/sequence.h.
#include "sql/sequence.h"

namespace citybrain::sql {

Result<std::int64_t> next_sequence(Tx& tx, std::string_view name, std::int64_t count) {
  CB_CHECK(count > 0);
  CB_TRY(const Rows rows, tx.query("INSERT INTO sql_sequence (name, value) VALUES ($1, $2) "
                                   "ON CONFLICT (name) DO UPDATE SET value = sql_sequence.value + "
                                   "excluded.value RETURNING value",
                                   {name, count}));
  return rows.at(0).integer(0) - count + 1;
}

}  // namespace citybrain::sql
