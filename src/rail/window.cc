// Window: see window.h.
#include "window.h"

#include <cstring>

#include "csv_cut.h"

namespace citybrain::rail {

Window::Window(Window&&) noexcept = default;
Window& Window::operator=(Window&&) noexcept = default;
Window::~Window() = default;

Result<Window> Window::over(std::unique_ptr<ByteSource> source, std::int64_t offset,
                            std::size_t bytes_max) {
  Window out;
  out.input_ = std::move(source);
  if (offset > 0) CB_DO(out.input_->skip(offset));
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
