// GuardAuthorizer: answers http's Authorizer port with guard's identity, rights and audit log.
#pragma once

#include "guard/guard.h"
#include "http/authorizer.h"

namespace citybrain::cli {

// Thread-safe; guard must outlive it. A peer of the admin socket, which only the owner of the data
// folder can open, is the system account "admin" with the role operator.
class GuardAuthorizer final : public http::Authorizer {
 public:
  explicit GuardAuthorizer(guard::Guard& guard) : guard_(guard) {}
  Result<Principal> authenticate(const Request& request) override;
  Result<void> authorize(const Principal& principal, const Route& route,
                         const Request& request) override;
  Result<void> audited(const Principal& principal, const Route& route, const Request& request,
                       int status) override;

 private:
  guard::Guard& guard_;
};

}  // namespace citybrain::cli
