// request_fuzz: whatever method, target, query and header come, a request leads to a route whose
// every parameter holds its shape, or to a refusal; never to a crash.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "http/cookie.h"
#include "params.h"
#include "service.h"

namespace {

using namespace citybrain;
using namespace citybrain::http;

Route route(std::string path, std::vector<Param> params) {
  return {.method = Method::get,
          .path = std::move(path),
          .summary = "",
          .params = std::move(params),
          .right = Right::anyone(),
          .audit = Audit::none("a fuzzer"),
          .handler = [](const Request&) -> Result<Reply> { return Reply{}; }};
}

struct World {
  std::vector<Room> rooms;
  OpenAuthorizer authorizer;
  std::unique_ptr<Service> service;

  World() {
    Room room{.name = "fuzz"};
    Shape date = shape::text();
    date.format = "date";
    room.routes.push_back(route("/", {}));
    room.routes.push_back(route("/a/{x}", {path_param("x", shape::integer("", 1, 9))}));
    room.routes.push_back(
        route("/a/b", {query_param("n", shape::integer()), query_param("t", shape::text("", 4)),
                       query_param("d", std::move(date))}));
    room.routes.push_back(route("/a/{x}/c/{y}", {query_param("w", shape::word({"p", "q"}))}));
    rooms.push_back(std::move(room));
    auto made = Service::make({.address = ""}, rooms, authorizer);
    if (!made) std::abort();
    service = *std::move(made);
  }
};

}  // namespace

// The first line of the input is the method, the second the target, the rest goes into the headers
// that http itself reads.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const World world;
  std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto line = [&text] {
    const auto end = text.find('\n');
    const std::string_view one = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
    return std::string(one);
  };
  Incoming incoming;
  incoming.method = line();
  incoming.target = line();
  for (const char* name : {"accept-language", "accept-encoding", "if-none-match", "cookie"})
    incoming.request.headers.emplace(name, line());
  Plan plan = world.service->plan(std::move(incoming));
  cookie_of(plan.request, "cb_session");
  if (!plan.run) {
    if (plan.answer.reply.status < 200) std::abort();
    return 0;
  }
  for (const auto& param : plan.entry->route->params) {
    const auto value = plan.request.params.find(param.name);
    if (value != plan.request.params.end() && !check_param(param, value->second)) std::abort();
    if (param.in == Param::In::path && value == plan.request.params.end()) std::abort();
  }
  if (world.service->run(*plan.entry, plan.request, plan.language).status != 200) std::abort();
  return 0;
}
