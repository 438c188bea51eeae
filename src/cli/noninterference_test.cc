// Non-interference over every route of the program: two cities that differ only in cells which are
// masked for the caller give the same answers, byte for byte: status, headers, body, errors, the
// first messages of a stream. Routes come from the table; who adds one is in the test.
#include <regex>
#include <set>

#include "http/problem.h"
#include "twin_city.h"

namespace citybrain::cli {
namespace {

struct Caller {
  Principal principal;
  std::vector<std::string> purposes;  // for which nothing that differs is clear to him
};

Principal staff(const std::string& role, const std::string& department) {
  return {Principal::Kind::staff, "acc-" + role, role, department, "", {role}, "s-" + role};
}

// Values to ask with: what the city names, what earlier answers named, and nonsense.
class Words {
 public:
  explicit Words(std::uint64_t seed) : random_(seed) {}
  void know(const std::string& name, const std::string& value) {
    auto& all = known_[name];
    if (all.size() < 40 && value.size() < 100 &&
        std::find(all.begin(), all.end(), value) == all.end()) {
      all.push_back(value);
    }
  }
  void know_all(const json::value& value) {
    if (value.is_array()) {
      for (const json::value& one : value.as_array()) know_all(one);
    } else if (value.is_object()) {
      for (const auto& [name, one] : value.as_object()) {
        if (one.is_string()) know(std::string(name), std::string(one.as_string()));
        know_all(one);
      }
    }
  }
  std::string any(const std::vector<std::string>& list) {
    return list.empty() ? "" : list[random_.below(list.size())];
  }
  std::string known(const std::string& name) {
    const auto found = known_.find(name);
    return found == known_.end() ? "" : any(found->second);
  }
  std::uint64_t below(std::uint64_t n) { return random_.below(n); }

  std::string text(const std::string& name, const Shape& shape) {
    if (!shape.one_of.empty()) return any(shape.one_of);
    if (shape.kind == Shape::Kind::integer) {
      const std::int64_t low = std::max<std::int64_t>(shape.min, 0);
      return std::to_string(low + static_cast<std::int64_t>(below(5)));
    }
    if (shape.kind == Shape::Kind::boolean) return below(2) == 0 ? "true" : "false";
    std::string out = known(name);
    if (out.empty() || below(6) == 0) {
      out = any({"1", "3302", "张", "id", "码", "2020-11-24", "138", "%", "a,b", "-1"});
    }
    return static_cast<std::int64_t>(out.size()) > shape.max ? "1" : out;
  }

  json::value body(const std::string& name, const Shape& shape) {
    switch (shape.kind) {
      case Shape::Kind::none: return nullptr;
      case Shape::Kind::any: return below(2) == 0 ? json::value(json::object{}) : json::value("1");
      case Shape::Kind::text: return json::value(text(name, shape));
      case Shape::Kind::integer:
        return std::max<std::int64_t>(shape.min, 0) + static_cast<std::int64_t>(below(5));
      case Shape::Kind::number: return 1.5;
      case Shape::Kind::boolean: return below(2) == 0;
      case Shape::Kind::array: {
        json::array out;
        out.push_back(body(name, shape.item.front()));
        return out;
      }
      case Shape::Kind::object: {
        json::object out;
        for (const auto& member : shape.members) {
          if (member.required || below(2) == 0) out[member.name] = body(member.name, member.shape);
        }
        return out;
      }
    }
    return nullptr;
  }

 private:
  SeededRandom random_;
  std::map<std::string, std::vector<std::string>, std::less<>> known_;
};

// One of the two cities with the routes as they are called.
struct Side {
  Side(const std::string& name, std::uint64_t hidden, guard::Grade from)
      : twin(name, hidden, from) {
    for (const Room& room : twin.city().rooms()) {
      for (const Route& route : room.routes) routes.push_back(route);
    }
  }

