// Shape: what a JSON body looks like. One declaration checks requests, and writes OpenAPI.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"

namespace citybrain {

// A JSON value's form. A plain value; copy it freely.
struct Shape {
  enum class Kind : std::uint8_t { none, any, text, integer, number, boolean, array, object };
  struct Member;

  Kind kind = Kind::none;
  std::string description;
  std::vector<std::string> one_of;  // text: allowed values, empty = any
  std::int64_t min = 0;             // integer: bounds; text and array: length bounds
  std::int64_t max = 1 << 20;
  std::string format;           // text: "date", "date-time", "decimal", …
  std::vector<Member> members;  // object
  std::vector<Shape> item;      // array: one element, the items' shape

  bool empty() const { return kind == Kind::none; }
};

struct Shape::Member {
  std::string name;
  Shape shape;
  bool required = true;
};

namespace shape {
Shape none();
Shape any(std::string description = "");
Shape text(std::string description = "", std::int64_t length_max = 1 << 20);
Shape word(std::vector<std::string> one_of, std::string description = "");
Shape integer(std::string description = "", std::int64_t min = INT64_MIN,
              std::int64_t max = INT64_MAX);
Shape number(std::string description = "");
Shape boolean(std::string description = "");
Shape array(Shape item, std::string description = "");
Shape object(std::vector<Shape::Member> members, std::string description = "");
Shape::Member need(std::string name, Shape shape);
Shape::Member may(std::string name, Shape shape);
}  // namespace shape

// Checks a value; the error names the JSON pointer, the value and what was expected. Unknown
// members of an object are refused.
Result<void> conforms(const json::value& value, const Shape& shape);
// The shape as JSON Schema (2020-12), as OpenAPI 3.1 wants it.
json::object json_schema(const Shape& shape);

}  // namespace citybrain
