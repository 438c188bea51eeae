// ByteSource: plain files, gzip, memory and lines; see byte_source.h.
#include "byte_source.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

namespace citybrain::rail {
namespace {

Error failed(const std::string& doing, const std::string& path) {
  const int number = errno;
  return {number == ENOENT ? Code::not_found : Code::unavailable,
          doing + " '" + path + "': " + std::strerror(number)};
}

class PlainFile final : public ByteSource {
 public:
  PlainFile(std::string path, int file) : path_(std::move(path)), file_(file) {
    ::posix_fadvise(file_, 0, 0, POSIX_FADV_SEQUENTIAL);
  }
  ~PlainFile() override { ::close(file_); }
  PlainFile(const PlainFile&) = delete;
  PlainFile& operator=(const PlainFile&) = delete;

  Result<std::size_t> read(char* into, std::size_t bytes_max) override {
    for (;;) {
      const ssize_t got = ::read(file_, into, bytes_max);
      if (got >= 0) return static_cast<std::size_t>(got);
      if (errno != EINTR) return failed("cannot read", path_);
    }
  }
  Result<void> skip(std::int64_t bytes) override {
    CB_TRY(const FileFacts facts, file_facts(path_));
    if (facts.bytes < bytes) {
      return invalid("'" + path_ + "' is shorter than byte " + std::to_string(bytes) +
                     ", where reading goes on");
    }
    if (::lseek(file_, bytes, SEEK_SET) != bytes) return failed("cannot seek in", path_);
    return ok();
  }

 private:
  std::string path_;
  int file_;
};

class GzipFile final : public ByteSource {
 public:
  GzipFile(std::string path, gzFile gzip) : path_(std::move(path)), gzip_(gzip) {
    ::gzbuffer(gzip_, 1 << 18);
  }
  ~GzipFile() override { ::gzclose(gzip_); }
  GzipFile(const GzipFile&) = delete;
  GzipFile& operator=(const GzipFile&) = delete;

  Result<std::size_t> read(char* into, std::size_t bytes_max) override {
    const int got = ::gzread(gzip_, into, static_cast<unsigned>(std::min(bytes_max, 1UL << 30)));
    int number = 0;
    const char* what = ::gzerror(gzip_, &number);
    if (got < 0 || (number != Z_OK && number != Z_STREAM_END)) {
      return corrupt("'" + path_ + "' is damaged gzip: " + what);
    }
    return static_cast<std::size_t>(got);
  }

 private:
  std::string path_;
  gzFile gzip_;
};

class Memory final : public ByteSource {
 public:
  explicit Memory(std::string_view bytes) : data_(bytes.data()), size_(bytes.size()) {}
  Result<std::size_t> read(char* into, std::size_t bytes_max) override {
    const std::size_t count = std::min(bytes_max, size_ - at_);
    if (count > 0) std::memcpy(into, data_ + at_, count);
    at_ += count;
    return count;
  }

 private:
  const char* data_;
  std::size_t size_;
  std::size_t at_ = 0;
};

class Lines final : public ByteSource {
 public:
  explicit Lines(NextLines next) : next_(std::move(next)) {}
  Result<std::size_t> read(char* into, std::size_t bytes_max) override {
    while (at_ == text_.size()) {
      text_.clear();
      at_ = 0;
      CB_TRY(const bool more, next_(text_));
      if (!more) return std::size_t{0};
    }
    const std::size_t count = std::min(bytes_max, text_.size() - at_);
    std::memcpy(into, text_.data() + at_, count);
    at_ += count;
    return count;
  }

 private:
  NextLines next_;
  std::string text_;
  std::size_t at_ = 0;
};

}  // namespace

Result<FileFacts> file_facts(const std::string& path) {
  struct stat facts = {};
  if (::stat(path.c_str(), &facts) != 0) return failed("cannot look at", path);
  if (!S_ISREG(facts.st_mode)) return invalid("'" + path + "' is no file; name a file");
  return FileFacts{facts.st_size,
                   facts.st_mtim.tv_sec * 1'000'000LL + facts.st_mtim.tv_nsec / 1000};
}

const char* name_of(Container container) {
  switch (container) {
    case Container::plain: return "plain";
    case Container::gzip: return "gzip";
    case Container::zstd: return "zstd";
    case Container::workbook: return "xlsx";
    case Container::parquet: return "parquet";
  }
  return "plain";
}

Container container_of(std::string_view head) {
  if (head.starts_with("\x1F\x8B")) return Container::gzip;
  if (head.starts_with("\x28\xB5\x2F\xFD")) return Container::zstd;
  if (head.starts_with("PK\x03\x04") || head.starts_with("\xD0\xCF\x11\xE0")) {
    return Container::workbook;  // the second is .xls, whose reader says what to do
  }
  return head.starts_with("PAR1") ? Container::parquet : Container::plain;
}

Result<Container> container_of_file(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return failed("cannot open", path);
  char head[4] = {};
  const ssize_t got = ::pread(file, head, sizeof head, 0);
  const Error error = failed("cannot read", path);
  ::close(file);
  if (got < 0) return error;
  return container_of({head, static_cast<std::size_t>(got)});
}

Result<void> ByteSource::skip(std::int64_t bytes) {
  std::vector<char> dropped(1 << 18);
  while (bytes > 0) {
    const auto want = static_cast<std::size_t>(
        std::min<std::int64_t>(bytes, static_cast<std::int64_t>(dropped.size())));
    CB_TRY(const std::size_t got, read(dropped.data(), want));
    if (got == 0) return invalid("what was read before is no longer there");
    bytes -= static_cast<std::int64_t>(got);
  }
  return ok();
}

Result<std::unique_ptr<ByteSource>> open_bytes(const std::string& path, const SourceHints& hints) {
  CB_TRY(const Container container, container_of_file(path));
  switch (container) {
    case Container::zstd: return open_zstd(path);
    case Container::workbook: return open_workbook(path, hints);
    case Container::parquet: return open_parquet(path);
    case Container::gzip:
    case Container::plain: break;
  }
  if (container == Container::plain && path.ends_with(".gz")) {
    CB_TRY(const FileFacts facts, file_facts(path));
    if (facts.bytes > 0) return corrupt("'" + path + "' is no gzip, though it is called so");
  }
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return failed("cannot open", path);
  if (container == Container::plain) {
    return std::unique_ptr<ByteSource>(std::make_unique<PlainFile>(path, file));
  }
  gzFile gzip = ::gzdopen(file, "rb");
  if (gzip == nullptr) {
    ::close(file);
    return unavailable("no memory to inflate '" + path + "'");
  }
  return std::unique_ptr<ByteSource>(std::make_unique<GzipFile>(path, gzip));
}

std::unique_ptr<ByteSource> bytes_of(std::string_view bytes) {
  return std::make_unique<Memory>(bytes);
}

std::unique_ptr<ByteSource> lines_of(NextLines next) {
  return std::make_unique<Lines>(std::move(next));
}

}  // namespace citybrain::rail