  // All that leaves the program for one call.
  std::string answer(std::size_t at, Request request) {
    const Route& route = routes[at];
    Result<Reply> replied = internal("no reply");
    const auto may = twin.city().guard().may(request.principal, route.right.name);
    if (!may) {
      replied = may.error();
    } else {
      try {
        replied = route.handler(request);
      } catch (const std::exception& e) {  // http answers so too
        replied = internal("exception");
        thrown.insert(std::string(name_of(route.method)) + " " + route.path + ": " + e.what());
      }
    }
    if (!route.audit.event.empty()) {
      (void)twin.city().guard().audit(route.audit.event, request.principal, route.path, 200);
    }
    const Reply reply = replied
                            ? *replied
                            : http::problem(replied.error(), http::status_of(replied.error().code),
                                            http::Language::en, "r");
    std::string out = std::to_string(reply.status) + " " + reply.content_type + "\n";
    for (const auto& [name, value] : reply.headers) out += name + ": " + value + "\n";
    out += "\n" + reply.body;
    if (reply.stream) {
      std::uint64_t cursor = 0;
      for (const StreamEvent& event : reply.stream(cursor)) out += event.event + " " + event.data;
    }
    return out;
  }

  TwinCity twin;
  std::vector<Route> routes;
  std::set<std::string> thrown;  // by which route, and what
};

// What is random in every run anyway, and only within the audit's own answers: salted digests and
// the hashes and signatures over entries that hold them. How many there are stays.
std::string without_digests(const std::string& path, const std::string& text) {
  // How long a check of a text took, and the key that this city signs its own statements with.
  static const std::regex took("\"(micros|seconds)\":[0-9.E-]+");
  static const std::regex key("\"public_key\":\"[0-9a-f]{64}\"");
  if (path == "/api/rules/validate" || path == "/api/admin/catalog/import")
    return std::regex_replace(text, took, "T");
  if (path == "/api/reconcile") return std::regex_replace(text, key, "K");
  if (!path.starts_with("/api/audit") && !path.starts_with("/audit/")) return text;
  if (path.starts_with("/audit/tile")) return std::to_string(text.size());
  static const std::regex hex("[0-9a-f]{64}");
  static const std::regex base64("[A-Za-z0-9+/]{43,}={0,2}");
  return std::regex_replace(std::regex_replace(text, hex, "H"), base64, "B");
}

// Not compared, with the reason.
const std::map<std::string, std::string> set_aside = {
    {"POST /api/admin/backup", "copies the whole store, and answers with the digest of its files"},
    {"POST /api/admin/catalog/export", "writes a file where the caller says; shows no records"},
};

struct Asked {
  int calls = 0;
  int answered = 0;
  std::map<std::string, int> by_route;
  std::vector<std::string> told_apart;
};

class Asker {
 public:
  Asker(Side& a, Side& b, std::uint64_t seed) : a_(a), b_(b), words_(seed) {
    for (const std::string& code : a.twin.resources()) {
      words_.know("code", code);
      words_.know("resource", code);
      const auto grades = a.twin.city().guard().grades_of(code);
      columns_[code] = {};
      for (const Field& field : grades->schema.fields) columns_[code].push_back(field.name);
    }
  }

  void ask(const Caller& caller, std::size_t at, Asked& asked) {
    const Route& route = a_.routes[at];
    const std::string named = std::string(name_of(route.method)) + " " + route.path;
    ++asked.by_route[named];
    if (set_aside.contains(named)) return;
    Request request;
    request.method = route.method;
    request.principal = caller.principal;
    request.request_id = "r";
    request.remote = "127.0.0.1";
    request.headers = {{"idempotency-key", "k" + std::to_string(words_.below(1000))}};
    std::string code;
    for (const std::string_view part : split(route.path, '/')) {
      if (!part.starts_with('{')) continue;
      const std::string name(part.substr(1, part.size() - 2));
      request.params[name] = words_.text(name, shape_of(route, name));
    }
    code = request.param("code");
    for (const Param& param : route.params) {
      if (param.in == Param::In::path || (!param.required && words_.below(2) == 0)) continue;
      request.params[param.name] = value_of(caller, code, param);
    }
    request.json = words_.body("", route.body);
    if (request.json.is_object() && request.json.as_object().contains("purpose")) {
      request.json.as_object()["purpose"] = words_.any(caller.purposes);
    }
    request.path = route.path;
    request.target = route.path;
    if (route.body.empty() && route.method != Method::get) request.body = "{}\n";
    const std::string of_a = without_digests(route.path, a_.answer(at, request));
    const std::string of_b = without_digests(route.path, b_.answer(at, request));
    ++asked.calls;
    if (of_a.starts_with("2")) ++asked.answered;
    if (of_a != of_b) note(route, request, of_a, of_b, asked);
    if (const auto start = of_a.find("\n\n"); of_a.starts_with("200") && of_a == of_b) {
      if (const auto value = parse_json(of_a.substr(start + 2))) words_.know_all(*value);
    }
  }

