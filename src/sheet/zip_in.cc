// ZipIn: see zip_in.h.
#include "zip_in.h"

#include <minizip/unzip.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace citybrain::sheet {
namespace {

constexpr std::int64_t ratio_from_bytes = 16 << 20;  // below it no ratio does harm

// A reading place in bytes in memory, as minizip wants a file.
struct MemoryFile {
  std::shared_ptr<const std::string> bytes;
  std::uint64_t at = 0;
};

voidpf open_memory(voidpf opaque, const void*, int) { return opaque; }
uLong read_memory(voidpf, voidpf stream, void* into, uLong size) {
  auto* file = static_cast<MemoryFile*>(stream);
  const std::uint64_t left =
      file->bytes->size() - std::min<std::uint64_t>(file->at, file->bytes->size());
  const auto count = static_cast<uLong>(std::min<std::uint64_t>(size, left));
  if (count > 0) std::memcpy(into, file->bytes->data() + file->at, count);
  file->at += count;
  return count;
}
ZPOS64_T tell_memory(voidpf, voidpf stream) { return static_cast<MemoryFile*>(stream)->at; }
long seek_memory(voidpf, voidpf stream, ZPOS64_T offset, int origin) {
  auto* file = static_cast<MemoryFile*>(stream);
  const std::uint64_t base = origin == ZLIB_FILEFUNC_SEEK_SET   ? 0
                             : origin == ZLIB_FILEFUNC_SEEK_CUR ? file->at
                                                                : file->bytes->size();
  const std::uint64_t to = base + offset;
  if (to < base || to > file->bytes->size()) return -1;
  file->at = to;
  return 0;
}
int close_memory(voidpf, voidpf) { return 0; }
int error_memory(voidpf, voidpf) { return 0; }

Error no_workbook(const std::string& why) {
  return invalid("this is no .xlsx workbook: " + why +
                 "; open it in Excel or WPS and save it as .xlsx");
}

Result<void> check_head(std::string_view head) {
  if (looks_like_xlsx(head)) return ok();
  if (head.starts_with("\xD0\xCF\x11\xE0")) {
    return no_workbook("it is an .xls of Excel 97, or a workbook with a password");
  }
  return no_workbook("it does not begin as a zip does");
}

}  // namespace

bool looks_like_xlsx(std::string_view head) { return head.starts_with("PK\x03\x04"); }

struct PartReader::Open {
  MemoryFile memory;
  unzFile zip = nullptr;
  bool in_part = false;
  std::string part;
  Limits limits;
  std::int64_t deflated = 0;
  std::int64_t inflated = 0;
  std::array<char, piece_bytes> piece;

  ~Open() {
    if (in_part) ::unzCloseCurrentFile(zip);
    if (zip != nullptr) ::unzClose(zip);
  }
};

PartReader::PartReader() = default;
PartReader::PartReader(PartReader&&) noexcept = default;
PartReader& PartReader::operator=(PartReader&&) noexcept = default;
PartReader::~PartReader() = default;

Result<std::string_view> PartReader::next() {
  Open& open = *open_;
  if (!open.in_part) return std::string_view();
  const int got = ::unzReadCurrentFile(open.zip, open.piece.data(), piece_bytes);
  if (got < 0) return corrupt("the part '" + open.part + "' of the workbook is damaged");
  if (got == 0) {
    open.in_part = false;
    if (::unzCloseCurrentFile(open.zip) != UNZ_OK) {
      return corrupt("the part '" + open.part + "' of the workbook does not fit its checksum");
    }
    return std::string_view();
  }
  open.inflated += got;
  if (open.inflated > open.limits.part_bytes_max) {
    return exhausted("the part '" + open.part + "' is larger than " +
                     std::to_string(open.limits.part_bytes_max) + " bytes when inflated");
  }
  if (open.inflated > ratio_from_bytes &&
      open.inflated / std::max<std::int64_t>(open.deflated, 1) > open.limits.ratio_max) {
    return exhausted("the part '" + open.part + "' inflates more than " +
                     std::to_string(open.limits.ratio_max) + " times: a zip bomb");
  }
  return std::string_view(open.piece.data(), static_cast<std::size_t>(got));
}

