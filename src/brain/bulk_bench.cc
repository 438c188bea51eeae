// bench bulk: every policy of the city, from its DMN text, over 500,000 subjects of a kind: firms
// against the policies for firms, people against those for people. 资格 and 金额 of each are
// written to a file. Beside it the same one by one with Model::evaluate, on a sample of the
// subjects, scaled. The file is read back, and the sample's digest is equal on both sides.
//   build/bulk_bench FACTS|--made-up [ROWS]     FACTS: as build/dump_facts writes it
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "bench_facts.h"

namespace citybrain::brain {
namespace {

using namespace bench;

constexpr std::size_t sampled_in_page = 8;

// A record a model and block: for each decision its parts; the largest part of equal values stands
// first and without rows: it is the rest.
class Writer {
 public:
  explicit Writer(const std::string& path) : file_(std::fopen(path.c_str(), "wb")) {
    buffer_.reserve(capacity + (1 << 20));
  }
  ~Writer() { std::fclose(file_); }

  void write(const ModelAnswers& answers) {
    put(static_cast<std::uint64_t>(answers.model));
    put(static_cast<std::uint64_t>(answers.first_row));
    put(static_cast<std::uint64_t>(answers.rows));
    for (const Answer& answer : answers.decisions) write(answer);
    if (buffer_.size() >= capacity) flush();
  }
  // Bytes in all, once the last of them are in the file.
  std::size_t finish() {
    flush();
    std::fflush(file_);
    return bytes_;
  }

 private:
  static constexpr std::size_t capacity = 1 << 20;

  template <typename T>
  void put(const T& plain) {
    put(&plain, sizeof plain);
  }
  void put(const void* bytes, std::size_t size) {
    const std::size_t at = buffer_.size();
    buffer_.resize(at + size);
    std::memcpy(buffer_.data() + at, bytes, size);
  }
  void put(const Value& value) {
    const std::string text = to_text(value);
    put(static_cast<std::uint8_t>(value.kind()));
    put(static_cast<std::uint16_t>(text.size()));
    put(text.data(), text.size());
  }
  void write(const Answer& answer) {
    std::size_t largest = 0;
    for (std::size_t i = 0; i < answer.same.size(); ++i) {
      if (answer.same[i].count > answer.same[largest].count) largest = i;
    }
    put(static_cast<std::uint8_t>(answer.same.size()));
    if (!answer.same.empty()) put(answer.same[largest].value);
    for (std::size_t i = 0; i < answer.same.size(); ++i) {
      if (i == largest) continue;
      put(answer.same[i].value);
      write_rows(answer.same[i]);
    }
    put(static_cast<std::uint8_t>(answer.numbers.size()));
    for (const Answer::Numbers& n : answer.numbers) {
      put(static_cast<std::uint8_t>(n.scale));
      put(static_cast<std::uint16_t>(n.rows.size()));
      for (const std::uint32_t row : n.rows) put(static_cast<std::uint16_t>(row));
      put(n.units.data(), n.units.size() * sizeof(std::int64_t));
    }
    put(static_cast<std::uint16_t>(answer.others.size()));
    for (std::size_t i = 0; i < answer.others.size(); ++i) {
      put(answer.other_rows[i]);
      put(answer.others[i]);
    }
  }
  // A list where that is shorter than the plane.
  void write_rows(const Answer::Same& same) {
    if (same.count * sizeof(std::uint16_t) >= same.rows.size_bytes()) {
      put(std::uint16_t{0xFFFF});
      return put(same.rows.data(), same.rows.size_bytes());
    }
    put(static_cast<std::uint16_t>(same.count));
    for (std::size_t w = 0; w < same.rows.size(); ++w) {
      for (std::uint64_t bits = same.rows[w]; bits != 0; bits &= bits - 1)
        put(static_cast<std::uint16_t>(w * 64 + static_cast<std::size_t>(__builtin_ctzll(bits))));
    }
  }
  void flush() {
    bytes_ += buffer_.size();
    if (std::fwrite(buffer_.data(), 1, buffer_.size(), file_) != buffer_.size()) std::abort();
    buffer_.clear();
  }

