// The small parts of Room that are code: see base/room.h.
#include "base/room.h"

#include "base/text.h"

namespace citybrain {

const char* name_of(Principal::Kind kind) {
  switch (kind) {
    case Principal::Kind::anonymous: return "anonymous";
    case Principal::Kind::staff: return "staff";
    case Principal::Kind::citizen: return "citizen";
    case Principal::Kind::enterprise: return "enterprise";
    case Principal::Kind::system: return "system";
  }
  return "anonymous";
}

const char* name_of(Method method) {
  switch (method) {
    case Method::get: return "GET";
    case Method::post: return "POST";
    case Method::put: return "PUT";
    case Method::patch: return "PATCH";
    case Method::del: return "DELETE";
  }
  return "GET";
}

std::string Request::param(std::string_view name, std::string_view otherwise) const {
  const auto found = params.find(name);
  return found == params.end() ? std::string(otherwise) : found->second;
}

std::int64_t Request::int_param(std::string_view name, std::int64_t otherwise) const {
  const auto found = params.find(name);
  if (found == params.end()) return otherwise;
  return parse_int(found->second).value_or(otherwise);
}

std::string Request::header(std::string_view name) const {
  const auto found = headers.find(name);
  return found == headers.end() ? std::string() : found->second;
}

Reply Reply::json(const citybrain::json::value& value, int status) {
  Reply reply;
  reply.status = status;
  reply.body = citybrain::json::serialize(value);
  return reply;
}

Reply Reply::text(std::string body, std::string content_type) {
  Reply reply;
  reply.content_type = std::move(content_type);
  reply.body = std::move(body);
  return reply;
}

Reply Reply::stream_of(StreamPoll poll) {
  Reply reply;
  reply.content_type = "text/event-stream";
  reply.stream = std::move(poll);
  return reply;
}

Param path_param(std::string name, Shape shape) {
  return {std::move(name), Param::In::path, std::move(shape), true};
}

Param query_param(std::string name, Shape shape) {
  return {std::move(name), Param::In::query, std::move(shape), false};
}

}  // namespace citybrain
