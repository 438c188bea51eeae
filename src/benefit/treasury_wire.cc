// The treasury's messages as JSON.
#include "treasury_wire.h"

namespace citybrain::benefit {

namespace {

constexpr TreasuryStatus statuses[] = {TreasuryStatus::accepted, TreasuryStatus::paid,
                                       TreasuryStatus::returned, TreasuryStatus::unknown,
                                       TreasuryStatus::absent};

Result<std::int64_t> fen_of(const json::object& object) {
  const json::value* fen = object.if_contains("amount_fen");
  if (fen == nullptr || !fen->is_int64()) return invalid("'amount_fen' is missing or no integer");
  return fen->as_int64();
}

// 1 where none is named: a treasury that knows of no corrections.
Result<std::int64_t> attempt_of(const json::object& object) {
  const json::value* attempt = object.if_contains("attempt");
  if (attempt == nullptr) return 1;
  if (!attempt->is_int64() || attempt->as_int64() < 1) {
    return invalid("'attempt' is " + json::serialize(*attempt) + "; send a whole number from 1");
  }
  return attempt->as_int64();
}

}  // namespace

const char* name_of(TreasuryStatus status) {
  switch (status) {
    case TreasuryStatus::accepted: return "accepted";
    case TreasuryStatus::paid: return "paid";
    case TreasuryStatus::returned: return "returned";
    case TreasuryStatus::unknown: return "unknown";
    case TreasuryStatus::absent: return "absent";
  }
  return "";
}

json::object to_json(const PaymentOrder& order) {
  return {{"end_to_end_id", order.end_to_end_id},
          {"payee", order.payee},
          {"account", order.account},
          {"amount_fen", order.amount_fen},
          {"attempt", order.attempt}};
}

json::object to_json(const TreasuryAnswer& answer) {
  return {{"end_to_end_id", answer.end_to_end_id},
          {"status", name_of(answer.status)},
          {"amount_fen", answer.amount_fen},
          {"reference", answer.reference},
          {"reason", answer.reason},
          {"attempt", answer.attempt}};
}

Result<PaymentOrder> order_from(const json::value& value) {
  if (!value.is_object()) return invalid("a payment is a JSON object");
  const json::object& object = value.as_object();
  PaymentOrder order{text_of(object, "end_to_end_id"), text_of(object, "payee"),
                     text_of(object, "account"), 0};
  if (order.end_to_end_id.empty()) return invalid("'end_to_end_id' is missing");
  CB_TRY(order.amount_fen, fen_of(object));
  CB_TRY(order.attempt, attempt_of(object));
  if (order.amount_fen <= 0) return invalid("'amount_fen' must be more than 0");
  return order;
}

Result<TreasuryAnswer> answer_from(const json::value& value) {
  if (!value.is_object()) return corrupt("the treasury's answer is no JSON object");
  const json::object& object = value.as_object();
  TreasuryAnswer answer;
  answer.end_to_end_id = text_of(object, "end_to_end_id");
  answer.reference = text_of(object, "reference");
  answer.reason = text_of(object, "reason");
  const std::string status = text_of(object, "status");
  CB_TRY(answer.amount_fen, fen_of(object));
  CB_TRY(answer.attempt, attempt_of(object));
  for (const TreasuryStatus known : statuses) {
    if (status == name_of(known)) {
      answer.status = known;
      return answer;
    }
  }
  return corrupt("the treasury answers with status '" + status + "', which is not known");
}

}  // namespace citybrain::benefit
