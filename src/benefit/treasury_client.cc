// The treasury over HTTP: two calls, each for many payments.
#include "benefit/adapters.h"
#include "http/client.h"
#include "treasury_wire.h"

namespace citybrain::benefit {

namespace {

class HttpTreasury final : public Treasury {
 public:
  HttpTreasury(std::string url, std::chrono::milliseconds timeout)
      : url_(std::move(url)), timeout_(timeout) {}

  Result<std::vector<TreasuryAnswer>> pay(std::span<const PaymentOrder> orders) override {
    json::array payments;
    for (const PaymentOrder& order : orders) payments.push_back(to_json(order));
    return post("/payments/batch", {{"payments", std::move(payments)}});
  }

  Result<std::vector<TreasuryAnswer>> ask(std::span<const std::string> ids) override {
    return post("/payments/ask", {{"ids", json::array(ids.begin(), ids.end())}});
  }

 private:
  Result<std::vector<TreasuryAnswer>> post(const std::string& path, const json::object& body) {
    http::Call call;
    call.method = "POST";
    call.url = url_ + path;
    call.body = json::serialize(body);
    call.timeout = timeout_;
    CB_TRY(const http::ClientReply reply, http::call(call));
    if (reply.status != 200) {
      return unavailable("the treasury answered " + path + " with " + std::to_string(reply.status) +
                         ": " + reply.body.substr(0, 200));
    }
    CB_TRY(const json::value value, parse_json(reply.body));
    const json::value* answers =
        value.is_object() ? value.as_object().if_contains("answers") : nullptr;
    if (answers == nullptr || !answers->is_array()) {
      return corrupt("the treasury's answer to " + path + " has no array 'answers'");
    }
    std::vector<TreasuryAnswer> out;
    for (const json::value& item : answers->as_array()) {
      CB_TRY(TreasuryAnswer answer, answer_from(item));
      out.push_back(std::move(answer));
    }
    return out;
  }

  const std::string url_;
  const std::chrono::milliseconds timeout_;
};

}  // namespace

std::unique_ptr<Treasury> treasury_at(std::string url, std::chrono::milliseconds timeout) {
  return std::make_unique<HttpTreasury>(std::move(url), timeout);
}

}  // namespace citybrain::benefit
