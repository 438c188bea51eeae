// Files that a file imports, and the order in which elements are read: see dmn_read.h.
#include <algorithm>

#include "dmn_read.h"

namespace citybrain::brain {
namespace {

// A file's own namespace: that of its root element.
std::string target_namespace(const std::string& xml) {
  const auto root = xml.find("definitions");
  const auto end = xml.find('>', root == std::string::npos ? 0 : root);
  if (root == std::string::npos || end == std::string::npos) return "";
  const std::string head = xml.substr(root, end - root);
  for (auto at = head.find("namespace"); at != std::string::npos;
       at = head.find("namespace", at + 1)) {
    const auto open = head.find_first_of("\"'", at);
    const auto equals = head.find_first_not_of(" \t\r\n", at + 9);
    if (equals == std::string::npos || head[equals] != '=' || open == std::string::npos) continue;
    const auto close = head.find(head[open], open + 1);
    if (close != std::string::npos) return head.substr(open + 1, close - open - 1);
  }
  return "";
}

}  // namespace

const std::string* DmnReader::imported_text(const std::string& wanted) {
  if (spaces_.empty()) {
    for (const auto& [location, xml] : options_.imports) spaces_.push_back(target_namespace(xml));
  }
  for (std::size_t i = 0; i < options_.imports.size(); ++i) {
    if (options_.imports[i].first == wanted || spaces_[i] == wanted) {
      return &options_.imports[i].second;
    }
  }
  return nullptr;
}

// Imported files first, each under the names that lead to it.
bool DmnReader::add_document(std::string_view xml, const std::vector<std::string>& path) {
  constexpr std::size_t import_depth_max = 10;
  constexpr std::size_t documents_max = 100;
  auto d = std::make_unique<Document>();
  if (!read_document(xml, *d, diagnostics_)) return false;
  Document& document = *d;
  document.path = path;
  const std::size_t before = diagnostics_.size();
  check_form(document, document.root);
  check_ids(document, document.root);
  if (diagnostics_.size() > before && !options_.lenient) return false;
  for (Document::Import& import : document.imports) {
    if (import.kind.find("DMN") == std::string::npos && !import.kind.empty()) {
      error(document, import.node, "unsupported",
            "an import of kind `" + import.kind + "` is not read; only DMN files are", "");
      diagnostics_.back().severity = Severity::warning;
      continue;
    }
    const std::string* text = imported_text(import.space);
    if (text == nullptr) {
      error(document, import.node, "import",
            "the imported file with namespace `" + import.space + "` was not given", "");
      continue;
    }
    if (path.size() >= import_depth_max || documents_.size() >= documents_max) {
      error(document, import.node, "import", "imports are nested too deep, or too many", "");
      return false;
    }
    std::vector<std::string> inner = path;
    inner.push_back(import.name);
    if (!add_document(*text, inner)) return false;
    import.document = static_cast<std::uint32_t>(documents_.size() - 1);
  }
  document.number = static_cast<std::uint32_t>(documents_.size());
  documents_.push_back(std::move(d));
  return true;
}

// The file of that namespace as `d` sees it: among its imports, or theirs.
const Document* DmnReader::document_of(const Document& d, std::string_view space) const {
  for (const auto& import : d.imports) {
    if (import.document != no_node && import.space == space) {
      return documents_[import.document].get();
    }
  }
  for (const auto& import : d.imports) {
    if (import.document == no_node) continue;
    if (const Document* found = document_of(*documents_[import.document], space)) return found;
  }
  return nullptr;
}

std::optional<std::uint32_t> DmnReader::item_at(const Document& d, std::string_view href) const {
  const auto hash = href.rfind('#');
  const std::string_view space = hash == std::string::npos ? "" : href.substr(0, hash);
  const Document* document = &d;
  if (!space.empty() && space != d.target) document = document_of(d, space);
  if (document == nullptr) return std::nullopt;
  const std::string id(hash == std::string_view::npos ? href : href.substr(hash + 1));
  const auto it = by_id_.find({document->number, id});
  if (it == by_id_.end()) return std::nullopt;
  return it->second;
}

// "one.two.name": by the imports that lead from a file to the item's; those without a name add
// nothing (DMN 1.5 §6.3.3).
std::string DmnReader::name_from(const Document& d, const Item& item) const {
  const std::vector<std::string>& path = documents_[item.document]->path;
  std::string name;
  for (std::size_t i = d.path.size(); i < path.size(); ++i) {
    if (!path[i].empty()) name += path[i] + ".";
  }
  return name + item.name;
}

// What an element needs stands before it, so that its type is known.
std::vector<std::uint32_t> DmnReader::reading_order() const {
  std::vector<std::uint32_t> order;
  std::vector<std::uint8_t> seen(model_->items.size(), 0);
  for (std::uint32_t i = 0; i < model_->items.size(); ++i) {
    std::vector<std::pair<std::uint32_t, std::size_t>> open{{i, 0}};
    while (!open.empty()) {
      auto& [at, next] = open.back();
      if (next == 0 && seen[at]++ != 0) {
        open.pop_back();
        continue;
      }
      const auto& needs = model_->items[at].needs;
      if (next == needs.size()) {
        order.push_back(at);
        open.pop_back();
      } else {
        const std::uint32_t to = needs[next++];
        if (seen[to] == 0) open.emplace_back(to, 0);
      }
    }
  }
  return order;
}

bool DmnReader::visits_itself(std::uint32_t item, std::vector<std::uint8_t>& state) {
  // An explicit stack: a file may hold a chain of many thousands.
  std::vector<std::pair<std::uint32_t, std::size_t>> path{{item, 0}};
  state[item] = 1;
  while (!path.empty()) {
    auto& [at, next] = path.back();
    const Item& i = model_->items[at];
    const bool follows = i.kind == Item::Kind::decision;
    if (!follows || next >= i.needs.size()) {
      state[at] = 2;
      path.pop_back();
      continue;
    }
    const std::uint32_t to = i.needs[next++];
    if (model_->items[to].kind != Item::Kind::decision) continue;
    if (state[to] == 1) return true;
    if (state[to] == 0) {
      state[to] = 1;
      path.emplace_back(to, 0);
    }
  }
  return false;
}

void DmnReader::check_cycles() {
  std::vector<std::uint8_t> state(model_->items.size(), 0);
  for (std::uint32_t i = 0; i < model_->items.size(); ++i) {
    if (state[i] != 0 || model_->items[i].kind != Item::Kind::decision) continue;
    if (!visits_itself(i, state)) continue;
    error(*documents_[model_->items[i].document], nodes_[i], "cycle",
          "the decision requires itself, directly or through others", model_->items[i].name);
    for (Item& item : model_->items) item.needs.clear();
    return;
  }
}

}  // namespace citybrain::brain
