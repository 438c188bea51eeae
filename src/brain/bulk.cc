// Evaluating over a batch.
#include "brain/model.h"

#include "evaluation.h"

namespace citybrain::brain {
struct Block::Impl {
  const Batch* batch;
};
Block::Block(const Batch& batch) : impl_(std::make_unique<Impl>()) { impl_->batch = &batch; }
Block::~Block() = default;
Block::Block(Block&&) noexcept = default;
struct Program::Impl {};
Program::Program(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Program::~Program() = default;
Result<BatchOutcome> Program::evaluate(const Block&) const { return internal("not yet"); }
Result<std::shared_ptr<const Program>> Model::bind(const std::vector<std::string>&, const Context&,
                                                   const EvaluateOptions&) const {
  return internal("not yet");
}
}  // namespace citybrain::brain
