// ZipOut: see zip_out.h.
#include "zip_out.h"

#include <fcntl.h>
#include <minizip/zip.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

namespace citybrain::sheet {
namespace {

// Bytes in memory that grow where they are written, as minizip wants a file.
struct MemoryOut {
  std::string bytes;
  std::size_t at = 0;
};

voidpf open_memory(voidpf opaque, const void*, int) { return opaque; }
uLong read_memory(voidpf, voidpf, void*, uLong) { return 0; }
uLong write_memory(voidpf, voidpf stream, const void* from, uLong size) {
  auto* out = static_cast<MemoryOut*>(stream);
  if (out->at + size > out->bytes.size()) out->bytes.resize(out->at + size);
  std::memcpy(out->bytes.data() + out->at, from, size);
  out->at += size;
  return size;
}
ZPOS64_T tell_memory(voidpf, voidpf stream) { return static_cast<MemoryOut*>(stream)->at; }
long seek_memory(voidpf, voidpf stream, ZPOS64_T offset, int origin) {
  auto* out = static_cast<MemoryOut*>(stream);
  const std::size_t base = origin == ZLIB_FILEFUNC_SEEK_SET   ? 0
                           : origin == ZLIB_FILEFUNC_SEEK_CUR ? out->at
                                                              : out->bytes.size();
  if (base + offset > out->bytes.size()) return -1;
  out->at = base + offset;
  return 0;
}
int close_memory(voidpf, voidpf) { return 0; }
int error_memory(voidpf, voidpf) { return 0; }

}  // namespace

struct ZipOut::Open {
  std::string path;  // "" = in memory
  std::string part_path;
  MemoryOut memory;
  zipFile zip = nullptr;
  bool in_part = false;

  Error failed() const {
    return path.empty() ? internal("the workbook could not be put together in memory")
                        : unavailable("cannot write '" + part_path + "': " + std::strerror(errno) +
                                      "; is the disk full?");
  }
  ~Open() {
    if (zip == nullptr) return;
    if (in_part) ::zipCloseFileInZip(zip);
    ::zipClose(zip, nullptr);
    if (!path.empty()) std::remove(part_path.c_str());
  }
};

ZipOut::ZipOut() : open_(std::make_unique<Open>()) {}
ZipOut::~ZipOut() = default;

Result<std::unique_ptr<ZipOut>> ZipOut::create(const std::string& path) {
  std::unique_ptr<ZipOut> out(new ZipOut);
  Open& open = *out->open_;
  open.path = path;
  if (path.empty()) {
    zlib_filefunc64_def functions = {};
    functions.zopen64_file = open_memory;
    functions.zread_file = read_memory;
    functions.zwrite_file = write_memory;
    functions.ztell64_file = tell_memory;
    functions.zseek64_file = seek_memory;
    functions.zclose_file = close_memory;
    functions.zerror_file = error_memory;
    functions.opaque = &open.memory;
    open.zip = ::zipOpen2_64("", APPEND_STATUS_CREATE, nullptr, &functions);
  } else {
    open.part_path = path + ".part";
    open.zip = ::zipOpen64(open.part_path.c_str(), APPEND_STATUS_CREATE);
  }
  if (open.zip == nullptr) return open.failed();
  return out;
}

Result<void> ZipOut::end_part() {
  Open& open = *open_;
  if (open.in_part && ::zipCloseFileInZip(open.zip) != ZIP_OK) return open.failed();
  open.in_part = false;
  return ok();
}

Result<void> ZipOut::begin(const std::string& part) {
  CB_DO(end_part());
  zip_fileinfo info = {};
  info.tmz_date = {0, 0, 0, 1, 0, 1980};
  // zip64 = 1: a sheet may grow beyond 4 GiB, which is not known yet.
  if (::zipOpenNewFileInZip64(open_->zip, part.c_str(), &info, nullptr, 0, nullptr, 0, nullptr,
                              Z_DEFLATED, 4, 1) != ZIP_OK) {
    return open_->failed();
  }
  open_->in_part = true;
  return ok();
}

Result<void> ZipOut::write(std::string_view bytes) {
  CB_CHECK(open_->in_part && bytes.size() < (1U << 31));
  if (::zipWriteInFileInZip(open_->zip, bytes.data(), static_cast<unsigned>(bytes.size())) !=
      ZIP_OK) {
    return open_->failed();
  }
  return ok();
}

Result<std::string> ZipOut::finish() {
  CB_DO(end_part());
  Open& open = *open_;
  const int closed = ::zipClose(std::exchange(open.zip, nullptr), nullptr);
  if (open.path.empty())
    return closed == ZIP_OK ? std::move(open.memory.bytes) : Result<std::string>(open.failed());
  const int file = closed == ZIP_OK ? ::open(open.part_path.c_str(), O_RDONLY | O_CLOEXEC) : -1;
  const bool synced = file >= 0 && ::fsync(file) == 0;
  if (file >= 0) ::close(file);
  if (!synced || std::rename(open.part_path.c_str(), open.path.c_str()) != 0) {
    const Error error = open.failed();
    std::remove(open.part_path.c_str());
    return error;
  }
  return std::string();
}

}  // namespace citybrain::sheet