 private:
  static Shape shape_of(const Route& route, const std::string& name) {
    for (const Param& param : route.params) {
      if (param.name == name) return param.shape;
    }
    return shape::text();
  }

  std::string value_of(const Caller& caller, const std::string& code, const Param& param) {
    const std::string& name = param.name;
    if (name == "purpose") return words_.any(caller.purposes);
    if ((name == "key" || name == "text" || name == "q") && words_.below(3) != 0) {
      return words_.any(a_.twin.secrets);  // a right guess must not be told from a wrong one
    }
    const auto columns = columns_.find(code);
    if (columns != columns_.end()) {
      if (name == "filter") {
        return words_.any(columns->second) + words_.any({"=", "!=", "<", "<=", ">", ">="}) +
               words_.any({"1", "330203", "50", "2015-01-01", "true", "张三", "33"});
      }
      if (name == "sort") return words_.any(columns->second);
      if (name == "columns" || name == "fields") return words_.any(columns->second);
    }
    if (name == "limit" || name == "size") return std::to_string(1 + words_.below(20));
    return words_.text(name, param.shape);
  }

  static void note(const Route& route, const Request& request, const std::string& a,
                   const std::string& b, Asked& asked) {
    std::size_t at = 0;
    while (at < a.size() && at < b.size() && a[at] == b[at]) ++at;
    const std::size_t from = at < 60 ? 0 : at - 60;
    std::string text = std::string(name_of(route.method)) + " " + route.path;
    for (const auto& [name, value] : request.params) text += " " + name + "=" + value;
    asked.told_apart.push_back(text + " as " + request.principal.name + "\n  " +
                               a.substr(from, 140) + "\n  " + b.substr(from, 140));
  }

