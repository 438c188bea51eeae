// rail_quarantine, read: rows that match a query, masked.
#include <algorithm>
#include <map>

#include "base/json.h"
#include "quarantine_table.h"
#include "raw_cells.h"

namespace citybrain::rail {
namespace {

constexpr const char* columns =
    "id, source, resource, line, reasons, raw, seen_at, key_text, state, whole, settled_at,"
    " settled_by, note";

std::vector<Reason> reasons_from(std::string_view text) {
  std::vector<Reason> out;
  const auto parsed = parse_json(text);
  if (!parsed || !parsed->is_array()) return out;
  for (const json::value& one : parsed->as_array()) {
    if (!one.is_object()) continue;
    out.push_back({text_of(one.as_object(), "item"), text_of(one.as_object(), "check"),
                   text_of(one.as_object(), "message")});
  }
  return out;
}

// LIKE's own signs in what somebody looks for are meant as they stand.
std::string like(const std::string& text) {
  std::string out = "%";
  for (const char c : text) {
    if (c == '%' || c == '_' || c == '\\') out += '\\';
    out += c;
  }
  return out + "%";
}

// Resources whose key does not show: 'a','b'. Whoever could search their keys would learn by a
// right guess that a person is among the rows. Codes are [a-z0-9_], as the catalogue sees to.
std::string with_hidden_key(const catalog::Catalog& catalog) {
  std::string codes;
  for (const auto& resource : catalog.resources()) {
    const bool hidden =
        std::any_of(resource->items.begin(), resource->items.end(),
                    [](const catalog::Item& item) { return item.key && item.grade > 1; });
    if (hidden) codes += (codes.empty() ? "'" : ",'") + resource->code + "'";
  }
  return codes;
}

std::string where_of(const QuarantineQuery& query, const std::string& hidden, sql::Params& params) {
  const std::string shown = hidden.empty() ? "" : "resource NOT IN (" + hidden + ") AND ";
  std::string where = " WHERE 1 = 1";
  const auto add = [&](const std::string& condition, const std::string& value) {
    if (value.empty()) return;
    params.emplace_back(value);
    const std::string place = "$" + std::to_string(params.size());
    where += " AND ";
    for (const char c : condition) where += c == '?' ? place : std::string(1, c);
  };
  add("resource = ?", query.resource);
  add("state = ?", query.state == "all" ? "" : query.state);
  add("check_kind = ?", query.check);
  add("item = ?", query.item);
  add("source = ?", query.source);
  add(shown + "key_text = ?", query.key);
  if (!query.text.empty()) {
    add("(reasons LIKE ? ESCAPE '\\' OR (" + shown + "key_text LIKE ? ESCAPE '\\'))",
        like(query.text));
  }
  return where;
}

// What a key's texts may be shown as.
std::string key_masked(const catalog::Resource& resource, std::string_view key) {
  std::string out;
  std::size_t at = 0;
  for (const catalog::Item& item : resource.items) {
    if (!item.key || at > key.size()) continue;
    const std::size_t stop = std::min(key.find('|', at), key.size());
    out += (at > 0 ? "|" : "") + masked(item, key.substr(at, stop - at));
    at = stop + 1;
  }
  return out;
}

std::vector<MaskedField> fields_of(const catalog::Resource& resource, const SourceRow& source,
                                   std::string_view raw, const std::vector<Reason>& reasons) {
  std::vector<MaskedField> out;
  const auto cells = raw_cells(resource, source.header, raw);
  if (!cells) return out;
  for (std::size_t i = 0; i < resource.items.size(); ++i) {
    const catalog::Item& item = resource.items[i];
    const bool bad = std::any_of(reasons.begin(), reasons.end(),
                                 [&](const Reason& reason) { return reason.item == item.code; });
    out.push_back({item.code, item.name, masked(item, (*cells)[i]), bad});
  }
  return out;
}

struct Found {
  sql::Rows rows;
  std::int64_t total = 0;
  std::vector<CheckCount> by_check;
  std::map<std::string, std::string> orders;  // resource → its open order
};

Result<Found> find(sql::Session& session, const QuarantineQuery& query, const std::string& hidden) {
  Found found;
  sql::Params params;
  const std::string where = where_of(query, hidden, params);
  CB_TRY(found.rows, session.query(std::string("SELECT ") + columns + " FROM rail_quarantine" +
                                       where + " ORDER BY seen_at DESC, source, line LIMIT " +
                                       std::to_string(query.size) + " OFFSET " +
                                       std::to_string((query.page - 1) * query.size),
                                   params));
  CB_TRY(const auto total,
         session.query_one("SELECT COUNT(*) FROM rail_quarantine" + where, params));
  found.total = total ? total->integer(0) : 0;
  CB_TRY(const auto orders,
         session.query("SELECT resource, id FROM rail_work_order WHERE kind = 'quarantine' AND"
                       " state <> 'closed'"));
  for (const sql::Row& row : orders) found.orders[row.text(0)] = row.text(1);
  if (query.resource.empty()) return found;
  CB_TRY(found.by_check, open_by_check(session, query.resource));
  return found;
}

}  // namespace

Result<std::vector<CheckCount>> open_by_check(sql::Session& session, const std::string& resource) {
  CB_TRY(const auto rows,
         session.query("SELECT item, check_kind, COUNT(*) FROM rail_quarantine WHERE resource = $1"
                       " AND state = 'open' GROUP BY item, check_kind ORDER BY COUNT(*) DESC, item,"
                       " check_kind LIMIT 100",
                       {resource}));
  std::vector<CheckCount> out;
  for (const sql::Row& row : rows) out.push_back({row.text(0), row.text(1), row.integer(2)});
  return out;
}

Result<QuarantinePage> read_quarantine(sql::Db& db, const catalog::Catalog& catalog,
                                       const QuarantineQuery& query) {
  const bool by_key = !query.key.empty() || !query.text.empty();
  const std::string hidden = by_key ? with_hidden_key(catalog) : "";
  CB_TRY(Found found, db.read([&](sql::Session& session) { return find(session, query, hidden); }));
  const SourceTable sources(db);
  std::map<std::string, SourceRow> known;
  QuarantinePage out;
  out.total = found.total;
  out.by_check = std::move(found.by_check);
  for (const sql::Row& row : found.rows) {
    Quarantined one;
    one.id = row.text(0);
    one.source = row.text(1);
    if (!known.contains(one.source)) {
      CB_TRY(auto source, sources.named(one.source));
      known[one.source] = source ? std::move(*source) : SourceRow{};
    }
    const SourceRow& source = known[one.source];
    one.resource = row.text(2);
    one.file = source.file;
    one.line = row.integer(3);
    one.reasons = reasons_from(row.text(4));
    one.at = {row.integer(6)};
    one.state = row.text(8);
    one.whole = row.boolean(9);
    if (row.integer(10) > 0) one.settled_at = Timestamp{row.integer(10)};
    one.settled_by = row.text(11);
    one.note = row.text(12);
    one.row_masked = "***";
    if (one.state == "open") one.work_order = found.orders[one.resource];
    if (const auto entry = catalog.resource(one.resource)) {
      one.row_masked = mask_row(**entry, source.header, row.bytes(5));
      one.fields = fields_of(**entry, source, row.bytes(5), one.reasons);
      one.key_masked = key_masked(**entry, row.text(7));
    }
    out.items.push_back(std::move(one));
  }
  return out;
}

}  // namespace citybrain::rail
