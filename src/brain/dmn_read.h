// DmnReader: DMN XML to items. Split as it reads: dmn_xml.cc checks the text, dmn_schema.cc the
// form of elements, dmn_types.cc reads item definitions, dmn_import.cc imported files, dmn_items.cc
// the elements and their requirements, dmn_boxed.cc the logic, dmn_table.cc the tables.
#pragma once

#include <map>
#include <pugixml.hpp>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "dmn.h"
#include "parse.h"

namespace citybrain::brain {

constexpr std::size_t xml_bytes_max = 16 << 20;
constexpr int xml_depth_max = 200;
constexpr std::size_t table_cells_max = 1'000'000;

// Lines and columns of a text, found without reading it from its begin each time.
class Places {
 public:
  explicit Places(std::string_view text);
  // Of a byte of that text.
  Span at(std::string_view text, std::size_t offset) const;

 private:
  std::vector<Span> marks_;  // at the begin, after each line's end and every few hundred bytes
};

// A file read as XML: the tree and its text, for places.
struct Document {
  std::string text;
  Places places{""};
  pugi::xml_document xml;
  pugi::xml_node root;
  struct Import {
    std::string space;
    std::string name;
    std::string kind;  // importType
    pugi::xml_node node;
    std::uint32_t document = no_node;  // number of the file, once it is read
  };
  std::string target;  // its own namespace
  std::uint32_t number = 0;
  std::vector<std::string> path;  // names of the imports that lead here
  std::vector<Import> imports;
  std::map<std::string, TypeRef, std::less<>> types;  // as this file names them
};

// Well-formed, of a DMN namespace, without doctype, within the limits; else false and a diagnostic.
bool read_document(std::string_view text, Document& out, std::vector<Diagnostic>& diagnostics);
std::string_view local_name(pugi::xml_node node);
pugi::xml_node child(pugi::xml_node node, std::string_view name);
std::vector<pugi::xml_node> children(pugi::xml_node node, std::string_view name);
Span place_of(const Document& document, pugi::xml_node node);

class DmnReader {
 public:
  DmnReader(const LoadOptions& options, std::vector<Diagnostic>& diagnostics)
      : options_(options), diagnostics_(diagnostics) {}
  // True: `model` can be used, perhaps with decisions that give null (see LoadOptions::lenient).
  bool read(std::string_view xml, Model::Impl& model);

 private:
  // Names visible while one element's logic is read.
  struct Around {
    const Document* document = nullptr;
    Scope scope;
    std::string where;
    std::uint32_t slots = 0;  // most ever taken
    int depth = 0;
  };

  bool add_document(std::string_view xml, const std::vector<std::string>& path);
  void check_form(const Document& d, pugi::xml_node node);
  void check_children(const Document& d, pugi::xml_node node);
  void check_ids(const Document& d, pugi::xml_node root);
  const std::string* imported_text(const std::string& wanted);
  const Document* document_of(const Document& d, std::string_view space) const;
  std::string name_from(const Document& d, const Item& item) const;
  std::vector<std::uint32_t> reading_order() const;
  void error(const Document& d, pugi::xml_node node, std::string code, std::string message,
             std::string where, std::string suggestion = "");

  void read_types(Document& document);
  TypeRef read_type(Document& d, pugi::xml_node definition);
  TypeRef type_named(const Document& d, std::string_view name) const;
  TypeRef resolve(Document& d, std::string_view name, pugi::xml_node at, const std::string& where);
  void read_allowed(Document& d, pugi::xml_node tests, const std::shared_ptr<Type>& type);

  void read_items(Document& d);
  void read_requirements(Document& d, Item& item, pugi::xml_node node);
  void read_logic(Document& d, std::uint32_t number);
  static TypeRef parameter_type(const TypeRef& function, std::string_view name);
  void read_signature(Document& d, Item& item, pugi::xml_node node);
  void refuse_external(const Document& d, pugi::xml_node node, std::string_view kind,
                       const std::string& where);
  void expect(Around& around, pugi::xml_node at, const TypeRef& declared, const TypeRef& found);
  void read_function(Document& d, Item& item, pugi::xml_node logic, Around& around);
  void read_service(Document& d, Item& item, pugi::xml_node node);
  void check_cycles();
  bool visits_itself(std::uint32_t item, std::vector<std::uint8_t>& state);
  void declare(Around& around, const Item& item, std::uint32_t number);
  std::optional<std::uint32_t> item_at(const Document& d, std::string_view href) const;
  std::uint32_t bind(Around& around, const std::string& name, const TypeRef& type);
  void fill_infos();

  Boxed read_boxed(Around& around, pugi::xml_node node);
  Boxed read_kind(Around& around, pugi::xml_node node);
  Boxed read_literal(Around& around, pugi::xml_node node);
  Boxed read_list(Around& around, pugi::xml_node node);
  Boxed read_conditional(Around& around, pugi::xml_node node);
  Boxed read_context(Around& around, pugi::xml_node node);
  Boxed read_relation(Around& around, pugi::xml_node node);
  Boxed read_invocation(Around& around, pugi::xml_node node);
  Boxed read_boxed_function(Around& around, pugi::xml_node node, const std::string& self);
  Boxed read_iteration(Around& around, pugi::xml_node node, Boxed::Kind kind);
  Boxed read_filter(Around& around, pugi::xml_node node);
  Boxed part(Around& around, pugi::xml_node node, std::string_view name);
  pugi::xml_node expression_in(pugi::xml_node node) const;
  TypeRef type_ref(Around& around, pugi::xml_node node);

  Boxed read_table(Around& around, pugi::xml_node node);
  void read_table_head(Around& around, pugi::xml_node node, Table& table);
  void read_rule(Around& around, pugi::xml_node node, Table& table, std::vector<TypeRef>& found);
  static TypeRef table_type(const Table& table, const std::vector<TypeRef>& found);
  std::shared_ptr<const Code> compile(Grammar grammar, Around& around, pugi::xml_node text,
                                      std::uint32_t slot = 0, TypeRef type = nullptr,
                                      TypeRef* result = nullptr);

  const LoadOptions& options_;
  std::vector<Diagnostic>& diagnostics_;
  std::vector<std::unique_ptr<Document>> documents_;
  Model::Impl* model_ = nullptr;
  // (number of the file, id) → item
  std::map<std::pair<std::uint32_t, std::string>, std::uint32_t> by_id_;
  std::vector<std::string> spaces_;    // of options_.imports, once they are asked for
  std::vector<pugi::xml_node> nodes_;  // of items
  std::set<std::string> in_progress_;
  std::vector<std::string> members_;
};

}  // namespace citybrain::brain
