// Proxies: whose word about a caller's address is believed.
#pragma once

#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace citybrain::http {

// The addresses of proxies in front of the server and of its fellow processes. Immutable.
class Proxies {
 public:
  // Each an address or a network ("10.0.0.0/8"); invalid names the one that is neither.
  static Result<Proxies> parse(const std::vector<std::string>& networks);

  bool contains(std::string_view address) const;
  // Who called, where `peer` connected and sent `forwarded` (all X-Forwarded-For fields, joined by
  // commas): the last address in it that no proxy of ours has; `peer` where that one is no proxy.
  std::string caller(const std::string& peer, std::string_view forwarded) const;

 private:
  std::vector<boost::asio::ip::network_v4> v4_;
  std::vector<boost::asio::ip::network_v6> v6_;
};

// The line with which a relay begins a connection (PROXY protocol, version 1: haproxy's
// doc/proxy-protocol.txt).
inline constexpr std::string_view proxy_line_begin = "PROXY ";
inline constexpr std::size_t proxy_line_bytes_max = 107;  // with its CRLF
std::string proxy_line(const std::string& caller, std::uint16_t caller_port,
                       const std::string& ours, std::uint16_t our_port);
// The caller of a line without its CRLF; nothing where it is no such line.
std::optional<std::string> caller_of(std::string_view line);

}  // namespace citybrain::http