  std::FILE* file_;
  std::vector<char> buffer_;
  std::size_t bytes_ = 0;
};

// Reads the file back and digests the sampled rows.
class Reader {
 public:
  explicit Reader(std::string bytes) : bytes_(std::move(bytes)) {}

  std::uint64_t digest(std::size_t decisions) {
    Digest out;
    while (at_ < bytes_.size()) {
      const auto model = take<std::uint64_t>();
      const auto first = take<std::uint64_t>();
      const auto rows = take<std::uint64_t>();
      for (std::size_t d = 0; d < decisions; ++d) {
        const std::vector<std::string> values = read(rows);
        for (std::uint64_t row = 0; row < rows; ++row) {
          if ((first + row) % page_rows < sampled_in_page)
            out.add(first + row, model, d, values[row]);
        }
      }
    }
    return out.value();
  }

 private:
  template <typename T>
  T take() {
    T out;
    std::memcpy(&out, bytes_.data() + at_, sizeof out);
    at_ += sizeof out;
    return out;
  }
  std::string value() {
    take<std::uint8_t>();
    const std::size_t size = take<std::uint16_t>();
    at_ += size;
    return bytes_.substr(at_ - size, size);
  }
  std::vector<std::string> read(std::uint64_t rows) {
    const int same = take<std::uint8_t>();
    std::vector<std::string> values(rows, same > 0 ? value() : "");
    for (int i = 1; i < same; ++i) {
      const std::string v = value();
      const auto count = take<std::uint16_t>();
      for (int r = 0; count != 0xFFFF && r < count; ++r) values[take<std::uint16_t>()] = v;
      for (std::size_t w = 0; count == 0xFFFF && w < block_rows_max / 64; ++w) {
        for (auto bits = take<std::uint64_t>(); bits != 0; bits &= bits - 1)
          values[w * 64 + static_cast<std::size_t>(__builtin_ctzll(bits))] = v;
      }
    }
    for (int parts = take<std::uint8_t>(); parts > 0; --parts) {
      const int scale = take<std::uint8_t>();
      const std::size_t count = take<std::uint16_t>();
      std::vector<std::uint16_t> at(count);
      for (auto& row : at) row = take<std::uint16_t>();
      for (const auto row : at) values[row] = Decimal::scaled(take<std::int64_t>(), scale).text();
    }
    for (int others = take<std::uint16_t>(); others > 0; --others) {
      const auto row = take<std::uint32_t>();
      values[row] = value();
    }
    return values;
  }

