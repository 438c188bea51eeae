// OdbcPosition. See odbc_position.h.
#include "odbc_position.h"

#include "base/json.h"

namespace citybrain::capture {

std::string OdbcPosition::text() const {
  json::object marks;
  for (const auto& [table, mark] : watermarks) marks[table] = mark;
  json::object sums;
  for (const auto& [table, digest] : digests) sums[table] = digest;
  return json::serialize(json::object{{"at", at.us}, {"marks", marks}, {"digests", sums}});
}

Result<OdbcPosition> OdbcPosition::parse(std::string_view text) {
  const auto bad = [&] {
    return invalid("'" + std::string(text.substr(0, 80)) + "' is no position of an ODBC source");
  };
  const auto parsed = parse_json(text);
  if (!parsed || !parsed->is_object()) return bad();
  OdbcPosition out;
  const json::object& object = parsed->as_object();
  const json::value* at = object.if_contains("at");
  if (at == nullptr || !at->is_int64()) return bad();
  out.at.us = at->as_int64();
  const auto take = [&](const char* name, std::map<std::string, std::string>& into) {
    const json::value* value = object.if_contains(name);
    if (value == nullptr || !value->is_object()) return;
    for (const auto& [table, mark] : value->as_object()) {
      if (mark.is_string()) into[std::string(table)] = std::string(mark.as_string());
    }
  };
  take("marks", out.watermarks);
  take("digests", out.digests);
  return out;
}

}  // namespace citybrain::capture
