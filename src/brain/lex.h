// Tokens of FEEL text. A token of kind `name` is one word; names of several words or with operators
// in them are put together by the parser, which knows what is declared.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace citybrain::brain {

struct Token {
  enum class Kind : std::uint8_t { name, number, text, at_text, mark, end };
  Kind kind = Kind::end;
  std::uint32_t begin = 0;  // byte offsets
  std::uint32_t finish = 0;
  std::string text;  // of text and at_text: unescaped; of others: as written
};

struct LexFailure {
  std::uint32_t begin = 0;
  std::uint32_t finish = 0;
  std::string message;
};

constexpr std::size_t source_bytes_max = 1 << 20;

// The last token is always of kind end. On failure the message says what is wrong at `begin`.
bool lex(std::string_view source, std::vector<Token>& out, LexFailure& failure);
// The texts of a name's tokens: "Mike's age" → Mike ' s age.
std::vector<std::string> name_words(std::string_view name);
// Words with one space between, marks close to their neighbours where the source had none.
bool is_keyword(std::string_view word);

}  // namespace citybrain::brain
