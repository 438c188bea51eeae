// Proxies: see proxies.h.
#include "proxies.h"

#include <boost/asio/ip/address.hpp>

#include "base/text.h"

namespace citybrain::http {
namespace {

namespace ip = boost::asio::ip;

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

// IPv4 written as IPv6 is IPv4.
std::optional<ip::address> address_of(std::string_view text) {
  boost::system::error_code ec;
  const ip::address address = ip::make_address(std::string(text), ec);
  if (ec) return std::nullopt;
  if (address.is_v6() && address.to_v6().is_v4_mapped())
    return ip::make_address_v4(ip::v4_mapped, address.to_v6());
  return address;
}

}  // namespace

Result<Proxies> Proxies::parse(const std::vector<std::string>& networks) {
  Proxies out;
  for (const std::string& text : networks) {
    const bool v6 = text.find(':') != std::string::npos;
    const bool alone = text.find('/') == std::string::npos;
    boost::system::error_code ec;
    if (v6) {
      out.v6_.push_back(ip::make_network_v6(alone ? text + "/128" : text, ec));
    } else {
      out.v4_.push_back(ip::make_network_v4(alone ? text + "/32" : text, ec));
    }
    if (ec) {
      return invalid("proxy '" + text + "' is no address or network; write 10.0.0.5 or 10.0.0.0/8");
    }
  }
  return out;
}

bool Proxies::contains(std::string_view text) const {
  const auto address = address_of(text);
  if (!address) return false;
  if (address->is_v4()) {
    for (const auto& network : v4_) {
      const std::uint32_t mask = network.netmask().to_uint();
      if ((address->to_v4().to_uint() & mask) == (network.address().to_uint() & mask)) return true;
    }
    return false;
  }
  for (const auto& network : v6_) {
    const ip::network_v6 same(address->to_v6(), network.prefix_length());
    if (same.canonical() == network.canonical()) return true;
  }
  return false;
}

std::string Proxies::caller(const std::string& peer, std::string_view forwarded) const {
  if (forwarded.empty() || !contains(peer)) return peer;
  std::string caller = peer;
  for (;;) {
    const std::size_t comma = forwarded.rfind(',');
    const auto address =
        address_of(trimmed(forwarded.substr(comma == std::string_view::npos ? 0 : comma + 1)));
    if (!address) return caller;  // what stands left of it nobody vouches for
    caller = address->to_string();
    if (comma == std::string_view::npos || !contains(caller)) return caller;
    forwarded = forwarded.substr(0, comma);
  }
}

std::string proxy_line(const std::string& caller, std::uint16_t caller_port,
                       const std::string& ours, std::uint16_t our_port) {
  const bool v6 = caller.find(':') != std::string::npos;
  return std::string(proxy_line_begin) + (v6 ? "TCP6 " : "TCP4 ") + caller + " " + ours + " " +
         std::to_string(caller_port) + " " + std::to_string(our_port) + "\r\n";
}

std::optional<std::string> caller_of(std::string_view line) {
  if (!line.starts_with(proxy_line_begin)) return std::nullopt;
  line.remove_prefix(proxy_line_begin.size());
  if (!line.starts_with("TCP4 ") && !line.starts_with("TCP6 ")) return std::nullopt;
  line.remove_prefix(5);
  const auto address = address_of(line.substr(0, line.find(' ')));
  if (!address) return std::nullopt;
  return address->to_string();
}

}  // namespace citybrain::http
