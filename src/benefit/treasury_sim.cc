// The simulator's process: its routes over http::Server, and its command.
#include "benefit/treasury_sim.h"

#include <chrono>
#include <csignal>
#include <cstdio>
#include <thread>

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "http/server.h"
#include "treasury_books.h"
#include "treasury_wire.h"

namespace citybrain::benefit {

namespace {

Reply reply_of(const BookReply& reply) {
  std::this_thread::sleep_for(std::chrono::milliseconds(reply.delay_ms));
  json::array answers;
  for (const TreasuryAnswer& answer : reply.answers) answers.push_back(to_json(answer));
  return Reply::json(json::object{{"answers", std::move(answers)}});
}

Result<Reply> pay_batch(TreasuryBooks& books, const Request& request) {
  std::vector<PaymentOrder> orders;
  for (const json::value& item : request.json.as_object().at("payments").as_array()) {
    CB_TRY(PaymentOrder order, order_from(item));
    orders.push_back(std::move(order));
  }
  CB_TRY(const BookReply reply, books.pay(orders));
  return reply_of(reply);
}

Result<Reply> pay_one(TreasuryBooks& books, const Request& request) {
  CB_TRY(const PaymentOrder order, order_from(request.json));
  CB_TRY(const BookReply reply, books.pay({order}));
  return reply_of(reply);
}

Result<Reply> ask_many(TreasuryBooks& books, const Request& request) {
  std::vector<std::string> ids;
  for (const json::value& id : request.json.as_object().at("ids").as_array()) {
    ids.emplace_back(id.as_string());
  }
  CB_TRY(const BookReply reply, books.ask(ids));
  return reply_of(reply);
}

Result<Reply> ask_one(TreasuryBooks& books, const Request& request) {
  CB_TRY(const BookReply reply, books.ask({request.param("end_to_end_id")}));
  const TreasuryAnswer& answer = reply.answers.front();
  if (answer.status == TreasuryStatus::absent) {
    return not_found("payment '" + answer.end_to_end_id + "' was never ordered here");
  }
  return Reply::json(to_json(answer));
}

Result<Reply> totals(TreasuryBooks& books) {
  CB_TRY(const BookTotals t, books.totals());
  return Reply::json(json::object{{"payments", t.payments},
                                  {"amount_fen", t.amount_fen},
                                  {"returned", t.returned},
                                  {"repeated", t.repeated},
                                  {"conflicts", t.conflicts}});
}

Shape order_shape() {
  using namespace shape;
  return object({need("end_to_end_id", text("names the payment for ever", 64)),
                 need("payee", text("", 200)), need("account", text("", 64)),
                 need("amount_fen", integer("", 1)), may("attempt", integer("", 1))});
}

Shape many(const char* name, Shape item) {
  Shape list = shape::array(std::move(item));
  list.max = treasury_batch_max;
  return shape::object({shape::need(name, std::move(list))});
}

Room treasury_room(TreasuryBooks& books) {
  const auto to = [&books](Result<Reply> (*handler)(TreasuryBooks&, const Request&)) {
    return [&books, handler](const Request& request) { return handler(books, request); };
  };
  const Audit none = Audit::none("a simulator keeps its own books");
  Room room{.name = "treasury"};
  room.routes = {{.method = Method::post,
                  .path = "/payments",
                  .summary = "Pay one",
                  .body = order_shape(),
                  .right = Right::anyone(),
                  .audit = none,
                  .handler = to(pay_one)},
                 {.method = Method::get,
                  .path = "/payments/{end_to_end_id}",
                  .summary = "What became of one",
                  .params = {path_param("end_to_end_id")},
                  .right = Right::anyone(),
                  .audit = none,
                  .handler = to(ask_one)},
                 {.method = Method::post,
                  .path = "/payments/batch",
                  .summary = "Pay many",
                  .body = many("payments", order_shape()),
                  .right = Right::anyone(),
                  .audit = none,
                  .handler = to(pay_batch)},
                 {.method = Method::post,
                  .path = "/payments/ask",
                  .summary = "What became of many",
                  .body = many("ids", shape::text("", 64)),
                  .right = Right::anyone(),
                  .audit = none,
                  .handler = to(ask_many)},
                 {.method = Method::get,
                  .path = "/totals",
                  .summary = "Sums of the books",
                  .right = Right::anyone(),
                  .audit = none,
                  .handler = [&books](const Request&) { return totals(books); }}};
  return room;
}

Result<int> share_of_script(const std::string& name, std::string_view value, int max) {
  const auto n = parse_int(value);
  if (!n || *n < 0 || *n > max) {
    return invalid("fault '" + name + "' is '" + std::string(value) + "'; send 0.." +
                   std::to_string(max));
  }
  return static_cast<int>(*n);
}

Result<TreasuryOptions> options_of(const std::vector<std::string>& args) {
  TreasuryOptions options;
  options.port = 8090;
  for (std::size_t i = 0; i < args.size(); i += 2) {
    if (i + 1 == args.size()) return invalid("'" + args[i] + "' needs a value");
    const std::string& value = args[i + 1];
    if (args[i] == "--port") {
      const auto port = parse_int(value);
      if (!port || *port < 0 || *port > 65535)
        return invalid("--port is '" + value + "'; send 0..65535");
      options.port = static_cast<std::uint16_t>(*port);
    } else if (args[i] == "--address") {
      options.address = value;
    } else if (args[i] == "--file") {
      options.file = value;
    } else if (args[i] == "--faults") {
      CB_TRY(options.faults, parse_faults(value));
    } else {
      return invalid("unknown argument '" + args[i] + "'; use --port, --address, --file, --faults");
    }
  }
  if (options.file.empty()) return invalid("--file PATH is needed: the treasury keeps books");
  return options;
}

}  // namespace

Result<TreasuryFaults> parse_faults(const std::string& script) {
  TreasuryFaults faults;
  const std::vector<std::pair<std::string, int*>> names = {
      {"slow", &faults.slow},   {"timeout", &faults.timeout}, {"lost", &faults.lost},
      {"twice", &faults.twice}, {"unknown", &faults.unknown}, {"returned", &faults.returned}};
  for (const std::string_view part : split(script, ',')) {
    if (trim(part).empty()) continue;
    const auto equals = part.find('=');
    const std::string name(trim(part.substr(0, equals)));
    const std::string_view value = equals == std::string_view::npos ? "" : part.substr(equals + 1);
    bool found = false;
    for (const auto& [known, share] : names) {
      if (known != name) continue;
      CB_TRY(*share, share_of_script(name, value, 1000));
      found = true;
    }
    const std::vector<std::pair<std::string, int*>> times = {
        {"slow_ms", &faults.slow_ms},
        {"timeout_ms", &faults.timeout_ms},
        {"unknown_asks", &faults.unknown_asks}};
    for (const auto& [known, ms] : times) {
      if (known != name) continue;
      CB_TRY(*ms, share_of_script(name, value, 600'000));
      found = true;
    }
    if (name == "seed") {
      CB_TRY(const int seed, share_of_script(name, value, 1'000'000'000));
      faults.seed = static_cast<std::uint64_t>(seed);
      found = true;
    }
    if (!found) return invalid("unknown fault '" + name + "'");
  }
  return faults;
}

Result<void> run_treasury(const TreasuryOptions& options, std::stop_token stop) {
  const SystemClock clock;
  CB_TRY(const auto books, TreasuryBooks::open(options.file, options.faults, clock));
  const std::vector<Room> rooms = {treasury_room(*books)};
  http::OpenAuthorizer open;
  http::ServerOptions server_options;
  server_options.address = options.address;
  server_options.port = options.port;
  server_options.pages = {};
  server_options.title = "treasury simulator";
  server_options.workers = 4;
  http::Server server(server_options, rooms, open);
  CB_DO(server.start());
  log(Level::info, "treasury", "serving", {{"port", std::to_string(server.port())}});
  if (options.listening) options.listening(server.port());
  while (!stop.stop_requested()) std::this_thread::sleep_for(std::chrono::milliseconds(20));
  server.stop();
  return ok();
}

Command treasury_command() {
  return {"treasury", "treasury --file PATH [--port N] [--address A] [--faults SCRIPT]",
          "runs the treasury simulator until SIGTERM",
          [](const std::vector<std::string>& args) -> Result<void> {
            CB_TRY(const TreasuryOptions options, options_of(args));
            static volatile std::sig_atomic_t asked_to_stop = 0;
            const auto note = [](int) { asked_to_stop = 1; };
            std::signal(SIGTERM, note);
            std::signal(SIGINT, note);
            std::stop_source stop;
            std::jthread watcher([&stop](std::stop_token done) {
              while (asked_to_stop == 0 && !done.stop_requested()) {
                std::this_thread::sleep_for(std::chrono::milliseconds(50));
              }
              stop.request_stop();
            });
            return run_treasury(options, stop.get_token());
          }};
}

}  // namespace citybrain::benefit
