// Checking JSON against a Shape, and writing it as JSON Schema: see base/shape.h.
#include "base/shape.h"

#include <algorithm>

#include "base/date.h"
#include "base/text.h"

namespace citybrain {
namespace {

std::string shown(const json::value& value) {
  std::string text = json::serialize(value);
  if (text.size() > 60) text = std::string(first_code_points(text, 57)) + "...";
  return text;
}

Error expected(const std::string& at, const json::value& value, const std::string& what) {
  return invalid("'" + (at.empty() ? "/" : at) + "' is " + shown(value) + "; send " + what);
}

Result<void> check(const json::value& value, const Shape& shape, const std::string& at);

Result<void> check_text(const json::value& value, const Shape& shape, const std::string& at) {
  if (!value.is_string()) return expected(at, value, "a text");
  const std::string_view text(value.get_string().data(), value.get_string().size());
  if (!shape.one_of.empty() &&
      std::find(shape.one_of.begin(), shape.one_of.end(), text) == shape.one_of.end()) {
    return expected(at, value, "one of " + join(shape.one_of, ", "));
  }
  const auto length = static_cast<std::int64_t>(code_points(text));
  if (length < shape.min || length > shape.max) {
    return expected(at, value,
                    std::to_string(shape.min) + ".." + std::to_string(shape.max) + " characters");
  }
  if (shape.format == "date" && !parse_date(text)) return expected(at, value, "a date YYYY-MM-DD");
  if (shape.format == "date-time" && !parse_timestamp(text)) {
    return expected(at, value, "a time in ISO 8601");
  }
  return ok();
}

Result<void> check_object(const json::value& value, const Shape& shape, const std::string& at) {
  if (!value.is_object()) return expected(at, value, "an object");
  const json::object& object = value.get_object();
  for (const Shape::Member& member : shape.members) {
    const json::value* found = object.if_contains(member.name);
    if (found == nullptr) {
      if (member.required) return invalid("'" + at + "/" + member.name + "' is missing");
      continue;
    }
    if (found->is_null() && !member.required) continue;
    CB_DO(check(*found, member.shape, at + "/" + member.name));
  }
  for (const auto& pair : object) {
    const bool known = std::any_of(shape.members.begin(), shape.members.end(), [&](const auto& m) {
      return std::string_view(pair.key().data(), pair.key().size()) == m.name;
    });
    if (!known) {
      std::vector<std::string> names;
      for (const auto& m : shape.members) names.push_back(m.name);
      return invalid("'" + at + "/" + std::string(pair.key()) + "' is unknown; known are " +
                     join(names, ", "));
    }
  }
  return ok();
}

Result<void> check_array(const json::value& value, const Shape& shape, const std::string& at) {
  if (!value.is_array()) return expected(at, value, "an array");
  const json::array& array = value.get_array();
  if (static_cast<std::int64_t>(array.size()) > shape.max) {
    return exhausted("'" + at + "' has " + std::to_string(array.size()) +
                     " elements; send at most " + std::to_string(shape.max));
  }
  for (std::size_t i = 0; i < array.size(); ++i) {
    CB_DO(check(array[i], shape.item.front(), at + "/" + std::to_string(i)));
  }
  return ok();
}

Result<void> check(const json::value& value, const Shape& shape, const std::string& at) {
  switch (shape.kind) {
    case Shape::Kind::none:
    case Shape::Kind::any: return ok();
    case Shape::Kind::text: return check_text(value, shape, at);
    case Shape::Kind::integer: {
      if (!value.is_int64()) return expected(at, value, "a whole number");
      const std::int64_t n = value.get_int64();
      if (n < shape.min || n > shape.max) {
        return expected(at, value, std::to_string(shape.min) + ".." + std::to_string(shape.max));
      }
      return ok();
    }
    case Shape::Kind::number:
      if (!value.is_number()) return expected(at, value, "a number");
      return ok();
    case Shape::Kind::boolean:
      if (!value.is_bool()) return expected(at, value, "true or false");
      return ok();
    case Shape::Kind::array: return check_array(value, shape, at);
    case Shape::Kind::object: return check_object(value, shape, at);
  }
  return internal("unknown shape");
}

json::array words(const std::vector<std::string>& texts) {
  json::array array;
  for (const std::string& text : texts) array.emplace_back(text);
  return array;
}

void describe_object(const Shape& shape, json::object& out) {
  json::object properties;
  json::array required;
  for (const Shape::Member& member : shape.members) {
    properties[member.name] = json_schema(member.shape);
    if (member.required) required.emplace_back(member.name);
  }
  out["type"] = "object";
  out["properties"] = std::move(properties);
  if (!required.empty()) out["required"] = std::move(required);
  out["additionalProperties"] = false;
}

}  // namespace

namespace shape {

Shape none() { return {}; }

Shape any(std::string description) {
  Shape s;
  s.kind = Shape::Kind::any;
  s.description = std::move(description);
  return s;
}

Shape text(std::string description, std::int64_t length_max) {
  Shape s;
  s.kind = Shape::Kind::text;
  s.description = std::move(description);
  s.max = length_max;
  return s;
}

Shape word(std::vector<std::string> one_of, std::string description) {
  Shape s = text(std::move(description));
  s.one_of = std::move(one_of);
  return s;
}

Shape integer(std::string description, std::int64_t min, std::int64_t max) {
  Shape s;
  s.kind = Shape::Kind::integer;
  s.description = std::move(description);
  s.min = min;
  s.max = max;
  return s;
}

Shape number(std::string description) {
  Shape s;
  s.kind = Shape::Kind::number;
  s.description = std::move(description);
  return s;
}

Shape boolean(std::string description) {
  Shape s;
  s.kind = Shape::Kind::boolean;
  s.description = std::move(description);
  return s;
}

Shape array(Shape item, std::string description) {
  Shape s;
  s.kind = Shape::Kind::array;
  s.description = std::move(description);
  s.item = {std::move(item)};
  return s;
}

Shape object(std::vector<Shape::Member> members, std::string description) {
  Shape s;
  s.kind = Shape::Kind::object;
  s.description = std::move(description);
  s.members = std::move(members);
  return s;
}

Shape::Member need(std::string name, Shape s) { return {std::move(name), std::move(s), true}; }
Shape::Member may(std::string name, Shape s) { return {std::move(name), std::move(s), false}; }

}  // namespace shape

Result<void> conforms(const json::value& value, const Shape& shape) {
  return check(value, shape, "");
}

json::object json_schema(const Shape& shape) {
  json::object out;
  switch (shape.kind) {
    case Shape::Kind::none:
    case Shape::Kind::any: break;
    case Shape::Kind::text:
      out["type"] = "string";
      if (!shape.one_of.empty()) out["enum"] = words(shape.one_of);
      if (!shape.format.empty()) out["format"] = shape.format;
      break;
    case Shape::Kind::integer:
      out["type"] = "integer";
      if (shape.min != INT64_MIN) out["minimum"] = shape.min;
      if (shape.max != INT64_MAX) out["maximum"] = shape.max;
      break;
    case Shape::Kind::number: out["type"] = "number"; break;
    case Shape::Kind::boolean: out["type"] = "boolean"; break;
    case Shape::Kind::array:
      out["type"] = "array";
      out["items"] = json_schema(shape.item.front());
      break;
    case Shape::Kind::object: describe_object(shape, out); break;
  }
  if (!shape.description.empty()) out["description"] = shape.description;
  return out;
}

}  // namespace citybrain
