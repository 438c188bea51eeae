// citybrain check MODEL…: what is wrong with models, with the place, and what their tables leave
// open.
#include <algorithm>
#include <iostream>

#include "args.h"
#include "base/json.h"
#include "base/text.h"
#include "brain/model.h"
#include "brain/table_check.h"
#include "decision_commands.h"
#include "model_files.h"
#include "text_table.h"

namespace citybrain::cli {
namespace {

constexpr std::int64_t steps_max = 400'000'000;  // of the tables' check, some ten seconds
constexpr std::size_t shown_width_max = 110;     // of a source line

std::vector<Option> options() {
  return {{"json", "", "print JSON instead of text", true},
          {"strict", "", "warnings fail too", true},
          {"no-tables", "", "leave the tables' check out", true}};
}

struct Checked {
  brain::Loaded loaded;
  brain::TableCheck tables;
  int errors = 0;
  int warnings = 0;
};

Checked check(const ModelFile& file, const FactNames& facts, bool with_tables) {
  Checked out;
  brain::LoadOptions lenient;
  lenient.lenient = true;
  out.loaded = brain::Model::load(file.xml, lenient);
  if (out.loaded.model && with_tables) {
    brain::TableCheckOptions checks;
    checks.steps_max = steps_max;
    checks.whole_inputs = facts.whole;
    out.tables = brain::check_tables(*out.loaded.model, checks);
  }
  const auto count = [&](const brain::Diagnostic& d) {
    ++(d.severity == brain::Severity::error ? out.errors : out.warnings);
  };
  for (const brain::Diagnostic& d : out.loaded.diagnostics) count(d);
  for (const brain::Finding& f : out.tables.findings) count(f.diagnostic);
  return out;
}

std::string_view line_of(std::string_view text, std::uint32_t number) {
  for (; number > 1; --number) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) return {};
    text.remove_prefix(end + 1);
  }
  return text.substr(0, text.find('\n'));
}

// Bytes of the character that `text` begins with, where an XML entity is one character.
std::size_t character(std::string_view text) {
  constexpr std::size_t entity_max = 10;
  if (text.starts_with('&')) {
    const std::size_t end = text.find(';');
    if (end != std::string_view::npos && end < entity_max) return end + 1;
  }
  return first_code_points(text, 1).size();
}

struct Place {
  std::string before;  // of the line
  std::string marked;
  std::string after;
};

// A diagnostic counts the characters of an expression; in the file `<` is written `&lt;`. An
// expression begins after the last tag before the place.
Place place_in(const std::string& xml, const brain::Span& span) {
  const std::string_view line = line_of(xml, span.line);
  const std::string_view counted = first_code_points(line, span.column - 1);
  const std::size_t tag = counted.rfind('>');
  std::size_t at = tag == std::string_view::npos ? 0 : tag + 1;
  for (std::size_t left = code_points(counted.substr(at)); left > 0 && at < line.size(); --left)
    at += character(line.substr(at));
  std::size_t end = at;
  for (std::size_t bytes = 0; bytes < span.end - span.begin && end < line.size();) {
    const std::size_t size = character(line.substr(end));
    bytes += line[end] == '&' ? 1 : size;
    end += size;
  }
  return {std::string(line.substr(0, at)), std::string(line.substr(at, end - at)),
          std::string(line.substr(end))};
}

// The line, and a caret under the place.
void show_place(Place place) {
  if (place.before.empty() && place.marked.empty() && place.after.empty()) return;
  std::replace(place.before.begin(), place.before.end(), '\t', ' ');
  if (width_of(place.before) > shown_width_max / 2) {
    // A long line is shown from a little before the place.
    while (width_of(place.before) > shown_width_max / 3) {
      place.before.erase(0, first_code_points(place.before, 1).size());
    }
    place.before = "…" + place.before;
  }
  const std::string rest = place.marked + place.after;
  const std::size_t room = shown_width_max - std::min(shown_width_max, width_of(place.before));
  const std::size_t carets = std::clamp<std::size_t>(width_of(place.marked), 1, room + 1);
  std::cout << "    " << place.before << fit(rest, std::min(room, width_of(rest))) << '\n'
            << "    " << std::string(width_of(place.before), ' ') << std::string(carets, '^')
            << '\n';
}

