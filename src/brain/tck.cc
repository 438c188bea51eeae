// The TCK runner. The form of the cases: http://www.omg.org/spec/DMN/20160719/testcase.
#include "brain/tck.h"

#include <algorithm>
#include <filesystem>
#include <pugixml.hpp>

#include "base/csv.h"
#include "base/text.h"
#include "brain/model.h"
#include "dmn_read.h"
#include "temporal.h"

namespace citybrain::brain {
namespace {

namespace fs = std::filesystem;

std::string content(pugi::xml_node node) {
  std::string out;
  for (const auto& piece : node.children()) out += piece.value();
  return out;
}

Value read_value(pugi::xml_node node);

// A node that holds value, list or components.
Value read_holder(pugi::xml_node holder) {
  if (const auto list = child(holder, "list")) {
    if (list.attribute("xsi:nil").as_bool()) return {};
    std::vector<Value> items;
    for (const auto& item : children(list, "item")) items.push_back(read_holder(item));
    return Value::list(std::move(items));
  }
  const auto components = children(holder, "component");
  if (!components.empty()) {
    Context context;
    for (const auto& c : components) context.set(c.attribute("name").value(), read_holder(c));
    return Value::context(std::move(context));
  }
  if (const auto value = child(holder, "value")) return read_value(value);
  return {};
}

Value read_value(pugi::xml_node node) {
  if (node.attribute("xsi:nil").as_bool()) return {};
  std::string_view type = node.attribute("xsi:type").value();
  if (const auto colon = type.find(':'); colon != std::string_view::npos)
    type = type.substr(colon + 1);
  const std::string raw = content(node);
  const std::string text(trim(raw));
  if (type == "string") return Value::text(raw);
  if (type == "boolean") return Value::boolean(text == "true");
  if (type == "date") return parse_date_text(text).value_or(Value::text(raw));
  if (type == "time") return parse_time_text(text).value_or(Value::text(raw));
  if (type == "dateTime") return parse_date_time_text(text).value_or(Value::text(raw));
  if (type == "duration") return parse_duration_text(text).value_or(Value::text(raw));
  if (type == "decimal" || type == "double" || type == "integer" || type == "int" ||
      type == "float") {
    if (const auto d = Decimal::parse(text)) return Value::number(*d);
  }
  if (type.empty() && text.empty()) return {};
  return Value::text(raw);
}

// How two values came to agree.
struct Agreement {
  bool inexact = false;  // the way here allows a tolerance
  bool tolerated = false;
  bool rounded = false;
};

// Equal in all the digits that the case writes, where it writes ten or more of a longer number.
bool same_digits(const Decimal& got, const Decimal& expected) {
  constexpr std::size_t digits_least = 10;
  const std::string text = expected.text();
  const auto point = text.find('.');
  if (point == std::string::npos || text.find('E') != std::string::npos) return false;
  const auto first = text.find_first_of("123456789");
  if (text.size() - first - (first < point ? 1 : 0) < digits_least) return false;
  const int scale = static_cast<int>(text.size() - point - 1);
  // A case written from a binary number may be off by one in its last digit.
  return (got.rounded(scale, Rounding::half_even) - expected).abs() <= Decimal::scaled(1, scale);
}

bool agree_numbers(const Decimal& got, const Decimal& expected, Agreement& how) {
  if (got == expected) return true;
  if (same_digits(got, expected)) {
    how.rounded = true;
    return true;
  }
  if (!how.inexact || (got - expected).abs() >= Decimal::scaled(1, 8)) return false;
  how.tolerated = true;
  return true;
}

bool agree(const Value& got, const Value& expected, Agreement& how) {
  if (got.is(Kind::number) && expected.is(Kind::number)) {
    return agree_numbers(got.as_number(), expected.as_number(), how);
  }
  if (got.is(Kind::list) && expected.is(Kind::list)) {
    const auto& a = got.as_list();
    const auto& b = expected.as_list();
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [&](const Value& x, const Value& y) { return agree(x, y, how); });
  }
  if (got.is(Kind::context) && expected.is(Kind::context)) {
    const Context& a = got.as_context();
    const Context& b = expected.as_context();
    if (a.size() != b.size()) return false;
    return std::all_of(b.entries().begin(), b.entries().end(), [&](const Context::Entry& e) {
      const Value* v = a.find(e.first);
      return v != nullptr && agree(*v, e.second, how);
    });
  }
  return same(got, expected);
}

struct Runner {
  TckReport report;

