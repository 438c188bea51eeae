// Running a catalogue: blocks of a batch, and single subjects. See include/brain/catalogue.h.
#include "brain/catalogue.h"

#include "base/check.h"
#include "subject_run.h"

namespace citybrain::brain {

struct CatalogueRun::Impl {
  explicit Impl(std::shared_ptr<const Catalogue> c) : catalogue(std::move(c)) {}

  std::shared_ptr<const Catalogue> catalogue;
  SubjectRun& one() {
    if (!subject) subject = std::make_unique<SubjectRun>(catalogue->impl());
    return *subject;
  }

  std::vector<std::size_t> columns;     // of the batch that was last
  std::unique_ptr<BulkRun> bulk;        // made at the first batch
  std::unique_ptr<SubjectRun> subject;  // made at the first subject
};

CatalogueRun::CatalogueRun(std::shared_ptr<const Catalogue> catalogue)
    : impl_(std::make_unique<Impl>(std::move(catalogue))) {}
CatalogueRun::~CatalogueRun() = default;
CatalogueRun::CatalogueRun(CatalogueRun&&) noexcept = default;
CatalogueRun& CatalogueRun::operator=(CatalogueRun&&) noexcept = default;

Result<std::size_t> CatalogueRun::batch(const Batch& batch, const Sink& sink) {
  if (!impl_->bulk) impl_->bulk = std::make_unique<BulkRun>(impl_->catalogue->impl());
  BulkRun& run = *impl_->bulk;
  std::vector<std::size_t>& columns = impl_->columns;
  CB_DO(run.find_columns(batch, columns));
  std::size_t diagnostics = 0;
  for (std::size_t first = 0; first < batch.rows; first += block_rows_max) {
    const std::size_t rows = std::min(block_rows_max, batch.rows - first);
    run.begin(batch, columns, first, rows);
    for (std::size_t model = 0; model < impl_->catalogue->size(); ++model) {
      ModelAnswers out;
      out.model = model;
      out.first_row = first;
      out.rows = rows;
      out.decisions = run.answers(model);
      out.diagnostics = run.diagnostics(model);
      diagnostics += out.diagnostics;
      CB_DO(sink(out));
    }
  }
  return diagnostics;
}

Result<void> CatalogueRun::open(const Batch& batch) { return impl_->one().open(batch); }

const SubjectAnswers& CatalogueRun::subject(std::size_t row) {
  CB_CHECK(impl_->subject != nullptr);
  return impl_->subject->evaluate(row);
}

std::span<const Value> CatalogueRun::usual(std::size_t model) { return impl_->one().usual(model); }

}  // namespace citybrain::brain
