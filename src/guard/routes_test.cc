// The room's routes: login with its cookie, sessions, the log with its proofs, records as JSON.
#include <gtest/gtest.h>

#include "base/shape.h"
#include "door_test.h"
#include "guard/receipt.h"

namespace citybrain::guard {
namespace {

const std::string firm = "91330200QY00000036";

struct City : Door {
  Room room;

  City(const std::string& url, const std::string& folder) : Door(url, folder) {
    guard().identity().load_roles("role,right\nauditor,guard.audit\nsteward,guard.read\n").value();
    guard()
        .identity()
        .load_accounts(
            "login,kind,name,department,subject,roles\n"
            "wang,staff,王芳,rsj,,steward\nshen,staff,沈计,sjj,,auditor\n"
            "firm,enterprise,示例企业一," +
                std::string(",") + firm + ",enterprise\n",
            "citybrain-demo")
        .value();
    ResourceGrades grades;
    grades.resource = "ent_registry";
    grades.schema = {{{"uscc", Type::text}, {"name", Type::text}, {"capital", Type::decimal, 2}},
                     {"uscc"}};
    grades.items = {{"uscc", "统一社会信用代码", Grade::L1, "uscc"},
                    {"name", "名称", Grade::L1},
                    {"capital", "注册资本", Grade::L2}};
    define(grades);
    Batch batch(grades.schema);
    batch.append_row({firm, std::string("示例企业一"), Decimal64{12345, 2}});
    batch.append_row({std::string("91330200QY00000111"), std::string("示例企业二"), Cell()});
    land("ent_registry", batch);
    // The room borrows the guard of this fixture.
    room = make_room(std::shared_ptr<Guard>(&guard(), [](Guard*) {}), clock, {"宁波", true});
  }