std::unique_ptr<PartReader::Open> ZipIn::handle() const {
  auto open = std::make_unique<PartReader::Open>();
  open->limits = limits_;
  if (!bytes_) {
    open->zip = ::unzOpen64(path_.c_str());
    return open;
  }
  open->memory.bytes = bytes_;
  zlib_filefunc64_def functions = {};
  functions.zopen64_file = open_memory;
  functions.zread_file = read_memory;
  functions.ztell64_file = tell_memory;
  functions.zseek64_file = seek_memory;
  functions.zclose_file = close_memory;
  functions.zerror_file = error_memory;
  functions.opaque = &open->memory;
  open->zip = ::unzOpen2_64("", &functions);
  return open;
}

Result<ZipIn> ZipIn::open(const std::string& path, const Limits& limits) {
  struct stat facts = {};
  std::FILE* file = std::fopen(path.c_str(), "rbe");
  if (file == nullptr || ::fstat(::fileno(file), &facts) != 0) {
    const int number = errno;
    if (file != nullptr) std::fclose(file);
    return Error{number == ENOENT ? Code::not_found : Code::unavailable,
                 "cannot open '" + path + "': " + std::strerror(number)};
  }
  char head[4] = {};
  const std::size_t got = std::fread(head, 1, sizeof head, file);
  std::fclose(file);
  ZipIn zip;
  zip.path_ = path;
  zip.size_ = facts.st_size;
  zip.limits_ = limits;
  if (facts.st_size > limits.file_bytes_max) {
    return exhausted("the workbook has " + std::to_string(facts.st_size) + " bytes, at most " +
                     std::to_string(limits.file_bytes_max) + " are read; send it in parts");
  }
  CB_DO(check_head({head, got}));
  CB_DO(zip.learn_parts());
  return zip;
}

Result<ZipIn> ZipIn::open_bytes(std::string bytes, const Limits& limits) {
  if (static_cast<std::int64_t>(bytes.size()) > limits.file_bytes_max) {
    return exhausted("the workbook has " + std::to_string(bytes.size()) + " bytes, at most " +
                     std::to_string(limits.file_bytes_max) + " are read; send it in parts");
  }
  CB_DO(check_head(bytes));
  ZipIn zip;
  zip.size_ = static_cast<std::int64_t>(bytes.size());
  zip.bytes_ = std::make_shared<const std::string>(std::move(bytes));
  zip.limits_ = limits;
  CB_DO(zip.learn_parts());
  return zip;
}

Result<void> ZipIn::learn_parts() {
  const auto open = handle();
  if (open->zip == nullptr)
    return corrupt("the workbook's zip is cut off or damaged; send it again");
  std::int64_t parts = 0;
  for (int at = ::unzGoToFirstFile(open->zip); at == UNZ_OK; at = ::unzGoToNextFile(open->zip)) {
    if (++parts > limits_.parts_max) {
      return exhausted("the workbook's zip holds more than " + std::to_string(limits_.parts_max) +
                       " files");
    }
    unz_file_info64 info = {};
    std::array<char, 512> name = {};
    if (::unzGetCurrentFileInfo64(open->zip, &info, name.data(), name.size() - 1, nullptr, 0,
                                  nullptr, 0) != UNZ_OK) {
      return corrupt("the workbook's zip has a damaged directory; send it again");
    }
    if ((info.flag & 1) != 0) return no_workbook("its parts are locked by a password");
    parts_.insert(name.data());
  }
  return ok();
}

Result<PartReader> ZipIn::read(const std::string& part) const {
  PartReader reader;
  reader.open_ = handle();
  PartReader::Open& open = *reader.open_;
  open.part = part;
  unz_file_info64 info = {};
  if (open.zip == nullptr || ::unzLocateFile(open.zip, part.c_str(), 1) != UNZ_OK ||
      ::unzGetCurrentFileInfo64(open.zip, &info, nullptr, 0, nullptr, 0, nullptr, 0) != UNZ_OK ||
      ::unzOpenCurrentFile(open.zip) != UNZ_OK) {
    return corrupt("the workbook lacks its part '" + part + "', or it cannot be read");
  }
  open.in_part = true;
  // The directory may lie about it, but not beyond the zip's own size.
  open.deflated = static_cast<std::int64_t>(
      std::min<std::uint64_t>(info.compressed_size, static_cast<std::uint64_t>(size_)));
  return reader;
}

}  // namespace citybrain::sheet
