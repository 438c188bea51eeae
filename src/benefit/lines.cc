// Budget lines: imported by the finance officer, appropriated in the ledger in the same write.
#include "base/csv.h"
#include "base/ids.h"
#include "base/money.h"
#include "base/text.h"
#include "policies.h"

namespace citybrain::benefit {

namespace {

struct Line {
  std::string code;
  std::string name;
  std::string level;
  std::string division;
  std::int64_t year = 0;
  std::string functional_code;
  std::string economic_code;
  std::string department;
  std::int64_t amount_fen = 0;
};

Result<Line> line_from(const CsvTable& table, std::size_t row) {
  const auto at = [&](const char* column) -> const std::string& { return table.at(row, column); };
  Line line;
  line.code = at("code");
  if (line.code.empty()) return invalid("'code' is empty");
  line.name = at("name");
  line.level = at("level");
  if (line.level != "city" && line.level != "district") {
    return invalid("'level' is '" + line.level + "'; send city or district");
  }
  line.division = at("division");
  const auto year = parse_int(at("year"));
  if (!year || *year < 2000 || *year > 2100) {
    return invalid("'year' is '" + at("year") + "'; send 2000..2100");
  }
  line.year = *year;
  line.functional_code = at("functional_code");
  line.economic_code = at("economic_code");
  line.department = at("department");
  CB_TRY(const Fen amount, parse_yuan(at("amount_yuan")));
  if (amount.fen < 0)
    return invalid("'amount_yuan' is '" + at("amount_yuan") + "'; send 0 or more");
  line.amount_fen = amount.fen;
  return line;
}

// What the line had before; 0 for a new one.
Result<std::int64_t> store(sql::Tx& tx, const Line& line, const std::string& officer, Timestamp now,
                           bool& fresh) {
  CB_TRY(const auto before,
         tx.query_one("SELECT appropriated_fen FROM benefit_line WHERE code = $1", {line.code}));
  fresh = !before;
  CB_DO(tx.exec(
      "INSERT INTO benefit_line (code, name, level, division, year, functional_code, economic_code,"
      " department, appropriated_fen, imported_by, imported_at)"
      " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT (code) DO UPDATE SET"
      " name = excluded.name, functional_code = excluded.functional_code,"
      " economic_code = excluded.economic_code, department = excluded.department,"
      " appropriated_fen = excluded.appropriated_fen, imported_by = excluded.imported_by,"
      " imported_at = excluded.imported_at",
      {line.code, line.name, line.level, line.division, line.year, line.functional_code,
       line.economic_code, line.department, line.amount_fen, officer, now.us}));
  return before ? before->integer(0) : std::int64_t{0};
}

// Money into the line, or what was too much back to its treasury. The id holds the old and the new
// sum and the instant: a line that goes up, down and up again is three transfers.
Chain appropriation(const Line& line, std::int64_t before, Timestamp now) {
  const std::int64_t more = line.amount_fen - before;
  Transfer t;
  t.id = derived_id({"appropriation", line.code, std::to_string(before),
                     std::to_string(line.amount_fen), std::to_string(now.us)});
  t.debit = more > 0 ? treasury_account(line.division) : line_account(line.code);
  t.credit = more > 0 ? line_account(line.code) : treasury_account(line.division);
  t.amount_fen = more > 0 ? more : -more;
  t.cause = line.code;
  return {{std::move(t)}};
}

}  // namespace

Result<LineReport> import_lines(sql::Db& db, const Ledger& ledger, std::string_view csv,
                                const std::string& officer, Timestamp now) {
  CB_TRY(const CsvTable table,
         parse_csv(csv, {"code", "name", "level", "division", "year", "functional_code",
                         "economic_code", "amount_yuan", "department"}));
  return db.write([&](sql::Tx& tx) -> Result<LineReport> {
    LineReport report;
    std::vector<Chain> chains;
    std::vector<std::string> where;
    for (std::size_t row = 0; row < table.rows.size(); ++row) {
      const std::string at = "line " + std::to_string(row + 2) + " of the budget";
      auto line = line_from(table, row);
      if (!line) return line.error().in(at);
      bool fresh = false;
      CB_TRY(const std::int64_t before, store(tx, *line, officer, now, fresh));
      ++report.lines;
      report.fresh += fresh ? 1 : 0;
      report.amount_fen += line->amount_fen;
      if (line->amount_fen == before) continue;
      chains.push_back(appropriation(*line, before, now));
      where.push_back(at);
    }
    CB_TRY(const auto postings, ledger.write(tx, chains));
    for (std::size_t i = 0; i < postings.size(); ++i) {
      if (postings[i].state == Posting::State::refused) return postings[i].why.in(where[i]);
    }
    return report;
  });
}

}  // namespace citybrain::benefit
