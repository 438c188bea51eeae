// The table of edges: see policy_graph.h. Sources: budget before spending, 预算法 §57; the legality
// check and the fair competition check before a document is issued, 优化营商环境条例 §63-64; the
// evaluation of spending, 预算法 §57.
#include "policy_graph.h"

#include <string>
#include <vector>

#include "base/text.h"

namespace citybrain::benefit {

namespace {

using A = PolicyActor;

constexpr PolicyEdge edges[] = {
    {"", "draft", "draft", A::drafter, "起草", "Drafted"},
    {"draft", "draft", "draft", A::drafter, "修改草案", "Draft changed"},
    {"draft", "submit", "checking", A::drafter, "送审：财政、合法性、公平竞争",
     "Sent to finance, law and fair competition"},
    {"checking", "pass", "checking", A::checker, "一项审核通过", "One check passed"},
    {"checking", "clear", "ready", A::checker, "三项审核全部通过，待发布",
     "All three checks passed; ready to be published"},
    {"checking", "return", "draft", A::checker, "审核退回修改", "Returned by a check"},
    {"checking", "recall", "draft", A::drafter, "撤回送审", "Taken back by its drafter"},
    {"ready", "recall", "draft", A::drafter, "撤回送审", "Taken back by its drafter"},
    {"ready", "return", "draft", A::publisher, "发布前退回修改", "Returned by the publisher"},
    {"ready", "publish", "published", A::publisher, "发布", "Published"},
    {"published", "open", "open", A::program, "申报期开始", "Its window opened"},
    {"published", "expire", "expired", A::program, "申报期届满", "Its window ended"},
    {"published", "stop", "expired", A::publisher, "提前终止", "Stopped early"},
    {"open", "exhaust", "exhausted", A::program, "额度用尽，申领排队等候",
     "The budget is used up; claims queue"},
    {"open", "expire", "expired", A::program, "申报期届满", "Its window ended"},
    {"open", "stop", "expired", A::publisher, "提前终止", "Stopped early"},
    {"exhausted", "replenish", "open", A::program, "有新额度，继续兑付", "There is budget again"},
    {"exhausted", "expire", "expired", A::program, "申报期届满", "Its window ended"},
    {"exhausted", "stop", "expired", A::publisher, "提前终止", "Stopped early"},
    {"expired", "close", "closed", A::program, "全部办结，关闭", "All is settled; closed"},
    {"closed", "evaluate", "evaluated", A::evaluator, "绩效评价完成", "Evaluated"},
};

constexpr CheckKind kinds[] = {
    {"finance", "czj", "财政审核", "Finance"},
    {"law", "sfj", "合法性审核", "Law"},
    {"competition", "scjg", "公平竞争审查", "Fair competition"},
};

}  // namespace

const char* name_of(PolicyActor actor) {
  switch (actor) {
    case PolicyActor::drafter: return "drafter";
    case PolicyActor::checker: return "checker";
    case PolicyActor::publisher: return "publisher";
    case PolicyActor::evaluator: return "evaluator";
    case PolicyActor::program: return "program";
  }
  return "";
}

std::span<const PolicyEdge> policy_edges() { return edges; }

Result<const PolicyEdge*> policy_edge(std::string_view state, std::string_view event) {
  std::vector<std::string> possible;
  for (const PolicyEdge& edge : edges) {
    if (edge.from != state) continue;
    if (edge.event == event) return &edge;
    possible.emplace_back(edge.event);
  }
  return conflict("the policy is " + std::string(state) + "; '" + std::string(event) +
                  "' can't happen to it, only " +
                  (possible.empty() ? "nothing more" : join(possible, ", ")));
}

std::span<const CheckKind> check_kinds() { return kinds; }

Result<const CheckKind*> check_kind(std::string_view kind) {
  std::vector<std::string> known;
  for (const CheckKind& k : kinds) {
    if (k.kind == kind) return &k;
    known.emplace_back(k.kind);
  }
  return invalid("'kind' is '" + std::string(kind) + "'; send one of " + join(known, ", "));
}

}  // namespace citybrain::benefit
