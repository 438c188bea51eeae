// JSON reading with our errors: see base/json.h. Boost.JSON is compiled here.
#include "base/json.h"

namespace citybrain {
namespace {
constexpr std::size_t depth_max = 32;
}

Result<json::value> parse_json(std::string_view text) {
  json::stream_parser parser({}, json::parse_options{.max_depth = depth_max});
  boost::system::error_code error;
  const std::size_t read = parser.write(json::string_view(text.data(), text.size()), error);
  if (!error) parser.finish(error);
  if (error) {
    return invalid("no JSON at byte " + std::to_string(read) + ": " + error.message() +
                   "; at most " + std::to_string(depth_max) + " levels");
  }
  return parser.release();
}

std::string text_of(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(json::string_view(name.data(), name.size()));
  if (value == nullptr || !value->is_string()) return "";
  return std::string(value->get_string());
}

json::value to_json(const Cell& cell) {
  struct Visitor {
    json::value operator()(std::monostate) const { return nullptr; }
    json::value operator()(bool v) const { return v; }
    json::value operator()(std::int64_t v) const { return v; }
    json::value operator()(Decimal64 v) const { return json::string(to_text(v)); }
    json::value operator()(const std::string& v) const { return json::string(v); }
    json::value operator()(Date v) const { return json::string(to_iso(v)); }
    json::value operator()(Timestamp v) const { return json::string(to_iso(v)); }
  };
  return std::visit(Visitor{}, cell);
}

}  // namespace citybrain
