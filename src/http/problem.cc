// Problem replies: RFC 9457, and the switch from Code to status.
#include "http/problem.h"

#include <array>

#include "base/text.h"

namespace citybrain::http {
namespace {

struct StatusText {
  int status;
  std::string_view reason;  // RFC 9110 §15
  std::string_view zh;
  std::string_view en;
};

constexpr std::array status_texts{
    StatusText{200, "OK", "成功", "OK"},
    StatusText{201, "Created", "已创建", "Created"},
    StatusText{202, "Accepted", "已受理", "Accepted"},
    StatusText{204, "No Content", "无内容", "No content"},
    StatusText{304, "Not Modified", "未修改", "Not modified"},
    StatusText{400, "Bad Request", "请求有误", "The request is wrong"},
    StatusText{401, "Unauthorized", "请先登录", "Please log in"},
    StatusText{403, "Forbidden", "没有权限", "Not allowed"},
    StatusText{404, "Not Found", "未找到", "Not found"},
    StatusText{405, "Method Not Allowed", "方法不允许", "Method not allowed"},
    StatusText{408, "Request Timeout", "请求超时", "The request took too long"},
    StatusText{409, "Conflict", "当前状态不允许", "Not possible in the present state"},
    StatusText{413, "Content Too Large", "请求体过大", "The body is too large"},
    StatusText{414, "URI Too Long", "地址过长", "The address is too long"},
    StatusText{415, "Unsupported Media Type", "请求体类型不支持", "Unsupported media type"},
    StatusText{429, "Too Many Requests", "超出限额", "A limit is reached"},
    StatusText{431, "Request Header Fields Too Large", "请求头过大", "The header is too large"},
    StatusText{500, "Internal Server Error", "服务器内部错误", "Internal error"},
    StatusText{501, "Not Implemented", "未实现", "Not implemented"},
    StatusText{503, "Service Unavailable", "服务暂不可用", "Temporarily unavailable"},
};

const StatusText& text_of_status(int status) {
  for (const auto& text : status_texts)
    if (text.status == status) return text;
  static constexpr StatusText other{0, "Status", "状态", "Status"};
  return other;
}

// The weight of one language range, "en;q=0.8" → {"en", 800}; a malformed weight counts as 0.
std::pair<std::string_view, int> weighted(std::string_view range) {
  const auto semicolon = range.find(';');
  const std::string_view tag = trim(range.substr(0, semicolon));
  if (semicolon == std::string_view::npos) return {tag, 1000};
  const std::string_view parameter = trim(range.substr(semicolon + 1));
  if (parameter.substr(0, 2) != "q=") return {tag, 0};
  const auto q = parse_scaled(parameter.substr(2), 3);
  return {tag, q && *q >= 0 && *q <= 1000 ? static_cast<int>(*q) : 0};
}

}  // namespace

Language language_of(std::string_view accept_language) {
  constexpr std::size_t ranges_max = 16;
  int zh = -1, en = -1, any = -1;
  std::size_t ranges = 0;
  for (const auto part : split(accept_language, ',')) {
    if (++ranges > ranges_max) break;
    const auto [tag, q] = weighted(part);
    const std::string lower = lower_ascii(tag);
    if (lower == "zh" || lower.starts_with("zh-")) zh = std::max(zh, q);
    if (lower == "en" || lower.starts_with("en-")) en = std::max(en, q);
    if (lower == "*") any = std::max(any, q);
  }
  if (zh < 0) zh = any;
  if (en < 0) en = any;
  return en > zh && en > 0 ? Language::en : Language::zh;
}

int status_of(Code code) {
  switch (code) {
    case Code::invalid: return 400;
    case Code::denied: return 403;
    case Code::not_found: return 404;
    case Code::conflict: return 409;
    case Code::exhausted: return 429;
    case Code::unavailable: return 503;
    case Code::corrupt: return 500;
    case Code::internal: return 500;
  }
  CB_CHECK(false);
}

std::string_view reason_of(int status) { return text_of_status(status).reason; }

Reply problem(const Error& error, int status, Language language, std::string_view request_id) {
  const StatusText& text = text_of_status(status);
  const bool hidden = error.code == Code::internal || error.code == Code::corrupt;
  json::object body;
  body["type"] = std::string("urn:citybrain:problem:") + name_of(error.code);
  body["title"] = language == Language::zh ? text.zh : text.en;
  body["status"] = status;
  body["detail"] =
      hidden ? "see request " + std::string(request_id) + " in the server's log" : error.message;
  body["code"] = name_of(error.code);
  body["request_id"] = request_id;
  Reply reply;
  reply.status = status;
  reply.content_type = "application/problem+json";
  reply.body = json::serialize(body);
  reply.headers.emplace_back("Content-Language", language == Language::zh ? "zh-CN" : "en");
  if (status == 401) reply.headers.emplace_back("WWW-Authenticate", "Cookie realm=\"citybrain\"");
  if (status == 503 || status == 429) reply.headers.emplace_back("Retry-After", "1");
  return reply;
}

}  // namespace citybrain::http
