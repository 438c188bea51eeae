// Value's heap parts, and its text and JSON.
#include "brain/value.h"

#include <algorithm>

#include "base/check.h"
#include "base/text.h"
#include "function.h"
#include "temporal.h"
#include "zone.h"

namespace citybrain::brain {

struct TextBox : Object {
  std::string text;
};
struct ListBox : Object {
  std::vector<Value> items;
};
struct ContextBox : Object {
  Context context;
};
struct RangeBox : Object {
  Range range;
};
struct FunctionBox : Object {
  std::shared_ptr<const Function> function;
};

const char* name_of(Kind kind) {
  switch (kind) {
    case Kind::null: return "null";
    case Kind::boolean: return "boolean";
    case Kind::number: return "number";
    case Kind::text: return "string";
    case Kind::date: return "date";
    case Kind::time: return "time";
    case Kind::date_time: return "date and time";
    case Kind::months: return "years and months duration";
    case Kind::duration: return "days and time duration";
    case Kind::range: return "range";
    case Kind::list: return "list";
    case Kind::context: return "context";
    case Kind::function: return "function";
  }
  return "";
}

struct ValueHeap {
  template <typename Box>
  static Value make(Kind kind, Box* box) {
    Value v;
    v.kind_ = kind;
    v.object_ = box;
    return v;
  }
  template <typename Box>
  static const Box& box(const Value& v, Kind kind) {
    CB_CHECK(v.kind_ == kind);
    return static_cast<const Box&>(*v.object_);
  }
};

void Value::release() {
  if (object_->owners.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  switch (kind_) {
    case Kind::text: delete static_cast<const TextBox*>(object_); break;
    case Kind::list: delete static_cast<const ListBox*>(object_); break;
    case Kind::context: delete static_cast<const ContextBox*>(object_); break;
    case Kind::range: delete static_cast<const RangeBox*>(object_); break;
    case Kind::function: delete static_cast<const FunctionBox*>(object_); break;
    default: CB_CHECK(false);
  }
}

Value Value::boolean(bool value) {
  Value v;
  v.kind_ = Kind::boolean;
  v.words_[0] = value ? 1 : 0;
  return v;
}
Value Value::number(const Decimal& value) {
  Value v;
  v.kind_ = Kind::number;
  v.number_ = value;
  return v;
}
Value Value::number(std::int64_t whole) { return number(Decimal(whole)); }
Value Value::text(std::string value) {
  auto* box = new TextBox;
  box->text = std::move(value);
  return ValueHeap::make(Kind::text, box);
}
Value Value::date(std::int64_t days) {
  Value v;
  v.kind_ = Kind::date;
  v.words_[0] = days;
  return v;
}
Value Value::time(std::int64_t ns_of_day, Zone zone) {
  Value v;
  v.kind_ = Kind::time;
  v.words_[0] = ns_of_day;
  v.words_[1] = zone.bits;
  return v;
}
Value Value::date_time(std::int64_t local_seconds, std::int32_t ns, Zone zone) {
  Value v;
  v.kind_ = Kind::date_time;
  v.words_[0] = local_seconds;
  v.words_[1] = zone.bits;
  v.ns_ = ns;
  return v;
}
Value Value::months(std::int64_t months) {
  Value v;
  v.kind_ = Kind::months;
  v.words_[0] = months;
  return v;
}
Value Value::duration(std::int64_t seconds, std::int32_t ns) {
  Value v;
  v.kind_ = Kind::duration;
  v.words_[0] = seconds;
  v.ns_ = ns;
  return v;
}
Value Value::range(Range range) {
  auto* box = new RangeBox;
  box->range = std::move(range);
  return ValueHeap::make(Kind::range, box);
}
Value Value::list(std::vector<Value> items) {
  auto* box = new ListBox;
  box->items = std::move(items);
  return ValueHeap::make(Kind::list, box);
}
Value Value::context(Context entries) {
  auto* box = new ContextBox;
  box->context = std::move(entries);
  return ValueHeap::make(Kind::context, box);
}
Value Value::function(std::shared_ptr<const Function> function) {
  auto* box = new FunctionBox;
  box->function = std::move(function);
  return ValueHeap::make(Kind::function, box);
}

Value Value::of(const Cell& cell) {
  constexpr std::int64_t city_offset_s = 8 * 3600;
  if (const auto* b = std::get_if<bool>(&cell)) return boolean(*b);
  if (const auto* i = std::get_if<std::int64_t>(&cell)) return number(*i);
  if (const auto* d = std::get_if<Decimal64>(&cell)) {
    return number(Decimal::scaled(d->value, d->scale));
  }
  if (const auto* s = std::get_if<std::string>(&cell)) return text(*s);
  if (const auto* d = std::get_if<Date>(&cell)) return date(*d);
  if (const auto* t = std::get_if<Timestamp>(&cell)) {
    const std::int64_t seconds = floor_div(t->us, 1'000'000);
    return date_time(seconds + city_offset_s,
                     static_cast<std::int32_t>(floor_mod(t->us, 1'000'000) * 1000),
                     Zone::offset(city_offset_s));
  }
  return {};
}

bool Value::as_boolean() const {
  CB_CHECK(kind_ == Kind::boolean);
  return words_[0] != 0;
}
const Decimal& Value::as_number() const {
  CB_CHECK(kind_ == Kind::number);
  return number_;
}
const std::string& Value::as_text() const {
  return ValueHeap::box<TextBox>(*this, Kind::text).text;
}
const std::vector<Value>& Value::as_list() const {
  return ValueHeap::box<ListBox>(*this, Kind::list).items;
}
const Context& Value::as_context() const {
  return ValueHeap::box<ContextBox>(*this, Kind::context).context;
}
const Range& Value::as_range() const { return ValueHeap::box<RangeBox>(*this, Kind::range).range; }
const std::shared_ptr<const Function>& Value::as_function() const {
  return ValueHeap::box<FunctionBox>(*this, Kind::function).function;
}

Context::Context(std::initializer_list<Entry> entries) {
  for (const auto& [name, value] : entries) set(name, value);
}

void Context::set(std::string name, Value value) {
  for (auto& [known, old] : entries_) {
    if (known == name) {
      old = std::move(value);
      return;
    }
  }
  entries_.emplace_back(std::move(name), std::move(value));
}

const Value* Context::find(std::string_view name) const {
  for (const auto& [known, value] : entries_) {
    if (known == name) return &value;
  }
  return nullptr;
}

void Context::merge(const Context& other) {
  for (const auto& [name, value] : other.entries()) set(name, value);
}

bool same(const Value& a, const Value& b) {
  if (a.kind() != b.kind()) return false;
  switch (a.kind()) {
    case Kind::null: return true;
    case Kind::number: return a.as_number() == b.as_number();
    case Kind::text: return a.as_text() == b.as_text();
    case Kind::list: {
      const auto& x = a.as_list();
      const auto& y = b.as_list();
      return std::equal(x.begin(), x.end(), y.begin(), y.end(), same);
    }
    case Kind::context: {
      const auto& x = a.as_context();
      const auto& y = b.as_context();
      if (x.size() != y.size()) return false;
      return std::all_of(x.entries().begin(), x.entries().end(), [&](const Context::Entry& e) {
        const Value* other = y.find(e.first);
        return other != nullptr && same(e.second, *other);
      });
    }
    case Kind::range: {
      const Range& x = a.as_range();
      const Range& y = b.as_range();
      return same(x.low, y.low) && same(x.high, y.high) && x.low_closed == y.low_closed &&
             x.high_closed == y.high_closed;
    }
    case Kind::function: return a.as_function() == b.as_function();
    default: return a.whole() == b.whole() && a.ns() == b.ns() && a.zone() == b.zone();
  }
}

namespace {

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + "\"";
}

// Where a text would be longer it ends in "…": values share parts, and a small one may unfold to a
// vast one.
constexpr std::size_t text_max = 16 << 20;

void append_text(std::string& out, const Value& v, bool inner);

void append_range(std::string& out, const Range& r) {
  if (r.low_unbounded) {
    out += r.high_closed ? "<= " : "< ";
    return append_text(out, r.high, true);
  }
  if (r.high_unbounded) {
    out += r.low_closed ? ">= " : "> ";
    return append_text(out, r.low, true);
  }
  out += r.low_closed ? "[" : "(";
  append_text(out, r.low, true);
  out += "..";
  append_text(out, r.high, true);
  out += r.high_closed ? "]" : ")";
}

void append_text(std::string& out, const Value& v, bool inner) {
  if (out.size() > text_max) {
    if (!out.ends_with("…")) out += "…";
    return;
  }
  switch (v.kind()) {
    case Kind::null: out += "null"; break;
    case Kind::boolean: out += v.as_boolean() ? "true" : "false"; break;
    case Kind::number: out += v.as_number().text(); break;
    case Kind::text: out += inner ? quoted(v.as_text()) : v.as_text(); break;
    case Kind::range: append_range(out, v.as_range()); break;
    case Kind::list: {
      const char* between = "[";
      for (const Value& item : v.as_list()) {
        out += between;
        between = ", ";
        append_text(out, item, true);
        if (out.size() > text_max) return;
      }
      out += v.as_list().empty() ? "[]" : "]";
      break;
    }
    case Kind::context: {
      const char* between = "{";
      for (const auto& [name, value] : v.as_context().entries()) {
        out += between + name + ": ";
        between = ", ";
        append_text(out, value, true);
        if (out.size() > text_max) return;
      }
      out += v.as_context().size() == 0 ? "{}" : "}";
      break;
    }
    case Kind::function: out += "function " + v.as_function()->name; break;
    default: out += temporal_text(v);
  }
}

}  // namespace

std::string to_text(const Value& v) {
  std::string out;
  append_text(out, v, false);
  return out;
}

json::value to_json(const Value& v) {
  switch (v.kind()) {
    case Kind::null: return nullptr;
    case Kind::boolean: return v.as_boolean();
    case Kind::number: {
      constexpr std::int64_t exact_max = 999'999'999'999'999;
      if (const auto i = v.as_number().to_int(); i && *i <= exact_max && *i >= -exact_max)
        return *i;
      const std::string text = v.as_number().text();
      if (text.size() <= 15 && text.find('E') == std::string::npos)
        return v.as_number().to_double();
      return json::string(text);
    }
    case Kind::list: {
      json::array out;
      for (const Value& item : v.as_list()) out.push_back(to_json(item));
      return out;
    }
    case Kind::context: {
      json::object out;
      for (const auto& [name, value] : v.as_context().entries()) out[name] = to_json(value);
      return out;
    }
    default: return json::string(to_text(v));
  }
}

Value from_json(const json::value& value) {
  if (value.is_bool()) return Value::boolean(value.get_bool());
  if (value.is_int64()) return Value::number(value.get_int64());
  if (value.is_uint64()) {
    return Value::number(*Decimal::parse(std::to_string(value.get_uint64())));
  }
  if (value.is_double()) return Value::number(Decimal::from_double(value.get_double()));
  if (value.is_string()) return Value::text(std::string(value.get_string()));
  if (value.is_array()) {
    std::vector<Value> items;
    for (const auto& item : value.get_array()) items.push_back(from_json(item));
    return Value::list(std::move(items));
  }
  if (value.is_object()) {
    Context context;
    for (const auto& [name, member] : value.get_object()) {
      context.set(std::string(name), from_json(member));
    }
    return Value::context(std::move(context));
  }
  return {};
}

Cell to_cell(const Value& v) {
  constexpr int scale_max = 9;
  switch (v.kind()) {
    case Kind::null: return std::monostate{};
    case Kind::boolean: return v.as_boolean();
    case Kind::number: {
      for (int scale = 0; scale <= scale_max; ++scale) {
        if (const auto units = v.as_number().to_scaled(scale)) return Decimal64{*units, scale};
      }
      const auto rounded =
          v.as_number().rounded(scale_max, Rounding::half_even).to_scaled(scale_max);
      if (rounded) return Decimal64{*rounded, scale_max};
      return v.as_number().text();
    }
    case Kind::date:
      if (v.whole() >= INT32_MIN && v.whole() <= INT32_MAX) {
        return Date{static_cast<std::int32_t>(v.whole())};
      }
      return to_text(v);
    default: return to_text(v);
  }
}

}  // namespace citybrain::brain
