// SharedStrings: see shared_strings.h.
#include "shared_strings.h"

#include "xml.h"

namespace citybrain::sheet {
namespace {

class StringEvents final : public XmlEvents {
 public:
  explicit StringEvents(const Limits& limits) : limits_(limits) {}

  Result<void> start(std::string_view name, const Attributes&) override {
    if (name == "si") {
      text_.clear();
    } else if (name == "rPh") {
      ++phonetic_;  // how it is read aloud: no part of the text
    } else if (name == "t") {
      in_text_ = phonetic_ == 0;
    }
    return ok();
  }
  Result<void> end(std::string_view name) override {
    if (name == "t") in_text_ = false;
    if (name == "rPh") --phonetic_;
    if (name != "si") return ok();
    bytes += unescaped(text_);
    ends.push_back(bytes.size());
    const auto held = static_cast<std::int64_t>(bytes.size() + ends.size() * sizeof(std::size_t));
    if (held > limits_.strings_bytes_max) {
      return exhausted("the shared texts take more than " +
                       std::to_string(limits_.strings_bytes_max) +
                       " bytes; send the workbook in parts, or as CSV");
    }
    return ok();
  }
  Result<void> text(std::string_view piece) override {
    if (!in_text_) return ok();
    text_ += piece;
    if (static_cast<std::int64_t>(text_.size()) > limits_.cell_bytes_max) {
      return exhausted("a text has more than " + std::to_string(limits_.cell_bytes_max) + " bytes");
    }
    return ok();
  }

  std::string bytes;
  std::vector<std::size_t> ends;

 private:
  const Limits& limits_;
  std::string text_;
  int phonetic_ = 0;
  bool in_text_ = false;
};

int hex(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

// The ASCII character of an escape at `text`, or -1. Others are left as they stand.
int escape_at(std::string_view text) {
  if (text.size() < 7 || text[0] != '_' || text[1] != 'x' || text[6] != '_') return -1;
  int value = 0;
  for (std::size_t i = 2; i < 6; ++i) {
    const int digit = hex(text[i]);
    if (digit < 0) return -1;
    value = value * 16 + digit;
  }
  return value > 0 && value < 0x80 ? value : -1;
}

}  // namespace

std::string unescaped(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const int c = text[i] == '_' ? escape_at(text.substr(i)) : -1;
    out += c < 0 ? text[i] : static_cast<char>(c);
    if (c >= 0) i += 6;
  }
  return out;
}

Result<SharedStrings> SharedStrings::read(const ZipIn& zip, const std::string& part,
                                          const Limits& limits) {
  SharedStrings strings;
  if (!zip.has(part)) return strings;
  StringEvents events(limits);
  CB_DO(read_xml(zip, part, limits.depth_max, events));
  strings.bytes_ = std::move(events.bytes);
  strings.ends_ = std::move(events.ends);
  return strings;
}

}  // namespace citybrain::sheet
