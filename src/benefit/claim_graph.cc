// The table of edges: see claim_graph.h. Sources: the steps 不予受理, 一次性告知, 容缺受理 of a
// county fund's rule (docs/decisions/0020), time limits of 行政许可法 §32.
#include "claim_graph.h"

#include <array>
#include <set>
#include <vector>

#include "base/text.h"

namespace citybrain::benefit {

namespace {

using A = Actor;

constexpr ClaimEdge edges[] = {
    {"", "submit", "received", A::claimant, "已收到您的申领", "Your claim was received"},
    {"", "turn_away", "refused", A::program, "按现有数据不符合条件，不予受理",
     "Refused: by today's data the conditions are not met"},
    {"received", "accept", "accepted", A::desk, "材料齐全，已受理",
     "Accepted: all papers are there"},
    {"received", "accept_with_gaps", "accepted", A::desk, "容缺受理，缺的材料请按承诺日期补交",
     "Accepted with gaps: send what is missing by the promised day"},
    {"received", "deem", "accepted", A::program, "逾期未告知，视为受理",
     "Deemed accepted: nothing was asked for in time"},
    {"received", "ask", "asked", A::desk, "一次性告知：请补正下列材料",
     "Asked once for all that is missing"},
    {"received", "refuse", "refused", A::desk, "不予受理", "Refused"},
    {"received", "withdraw", "withdrawn", A::claimant, "您撤回了申领", "You withdrew the claim"},
    {"asked", "supplement", "supplemented", A::claimant, "已收到补正材料",
     "The missing papers were received"},
    {"asked", "lapse", "expired", A::program, "逾期未补正，视为撤回",
     "Expired: the papers did not come in time"},
    {"asked", "withdraw", "withdrawn", A::claimant, "您撤回了申领", "You withdrew the claim"},
    {"supplemented", "accept", "accepted", A::desk, "补正齐全，已受理",
     "Accepted: all papers are there"},
    {"supplemented", "accept_with_gaps", "accepted", A::desk, "容缺受理，缺的材料请按承诺日期补交",
     "Accepted with gaps: send what is missing by the promised day"},
    {"supplemented", "deem", "accepted", A::program, "逾期未答复，视为受理",
     "Deemed accepted: no answer came in time"},
    {"supplemented", "refuse", "refused", A::desk, "补正后仍不符合，不予受理",
     "Refused after the papers came"},
    {"supplemented", "withdraw", "withdrawn", A::claimant, "您撤回了申领",
     "You withdrew the claim"},
    {"accepted", "review", "reviewing", A::program, "已送部门审核", "Sent to the departments"},
    {"accepted", "approve", "approved", A::program, "符合条件，无需人工审核",
     "Approved: nobody has to look at it"},
    {"reviewing", "pass", "reviewing", A::reviewer, "部门审核通过", "A department passed it"},
    {"reviewing", "escalate", "reviewing", A::program, "审核逾期，已催办并升级督办",
     "A review is late: it was escalated"},
    {"reviewing", "fill", "reviewing", A::claimant, "已补交容缺材料", "A promised paper came"},
    {"reviewing", "reject", "rejected", A::reviewer, "审核不通过", "Rejected"},
    {"reviewing", "approve", "approved", A::program, "审核全部通过", "All reviews passed"},
    {"reviewing", "miss", "expired", A::program, "容缺材料逾期未交，申领终止",
     "Ended: a promised paper did not come"},
    {"reviewing", "withdraw", "withdrawn", A::claimant, "您撤回了申领", "You withdrew the claim"},
    {"approved", "fill", "approved", A::claimant, "已补交容缺材料", "A promised paper came"},
    {"approved", "miss", "expired", A::program, "容缺材料逾期未交，额度已释放",
     "Ended: a promised paper did not come; the quota is free again"},
    {"approved", "revoke", "rejected", A::reviewer, "撤销审核决定，额度已释放",
     "The approval was revoked; the quota is free again"},
    {"approved", "withdraw", "withdrawn", A::claimant, "您撤回了申领，额度已释放",
     "You withdrew the claim; the quota is free again"},
    {"refused", "object", "objected", A::claimant, "已收到您的异议", "Your objection was received"},
    {"rejected", "object", "objected", A::claimant, "已收到您的异议",
     "Your objection was received"},
    {"expired", "object", "objected", A::claimant, "已收到您的异议", "Your objection was received"},
    {"objected", "uphold", "accepted", A::objections, "异议成立，重新办理",
     "The objection was upheld; the claim goes on"},
    {"objected", "dismiss", "dismissed", A::objections, "异议不成立，维持原决定",
     "The objection was dismissed"},
};

constexpr ReasonCode reasons[] = {
    {"not_entitled", "不符合政策条件", "the conditions are not met"},
    {"wrong_window", "不在申领期内", "outside the window"},
    {"wrong_office", "不属于本部门受理范围", "another office is in charge"},
    {"papers_missing", "材料不齐且已一次性告知", "papers are missing after they were asked for"},
    {"papers_false", "材料不实", "papers are not true"},
    {"untrustworthy", "列入严重失信名单", "on the list of seriously untrustworthy"},
    {"duplicate", "同一事项已享受", "the same was granted before"},
    {"objection_upheld", "公示期异议成立", "an objection to the published list was upheld"},
    {"other", "其他", "other"},
};

}  // namespace

const char* name_of(Actor actor) {
  switch (actor) {
    case Actor::claimant: return "claimant";
    case Actor::desk: return "desk";
    case Actor::reviewer: return "reviewer";
    case Actor::objections: return "objections";
    case Actor::program: return "program";
  }
  return "";
}

std::span<const ClaimEdge> claim_edges() { return edges; }

Result<const ClaimEdge*> claim_edge(std::string_view state, std::string_view event) {
  std::vector<std::string> possible;
  for (const ClaimEdge& edge : edges) {
    if (edge.from != state) continue;
    if (edge.event == event) return &edge;
    possible.emplace_back(edge.event);
  }
  return conflict("the claim is " + std::string(state) + "; '" + std::string(event) +
                  "' can't happen to it, only " +
                  (possible.empty() ? "nothing more" : join(possible, ", ")));
}

bool is_over(std::string_view state) {
  static const std::set<std::string_view> over = {"refused", "rejected", "withdrawn", "expired",
                                                  "dismissed"};
  return over.contains(state);
}

std::span<const ReasonCode> reason_codes() { return reasons; }

Result<const ReasonCode*> reason_code(std::string_view code) {
  std::vector<std::string> known;
  for (const ReasonCode& reason : reasons) {
    if (reason.code == code) return &reason;
    known.emplace_back(reason.code);
  }
  return invalid("'reason' is '" + std::string(code) + "'; send one of " + join(known, ", "));
}

}  // namespace citybrain::benefit