  const Route& route(Method method, const std::string& path) const {
    for (const Route& one : room.routes) {
      if (one.method == method && one.path == path) return one;
    }
    ADD_FAILURE() << "no route " << path;
    return room.routes.front();
  }
  // As http would call it: who from the cookie, parameters and body checked by their shapes.
  Result<Reply> call(Method method, const std::string& path, const std::string& cookie = "",
                     const std::map<std::string, std::string>& params = {},
                     const std::string& body = "") {
    const Route& to = route(method, path);
    Request request;
    request.method = method;
    request.path = path;
    request.params.insert(params.begin(), params.end());
    request.remote = "127.0.0.1";
    if (!cookie.empty()) {
      CB_TRY(request.principal, guard().authenticate(cookie));
    }
    CB_DO(guard().may(request.principal, to.right.name));
    if (!body.empty()) {
      CB_TRY(request.json, parse_json(body));
      CB_DO(conforms(request.json, to.body));
    }
    CB_TRY(Reply reply, to.handler(request));
    if (reply.status == 200) CB_DO(conforms(parse_json(reply.body).value(), to.reply));
    return reply;
  }
  // The text a GET answers, or the error's message.
  std::string handler_text(const std::string& path, const std::string& cookie,
                           const std::map<std::string, std::string>& params) {
    Request request;
    request.params.insert(params.begin(), params.end());
    if (!cookie.empty()) request.principal = guard().authenticate(cookie).value();
    const auto reply = route(Method::get, path).handler(request);
    return reply ? reply->body : reply.error().message;
  }
  std::string log_in(const std::string& login) {
    const auto reply = call(Method::post, "/api/session", "", {},
                            R"({"login":")" + login + R"(","password":"citybrain-demo"})");
    if (!reply) return "";
    for (const auto& [name, value] : reply->headers) {
      if (name == "Set-Cookie") return value.substr(value.find('=') + 1, 64);
    }
    return "";
  }
};

json::object body_of(const Result<Reply>& reply) {
  EXPECT_TRUE(reply) << (reply ? "" : reply.error().message);
  return reply ? parse_json(reply->body)->as_object() : json::object();
}

template <class Test>
void on_both_stores(const Test& test) {
  const auto stores = sql::test_stores();
  for (const auto& url : stores) {
    City city(url, stores.dir());
    test(city);
  }
}

TEST(Routes, LogInWhoAmILogOut) {
  on_both_stores([](City& c) {
    const auto nobody = body_of(c.call(Method::get, "/api/session"));
    EXPECT_TRUE(nobody.at("principal").is_null());
    EXPECT_EQ(nobody.at("city").at("name").as_string(), "宁波");
    const auto in = c.call(Method::post, "/api/session", "", {},
                           R"({"login":"wang","password":"citybrain-demo"})");
    ASSERT_TRUE(in) << in.error().message;
    EXPECT_NE(in->headers.front().second.find("HttpOnly; SameSite=Strict"), std::string::npos);
    const std::string cookie = c.log_in("wang");
    ASSERT_EQ(cookie.size(), 64U);
    const auto me = body_of(c.call(Method::get, "/api/session", cookie));
    EXPECT_EQ(me.at("principal").at("name").as_string(), "王芳");
    EXPECT_EQ(json::serialize(me.at("principal").at("rights")), R"(["guard.read"])");

    const auto sessions = body_of(c.call(Method::get, "/api/sessions", cookie));
    ASSERT_EQ(sessions.at("total").to_number<int>(), 2);
    for (const json::value& session : sessions.at("items").as_array()) {
      if (session.at("current").as_bool()) continue;
      const std::string id(session.at("id").as_string());
      EXPECT_EQ(c.call(Method::del, "/api/sessions/{id}", cookie, {{"id", id}})->status, 204);
      EXPECT_EQ(c.call(Method::del, "/api/sessions/{id}", cookie, {{"id", id}}).error().code,
                Code::not_found);
    }
    const auto out = c.call(Method::del, "/api/session", cookie);
    EXPECT_EQ(out->status, 204);
    EXPECT_NE(out->headers.front().second.find("Max-Age=0"), std::string::npos);
    EXPECT_EQ(c.call(Method::get, "/api/session", cookie).error().code, Code::denied);
  });
}

TEST(Routes, LoginsAreOnRecordTheWrongOnesWithoutTheLogin) {
  on_both_stores([](City& c) {
    const auto wrong = c.call(Method::post, "/api/session", "", {},
                              R"({"login":"wang","password":"not the password"})");
    EXPECT_EQ(wrong.error().code, Code::denied);
    c.log_in("wang");
    const auto page = c.guard().audit_log().page(1, 2).value();
    EXPECT_EQ(page.records[0].status, 200);
    EXPECT_FALSE(page.records[0].actor.empty());
    EXPECT_EQ(page.records[1].event, "guard.login");
    EXPECT_EQ(page.records[1].status, 401);
    EXPECT_EQ(page.records[1].actor, "");
    EXPECT_EQ(json::serialize(page.records[1].details).find("wang"), std::string::npos);
    EXPECT_EQ(c.call(Method::post, "/api/session", "", {}, R"({"login":"wang"})").error().code,
              Code::invalid);
  });
}

TEST(Routes, ACallWithBytesThatAreNoTextIsOnRecordAllTheSame) {
  on_both_stores([](City& c) {
    for (const std::string& bytes : {std::string("GET /x\xff"), std::string("GET /x\0y", 8)}) {
      const auto index = c.guard().audit("x.read", {}, bytes, 400);
      ASSERT_TRUE(index) << index.error().message;
      EXPECT_EQ(c.guard().audit_log().at(*index)->object, "(no UTF-8)");
    }
    const auto index = c.guard().audit("x.read", {}, std::string(5000, 'a'), 400);
    ASSERT_TRUE(index);
  });
}

TEST(Routes, TheLogIsForAuditorsItsProofsForAnyone) {
  on_both_stores([](City& c) {
    const std::string shen = c.log_in("shen");
    const std::string wang = c.log_in("wang");
    for (int i = 0; i < 3; ++i) {
      body_of(c.call(Method::get, "/api/resources/{code}/records", wang,
                     {{"code", "ent_registry"}, {"purpose", "quality"}}));
    }
    EXPECT_EQ(c.call(Method::get, "/api/audit", wang).error().code, Code::denied);
    const auto list = body_of(c.call(Method::get, "/api/audit", shen, {{"size", "2"}}));
    EXPECT_EQ(list.at("total").to_number<int>(), 5);
    EXPECT_EQ(list.at("items").at(0).at("actor").as_string(), "王芳");
    EXPECT_EQ(list.at("items").at(0).at("object").as_string(), "resource:ent_registry");

    const auto head = body_of(c.call(Method::get, "/api/audit/head"));
    const auto proof =
        body_of(c.call(Method::get, "/api/audit/{index}/proof", "", {{"index", "3"}}));
    EXPECT_EQ(proof.at("root"), head.at("root"));
    EXPECT_FALSE(proof.contains("entry")) << "hashes only";
    std::vector<Hash> path;
    for (const json::value& hash : proof.at("path").as_array()) {
      path.push_back(hash_from_hex(std::string(hash.as_string())).value());
    }
    const auto hash = [](const json::object& o, const char* name) {
      return hash_from_hex(std::string(o.at(name).as_string())).value();
    };
    EXPECT_TRUE(verify_inclusion(hash(proof, "leaf_hash"), 3, 5, path, hash(head, "root")));
    const auto full =
        body_of(c.call(Method::get, "/api/audit/{index}/proof", shen, {{"index", "3"}}));
    EXPECT_EQ(leaf_hash(full.at("entry").as_string()), hash(full, "leaf_hash"));
    const auto growth =
        body_of(c.call(Method::get, "/api/audit/consistency", "", {{"size1", "2"}}));
    EXPECT_EQ(growth.at("size2").to_number<int>(), 5);
    EXPECT_EQ(c.call(Method::get, "/api/audit/{index}/proof", "", {{"index", "99"}}).error().code,
              Code::not_found);
  });
}

TEST(Routes, AFirmSeesItsRecordAndWhoReadIt) {
  on_both_stores([](City& c) {
    const std::string cookie = c.log_in("firm");
    const std::string wang = c.log_in("wang");
    const auto seen = body_of(c.call(
        Method::get, "/api/resources/{code}/records", wang,
        {{"code", "ent_registry"}, {"purpose", "数据质量核查"}, {"filter", "name=示例企业一"}}));
    ASSERT_EQ(seen.at("rows").as_array().size(), 1U);
    EXPECT_EQ(seen.at("rows").at(0).at(2).as_string(), "100~999");
    const auto own = body_of(c.call(Method::get, "/api/resources/{code}/records", cookie,
                                    {{"code", "ent_registry"}, {"purpose", "own"}}));
    ASSERT_EQ(own.at("rows").as_array().size(), 1U);
    EXPECT_EQ(own.at("rows").at(0).at(2).as_string(), "123.45");
    const auto who = body_of(c.call(Method::get, "/api/me/accesses", cookie));
    EXPECT_EQ(who.at("total").to_number<int>(), 2);
    EXPECT_EQ(who.at("items").at(1).at("department").as_string(), "rsj");
    EXPECT_EQ(c.call(Method::get, "/api/me/accesses", wang).error().code, Code::invalid);
  });
}

TEST(Routes, BadQuestionsAreRefusedWithWords) {
  on_both_stores([](City& c) {
    const std::string wang = c.log_in("wang");
    const auto ask = [&](std::map<std::string, std::string> params) {
      params["code"] = "ent_registry";
      params.emplace("purpose", "quality");
      const auto reply = c.call(Method::get, "/api/resources/{code}/records", wang, params);
      EXPECT_FALSE(reply);
      return reply ? Code::internal : reply.error().code;
    };
    EXPECT_EQ(ask({{"filter", "name"}}), Code::invalid);
    EXPECT_EQ(ask({{"filter", "=x"}}), Code::invalid);
    EXPECT_EQ(ask({{"filter", "name="}}), Code::invalid);
    EXPECT_EQ(ask({{"filter", "name=a&"}}), Code::invalid);
    EXPECT_EQ(ask({{"filter", "capital=1.00"}}), Code::denied);
    EXPECT_EQ(ask({{"key", "a,b"}}), Code::invalid);
    EXPECT_EQ(ask({{"sort", "; DROP TABLE guard_audit"}}), Code::invalid);
    EXPECT_EQ(ask({{"purpose", "x"}}), Code::invalid);
    EXPECT_EQ(c.call(Method::get, "/api/resources/{code}/records", wang,
                     {{"code", "nothing"}, {"purpose", "quality"}})
                  .error()
                  .code,
              Code::not_found);
    EXPECT_TRUE(c.guard().audit_log().verify_all());
  });
}

TEST(Routes, ReceiptsShowTheEntryToWhomItConcerns) {
  const auto stores = sql::test_stores();
  for (const auto& url : stores) {
    City city(url, stores.dir());
    const std::string wang = city.log_in("wang");
    const auto answer =
        city.call(Method::get, "/api/resources/{code}/records", wang,
                  {{"code", "ent_registry"}, {"purpose", "quality"}, {"key", firm}});
    ASSERT_TRUE(answer) << answer.error().message;
    const json::value body = parse_json(answer->body).value();
    const std::string index =
        std::to_string(body.at("audit").at("index").to_number<std::uint64_t>());
    const auto receipt = [&](const std::string& cookie) {
      const auto reply =
          city.handler_text("/api/audit/{index}/receipt", cookie, {{"index", index}});
      const NoteKey key = city.guard().transparency().log_key();
      const Hash leaf = city.guard().audit_log().at(std::stoull(index))->leaf;
      const auto verified = verify_receipt(reply, std::span(&key, 1), &leaf);
      return verified ? verified->entry : verified.error().message;
    };
    EXPECT_EQ(receipt(""), "") << "strangers get the proof alone";
    for (const std::string login : {"wang", "shen", "firm"}) {
      const json::value entry = parse_json(receipt(city.log_in(login))).value();
      EXPECT_EQ(std::string(entry.at("details").at("answer").as_string()),
                answer_digest(body.at("rows").as_array(),
                              std::string(body.at("audit").at("salt").as_string())))
          << "the entry commits to what was answered";
    }
    const auto tile = [&](const std::string& n1, const std::string& n2) {
      const Route& route = city.route(
          Method::get, n2.empty() ? "/audit/tile/{level}/{n1}" : "/audit/tile/{level}/{n1}/{n2}");
      Request request;
      request.params = {{"level", "0"}, {"n1", n1}, {"n2", n2}};
      const auto reply = route.handler(request);
      return reply ? reply->body.size() : 0;
    };
    EXPECT_EQ(tile("000.p", "1"), 32U);
    for (const auto& [n1, n2] : std::vector<std::pair<std::string, std::string>>{{"000.p", "256"},
                                                                                 {"000.p", "01"},
                                                                                 {"0", ""},
                                                                                 {"x000", "0"},
                                                                                 {"000", "000"},
                                                                                 {"000", ""},
                                                                                 {"x999", "999"}}) {
      EXPECT_EQ(tile(n1, n2), 0U) << n1 << '/' << n2;
    }
  }
}

TEST(Routes, KeysOfSystemsAreGivenAndRevoked) {
  const auto stores = sql::test_stores();
  City city(*stores.begin(), stores.dir());
  city.guard()
      .identity()
      .load_accounts("login,kind,name,department,subject,roles\nhub,system,汇聚节点,dsj,,\n",
                     "citybrain-demo")
      .value();
  Principal officer = Door::staff("admin");
  const auto call = [&](Method method, const std::string& path, const std::string& body,
                        const std::string& id = "") {
    Request request;
    request.principal = officer;
    request.params = {{"id", id}};
    if (!body.empty()) request.json = parse_json(body).value();
    return city.route(method, path).handler(request);
  };
  const auto added =
      call(Method::post, "/api/systems/keys",
           R"({"login":"hub","key":"ed25519:JrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs="})");
  ASSERT_TRUE(added) << added.error().message;
  const std::string id(parse_json(added->body)->at("id").as_string());
  EXPECT_EQ(
      call(Method::post, "/api/systems/keys", R"({"login":"hub","key":"rsa:AAAA"})").error().code,
      Code::invalid);
  EXPECT_TRUE(call(Method::del, "/api/systems/keys/{id}", "", id));
  const auto listed = call(Method::get, "/api/systems/keys", "");
  EXPECT_FALSE(parse_json(listed->body)->at("items").at(0).at("valid").as_bool());
}

}  // namespace
}  // namespace citybrain::guard
