// Result<T>: a value or an Error, the return of every function whose failure is to be expected.
// Stands at the bottom of the tree; everything may name it.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "base/check.h"

namespace citybrain {

// The kinds of failure. Mapped once to an HTTP status (http) and once to an exit status (cli), each
// by a switch without default, so that a new kind does not compile until both know it.
enum class Code {
  invalid,      // the caller's input is wrong; the message names the value and the remedy
  denied,       // the caller may not
  not_found,    // there is no such thing
  conflict,     // the state forbids it now, such as a second approval
  exhausted,    // a named limit is reached
  unavailable,  // a part we need does not answer; trying again may help
  corrupt,      // stored or received bytes are not what was written
  internal,     // our own mistake
};

// The code's name as it stands in problem replies and logs.
const char* name_of(Code code);

// What went wrong: the kind, and one sentence with the value and the remedy.
struct [[nodiscard]] Error {
  Code code = Code::internal;
  std::string message;

  // The same error with `where` before its message ("line 7: …").
  Error in(const std::string& where) const { return {code, where + ": " + message}; }
  friend bool operator==(const Error&, const Error&) = default;
};

inline Error invalid(std::string message) { return {Code::invalid, std::move(message)}; }
inline Error denied(std::string message) { return {Code::denied, std::move(message)}; }
inline Error not_found(std::string message) { return {Code::not_found, std::move(message)}; }
inline Error conflict(std::string message) { return {Code::conflict, std::move(message)}; }
inline Error exhausted(std::string message) { return {Code::exhausted, std::move(message)}; }
inline Error unavailable(std::string message) { return {Code::unavailable, std::move(message)}; }
inline Error corrupt(std::string message) { return {Code::corrupt, std::move(message)}; }
inline Error internal(std::string message) { return {Code::internal, std::move(message)}; }

// A value or an Error, shaped like std::expected. Reading the side that is not there stops the
// process: that is a programmer's mistake.
template <class T>
class [[nodiscard]] Result {
 public:
  using value_type = T;
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

  bool has_value() const { return state_.index() == 0; }
  explicit operator bool() const { return has_value(); }
  T& value() & {
    CB_CHECK(has_value());
    return std::get<0>(state_);
  }
  const T& value() const& {
    CB_CHECK(has_value());
    return std::get<0>(state_);
  }
  T&& value() && {
    CB_CHECK(has_value());
    return std::get<0>(std::move(state_));
  }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }
  const Error& error() const& {
    CB_CHECK(!has_value());
    return std::get<1>(state_);
  }
  Error&& error() && {
    CB_CHECK(!has_value());
    return std::get<1>(std::move(state_));
  }
  T value_or(T other) const& { return has_value() ? std::get<0>(state_) : std::move(other); }

 private:
  std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  using value_type = void;
  Result() = default;
  Result(Error error) : error_(std::move(error)) {}

  bool has_value() const { return !error_; }
  explicit operator bool() const { return has_value(); }
  void value() const { CB_CHECK(has_value()); }
  const Error& error() const& {
    CB_CHECK(error_.has_value());
    return *error_;
  }
  Error&& error() && {
    CB_CHECK(error_.has_value());
    return *std::move(error_);
  }

 private:
  std::optional<Error> error_;
};

inline Result<void> ok() { return {}; }

}  // namespace citybrain

// CB_TRY(auto x, f()): x is f()'s value, or the enclosing function returns f()'s error.
#define CB_TRY(declaration, expression) CB_TRY_(declaration, expression, __COUNTER__)
#define CB_TRY_(declaration, expression, n) CB_TRY__(declaration, expression, n)
#define CB_TRY__(declaration, expression, n)                   \
  auto cb_result_##n = (expression);                           \
  if (!cb_result_##n) return std::move(cb_result_##n).error(); \
  declaration = std::move(cb_result_##n).value()

// CB_DO(f()): the enclosing function returns f()'s error if there is one.
#define CB_DO(expression) CB_DO_(expression, __COUNTER__)
#define CB_DO_(expression, n) CB_DO__(expression, n)
#define CB_DO__(expression, n)                               \
  do {                                                       \
    auto cb_done_##n = (expression);                         \
    if (!cb_done_##n) return std::move(cb_done_##n).error(); \
  } while (false)
