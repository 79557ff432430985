#include "storage/yaml_writer.hpp"

#include "storage/yaml_scalar.hpp"

#include <boost/json/array.hpp>
#include <fmt/format.h>
#include <iterator>

namespace troupe::storage {

namespace json = boost::json;

namespace {

/// Longer keys need `? ` in front: a reader looks only 1024 characters ahead for the colon.
constexpr std::size_t longest_simple_key = 1000;

/// Both kinds of trees are written by the same rules; this is what the writer asks of them.
struct json_tree {
  using node = json::value;
  static bool is_map(const node& n) { return n.is_object(); }
  static bool is_sequence(const node& n) { return n.is_array(); }
  static bool empty(const node& n) { return n.is_object() ? n.get_object().empty() : n.get_array().empty(); }

  template <class Visit>
  static void each_member(const node& n, Visit&& visit) {
    for (const auto& member : n.get_object()) {
      const std::string_view key(member.key().data(), member.key().size());
      visit([&](std::string& out) { append_yaml_string(out, key); }, member.value());
    }
  }
  template <class Visit>
  static void each_item(const node& n, Visit&& visit) {
    for (const auto& item : n.get_array()) visit(item);
  }
  static void append_scalar(std::string& out, const node& n) {
    switch (n.kind()) {
    case json::kind::string:
      append_yaml_string(out, std::string_view(n.get_string()));
      break;
    case json::kind::int64:
      fmt::format_to(std::back_inserter(out), "{}", n.get_int64());
      break;
    case json::kind::uint64:
      fmt::format_to(std::back_inserter(out), "{}", n.get_uint64());
      break;
    case json::kind::double_:
      append_yaml_number(out, n.get_double());
      break;
    case json::kind::bool_:
      out += n.get_bool() ? "true" : "false";
      break;
    default:
      out += "null";
      break;
    }
  }
};

struct source_tree {
  using node = yaml_node;
  static bool is_map(const node& n) { return n.shape == yaml_shape::map; }
  static bool is_sequence(const node& n) { return n.shape == yaml_shape::sequence; }
  static bool empty(const node& n) { return n.items.empty(); }

  template <class Visit>
  static void each_member(const node& n, Visit&& visit) {
    for (std::size_t i = 0; i + 1 < n.items.size(); i += 2)
      visit([&](std::string& out) { append_key(out, n.items[i]); }, n.items[i + 1]);
  }
  template <class Visit>
  static void each_item(const node& n, Visit&& visit) {
    for (const auto& item : n.items) visit(item);
  }
  static void append_key(std::string& out, const node& n) {
    const bool missing = n.shape == yaml_shape::null && n.text.empty(); // it stays so
    if (!missing) append_scalar(out, n);
  }
  static void append_scalar(std::string& out, const node& n) {
    append_tag(out, n.tag);
    if (n.shape == yaml_shape::null)
      out += n.text.empty() ? "~" : n.text; // a word may be somebody's name
    else if (n.shape == yaml_shape::plain && means_something(n.text))
      out += n.text;
    else
      append_yaml_string(out, n.text);
  }
  /// Beside being a string, which it is in quotes, too: numbers, truth values and merge keys.
  static bool means_something(std::string_view plain) {
    const auto value = resolve_plain(plain);
    return !value || !value->is_string() || plain == "<<";
  }
  static void append_tag(std::string& out, yaml_tag tag) {
    switch (tag) {
    case yaml_tag::integer:
      out += "!!int ";
      break;
    case yaml_tag::floating:
      out += "!!float ";
      break;
    case yaml_tag::boolean:
      out += "!!bool ";
      break;
    default:
      break;
    }
  }
};

template <class Tree>
class block_writer {
 public:
  using node = typename Tree::node;
  explicit block_writer(std::string& out) : out_(out) {}

  /// Behind a dash: maps and sequences go on in the same line.
  void item(const node& value, std::size_t indent) {
    out_.append(indent, ' ');
    out_ += '-';
    compact(value, indent);
  }

 private:
  void compact(const node& value, std::size_t indent) {
    if (!nested(value)) return scalar(value);
    out_ += ' ';
    skip_indent_ = true;
    contents(value, indent + 2);
  }

  void contents(const node& value, std::size_t indent) {
    if (Tree::is_map(value))
      Tree::each_member(value, [&](const auto& append_key, const node& member) {
        start_line(indent);
        key(append_key, indent);
        member_value(member, indent + 2);
      });
    else
      Tree::each_item(value, [&](const node& each) {
        start_line(indent);
        out_ += '-';
        compact(each, indent);
      });
  }

  template <class AppendKey>
  void key(const AppendKey& append_key, std::size_t indent) {
    const auto from = out_.size();
    append_key(out_);
    if (out_.size() - from > longest_simple_key) {
      out_.insert(from, "? ");
      out_ += '\n';
      out_.append(indent, ' ');
    }
    out_ += ':';
  }

  void member_value(const node& value, std::size_t indent) {
    if (!nested(value)) return scalar(value);
    out_ += '\n';
    contents(value, indent);
  }

  void scalar(const node& value) {
    out_ += ' ';
    if (Tree::is_map(value))
      out_ += "{}";
    else if (Tree::is_sequence(value))
      out_ += "[]";
    else
      Tree::append_scalar(out_, value);
    out_ += '\n';
  }

  void start_line(std::size_t indent) {
    if (!skip_indent_) out_.append(indent, ' ');
    skip_indent_ = false;
  }

  static bool nested(const node& value) {
    return (Tree::is_map(value) || Tree::is_sequence(value)) && !Tree::empty(value);
  }

  std::string& out_;
  bool skip_indent_ = false;
};

} // namespace

void append_yaml_item(std::string& out, const json::value& value, std::size_t indent) {
  block_writer<json_tree>(out).item(value, indent);
}

void append_yaml_item(std::string& out, const yaml_node& node, std::size_t indent) {
  block_writer<source_tree>(out).item(node, indent);
}

} // namespace troupe::storage