  Side& a_;
  Side& b_;
  Words words_;
  std::map<std::string, std::vector<std::string>, std::less<>> columns_;
};

// Every caller asks every route `times` times, reads before writes.
Asked ask_all(Side& a, Side& b, const std::vector<Caller>& callers, int times, std::uint64_t seed) {
  Asker asker(a, b, seed);
  Asked asked;
  for (const bool writes : {false, true, false}) {
    for (std::size_t at = 0; at < a.routes.size(); ++at) {
      if ((a.routes[at].method != Method::get) != writes) continue;
      for (const Caller& caller : callers) {
        for (int i = 0; i < times; ++i) {
          asker.ask(caller, at, asked);
          a.twin.clock->advance_us(1000);
          b.twin.clock->advance_us(1000);
        }
      }
    }
  }
  return asked;
}

std::uint64_t seed_of_test() {
  const auto* given = std::getenv("CITYBRAIN_TEST_SEED");
  const std::uint64_t seed = given != nullptr ? std::strtoull(given, nullptr, 10) : 20201124;
  std::printf("seed %llu\n", static_cast<unsigned long long>(seed));
  return seed;
}

int times_of_test() {
  const auto* given = std::getenv("CITYBRAIN_ASK_TIMES");
  return given != nullptr ? std::max(1, std::atoi(given)) : 2;
}

void expect_alike(const Asked& asked, const Side& side) {
  std::printf("%d calls, %d answered, over %zu routes\n", asked.calls, asked.answered,
              asked.by_route.size());
  EXPECT_EQ(asked.told_apart.size(), 0U);
  for (const std::string& one : side.thrown) ADD_FAILURE() << "an exception: " << one;
  std::set<std::string> shown;
  for (const std::string& one : asked.told_apart) {
    if (shown.insert(one.substr(0, one.find_first_of(" ", 5))).second) ADD_FAILURE() << one;
  }
  EXPECT_EQ(asked.by_route.size(), side.routes.size()) << "every route of the table was asked";
  EXPECT_GT(asked.answered, asked.calls / 8) << "the questions were worth asking";
}

const std::vector<std::string> ordinary = {"quality", "statistics", "supervision",
                                           "audit",   "sharing",    "own"};

TEST(NonInterference, NoRouteTellsL3CellsToWhoHasNoClearance) {
  Side a("twin_l3_a", 1, guard::Grade::L3);
  Side b("twin_l3_b", 2, guard::Grade::L3);
  std::printf("%zu resources, %lld rows in quarantine\n", a.twin.resources().size(),
              static_cast<long long>(a.twin.quarantined));
  ASSERT_GT(a.twin.quarantined, 20);
  std::vector<Caller> callers = {{Principal{}, ordinary}};
  for (const char* role : {"steward", "auditor", "clerk", "engineer", "data_officer"}) {
    callers.push_back({staff(role, "rsj"), ordinary});
  }
  const Asked asked = ask_all(a, b, callers, times_of_test(), seed_of_test());
  expect_alike(asked, a);
}

TEST(NonInterference, NoRouteTellsL2CellsToWhoHasNoClearanceAtAll) {
  Side a("twin_l2_a", 1, guard::Grade::L2);
  Side b("twin_l2_b", 2, guard::Grade::L2);
  std::vector<Caller> callers;
  for (const char* role : {"admin", "engineer", "policy_officer", "publisher", "finance_maker",
                           "finance_checker", "leader", "operator"}) {
    callers.push_back({staff(role, "dsj"), {"statistics", "handling"}});
  }
  callers.push_back(
      {{Principal::Kind::citizen, "acc-c", "市民", "", "330299193506080013", {"citizen"}, "s-c"},
       {"own", "open"}});
  callers.push_back({{Principal::Kind::enterprise,
                      "acc-f",
                      "企业",
                      "",
                      "91330200QY00000036",
                      {"enterprise"},
                      "s-f"},
                     {"own", "open"}});
  const Asked asked = ask_all(a, b, callers, times_of_test(), seed_of_test() + 1);
  expect_alike(asked, a);
}

// The test of the test: routes that leak in ways a reader of the code might overlook.
Route leaking(TwinCity& twin, const std::string& path, const std::string& how) {
  return {
      .method = Method::get,
      .path = path,
      .summary = "planted",
      .right = Right::anyone(),
      .audit = Audit::none("planted"),
      .handler = [&twin, how](const Request&) -> Result<Reply> {
        auto reading = twin.city().guard().begin({"planted", "test"});
        std::vector<std::pair<std::string, std::string>> rows;
        CB_DO(reading.scan("person_registry", {"person_id", "name"}, {}, [&](const Batch& batch) {
          for (std::size_t i = 0; i < batch.rows; ++i) {
            rows.emplace_back(std::string(batch.columns[0].text_at(i)),
                              std::string(batch.columns[1].text_at(i)));
          }
          return ok();
        }));
        CB_DO(reading.finish());
        std::sort(rows.begin(), rows.end());
        if (how == "count") {
          return Reply::json({{"rows", std::count_if(rows.begin(), rows.end(), [](auto& row) {
                                 return row.second.find("小明") != std::string::npos;
                               })}});
        }
        if (how == "error") return invalid("no person beside " + rows.front().first);
        Reply reply = Reply::json({{"rows", rows.size()}});
        reply.headers.emplace_back("X-Rank", rows.front().second);
        return reply;
      }};
}

TEST(NonInterference, APlantedLeakIsFound) {
  Side a("twin_leak_a", 1, guard::Grade::L2);
  Side b("twin_leak_b", 2, guard::Grade::L2);
  for (const std::string how : {"count", "error", "header"}) {
    a.routes = {leaking(a.twin, "/api/planted/" + how, how)};
    b.routes = {leaking(b.twin, "/api/planted/" + how, how)};
    const Asked asked = ask_all(a, b, {{Principal{}, ordinary}}, 1, 1);
    EXPECT_GT(asked.told_apart.size(), 0U) << how << " leaks, and was not found";
  }
}

}  // namespace
}  // namespace citybrain::cli
