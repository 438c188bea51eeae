// A zstd file's bytes (RFC 8878), inflated as they are asked for; frames may follow each other.
#include <zstd.h>

#include <cstdio>
#include <vector>

#include "byte_source.h"

namespace citybrain::rail {
namespace {

// A frame may ask for no larger a window than this, whatever it says: 128 MiB, zstd's own default.
constexpr int window_log_max = 27;

class ZstdFile final : public ByteSource {
 public:
  ZstdFile(std::string path, std::FILE* file)
      : path_(std::move(path)),
        file_(file),
        stream_(::ZSTD_createDStream()),
        in_(::ZSTD_DStreamInSize()) {
    CB_CHECK(stream_ != nullptr);
    ::ZSTD_DCtx_setParameter(stream_, ZSTD_d_windowLogMax, window_log_max);
  }
  ~ZstdFile() override {
    ::ZSTD_freeDStream(stream_);
    std::fclose(file_);
  }
  ZstdFile(const ZstdFile&) = delete;
  ZstdFile& operator=(const ZstdFile&) = delete;

  Result<std::size_t> read(char* into, std::size_t bytes_max) override {
    ZSTD_outBuffer out{into, bytes_max, 0};
    while (out.pos == 0) {
      if (input_.pos == input_.size) {
        const std::size_t got = std::fread(in_.data(), 1, in_.size(), file_);
        if (got == 0) {
          if (std::ferror(file_) != 0) return unavailable("cannot read '" + path_ + "'");
          if (in_frame_) return corrupt("'" + path_ + "' is damaged zstd: it is cut off");
          return std::size_t{0};
        }
        input_ = {in_.data(), got, 0};
      }
      const std::size_t left = ::ZSTD_decompressStream(stream_, &out, &input_);
      if (::ZSTD_isError(left) != 0) {
        return corrupt("'" + path_ + "' is damaged zstd: " + ::ZSTD_getErrorName(left));
      }
      in_frame_ = left != 0;
    }
    return out.pos;
  }

 private:
  std::string path_;
  std::FILE* file_;
  ZSTD_DStream* stream_;
  std::vector<char> in_;
  ZSTD_inBuffer input_{nullptr, 0, 0};
  bool in_frame_ = false;
};

}  // namespace

Result<std::unique_ptr<ByteSource>> open_zstd(const std::string& path) {
  std::FILE* file = std::fopen(path.c_str(), "rbe");
  if (file == nullptr) return not_found("cannot open '" + path + "'");
  return std::unique_ptr<ByteSource>(std::make_unique<ZstdFile>(path, file));
}

}  // namespace citybrain::rail
