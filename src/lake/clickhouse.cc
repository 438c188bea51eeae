// One server of a ClickHouse cluster. See clickhouse.h.
#include "clickhouse.h"

#include <algorithm>

#include "base/text.h"
#include "http/client.h"

namespace citybrain::lake {
namespace {

constexpr std::chrono::milliseconds connect_wait{2'000};
constexpr std::chrono::minutes answer_wait{10};
constexpr std::size_t shards_max = 1'000;

bool is_plain_name(std::string_view name) {
  constexpr std::size_t name_max = 60;
  return !name.empty() && name.size() <= name_max && name[0] >= 'a' && name[0] <= 'z' &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
         });
}

std::string in_url(std::string_view text) {
  static constexpr char digits[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '_' || c == '-' || c == '.';
    if (plain) {
      out += c;
    } else {
      out += '%';
      out += digits[byte >> 4];
      out += digits[byte & 15];
    }
  }
  return out;
}

// "Code: 241, e.displayText() = …": the number, or 0.
int error_number(std::string_view text) {
  constexpr std::string_view start = "Code: ";
  if (!text.starts_with(start)) return 0;
  text.remove_prefix(start.size());
  const auto number = parse_int(text.substr(0, text.find_first_not_of("0123456789")));
  return number ? static_cast<int>(*number) : 0;
}

Error refusal(const std::string& shard, int number) {
  const std::string text = "ClickHouse at " + shard + " refuses, error " + std::to_string(number);
  switch (number) {
    case 159:  // TIMEOUT_EXCEEDED
    case 164:  // READONLY
    case 202:  // TOO_MANY_SIMULTANEOUS_QUERIES
    case 209:  // SOCKET_TIMEOUT
    case 210:  // NETWORK_ERROR
    case 252:  // TOO_MANY_PARTS
    case 279:  // ALL_CONNECTION_TRIES_FAILED
    case 394:  // QUERY_WAS_CANCELLED
      return unavailable(text + (number == 279 || number == 210 || number == 209
                                     ? " (it does not reach another shard)"
                                     : ""));
    case 216: return conflict(text + " (the same statement is still running)");
    case 241: return exhausted(text + " (memory)");
    case 243: return exhausted(text + " (disk)");
    default: return internal(text);
  }
}

}  // namespace

Result<ClickhouseAddress> ClickhouseAddress::parse(std::string_view address) {
  const auto wrong = [](const std::string& why) {
    return invalid("the columns' address " + why +
                   "; write clickhouse://host:port,host:port/database?cluster=name");
  };
  if (!is_one(address)) return wrong("is not clickhouse://");
  std::string_view rest = address.substr(std::string_view("clickhouse://").size());
  ClickhouseAddress out;
  if (const auto at = rest.rfind('@'); at != std::string_view::npos) {
    const std::string_view who = rest.substr(0, at);
    const auto colon = who.find(':');
    out.user = std::string(who.substr(0, colon));
    if (colon != std::string_view::npos) out.password = std::string(who.substr(colon + 1));
    rest.remove_prefix(at + 1);
  }
  const auto slash = rest.find('/');
  if (slash == std::string_view::npos) return wrong("names no database");
  for (const std::string_view host : split(rest.substr(0, slash), ',')) {
    const auto colon = host.rfind(':');
    const auto port =
        colon == std::string_view::npos ? std::nullopt : parse_int(host.substr(colon + 1));
    if (colon == 0 || !port || *port < 1 || *port > 65'535) {
      return wrong("has '" + std::string(host) + "', which is no host:port");
    }
    out.shards.emplace_back(host);
  }
  if (out.shards.size() > shards_max) return wrong("names more than 1000 shards");
  rest.remove_prefix(slash + 1);
  const auto question = rest.find('?');
  out.database = std::string(rest.substr(0, question));
  if (question != std::string_view::npos) {
    const std::string_view query = rest.substr(question + 1);
    if (!query.starts_with("cluster=")) return wrong("has a parameter that is not 'cluster'");
    out.cluster = std::string(query.substr(8));
    if (!is_plain_name(out.cluster)) return wrong("has a cluster that is not [a-z][a-z0-9_]*");
  }
  if (!is_plain_name(out.database)) return wrong("has a database that is not [a-z][a-z0-9_]*");
  if (out.shards.size() > 1 && out.cluster.empty()) return wrong("has several shards, no cluster");
  return out;
}

ClickhouseShard::ClickhouseShard(const ClickhouseAddress& address, std::size_t number)
    : name_(address.shards[number]), user_(address.user), password_(address.password) {}

Result<std::string> ClickhouseShard::call(
    const Sent& sent, const std::function<Result<void>(std::string_view)>& on_bytes) const {
  http::Call call;
  call.method = "POST";
  // Nothing of the answer before all of it is there; a statement as long as 10,000 values make it;
  // an insert as one block; sums of groups without their key being lost.
  call.url = "http://" + name_ + "/?wait_end_of_query=1&max_query_size=16777216";
  if (!sent.in_url.empty()) {
    call.url += "&max_insert_block_size=1000000000&query=" + in_url(sent.in_url);
  }
  if (!sent.id.empty()) call.url += "&query_id=" + in_url(sent.id);
  if (!user_.empty()) {
    call.headers.emplace_back("X-ClickHouse-User", user_);
    call.headers.emplace_back("X-ClickHouse-Key", password_);
  }
  call.headers.emplace_back("Content-Type", "application/octet-stream");
  call.body = sent.in_body;
  call.timeout = answer_wait;
  call.connect_timeout = connect_wait;
  call.on_body = on_bytes;
  CB_TRY(http::ClientReply reply, http::call(call));
  if (reply.status != 200) return refusal(name_, error_number(reply.body));
  return std::move(reply.body);
}

Result<void> ClickhouseShard::exec(const std::string& sql, const std::string& id) const {
  CB_DO(call({{}, sql, id}, {}));
  return ok();
}

Result<void> ClickhouseShard::insert(const std::string& sql, const std::string& rows,
                                     const std::string& id) const {
  CB_DO(call({sql, rows, id}, {}));
  return ok();
}

Result<void> ClickhouseShard::read(
    const std::string& sql, const std::function<Result<void>(std::string_view)>& on_bytes) const {
  CB_DO(call({{}, sql, {}}, on_bytes));
  return ok();
}

Result<std::vector<std::string>> ClickhouseShard::lines(const std::string& sql) const {
  CB_TRY(const std::string text, call({{}, sql + " FORMAT TabSeparatedRaw", {}}, {}));
  std::vector<std::string> out;
  for (const std::string_view line : split(text, '\n')) out.emplace_back(line);
  if (!out.empty() && out.back().empty()) out.pop_back();
  return out;
}

Result<std::int64_t> ClickhouseShard::number(const std::string& sql) const {
  CB_TRY(const auto answer, lines(sql));
  const auto value = answer.size() == 1 ? parse_int(answer[0]) : std::nullopt;
  if (!value) return corrupt("ClickHouse at " + name_ + " answers no number where one is due");
  return *value;
}

std::string clickhouse_text(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\0') {
      out += "\\0";
    } else {
      if (c == '\'' || c == '\\') out += '\\';
      out += c;
    }
  }
  return out + "'";
}

std::string clickhouse_name(std::string_view name) {
  std::string out = "`";
  for (const char c : name) {
    if (c == '`' || c == '\\') out += '\\';
    out += c;
  }
  return out + "`";
}

}  // namespace citybrain::lake