  Result<std::shared_ptr<const Model>> load(const fs::path& folder, const std::string& name) {
    LoadOptions options;
    options.lenient = true;
    for (const auto& entry : fs::directory_iterator(folder)) {
      if (entry.path().extension() != ".dmn" || entry.path().filename() == name) continue;
      CB_TRY(std::string xml, read_file(entry.path().string()));
      options.imports.emplace_back(entry.path().filename().string(), std::move(xml));
    }
    CB_TRY(std::string xml, read_file((folder / name).string()));
    const Loaded loaded = Model::load(xml, options);
    load_diagnostics = loaded.diagnostics;
    return loaded.checked();
  }

  void run_file(const fs::path& file, const std::string& folder_name) {
    pugi::xml_document xml;
    if (!xml.load_file(file.c_str(), pugi::parse_default | pugi::parse_ws_pcdata_single)) return;
    const auto root = xml.document_element();
    if (local_name(root) != "testCases") return;
    const auto model = load(file.parent_path(), content(child(root, "modelName")));
    for (const auto& test : children(root, "testCase")) run_case(model, test, folder_name);
  }

  void run_case(const Result<std::shared_ptr<const Model>>& model, pugi::xml_node test,
                const std::string& folder) {
    Context inputs;
    for (const auto& input : children(test, "inputNode")) {
      inputs.set(input.attribute("name").value(), read_holder(input));
    }
    bool passed = true;
    for (const auto& node : children(test, "resultNode")) {
      passed = run_node(model, test, node, inputs, folder) && passed;
    }
    TckScore& score = report.folders[folder];
    ++(passed ? score.passed : score.failed);
    ++(passed ? report.total.passed : report.total.failed);
  }

  bool run_node(const Result<std::shared_ptr<const Model>>& model, pugi::xml_node test,
                pugi::xml_node node, const Context& inputs, const std::string& folder) {
    const std::string name = node.attribute("name").value();
    const Value expected = read_holder(child(node, "expected"));
    const bool error_expected = node.attribute("errorResult").as_bool();
    Outcome outcome;
    EvaluateOptions options;
    options.now = Timestamp{1'600'000'000'000'000};
    if (model) {
      const std::string_view type = test.attribute("type").value();
      if (type == "decisionService" || type == "bkm") {
        outcome = (*model)->invoke(test.attribute("invocableName").value(), inputs, options);
        // A service of several outputs gives a context; the node names one of them.
        if (outcome.value.is(Kind::context) &&
            !(*model)->has_decision(test.attribute("invocableName").value())) {
          if (const Value* one = outcome.value.as_context().find(name)) {
            const Value copy = *one;
            outcome.value = copy;
          }
        }
      } else {
        outcome = (*model)->evaluate(name, inputs, options);
      }
    }
    Agreement how{outcome.inexact};
    bool good = model && agree(outcome.value, expected, how);
    if (good && error_expected && outcome.diagnostics.empty()) good = false;
    if (good && how.tolerated) ++report.tolerated;
    if (good && how.rounded) ++report.rounded;
    if (good) return true;
    std::string line = folder + " " + test.attribute("id").value() + " " + name + ": expected " +
                       (error_expected ? "an error" : to_text(expected)) + ", got " +
                       to_text(outcome.value);
    if (!model) line += " [" + model.error().message + "]";
    for (const Diagnostic& d : outcome.diagnostics) line += " [" + d.text() + "]";
    for (const Diagnostic& d : load_diagnostics) {
      if (d.where == name) line += " [load: " + d.text() + "]";
    }
    report.failures.push_back(std::move(line));
    return false;
  }

  std::vector<Diagnostic> load_diagnostics;
};

}  // namespace

Result<TckReport> run_tck(const std::string& folder) {
  std::error_code failed;
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder, failed)) {
    if (entry.path().extension() == ".xml") files.push_back(entry.path());
  }
  if (failed) return not_found("no folder `" + folder + "`");
  std::sort(files.begin(), files.end());
  Runner runner;
  for (const fs::path& file : files) {
    runner.run_file(file, fs::relative(file.parent_path(), folder).generic_string());
  }
  return std::move(runner.report);
}

std::string score_text(const TckReport& report) {
  std::string out;
  for (const auto& [folder, score] : report.folders) {
    out += folder + " " + std::to_string(score.passed) + "/" +
           std::to_string(score.passed + score.failed) + "\n";
  }
  out += "total " + std::to_string(report.total.passed) + "/" +
         std::to_string(report.total.passed + report.total.failed) + "\n";
  return out;
}

}  // namespace citybrain::brain
