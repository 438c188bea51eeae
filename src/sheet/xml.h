// Xml: expat behind a small face: local names, bounded depth, no DOCTYPE. For parts of workbooks.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "zip_in.h"

struct XML_ParserStruct;

namespace citybrain::sheet {

// Attributes of the element that starts; lives for that call alone.
class Attributes {
 public:
  explicit Attributes(const char** pairs) : pairs_(pairs) {}
  // By local name; none where it is not there.
  std::optional<std::string_view> find(std::string_view name) const;
  std::string_view get(std::string_view name) const { return find(name).value_or(""); }
  bool is(std::string_view name) const;  // "1" or "true"

 private:
  const char** pairs_;
};

// What a reader of a part does with it. Names come without their namespace, so that parts with
// prefixes and of the strict variant read the same.
class XmlEvents {
 public:
  virtual ~XmlEvents() = default;
  virtual Result<void> start(std::string_view name, const Attributes& attributes) = 0;
  virtual Result<void> end(std::string_view name) = 0;
  virtual Result<void> text(std::string_view) { return ok(); }
};

// One parse of one part; one thread.
class Xml {
 public:
  Xml(XmlEvents& events, int depth_max);
  ~Xml();
  Xml(const Xml&) = delete;
  Xml& operator=(const Xml&) = delete;

  // Takes the next piece; an empty one is the end. Errors: corrupt (no XML, DOCTYPE), exhausted
  // (depth), or what the events said.
  Result<void> feed(std::string_view piece);

 private:
  friend struct XmlCalls;
  void stop(Error error);

  XmlEvents& events_;
  XML_ParserStruct* parser_;
  int depth_max_;
  int depth_ = 0;
  std::optional<Error> error_;
};

// Parses a whole part.
Result<void> read_xml(const ZipIn& zip, const std::string& part, int depth_max, XmlEvents& events);

}  // namespace citybrain::sheet
