// DMN XML read safely: no DOCTYPE, bounded depth and size, each element with its place.
#include <algorithm>
#include <array>

#include "base/text.h"
#include "dmn_read.h"

namespace citybrain::brain {
namespace {

// The place of `to`, counted on from a place before it.
Span count_on(std::string_view text, Span from, std::size_t to) {
  Span s = from;
  for (std::size_t i = from.begin; i < to && i < text.size(); ++i) {
    if (text[i] == '\n') {
      ++s.line;
      s.column = 1;
    } else if ((static_cast<unsigned char>(text[i]) & 0xc0) != 0x80) {
      ++s.column;
    }
  }
  s.begin = s.end = static_cast<std::uint32_t>(to);
  return s;
}

bool refuse(std::vector<Diagnostic>& out, std::string_view text, std::size_t offset,
            std::string message, std::string suggestion = "") {
  Diagnostic d;
  d.code = "xml";
  d.message = std::move(message);
  d.span = count_on(text, {}, offset);
  d.suggestion = std::move(suggestion);
  out.push_back(std::move(d));
  return false;
}

// Where the nesting first goes beyond the limit; npos where it does not. Reads tags only.
std::size_t too_deep(std::string_view text) {
  int depth = 0;
  for (std::size_t i = text.find('<'); i != std::string_view::npos; i = text.find('<', i)) {
    const auto rest = text.substr(i);
    if (rest.starts_with("<!--")) {
      i = text.find("-->", i + 4);
    } else if (rest.starts_with("<![CDATA[")) {
      i = text.find("]]>", i + 9);
    } else if (rest.starts_with("<?")) {
      i = text.find("?>", i + 2);
    } else {
      const auto end = text.find('>', i);
      if (end == std::string_view::npos) return std::string_view::npos;
      if (rest.starts_with("</")) {
        --depth;
      } else if (text[end - 1] != '/' && ++depth > xml_depth_max) {
        return i;
      }
      i = end;
    }
    if (i == std::string_view::npos) return i;
  }
  return std::string_view::npos;
}

}  // namespace

std::string_view local_name(pugi::xml_node node) {
  const std::string_view name = node.name();
  const auto colon = name.find(':');
  return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

pugi::xml_node child(pugi::xml_node node, std::string_view name) {
  for (const auto& c : node.children()) {
    if (local_name(c) == name) return c;
  }
  return {};
}

std::vector<pugi::xml_node> children(pugi::xml_node node, std::string_view name) {
  std::vector<pugi::xml_node> out;
  for (const auto& c : node.children()) {
    if (local_name(c) == name) out.push_back(c);
  }
  return out;
}

Places::Places(std::string_view text) {
  constexpr std::size_t step = 512;
  marks_.push_back({});
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\n' || i - marks_.back().begin >= step) {
      marks_.push_back(count_on(text, marks_.back(), i + 1));
    }
  }
}

Span Places::at(std::string_view text, std::size_t offset) const {
  const auto after =
      std::upper_bound(marks_.begin(), marks_.end(), offset,
                       [](std::size_t o, const Span& mark) { return o < mark.begin; });
  return count_on(text, *std::prev(after), offset);
}

Span place_of(const Document& d, pugi::xml_node node) {
  const auto offset = node.offset_debug();
  return d.places.at(d.text, offset < 0 ? 0 : static_cast<std::size_t>(offset));
}

bool read_document(std::string_view text, Document& out, std::vector<Diagnostic>& diagnostics) {
  if (text.size() > xml_bytes_max) {
    return refuse(diagnostics, "", 0,
                  "the file has " + std::to_string(text.size()) + " bytes; at most " +
                      std::to_string(xml_bytes_max) + " are read");
  }
  if (!is_utf8(text)) return refuse(diagnostics, text, 0, "the file is not UTF-8");
  for (const char* unsafe : {"<!DOCTYPE", "<!ENTITY"}) {
    if (const auto at = text.find(unsafe); at != std::string_view::npos) {
      return refuse(diagnostics, text, at, "a document type or entity declaration is refused",
                    "remove it; DMN needs none");
    }
  }
  if (const auto at = too_deep(text); at != std::string_view::npos) {
    return refuse(diagnostics, text, at,
                  "elements are nested deeper than " + std::to_string(xml_depth_max) + " levels");
  }
  out.text = text;
  out.places = Places(out.text);
  const auto result = out.xml.load_buffer(out.text.data(), out.text.size(),
                                          pugi::parse_default | pugi::parse_ws_pcdata_single);
  if (!result) {
    return refuse(diagnostics, text,
                  static_cast<std::size_t>(std::max<std::ptrdiff_t>(result.offset, 0)),
                  std::string("not well-formed XML: ") + result.description());
  }
  out.root = out.xml.document_element();
  if (local_name(out.root) != "definitions") {
    return refuse(
        diagnostics, text,
        static_cast<std::size_t>(std::max<std::ptrdiff_t>(out.root.offset_debug(), 0)),
        "the root element is `" + std::string(out.root.name()) + "`, not `definitions` of DMN");
  }
  const std::string_view name = out.root.name();
  const auto colon = name.find(':');
  const std::string prefix =
      colon == std::string_view::npos ? "xmlns" : "xmlns:" + std::string(name.substr(0, colon));
  const std::string_view space = out.root.attribute(prefix.c_str()).value();
  constexpr std::array<std::string_view, 5> known = {
      "http://www.omg.org/spec/DMN/20180521/MODEL/", "https://www.omg.org/spec/DMN/20191111/MODEL/",
      "https://www.omg.org/spec/DMN/20211108/MODEL/",
      "https://www.omg.org/spec/DMN/20230324/MODEL/",
      "https://www.omg.org/spec/DMN/20240513/MODEL/"};
  if (std::find(known.begin(), known.end(), space) == known.end()) {
    return refuse(diagnostics, text,
                  static_cast<std::size_t>(std::max<std::ptrdiff_t>(out.root.offset_debug(), 0)),
                  "the namespace `" + std::string(space) + "` is none of DMN 1.2 to 1.5",
                  "use " + std::string(known[3]));
  }
  out.target = out.root.attribute("namespace").value();
  for (const auto& import : children(out.root, "import")) {
    out.imports.push_back({import.attribute("namespace").value(), import.attribute("name").value(),
                           import.attribute("importType").value(), import, no_node});
  }
  return true;
}

}  // namespace citybrain::brain
