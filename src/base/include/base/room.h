// Room: all that a feature brings to the program, as plain data. cli/rooms.cc puts the rooms
// together; http serves their routes; a room is tested by calling its handlers, without a socket.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/date.h"
#include "base/json.h"
#include "base/result.h"
#include "base/shape.h"

namespace citybrain {

// Who is asking. Filled by guard from the session or signature; anonymous without either.
struct Principal {
  enum class Kind : std::uint8_t { anonymous, staff, citizen, enterprise, system };
  Kind kind = Kind::anonymous;
  std::string id;                  // guard's id of the account; "" = anonymous
  std::string name;                // shown
  std::string department;          // staff: code of the department
  std::string subject;             // citizen: resident id; enterprise: unified social credit code
  std::vector<std::string> roles;  // what gives rights
  std::string session;             // id of the session, never its secret

  bool anonymous() const { return kind == Kind::anonymous; }
};

const char* name_of(Principal::Kind kind);

enum class Method : std::uint8_t { get, post, put, patch, del };
const char* name_of(Method method);

// What a handler sees. Path and query parameters were checked against the route's table.
struct Request {
  Method method = Method::get;
  std::string path;
  std::string target;  // path and query as they were sent; signatures cover it
  std::map<std::string, std::string, std::less<>> params;        // path and query together
  std::multimap<std::string, std::string, std::less<>> headers;  // names in lower case
  std::string body;
  json::value json;  // the parsed body where the route declares a body shape
  Principal principal;
  std::string remote;      // address of the peer
  std::string request_id;  // also in the reply's header and in the log

  // A declared parameter, or `otherwise` where the caller left it out.
  std::string param(std::string_view name, std::string_view otherwise = "") const;
  std::int64_t int_param(std::string_view name, std::int64_t otherwise = 0) const;
  std::string header(std::string_view name) const;
};

// One message of a server-sent event stream.
struct StreamEvent {
  std::string event;  // "snapshot", "delta", …
  std::string data;   // JSON on one line
};

// A stream's source. http calls it about twice a second with the cursor it returned before
// (0 at first, or the client's Last-Event-ID); it returns what is new and moves the cursor.
using StreamPoll = std::function<std::vector<StreamEvent>(std::uint64_t& cursor)>;

// The next piece of a long body, "" at its end. Called by a worker each time the peer has taken the
// piece before; an Error ends the reply short, and the peer sees that it is not whole.
using BodyPull = std::function<Result<std::string>()>;

struct Reply {
  int status = 200;
  std::string content_type = "application/json";
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;
  StreamPoll stream;             // set: an SSE stream, body unused
  BodyPull pull;                 // set: the body in pieces, body unused
  std::int64_t pull_bytes = -1;  // its length where that is known

  static Reply json(const citybrain::json::value& value, int status = 200);
  static Reply text(std::string body, std::string content_type = "text/plain; charset=utf-8");
  static Reply stream_of(StreamPoll poll);
};

// A right's name, such as "catalog.read". No default constructor: a route that forgets it does not
// compile. anyone() is for what needs no login, signed_in() for what any account may do.
struct Right {
  explicit Right(std::string right_name) : name(std::move(right_name)) {}
  static Right anyone() { return Right("anyone"); }
  static Right signed_in() { return Right("signed_in"); }
  std::string name;
};

// The audit event a call of the route writes, such as "benefit.publish"; none(why) only for what
// shows no records and changes nothing.
struct Audit {
  explicit Audit(std::string event_name) : event(std::move(event_name)) {}
  static Audit none(std::string reason) {
    Audit a("");
    a.why_none = std::move(reason);
    return a;
  }
  std::string event;
  std::string why_none;
};

// A path or query parameter.
struct Param {
  enum class In : std::uint8_t { path, query };
  std::string name;
  In in = In::query;
  Shape shape = shape::text();
  bool required = false;
};

Param path_param(std::string name, Shape shape = shape::text());
Param query_param(std::string name, Shape shape = shape::text());

using Handler = std::function<Result<Reply>(const Request&)>;

// One line of a room's table of routes. Designated initialisers keep it readable.
struct Route {
  Method method;
  std::string path;  // "/api/resources/{code}"
  std::string summary;
  std::vector<Param> params = {};
  Shape body = shape::none();
  Shape reply = shape::any();
  Right right;
  Audit audit;
  Handler handler;
  // The handler never blocks and takes microseconds: http runs it on its I/O thread. Only for
  // routes for anyone() that are not audited; any other is refused at start.
  bool cheap = false;
  // A read API of other programs' making, open to every site: the query is not checked (the handler
  // reads Request::target), browsers of other origins may call it, and a cookie counts for nothing.
  bool open_api = false;
};

struct Migration {
  int number = 0;
  std::string name;
  std::string sql;
};

// A command of the program: `citybrain NAME ARGS…`. Returns what it prints at the end.
struct Command {
  std::string name;
  std::string usage;
  std::string summary;
  std::function<Result<void>(const std::vector<std::string>& args)> run;
};

// Work that runs again and again while the program serves. `run` does one bounded step and returns
// true where more waits (it is then called again at once).
struct Job {
  std::string name;
  std::chrono::milliseconds every;
  std::function<Result<bool>(std::stop_token)> run;
};

// A fact that happened, from the outbox: stored with the write that made it true.
struct Event {
  std::int64_t sequence = 0;
  std::string kind;     // "benefit.paid"
  std::string subject;  // whom or what it is about
  json::object data;
  Timestamp at;
};

// Events whose kind starts with `prefix`, at least once, in order; a failed one is tried again.
struct Subscription {
  std::string name;
  std::string prefix;
  std::function<Result<void>(const Event&)> handle;
};

// A figure of the cockpit: what it is (as data in city/indicators.csv, by code) and how to get it.
struct IndicatorValue {
  struct Point {
    std::string label;
    std::int64_t value = 0;
  };
  struct Link {
    std::string label;
    std::string href;  // a console page or an API address
  };
  std::int64_t value = 0;
  int scale = 0;  // value is in units of 10^-scale
  Timestamp as_of;
  std::vector<Point> trend;        // oldest first
  std::vector<Point> by_district;  // label = division code
  std::vector<Link> links;         // one step nearer to the records
};

struct Indicator {
  std::string code;
  std::function<Result<IndicatorValue>()> value;
};

// An item of the cockpit's live list.
struct HealthCheck {
  std::string name;
  std::function<Result<void>()> check;
};

struct Metric {
  std::string name;  // Prometheus name, with unit last
  std::string help;
  bool counter = false;
  std::function<double()> value;
};

struct Room {
  std::string name;
  std::vector<Route> routes = {};
  std::vector<Migration> migrations = {};
  std::vector<Command> commands = {};
  std::vector<Job> jobs = {};
  std::vector<Subscription> subscriptions = {};
  std::vector<Indicator> indicators = {};
  std::vector<HealthCheck> health = {};
  std::vector<Metric> metrics = {};
  std::shared_ptr<void> owner = nullptr;  // keeps the room's objects alive as long as its handlers
};

}  // namespace citybrain
