// Authorizer: the port through which http asks who is calling, whether they may, and has it written
// down. http knows no sessions and no rights; cli/rooms.cc adapts guard to it.
#pragma once

#include "base/room.h"

namespace citybrain::http {

// Asked by the server's worker threads, several at once: implementations are thread-safe and may
// block on a store. The server owns none; it must outlive the server.
//
// Order, for every route: authenticate → authorize → handler → audited. A handler runs only after
// authorize said yes, and no reply of the handler leaves before audited said yes.
class Authorizer {
 public:
  virtual ~Authorizer() = default;

  // Who is asking, from the request's headers (cookie cb_session, …) and `remote`, which is "unix"
  // for peers of the admin socket and an address otherwise. No credentials at all is the anonymous
  // principal; wrong ones may be that too, or Code::denied, which becomes a 401.
  virtual Result<Principal> authenticate(const Request& request) = 0;

  // Whether the principal may call the route with these parameters. Code::denied becomes a 401 for
  // an anonymous principal and a 403 for a known one.
  virtual Result<void> authorize(const Principal& principal, const Route& route,
                                 const Request& request) = 0;

  // Writes the route's audit event, durably, with the status the reply will have; called only where
  // route.audit.event is not empty, after the handler (whatever it returned) and also when
  // authorize refused a known principal. An error here refuses the reply with a 503: what was not
  // written down is not shown.
  virtual Result<void> audited(const Principal& principal, const Route& route,
                               const Request& request, int status) = 0;
};

// Lets everybody do everything and writes nothing down: for tests and benchmarks of the server
// alone.
class OpenAuthorizer final : public Authorizer {
 public:
  Result<Principal> authenticate(const Request&) override { return Principal{}; }
  Result<void> authorize(const Principal&, const Route&, const Request&) override { return ok(); }
  Result<void> audited(const Principal&, const Route&, const Request&, int) override {
    return ok();
  }
};

}  // namespace citybrain::http