void show(const ModelFile& file, const brain::Diagnostic& d, const std::string& zh) {
  const bool error = d.severity == brain::Severity::error;
  Place place = place_in(file.xml, d.span);
  std::cout << file.path << ':' << d.span.line << ':' << code_points(place.before) + 1 << ": "
            << (error ? "error" : "warning") << " [" << d.code << "] "
            << (d.where.empty() ? "" : d.where + ": ") << d.message;
  if (!d.value.empty() && d.message.find(d.value) == std::string::npos)
    std::cout << " (" << d.value.substr(0, 200) << ")";
  std::cout << '\n';
  if (!zh.empty()) std::cout << "    " << zh << '\n';
  show_place(std::move(place));
  if (!d.suggestion.empty()) std::cout << "    → " << d.suggestion << '\n';
}

void show_text(const ModelFile& file, const Checked& checked) {
  for (const brain::Diagnostic& d : checked.loaded.diagnostics) show(file, d, "");
  for (const brain::Finding& f : checked.tables.findings) show(file, f.diagnostic, f.message_zh);
  for (const brain::TableReport& t : checked.tables.tables) {
    if (!t.null_inputs.empty()) {
      std::cout << file.path << ": note: " << t.decision << ": no rule holds where "
                << join(t.null_inputs, " or ") << " is null (无记录)\n";
    }
    if (t.more > 0) {
      std::cout << file.path << ": note: " << t.decision << ": " << t.more
                << " more findings of the same kinds\n";
    }
  }
  int rules = 0;
  for (const brain::TableReport& t : checked.tables.tables) rules += t.rules;
  std::cout << file.path << ": " << checked.errors << " errors, " << checked.warnings
            << " warnings; " << checked.tables.tables.size() << " tables, " << rules << " rules\n";
}

json::object json_of(const ModelFile& file, const Checked& checked) {
  json::array diagnostics;
  for (const brain::Diagnostic& d : checked.loaded.diagnostics)
    diagnostics.push_back(brain::to_json(d));
  json::array findings;
  for (const brain::Finding& f : checked.tables.findings) findings.push_back(brain::to_json(f));
  json::array tables;
  for (const brain::TableReport& t : checked.tables.tables) tables.push_back(brain::to_json(t));
  return {{"file", file.path},
          {"errors", checked.errors},
          {"warnings", checked.warnings},
          {"diagnostics", std::move(diagnostics)},
          {"findings", std::move(findings)},
          {"tables", std::move(tables)}};
}

Result<void> run(const std::vector<std::string>& words) {
  CB_TRY(const Args args, Args::parse(words, options()));
  if (args.words().empty()) {
    return invalid(
        "usage: citybrain check MODEL… ; a model is a file, a folder or an id of"
        " decisions/");
  }
  CB_TRY(const std::vector<ModelFile> files, model_files(args.words()));
  const FactNames facts = fact_names();
  int errors = 0;
  int warnings = 0;
  json::array all;
  for (const ModelFile& file : files) {
    const Checked checked = check(file, facts, !args.has("no-tables"));
    errors += checked.errors;
    warnings += checked.warnings;
    if (args.has("json"))
      all.push_back(json_of(file, checked));
    else
      show_text(file, checked);
  }
  if (args.has("json")) std::cout << json::serialize(all) << '\n';
  std::cout << std::flush;
  if (errors > 0) return invalid(std::to_string(errors) + " errors in the models");
  if (warnings > 0 && args.has("strict"))
    return invalid(std::to_string(warnings) + " warnings in the models, and --strict is set");
  return ok();
}

}  // namespace

Command check_command() {
  return {"check",
          "check MODEL… [--strict] [--json] [--no-tables]\n"
          "  MODEL: a DMN file, a folder of them, or an id of decisions/\n" +
              options_help(options()) +
              "  Exit status: 0 nothing wrong (warnings may be there), 2 errors, or warnings with\n"
              "  --strict.\n"
              "  Example: citybrain check dibao",
          "what is wrong with decision models, and what their tables leave open", run};
}

}  // namespace citybrain::cli
