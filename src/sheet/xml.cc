// Xml: see xml.h.
#include "xml.h"

#include <expat.h>

namespace citybrain::sheet {
namespace {

constexpr char between = '|';  // of namespace and local name

std::string_view local(std::string_view name) {
  const std::size_t at = name.rfind(between);
  return at == std::string_view::npos ? name : name.substr(at + 1);
}

}  // namespace

std::optional<std::string_view> Attributes::find(std::string_view name) const {
  for (const char** pair = pairs_; *pair != nullptr; pair += 2) {
    if (local(pair[0]) == name) return std::string_view(pair[1]);
  }
  return std::nullopt;
}

bool Attributes::is(std::string_view name) const {
  const auto value = get(name);
  return value == "1" || value == "true";
}

struct XmlCalls {
  static void start(void* user, const char* name, const char** attributes) {
    auto& xml = *static_cast<Xml*>(user);
    if (xml.error_) return;
    if (++xml.depth_ > xml.depth_max_) {
      return xml.stop(
          exhausted("elements are nested more than " + std::to_string(xml.depth_max_) + " deep"));
    }
    auto done = xml.events_.start(local(name), Attributes(attributes));
    if (!done) xml.stop(std::move(done).error());
  }
  static void end(void* user, const char* name) {
    auto& xml = *static_cast<Xml*>(user);
    if (xml.error_) return;
    --xml.depth_;
    auto done = xml.events_.end(local(name));
    if (!done) xml.stop(std::move(done).error());
  }
  static void text(void* user, const char* bytes, int size) {
    auto& xml = *static_cast<Xml*>(user);
    if (xml.error_) return;
    auto done = xml.events_.text({bytes, static_cast<std::size_t>(size)});
    if (!done) xml.stop(std::move(done).error());
  }
  static void doctype(void* user, const char*, const char*, const char*, int) {
    static_cast<Xml*>(user)->stop(corrupt("it holds a DOCTYPE, which no workbook has"));
  }
};

Xml::Xml(XmlEvents& events, int depth_max)
    : events_(events), parser_(::XML_ParserCreateNS(nullptr, between)), depth_max_(depth_max) {
  CB_CHECK(parser_ != nullptr);
  ::XML_SetUserData(parser_, this);
  ::XML_SetElementHandler(parser_, XmlCalls::start, XmlCalls::end);
  ::XML_SetCharacterDataHandler(parser_, XmlCalls::text);
  ::XML_SetStartDoctypeDeclHandler(parser_, XmlCalls::doctype);
}

Xml::~Xml() { ::XML_ParserFree(parser_); }

void Xml::stop(Error error) {
  error_ = std::move(error);
  ::XML_StopParser(parser_, XML_FALSE);
}

Result<void> Xml::feed(std::string_view piece) {
  const auto status =
      ::XML_Parse(parser_, piece.data(), static_cast<int>(piece.size()), piece.empty() ? 1 : 0);
  if (error_) return *error_;
  if (status != XML_STATUS_OK) {
    return corrupt(std::string("its XML is damaged at line ") +
                   std::to_string(::XML_GetCurrentLineNumber(parser_)) + ": " +
                   ::XML_ErrorString(::XML_GetErrorCode(parser_)));
  }
  return ok();
}

Result<void> read_xml(const ZipIn& zip, const std::string& part, int depth_max, XmlEvents& events) {
  CB_TRY(PartReader reader, zip.read(part));
  Xml xml(events, depth_max);
  for (;;) {
    CB_TRY(const std::string_view piece, reader.next());
    auto done = xml.feed(piece);
    if (!done) return done.error().in("part '" + part + "'");
    if (piece.empty()) return ok();
  }
}

}  // namespace citybrain::sheet
