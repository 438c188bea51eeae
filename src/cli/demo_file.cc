// Writing of departments' files: see demo_file.h.
#include "demo_file.h"

#include <fcntl.h>
#include <iconv.h>
#include <unistd.h>
#include <zlib.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "base/check.h"

namespace citybrain::cli {
namespace {

constexpr std::size_t buffer_bytes_max = 1 << 20;

void append_csv(std::string& out, std::string_view cell) {
  if (cell.find_first_of(",\"\r\n") == cell.npos) {
    out.append(cell);
    return;
  }
  out += '"';
  for (const char c : cell) {
    if (c == '"') out += '"';
    out += c;
  }
  out += '"';
}

// The generator's own UTF-8 in GB18030. Bytes planted as broken (0xFF, in neither encoding) pass.
std::string to_gb18030(std::string_view utf8) {
  static const iconv_t converter = iconv_open("GB18030", "UTF-8");
  CB_CHECK(converter != reinterpret_cast<iconv_t>(-1));
  std::string out(utf8.size() * 2 + 16, '\0');
  char* from = const_cast<char*>(utf8.data());
  std::size_t left = utf8.size();
  char* to = out.data();
  std::size_t room = out.size();
  while (left > 0) {
    if (iconv(converter, &from, &left, &to, &room) != static_cast<std::size_t>(-1)) break;
    CB_CHECK(errno == EILSEQ);
    *to++ = *from++;
    --left;
    --room;
  }
  out.resize(out.size() - room);
  return out;
}

}  // namespace

DemoFile::DemoFile(DemoFile&& other) noexcept
    : resource_(other.resource_),
      seed_(other.seed_),
      path_(std::move(other.path_)),
      json_(other.json_),
      gb18030_(other.gb18030_),
      gzip_(std::exchange(other.gzip_, nullptr)),
      fd_(std::exchange(other.fd_, -1)),
      failed_(other.failed_),
      cells_(std::move(other.cells_)),
      buffer_(std::move(other.buffer_)),
      next_dirty_(other.next_dirty_),
      kinds_(std::move(other.kinds_)) {}

DemoFile::~DemoFile() {
  if (gzip_ != nullptr) gzclose(static_cast<gzFile>(gzip_));
  if (fd_ >= 0) ::close(fd_);
}

Result<DemoFile> DemoFile::open(const DemoResource& resource, const std::string& folder,
                                std::uint64_t seed) {
  DemoFile file(resource, seed);
  const std::string_view form = resource.form;
  file.json_ = form.starts_with("ndjson");
  file.gb18030_ = form.ends_with("gb18030");
  const bool gzip = form.ends_with(".gz");
  const char* extension = file.json_ ? ".ndjson" : ".csv";
  file.path_ = folder + "/2020-11" + (file.gb18030_ ? ".gb18030" : "") + extension;
  if (gzip) {
    file.path_ += ".gz";
    file.gzip_ = gzopen(file.path_.c_str(), "wb1");
    if (file.gzip_ == nullptr) return Error{Code::unavailable, "cannot write " + file.path_};
  } else {
    file.fd_ = ::open(file.path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (file.fd_ < 0) {
      return Error{Code::unavailable, "cannot write " + file.path_ + ": " + std::strerror(errno)};
    }
  }
  if (!file.json_) {
    std::vector<std::string> header;
    for (const auto& item : resource.items) header.push_back(item.code);
    file.write_line(header);
  }
  return file;
}

std::string& DemoFile::next_cell() {
  CB_CHECK(at_ < cells_.size());
  return cells_[at_++];
}

void DemoFile::write(std::string& cell, Date date) {
  const auto ymd = ymd_of(date);
  char text[10] = {'0', '0', '0', '0', '-', '0', '0', '-', '0', '0'};
  for (int i = 3, year = ymd.year; i >= 0; --i, year /= 10) {
    text[i] = static_cast<char>('0' + year % 10);
  }
  text[5] = static_cast<char>('0' + ymd.month / 10);
  text[6] = static_cast<char>('0' + ymd.month % 10);
  text[8] = static_cast<char>('0' + ymd.day / 10);
  text[9] = static_cast<char>('0' + ymd.day % 10);
  cell.assign(text, sizeof text);
}

void DemoFile::write(std::string& cell, Scaled number) {
  const bool negative = number.value < 0;
  const auto size = static_cast<std::size_t>(number.scale);
  write(cell, negative ? -number.value : number.value);
  if (size > 0) {
    if (cell.size() <= size) cell.insert(0, size + 1 - cell.size(), '0');
    cell.insert(cell.size() - size, 1, '.');
  }
  if (negative) cell.insert(0, 1, '-');
}

void DemoFile::write(std::string& cell, const Serial& serial) {
  char digits[24];
  const auto end = std::to_chars(digits, digits + sizeof digits, serial.number);
  const auto length = end.ptr - digits;
  cell.assign(serial.prefix);
  if (length < serial.width) cell.append(static_cast<std::size_t>(serial.width - length), '0');
  cell.append(digits, end.ptr);
}

void DemoFile::end() {
  CB_CHECK(at_ == cells_.size());
  const bool due = rows_ == next_dirty_ && !kinds_.empty();
  const bool twice = due && kinds_[turn_ % kinds_.size()].first == "duplicate";
  if (due && !twice) plant();
  write_line(cells_);
  if (twice) plant();
  ++rows_;
  flush(false);
}

void DemoFile::write_line(const std::vector<std::string>& cells) {
  if (json_) return write_json(cells);
  const std::size_t start = buffer_.size();
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (i > 0) buffer_ += ',';
    append_csv(buffer_, cells[i]);
  }
  buffer_ += '\n';
  if (gb18030_) {
    const std::string line = to_gb18030(std::string_view(buffer_).substr(start));
    buffer_.replace(start, buffer_.size() - start, line);
  }
}

// Numbers and booleans bare, everything else as strings; empty cells are null.
void DemoFile::write_json(const std::vector<std::string>& cells) {
  buffer_ += '{';
  for (std::size_t i = 0; i < cells.size() && i < resource_.items.size(); ++i) {
    if (i > 0) buffer_ += ',';
    buffer_.append("\"").append(resource_.items[i].code).append("\":");
    const Type type = resource_.items[i].field.type;
    const bool word = cells[i].find_first_not_of("0123456789.-truefals") != std::string::npos;
    const bool bare = (type == Type::integer || type == Type::boolean) && !word;
    if (cells[i].empty()) {
      buffer_ += "null";
    } else if (bare) {
      buffer_ += cells[i];
    } else {
      buffer_ += '"';
      for (const char c : cells[i]) {
        if (c == '"' || c == '\\') buffer_ += '\\';
        buffer_ += c;
      }
      buffer_ += '"';
    }
  }
  buffer_ += "}\n";
}

void DemoFile::flush(bool all) {
  if (buffer_.empty() || (!all && buffer_.size() < buffer_bytes_max)) return;
  send(buffer_);
  buffer_.clear();
}

void DemoFile::send(std::string_view bytes) {
  while (!bytes.empty() && !failed_) {
    if (gzip_ != nullptr) {
      const int n =
          gzwrite(static_cast<gzFile>(gzip_), bytes.data(), static_cast<unsigned>(bytes.size()));
      failed_ = n <= 0;
      if (n > 0) bytes.remove_prefix(static_cast<std::size_t>(n));
    } else {
      const auto n = ::write(fd_, bytes.data(), bytes.size());
      failed_ = n < 0 && errno != EINTR;
      if (n > 0) bytes.remove_prefix(static_cast<std::size_t>(n));
    }
  }
}

Result<void> DemoFile::close() {
  flush(true);
  if (gzip_ != nullptr) {
    failed_ = gzclose(static_cast<gzFile>(std::exchange(gzip_, nullptr))) != Z_OK || failed_;
  }
  if (fd_ >= 0) failed_ = ::close(std::exchange(fd_, -1)) != 0 || failed_;
  if (failed_) return Error{Code::unavailable, "cannot write " + path_ + ": is the disk full?"};
  return ok();
}

}  // namespace citybrain::cli
