// Fold and Spill: see capture_fold.h.
#include "capture_fold.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

namespace citybrain::rail {
namespace {

constexpr std::size_t net_bytes = 160;  // that a row costs beside its values

void put(std::string& out, std::string_view text) {
  const auto length = static_cast<std::uint32_t>(text.size());
  out.append(reinterpret_cast<const char*>(&length), sizeof length);
  out.append(text);
}

class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}
  std::string_view text() {
    const std::uint32_t length = number();
    if (bytes_.size() - at_ < length) return broken_ = true, std::string_view();
    at_ += length;
    return bytes_.substr(at_ - length, length);
  }
  std::uint32_t number() {
    std::uint32_t value = 0;
    if (bytes_.size() - at_ < sizeof value) return broken_ = true, 0;
    std::memcpy(&value, bytes_.data() + at_, sizeof value);
    at_ += sizeof value;
    return value;
  }
  char letter() {
    if (at_ == bytes_.size()) return broken_ = true, '\0';
    return bytes_[at_++];
  }
  bool broken() const { return broken_; }
  bool done() const { return at_ == bytes_.size(); }

 private:
  std::string_view bytes_;
  std::size_t at_ = 0;
  bool broken_ = false;
};

// Fills what `net` leaves open from the row as it was before.
void complete(Net& net, const Net& before) {
  bool absent = false;
  for (std::size_t i = 0; i < net.row.size(); ++i) absent = absent || net.row.is_absent(i);
  if (!absent) return;
  capture::RowText whole;
  for (std::size_t i = 0; i < net.row.size(); ++i) {
    const bool earlier = net.row.is_absent(i) && i < before.row.size();
    whole.copy(earlier ? before.row : net.row, i);
  }
  net.row = std::move(whole);
  if (!before.from.empty()) net.from = before.from;
  net.fresh = before.fresh;
}

}  // namespace

Net& Fold::set(const std::string& table, const std::string& key) {
  Net& net = tables_[table].rows[key];
  ++changes_;
  return net;
}

void Fold::insert(const std::string& table, std::string key, capture::RowText row) {
  bytes_ += row.bytes() + key.size() + net_bytes;
  set(table, key) = Net{false, true, std::move(row), ""};
}

void Fold::update(const std::string& table, std::string key, capture::RowText row,
                  const std::string& from) {
  TableFold& fold = tables_[table];
  Net before;
  const auto found = fold.rows.find(from);
  const bool known = found != fold.rows.end() && !found->second.removed;
  if (known) before = found->second;
  Net net{false, false, std::move(row), from == key ? "" : from};
  if (known) complete(net, before);
  if (from != key) {
    fold.rows[from] = Net{true, false, {}, ""};
    bytes_ += from.size() + net_bytes;
  }
  bytes_ += net.row.bytes() + key.size() + net_bytes;
  set(table, key) = std::move(net);
}

void Fold::remove(const std::string& table, const std::string& key) {
  bytes_ += key.size() + net_bytes;
  set(table, key) = Net{true, false, {}, ""};
}

void Fold::truncate(const std::string& table) {
  TableFold& fold = tables_[table];
  fold.truncated = true;
  fold.rows.clear();
  ++changes_;
}

void Fold::merge(Fold&& later) {
  if (empty()) {
    *this = std::move(later);
    later.clear();
    return;
  }
  for (auto& [name, theirs] : later.tables_) {
    TableFold& mine = tables_[name];
    if (theirs.truncated) {
      mine.truncated = true;
      mine.rows.clear();
    }
    // First what the later rows leave open, while the earlier ones are as they were.
    for (auto& [key, net] : theirs.rows) {
      if (net.removed) continue;
      const auto found = mine.rows.find(net.from.empty() ? key : net.from);
      if (found == mine.rows.end() || found->second.removed) continue;
      complete(net, found->second);
    }
    for (auto& [key, net] : theirs.rows) mine.rows[key] = std::move(net);
  }
  bytes_ += later.bytes_;
  changes_ += later.changes_;
  later.clear();
}

