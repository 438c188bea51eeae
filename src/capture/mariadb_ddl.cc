// Statements of the binlog: words, names and comments, then the few forms that matter.
#include "mariadb_ddl.h"

#include <algorithm>

#include "base/text.h"

namespace citybrain::capture {
namespace {

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '$' || static_cast<unsigned char>(c) >= 0x80;
}

// Tokens of SQL: words, `quoted` names, 'texts' (passed as one), single signs. Comments are no
// tokens, but what stands in /*! … */ and /*M! … */ runs, and so is read.
class Tokens {
 public:
  explicit Tokens(std::string_view sql) : rest_(sql) { next(); }

  bool done() const { return token_.empty() && !quoted_; }
  bool at(std::string_view word) const { return !quoted_ && lower_ == word; }
  // Moves on where the word stands here.
  bool take(std::string_view word) {
    if (!at(word)) return false;
    next();
    return true;
  }
  bool is_name() const { return quoted_ || (!token_.empty() && is_word(token_[0])); }
  std::string take_name() {
    std::string name = token_;
    next();
    return name;
  }
  void next() {
    quoted_ = false;
    token_.clear();
    lower_.clear();
    pass_space();
    if (rest_.empty()) return;
    const char first = rest_[0];
    if (first == '`' || first == '\'' || first == '"') return take_quoted(first);
    std::size_t size = 1;
    if (is_word(first)) {
      while (size < rest_.size() && is_word(rest_[size])) ++size;
    }
    token_ = std::string(rest_.substr(0, size));
    lower_ = lower_ascii(token_);
    rest_.remove_prefix(size);
  }

 private:
  void take_quoted(char quote) {
    std::size_t i = 1;
    for (; i < rest_.size(); ++i) {
      if (rest_[i] == '\\' && quote != '`') {
        ++i;
        continue;
      }
      if (rest_[i] == quote) {
        if (i + 1 >= rest_.size() || rest_[i + 1] != quote) break;
        ++i;
      }
      token_ += rest_[i];
    }
    rest_.remove_prefix(std::min(i + 1, rest_.size()));
    quoted_ = quote != '\'';
    if (!quoted_) token_ = lower_ = "'";
  }
  void pass_space() {
    for (;;) {
      rest_ = trim(rest_);
      if (rest_.starts_with("/*!") || rest_.starts_with("/*M!")) {
        rest_.remove_prefix(rest_.find('!') + 1);
        while (!rest_.empty() && rest_[0] >= '0' && rest_[0] <= '9') rest_.remove_prefix(1);
      } else if (rest_.starts_with("*/")) {
        rest_.remove_prefix(2);
      } else if (rest_.starts_with("/*")) {
        const std::size_t end = rest_.find("*/", 2);
        rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 2);
      } else if (rest_.starts_with("#") || rest_.starts_with("-- ")) {
        rest_.remove_prefix(std::min(rest_.find('\n'), rest_.size()));
      } else {
        return;
      }
    }
  }

  std::string_view rest_;
  std::string token_;
  std::string lower_;
  bool quoted_ = false;
};

Statement of(Statement::Kind kind) {
  Statement out;
  out.kind = kind;
  return out;
}

Statement::Table take_table(Tokens& tokens, const std::string& database) {
  Statement::Table table{database, tokens.take_name()};
  if (tokens.take(".")) {
    table.database = table.name;
    table.name = tokens.take_name();
  }
  return table;
}

void take_tables(Tokens& tokens, const std::string& database, std::vector<Statement::Table>& out) {
  do {
    if (!tokens.is_name()) return;
    out.push_back(take_table(tokens, database));
  } while (tokens.take(",") && out.size() < statement_tables_max);
}

void pass_if_exists(Tokens& tokens) {
  if (tokens.take("if")) {
    tokens.take("not");
    tokens.take("exists");
  }
}

// RENAME TABLE a TO b, c TO d: what was a is not there any more, b is another table's rows.
Statement read_rename(Tokens& tokens, const std::string& database) {
  Statement out = of(Statement::Kind::truncate);
  out.reshapes = true;
  if (!tokens.take("table") && !tokens.take("tables")) return {};
  pass_if_exists(tokens);
  do {
    out.tables.push_back(take_table(tokens, database));
    while (!tokens.done() && !tokens.at("to")) tokens.next();  // WAIT n, NOWAIT
    tokens.take("to");
    out.replaced.push_back(take_table(tokens, database));
  } while (tokens.take(",") && out.tables.size() < statement_tables_max);
  return out;
}

