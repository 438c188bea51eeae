// Window: see window.h.
#include "window.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "csv_cut.h"

namespace citybrain::rail {
namespace {

Error failed(const std::string& doing, const std::string& path) {
  const int number = errno;
  return {number == ENOENT ? Code::not_found : Code::unavailable,
          doing + " '" + path + "': " + std::strerror(number)};
}

}  // namespace

Result<FileFacts> file_facts(const std::string& path) {
  struct stat facts = {};
  if (::stat(path.c_str(), &facts) != 0) return failed("cannot look at", path);
  if (!S_ISREG(facts.st_mode)) return invalid("'" + path + "' is no file; name a file");
  return FileFacts{facts.st_size,
                   facts.st_mtim.tv_sec * 1'000'000LL + facts.st_mtim.tv_nsec / 1000};
}

// A plain file descriptor, or zlib's reader over it.
struct Window::Input {
  std::string path;
  int file = -1;
  gzFile gzip = nullptr;

  ~Input() {
    if (gzip != nullptr) {
      ::gzclose(gzip);  // closes the descriptor too
    } else if (file >= 0) {
      ::close(file);
    }
  }

  // Bytes read, 0 at the end.
  Result<std::size_t> read(char* into, std::size_t bytes_max) {
    if (gzip != nullptr) {
      const int got = ::gzread(gzip, into, static_cast<unsigned>(std::min(bytes_max, 1UL << 30)));
      int number = 0;
      const char* what = ::gzerror(gzip, &number);
      if (got < 0 || (number != Z_OK && number != Z_STREAM_END)) {
        return corrupt("'" + path + "' is damaged gzip: " + what);
      }
      return static_cast<std::size_t>(got);
    }
    for (;;) {
      const ssize_t got = ::read(file, into, bytes_max);
      if (got >= 0) return static_cast<std::size_t>(got);
      if (errno != EINTR) return failed("cannot read", path);
    }
  }
};

Window::Window(Window&&) noexcept = default;
Window& Window::operator=(Window&&) noexcept = default;
Window::~Window() = default;

Result<Window> Window::open(const std::string& path, std::int64_t offset, std::size_t bytes_max) {
  Window out;
  out.input_ = std::make_unique<Input>();
  Input& input = *out.input_;
  input.path = path;
  input.file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (input.file < 0) return failed("cannot open", path);
  unsigned char magic[2] = {0, 0};
  const bool gzip = ::pread(input.file, magic, 2, 0) == 2 && magic[0] == 0x1F && magic[1] == 0x8B;
  if (!gzip && path.ends_with(".gz")) {
    CB_TRY(const FileFacts facts, file_facts(path));
    if (facts.bytes > 0) return corrupt("'" + path + "' is no gzip, though it is called so");
  }
  if (gzip) {
    input.gzip = ::gzdopen(input.file, "rb");
    if (input.gzip == nullptr) return unavailable("no memory to inflate '" + path + "'");
    ::gzbuffer(input.gzip, 1 << 18);
    if (::gzseek(input.gzip, offset, SEEK_SET) != offset) {
      return corrupt("'" + path + "' cannot be inflated up to byte " + std::to_string(offset));
    }
  } else {
    CB_TRY(const FileFacts facts, file_facts(path));
    if (facts.bytes < offset) {
      return invalid("'" + path + "' is shorter than byte " + std::to_string(offset) +
                     ", where reading goes on");
    }
    ::posix_fadvise(input.file, 0, 0, POSIX_FADV_SEQUENTIAL);
    if (::lseek(input.file, offset, SEEK_SET) != offset) return failed("cannot seek in", path);
  }
  out.bytes_max_ = bytes_max;
  out.data_.resize(bytes_max + CsvCutter::padding);
  out.offset_ = offset;
  CB_DO(out.refill());
  return out;
}

Result<void> Window::refill() {
  std::memmove(data_.data(), begin(), size());
  to_ = size();
  from_ = 0;
  while (!last_ && to_ < bytes_max_) {
    CB_TRY(const std::size_t got, input_->read(data_.data() + to_, bytes_max_ - to_));
    to_ += got;
    if (got == 0) last_ = true;
  }
  return ok();
}

}  // namespace citybrain::rail