std::int64_t Fold::rows() const {
  std::size_t rows = 0;
  for (const auto& [name, table] : tables_) rows += table.rows.size();
  return static_cast<std::int64_t>(rows);
}

void Fold::clear() {
  tables_.clear();
  bytes_ = 0;
  changes_ = 0;
}

void Fold::write(std::string& out) const {
  for (const auto& [name, table] : tables_) {
    put(out, name);
    out.push_back(table.truncated ? 't' : '-');
    const auto count = static_cast<std::uint32_t>(table.rows.size());
    out.append(reinterpret_cast<const char*>(&count), sizeof count);
    for (const auto& [key, net] : table.rows) {
      put(out, key);
      put(out, net.from);
      out.push_back(net.removed ? 'r' : net.fresh ? 'i' : '-');
      const auto cells = static_cast<std::uint32_t>(net.row.size());
      out.append(reinterpret_cast<const char*>(&cells), sizeof cells);
      for (std::size_t i = 0; i < net.row.size(); ++i) {
        out.push_back(net.row.has_text(i) ? 't' : net.row.is_null(i) ? 'n' : 'a');
        if (net.row.has_text(i)) put(out, net.row.text(i));
      }
    }
  }
}

Result<Fold> Fold::read(std::string_view bytes) {
  Fold fold;
  Reader in(bytes);
  while (!in.done() && !in.broken()) {
    TableFold& table = fold.tables_[std::string(in.text())];
    table.truncated = in.letter() == 't';
    const std::uint32_t count = in.number();
    for (std::uint32_t i = 0; i < count && !in.broken(); ++i) {
      Net& net = table.rows[std::string(in.text())];
      net.from = in.text();
      const char kind = in.letter();
      net.removed = kind == 'r';
      net.fresh = kind == 'i';
      const std::uint32_t cells = in.number();
      for (std::uint32_t c = 0; c < cells && !in.broken(); ++c) {
        const char cell = in.letter();
        if (cell == 't') net.row.add(in.text());
        if (cell == 'n') net.row.add_null();
        if (cell == 'a') net.row.add_absent();
      }
    }
  }
  if (in.broken()) return corrupt("the spill file of a large transaction is damaged");
  return fold;
}

Result<Spill> Spill::open(const std::string& dir) {
  std::error_code error;
  std::filesystem::create_directories(dir, error);
  const int file = ::open(dir.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  if (file < 0) {
    return unavailable("cannot make a file for a large transaction in '" + dir +
                       "': " + std::strerror(errno));
  }
  Spill spill;
  spill.file_.reset(::fdopen(file, "w+b"));
  return spill;
}

Result<void> Spill::add(const Fold& fold) {
  std::string bytes;
  fold.write(bytes);
  const std::int64_t from = this->bytes();
  const bool written = ::fseek(file_.get(), from, SEEK_SET) == 0 &&
                       std::fwrite(bytes.data(), 1, bytes.size(), file_.get()) == bytes.size() &&
                       std::fflush(file_.get()) == 0;
  if (!written) {
    return exhausted("a large transaction does not fit on the disk (" +
                     std::to_string(from + static_cast<std::int64_t>(bytes.size())) +
                     " bytes so far): " + std::strerror(errno));
  }
  ends_.push_back(from + static_cast<std::int64_t>(bytes.size()));
  return ok();
}

Result<bool> Spill::read(std::size_t index, Fold& out) {
  if (index >= ends_.size()) return false;
  const std::int64_t from = index == 0 ? 0 : ends_[index - 1];
  std::string bytes(static_cast<std::size_t>(ends_[index] - from), '\0');
  if (::fseek(file_.get(), from, SEEK_SET) != 0 ||
      std::fread(bytes.data(), 1, bytes.size(), file_.get()) != bytes.size()) {
    return corrupt("the spill file of a large transaction cannot be read");
  }
  CB_TRY(out, Fold::read(bytes));
  return true;
}

}  // namespace citybrain::rail