// ALTER TABLE t …: a new look; with partitions dropped or exchanged, or a new name, other rows too.
Statement read_alter(Tokens& tokens, const std::string& database) {
  tokens.take("online");
  tokens.take("ignore");
  if (tokens.take("database") || tokens.take("schema") || !tokens.take("table")) return {};
  pass_if_exists(tokens);
  Statement out = of(Statement::Kind::alter);
  out.tables.push_back(take_table(tokens, database));
  std::string before;
  for (; !tokens.done(); tokens.next()) {
    const bool removes = before == "drop" || before == "truncate" || before == "exchange" ||
                         before == "convert" || before == "discard" || before == "import";
    if ((tokens.at("partition") || tokens.at("tablespace")) && removes) {
      out.kind = Statement::Kind::replace;
    }
    if (before == "rename" && !tokens.at("column") && !tokens.at("index") && !tokens.at("key")) {
      tokens.take("to");
      tokens.take("as");
      if (tokens.is_name()) {
        out.kind = Statement::Kind::truncate;
        out.reshapes = true;
        out.replaced.push_back(take_table(tokens, database));
      }
    }
    before.clear();
    for (const char* word :
         {"drop", "truncate", "exchange", "convert", "discard", "import", "rename"}) {
      if (tokens.at(word)) before = word;
    }
  }
  return out;
}

Statement read_drop(Tokens& tokens, const std::string& database) {
  if (tokens.take("database") || tokens.take("schema")) {
    pass_if_exists(tokens);
    Statement out = of(Statement::Kind::drop_database);
    out.database = tokens.take_name();
    return out;
  }
  if (tokens.at("temporary")) return {};
  if (!tokens.take("table") && !tokens.take("tables")) return {};
  pass_if_exists(tokens);
  Statement out = of(Statement::Kind::truncate);
  out.reshapes = true;
  take_tables(tokens, database, out.tables);
  return out;
}

// CREATE OR REPLACE TABLE empties what was there.
Statement read_create(Tokens& tokens, const std::string& database) {
  if (!tokens.take("or") || !tokens.take("replace") || !tokens.take("table")) return {};
  Statement out = of(Statement::Kind::truncate);
  out.reshapes = true;
  out.tables.push_back(take_table(tokens, database));
  return out;
}

// The table that a changing statement names: the first name behind its key words.
Statement read_rows(Tokens& tokens, const std::string& database) {
  Statement out = of(Statement::Kind::rows);
  for (; !tokens.done() && out.tables.size() < statement_tables_max; tokens.next()) {
    while (tokens.is_name()) out.tables.push_back(take_table(tokens, database));
    if (tokens.done()) break;
  }
  return out;
}

}  // namespace

Statement read_statement(std::string_view sql, const std::string& database) {
  Tokens tokens(sql);
  if (tokens.take("begin") || tokens.at("start")) return of(Statement::Kind::begin);
  if (tokens.take("commit")) return of(Statement::Kind::commit);
  if (tokens.take("rollback")) {
    tokens.take("work");
    const bool partly = tokens.at("to");
    return of(partly ? Statement::Kind::other : Statement::Kind::rollback);
  }
  if (tokens.take("xa")) return of(Statement::Kind::xa);
  if (tokens.take("truncate")) {
    tokens.take("table");
    Statement out = of(Statement::Kind::truncate);
    take_tables(tokens, database, out.tables);
    return out;
  }
  if (tokens.take("set")) {  // SET STATEMENT variable = value FOR statement
    if (!tokens.take("statement")) return {};
    while (!tokens.done() && !tokens.take("for")) tokens.next();
  }
  if (tokens.take("rename")) return read_rename(tokens, database);
  if (tokens.take("alter")) return read_alter(tokens, database);
  if (tokens.take("drop")) return read_drop(tokens, database);
  if (tokens.take("create")) return read_create(tokens, database);
  for (const char* word : {"insert", "update", "delete", "replace", "load", "with"}) {
    if (tokens.take(word)) return read_rows(tokens, database);
  }
  return {};
}

}  // namespace citybrain::capture
