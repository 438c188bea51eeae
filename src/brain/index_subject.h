// SubjectIndex: which models can answer one subject otherwise than usual. A model's rules stand as
// hits in the graph; where all of them fail, most models answer a constant ("false, 0"). By column,
// the subject's value says which hits are still possible, as a bitmap over hits: one search and
// one `and` a column, for all models at once. What conditions ask of one column alone, however they
// are put together, is answered so; the rest stands at the hit as its open conditions.
#pragma once

#include <optional>
#include <set>
#include <vector>

#include "catalogue_plan.h"

namespace citybrain::brain {

// What a value of one column leaves possible: a bit a gate (a hit that some model's unusual answer
// needs), and from the next word on a bit a term of the usual answers' diagnostics.
struct ColumnIndex {
  std::uint32_t column = 0;
  bool by_code = false;              // text, else whole numbers
  std::vector<std::int64_t> starts;  // of the intervals within which nothing changes, ascending
  std::vector<std::uint64_t> bits;   // by interval or code, `words` each; last of all: of null
  std::size_t words = 0;

  const std::uint64_t* of_int(std::int64_t value) const;
  const std::uint64_t* of_code(std::uint32_t code) const { return &bits[code * words]; }
  const std::uint64_t* of_null() const { return &bits[bits.size() - words]; }
};

class SubjectIndex {
 public:
  explicit SubjectIndex(const Catalogue::Impl& plan);

  struct Entry {
    bool usual = false;                // has a usual answer; else it is evaluated each time
    std::vector<Value> answers;        // the usual ones
    AccountRef account = no_account;   // of the usual ones
    std::vector<std::uint32_t> gates;  // of which one must hold for others
  };
  const std::vector<Entry>& entries() const { return entries_; }
  // Gates by bit: the hit, and the entries behind it.
  struct Gate {
    NodeRef hit = no_ref;
    std::vector<NodeRef> open;  // what must be true besides; what is cheap stands first
    std::vector<std::uint32_t> entries;
  };
  const std::vector<Gate>& gates() const { return gates_; }
  const std::vector<ColumnIndex>& columns() const { return columns_; }
  // Gates with a condition that nobody fulfils to whom some columns are all 0, false or null: what
  // is something in one of them wakes these gates; all other gates are awake.
  struct Waker {
    std::uint32_t column = 0;
    std::vector<std::uint64_t> gates;
  };
  const std::vector<Waker>& wakers() const { return wakers_; }
  const std::vector<std::uint64_t>& awake() const { return awake_; }
  std::size_t gate_words() const { return (gates_.size() + 63) / 64; }
  // What the usual answers give diagnostics for: terms, each with how many models have it.
  const std::vector<std::pair<AccountRef, std::size_t>>& accounts() const { return accounts_; }
  const Accounts& usual_accounts() const { return residual_; }
  const std::vector<std::uint32_t>& unusual() const { return unusual_; }

 private:
  // The value of a node where no gate holds; none where that is not constant. `adding`: hits on the
  // way become gates of the entry; else only those that are.
  std::optional<Value> assume(NodeRef node, Entry& entry, bool adding);
  // The account where no gate holds.
  AccountRef assume_account(AccountRef account, Entry& entry);
  // An account's terms, for adding up those of all models: what is asked in any case stands once,
  // and nowhere else.
  std::vector<AccountRef> terms_of(AccountRef account);
  void ask_always(AccountRef account, std::set<std::uint32_t>& items,
                  std::vector<AccountRef>& terms) const;
  AccountRef without(AccountRef account, const std::set<std::uint32_t>& items);
  void collect_items(AccountRef account, std::vector<std::uint32_t>& items) const;
  std::uint32_t gate(NodeRef hit);
  void add_conjuncts(NodeRef truth, std::vector<NodeRef>& out) const;
  using Columns = std::vector<std::uint32_t>;  // ascending
  void find_columns();
  Columns columns_of(AccountRef account) const;
  void index_columns();
  void find_wakers();
  std::vector<Value> places_of(std::uint32_t column, ColumnIndex& index) const;
  ColumnIndex index_column(std::uint32_t column, const std::vector<std::size_t>& bits);

  const Catalogue::Impl& plan_;
  std::vector<Entry> entries_;
  std::vector<Gate> gates_;
  std::vector<std::uint32_t> gate_of_;  // by node
  std::vector<ColumnIndex> columns_;
  std::vector<Waker> wakers_;
  std::vector<std::uint64_t> awake_;
  std::vector<Columns> columns_of_;  // by node: those that it reads, but by the machine
  std::vector<std::pair<AccountRef, std::size_t>> accounts_;
  std::vector<std::uint32_t> unusual_;
  Accounts residual_;  // the plan's, and those of usual answers
};

}  // namespace citybrain::brain