  std::string bytes_;
  std::size_t at_ = 0;
};

struct OneByOne {
  Digest digest;
  double seconds = 0;
  std::size_t evaluations = 0;
};

// 金额 asks for 资格 itself, so the time of one call stands for both.
void one_by_one(const Side& side, const Batch& page, std::size_t first_row, OneByOne& out) {
  for (std::size_t row = 0; row < std::min(sampled_in_page, page.rows); ++row) {
    std::vector<Context> contexts;
    for (const CatalogueEntry& e : side.entries) contexts.push_back(context_of(e, page, row));
    std::vector<Value> sums(contexts.size());
    const double start = now_s();
    for (std::size_t p = 0; p < contexts.size(); ++p)
      sums[p] = side.entries[p].model->evaluate("金额", contexts[p]).value;
    out.seconds += now_s() - start;
    out.evaluations += contexts.size();
    for (std::size_t p = 0; p < contexts.size(); ++p) {
      const Value may = side.entries[p].model->evaluate("资格", contexts[p]).value;
      out.digest.add(first_row + row, p, 0, to_text(may));
      out.digest.add(first_row + row, p, 1, to_text(sums[p]));
    }
  }
}

// Of one kind of subject, and of all so far.
struct Bulk {
  std::size_t policies = 0;
  std::size_t evaluations = 0;
  std::size_t entitled = 0;
  std::size_t diagnostics = 0;
  std::size_t bytes = 0;
  double seconds = 0;  // compiling, evaluating, writing
  double other = 0;    // one by one, scaled
};

Result<void> run(const Side& side, const std::string& path, Bulk& all) {
  double start = now_s();
  CB_TRY(const auto catalogue, Catalogue::compile(side.entries, side.schema));
  CatalogueRun run(catalogue);
  double seconds = now_s() - start;
  const CatalogueFigures& f = catalogue->figures();
  std::printf(
      "%s: compiled in %.3f s: %zu models, %zu conditions, %zu of them distinct, %zu nodes, %zu by "
      "rows\n",
      side.name.c_str(), seconds, f.models, f.conditions, f.shared_conditions, f.nodes, f.by_rows);
  OneByOne one;
  std::size_t rows = 0;
  {
    Writer writer(path);
    while (const std::optional<Batch> page = side.next()) {
      start = now_s();
      CB_TRY(const std::size_t noted, run.batch(*page, [&](ModelAnswers answers) {
        answers.first_row += rows;
        for (const auto& same : answers.decisions[0].same)
          all.entitled += same.value.is_true() ? same.count : 0;
        writer.write(answers);
        return ok();
      }));
      seconds += now_s() - start;
      all.diagnostics += noted;
      one_by_one(side, *page, rows, one);
      rows += page->rows;
    }
    start = now_s();
    all.bytes += writer.finish();
    seconds += now_s() - start;
  }
  if (rows != side.rows) {
    return invalid("there are " + std::to_string(rows) + " facts of a kind '" + side.name + "', " +
                   std::to_string(side.rows) + " are asked for; fill a larger city");
  }
  CB_TRY(std::string written, read_file(path));
  const std::uint64_t ours = Reader(std::move(written)).digest(2);
  std::filesystem::remove(path);
  std::printf(
      "%s: %zu x %zu in %.3f s; digest of %zu evaluations: ours %016llx, one by one %016llx\n",
      side.name.c_str(), rows, side.entries.size(), seconds, one.evaluations,
      static_cast<unsigned long long>(ours), static_cast<unsigned long long>(one.digest.value()));
  if (ours != one.digest.value()) return internal("the digests differ");
  const std::size_t evaluations = rows * side.entries.size();
  all.policies += side.entries.size();
  all.evaluations += evaluations;
  all.seconds += seconds;
  all.other +=
      one.seconds / static_cast<double>(one.evaluations) * static_cast<double>(evaluations);
  return ok();
}

Result<void> run(const std::string& facts, std::size_t rows) {
  CB_TRY(const City city, read_city());
  CB_TRY(const std::vector<Side> sides, sides_of(city, facts, rows));
  Bulk all;
  for (const Side& side : sides) CB_DO(run(side, "/tmp/citybrain-bench-bulk.bin", all));
  std::printf(
      "%zu subjects x %zu policies: %zu evaluations, %.2f in 1,000 entitled, %zu diagnostics, %zu "
      "bytes written\n",
      rows, all.policies, all.evaluations,
      1000.0 * static_cast<double>(all.entitled) / static_cast<double>(all.evaluations),
      all.diagnostics, all.bytes);
  std::printf("bench %s ours=%.3f other=%.1f ratio=%.0f unit=s\n",
              facts == "--made-up" ? "bulk_made_up" : "bulk", all.seconds, all.other,
              all.other / all.seconds);
  return ok();
}

}  // namespace
}  // namespace citybrain::brain

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: bulk_bench FACTS|--made-up [ROWS]\n");
    return 2;
  }
  const auto done =
      citybrain::brain::run(argv[1], argc > 2 ? std::strtoul(argv[2], nullptr, 10) : 500'000);
  if (done) return 0;
  std::fprintf(stderr, "bulk_bench: %s\n", done.error().message.c_str());
  return 1;
}
