#include "storage/simple_yaml.hpp"

#include "storage/yaml_scalar.hpp"

#include <algorithm>
#include <optional>

namespace troupe::storage {

namespace {

/// Thrown away as soon as something isn't simple; the place where that was doesn't matter.
struct not_simple {};

constexpr std::size_t longest_key = 1000; ///< the parser looks 1024 characters ahead for the colon

bool one_of(char c, std::string_view set) {
  return set.find(c) != std::string_view::npos;
}
bool alphanumeric(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool beyond_ascii(char c) {
  return static_cast<unsigned char>(c) >= 0x80;
}

/// Lines without line ends; blank ones and comments are stepped over.
class line_cursor {
 public:
  line_cursor(std::string_view text, std::size_t at) : text_(text), next_(at) { advance(); }

  bool at_end() const { return at_end_; }
  std::size_t begin() const { return begin_; }   ///< of the line
  std::size_t indent() const { return indent_; } ///< columns before the first character
  std::size_t end() const { return end_; }       ///< of the line, without its line end

  void advance() {
    while (true) {
      begin_ = next_;
      if (begin_ >= text_.size()) {
        at_end_ = true;
        begin_ = end_ = text_.size();
        indent_ = 0;
        return;
      }
      end_ = std::min(text_.find('\n', begin_), text_.size());
      next_ = end_ + 1;
      const auto first = std::min(text_.find_first_not_of(' ', begin_), end_);
      indent_ = first - begin_;
      if (first < end_ && text_[first] != '#') return;
    }
  }

 private:
  std::string_view text_;
  std::size_t next_;
  std::size_t begin_ = 0, end_ = 0, indent_ = 0;
  bool at_end_ = false;
};

class item_parser {
 public:
  item_parser(std::string_view text, line_cursor& lines, std::size_t deepest)
      : text_(text), lines_(lines), deepest_(deepest) {}

  /// The cursor is on a line with a dash in the first column, and is behind the item afterwards.
  yaml_node item(std::vector<yaml_fault>& faults) {
    faults_ = &faults;
    return behind_dash(lines_.begin(), 2);
  }

 private:
  // -- block style --------------------------------------------------------------------------------------

  std::size_t column(std::size_t at) const { return at - lines_.begin(); }
  std::string_view rest(std::size_t at) const { return text_.substr(at, lines_.end() - at); }

  /// @param dash where it stands in the current line
  yaml_node behind_dash(std::size_t dash, std::size_t depth) {
    const auto at = text_.find_first_not_of(' ', dash + 1);
    if (at >= lines_.end()) return nested_or_null(column(dash) + 1, depth);
    if (is_dash(at)) return sequence(at, depth);
    if (!one_of(text_[at], "[{") && find_colon(at)) return map(at, depth);
    return line_value(at, depth);
  }

  bool is_dash(std::size_t at) const {
    return at < lines_.end() && text_[at] == '-' && (at + 1 == lines_.end() || text_[at + 1] == ' ');
  }

  /// What stands on the following lines, if they are indented at least that far.
  yaml_node nested_or_null(std::size_t least_indent, std::size_t depth) {
    yaml_node none;
    none.offset = static_cast<std::uint32_t>(lines_.begin());
    lines_.advance();
    if (lines_.at_end() || lines_.indent() < least_indent) return none;
    const auto at = lines_.begin() + lines_.indent();
    if (is_dash(at)) return sequence(at, depth);
    if (find_colon(at)) return map(at, depth);
    throw not_simple{}; // a scalar on a line of its own
  }

  yaml_node container(yaml_shape shape, std::size_t at, std::size_t depth) const {
    if (depth > deepest_) throw not_simple{};
    yaml_node node;
    node.shape = shape;
    node.offset = static_cast<std::uint32_t>(at);
    return node;
  }

  yaml_node sequence(std::size_t at, std::size_t depth) {
    auto node = container(yaml_shape::sequence, at, depth);
    const auto indent = column(at);
    while (true) {
      node.items.push_back(behind_dash(at, depth + 1));
      if (lines_.at_end() || lines_.indent() < indent) return node;
      at = lines_.begin() + lines_.indent();
      if (lines_.indent() > indent) throw not_simple{};
      if (!is_dash(at)) return node; // the next key of a map whose value this is
    }
  }

  yaml_node map(std::size_t at, std::size_t depth) {
    auto node = container(yaml_shape::map, at, depth);
    const auto indent = column(at);
    while (true) {
      const auto colon = find_colon(at);
      if (!colon) throw not_simple{};
      node.items.push_back(key(at, *colon));
      node.items.push_back(behind_colon(*colon, indent, depth + 1));
      if (lines_.at_end() || lines_.indent() < indent) break;
      at = lines_.begin() + lines_.indent();
      if (lines_.indent() > indent || is_dash(at)) throw not_simple{};
    }
    find_duplicate_keys(node, *faults_);
    return node;
  }

  yaml_node behind_colon(std::size_t colon, std::size_t indent, std::size_t depth) {
    const auto at = text_.find_first_not_of(' ', colon + 1);
    if (at < lines_.end()) return line_value(at, depth);
    // A list may stand in the column of its key.
    auto ahead = lines_;
    ahead.advance();
    const bool list = !ahead.at_end() && ahead.indent() == indent && text_[ahead.begin() + indent] == '-';
    return nested_or_null(indent + (list ? 0 : 1), depth);
  }

  /// A value that ends with the line.
  yaml_node line_value(std::size_t at, std::size_t depth) {
    auto node = one_line_value(at, depth);
    lines_.advance();
    return node;
  }

  yaml_node one_line_value(std::size_t at, std::size_t depth) {
    const char first = text_[at];
    if (first == '"' || first == '\'') {
      auto end = at;
      auto node = quoted(end);
      if (end != lines_.end()) throw not_simple{};
      return node;
    }
    if (first == '[' || first == '{') {
      auto end = at;
      auto node = flow(end, depth);
      if (end != lines_.end()) throw not_simple{};
      return node;
    }
    return plain(at, rest(at));
  }

  // -- keys ---------------------------------------------------------------------------------------------

  /// The colon that ends the key which begins here, if the line goes on with one.
  std::optional<std::size_t> find_colon(std::size_t at) const {
    if (text_[at] == '"' || text_[at] == '\'') {
      auto end = at;
      (void)quoted(end);
      if (end < lines_.end() && is_colon(end)) return end;
      return std::nullopt;
    }
    for (auto i = at; i < lines_.end(); ++i)
      if (is_colon(i)) return i;
    return std::nullopt;
  }

  bool is_colon(std::size_t at) const {
    return text_[at] == ':' && (at + 1 >= lines_.end() || text_[at + 1] == ' ');
  }

  yaml_node key(std::size_t at, std::size_t colon) const {
    if (colon - at > longest_key) throw not_simple{};
    if (text_[at] == '"' || text_[at] == '\'') return quoted(at);
    auto node = plain(at, text_.substr(at, colon - at));
    if (node.shape != yaml_shape::plain || node.text == "<<") throw not_simple{};
    return node;
  }

  // -- scalars ------------------------------------------------------------------------------------------

  static yaml_node plain(std::size_t at, std::string_view scalar) {
    const char first = scalar.front();
    const bool number = one_of(first, "-+.") && scalar.size() > 1 && alphanumeric(scalar[1]);
    if (!alphanumeric(first) && !beyond_ascii(first) && !one_of(first, "_/(~<=$^;") && !number)
      throw not_simple{};
    if (scalar.back() == ' ' || scalar.back() == ':') throw not_simple{};
    for (std::size_t i = 0; i < scalar.size(); ++i) {
      const char c = scalar[i];
      if (c == '\t' || c == '\r') throw not_simple{};
      if (c == ':' && scalar[i + 1] == ' ') throw not_simple{};
      if (c == '#' && i > 0 && scalar[i - 1] == ' ') throw not_simple{};
    }
    yaml_node node;
    node.shape = spells_null(scalar) ? yaml_shape::null : yaml_shape::plain;
    node.offset = static_cast<std::uint32_t>(at);
    node.text = scalar;
    return node;
  }

  /// @param at of the opening quote; behind the closing one afterwards
  yaml_node quoted(std::size_t& at) const {
    yaml_node node;
    node.shape = yaml_shape::quoted;
    node.offset = static_cast<std::uint32_t>(at);
    const char quote = text_[at++];
    while (true) {
      if (at >= lines_.end() || one_of(text_[at], "\t\r")) throw not_simple{};
      const char c = text_[at++];
      if (c == quote) {
        if (quote == '"' || at >= lines_.end() || text_[at] != '\'') return node;
        ++at; // two single quotes are one
        node.text += quote;
      } else if (c == '\\' && quote == '"') {
        escape(at, node.text);
      } else {
        node.text += c;
      }
    }
  }

  void escape(std::size_t& at, std::string& out) const {
    if (at >= lines_.end()) throw not_simple{};
    switch (text_[at++]) {
    case '"':
      out += '"';
      return;
    case '\\':
      out += '\\';
      return;
    case '/':
      out += '/';
      return;
    case 'n':
      out += '\n';
      return;
    case 't':
      out += '\t';
      return;
    case 'r':
      out += '\r';
      return;
    case 'x':
      return code_point(at, 2, out);
    case 'u':
      return code_point(at, 4, out);
    case 'U':
      return code_point(at, 8, out);
    default:
      throw not_simple{};
    }
  }

  void code_point(std::size_t& at, std::size_t digits, std::string& out) const {
    std::uint32_t c = 0;
    for (; digits > 0; --digits, ++at) {
      if (at >= lines_.end()) throw not_simple{};
      const char digit = text_[at];
      if (digit >= '0' && digit <= '9')
        c = c * 16 + static_cast<std::uint32_t>(digit - '0');
      else if (digit >= 'a' && digit <= 'f')
        c = c * 16 + static_cast<std::uint32_t>(digit - 'a' + 10);
      else if (digit >= 'A' && digit <= 'F')
        c = c * 16 + static_cast<std::uint32_t>(digit - 'A' + 10);
      else
        throw not_simple{};
    }
    if ((c >= 0xD800 && c <= 0xDFFF) || c > 0x10FFFF) throw not_simple{};
    const auto byte = [&](std::uint32_t bits) { out += static_cast<char>(bits); };
    if (c < 0x80) return byte(c);
    if (c < 0x800) {
      byte(0xC0 | (c >> 6U));
    } else if (c < 0x10000) {
      byte(0xE0 | (c >> 12U));
      byte(0x80 | ((c >> 6U) & 0x3FU));
    } else {
      byte(0xF0 | (c >> 18U));
      byte(0x80 | ((c >> 12U) & 0x3FU));
      byte(0x80 | ((c >> 6U) & 0x3FU));
    }
    byte(0x80 | (c & 0x3FU));
  }

  // -- flow style on one line: JSON, mostly -------------------------------------------------------------

  void skip_blanks(std::size_t& at) const {
    while (at < lines_.end() && text_[at] == ' ') ++at;
    if (at >= lines_.end()) throw not_simple{};
  }

  yaml_node flow(std::size_t& at, std::size_t depth) {
    auto node = container(text_[at] == '[' ? yaml_shape::sequence : yaml_shape::map, at, depth);
    node.block = false;
    const bool is_map = node.shape == yaml_shape::map;
    const char closing = is_map ? '}' : ']';
    skip_blanks(++at);
    while (text_[at] != closing) {
      if (is_map) flow_key(at, node);
      node.items.push_back(flow_value(at, depth + 1));
      skip_blanks(at);
      if (text_[at] == closing) break;
      if (text_[at] != ',') throw not_simple{};
      skip_blanks(++at);
      if (text_[at] == closing) throw not_simple{};
    }
    ++at;
    if (is_map) find_duplicate_keys(node, *faults_);
    return node;
  }

  void flow_key(std::size_t& at, yaml_node& map) {
    const auto from = at;
    const bool quotes = one_of(text_[at], "\"'");
    map.items.push_back(quotes ? quoted(at) : flow_plain(at));
    if (map.items.back().shape == yaml_shape::null || at - from > longest_key) throw not_simple{};
    if (at >= lines_.end() || text_[at] != ':') throw not_simple{};
    ++at;
    if (at >= lines_.end() || (!quotes && text_[at] != ' ')) throw not_simple{};
    skip_blanks(at);
  }

  yaml_node flow_value(std::size_t& at, std::size_t depth) {
    if (one_of(text_[at], "[{")) return flow(at, depth);
    if (one_of(text_[at], "\"'")) return quoted(at);
    return flow_plain(at);
  }

  yaml_node flow_plain(std::size_t& at) const {
    const auto from = at;
    while (at < lines_.end() &&
           (alphanumeric(text_[at]) || beyond_ascii(text_[at]) || one_of(text_[at], "_.-+/~")))
      ++at;
    if (at == from) throw not_simple{};
    return plain(from, text_.substr(from, at - from));
  }

  std::string_view text_;
  line_cursor& lines_;
  std::size_t deepest_;
  std::vector<yaml_fault>* faults_ = nullptr;
};

} // namespace

std::size_t read_simple_items(std::string_view text, const std::function<void(yaml_item&&)>& item,
                              const yaml_limits& limits) {
  line_cursor lines(text, 0);
  const auto at_item = [&] {
    return !lines.at_end() && lines.indent() == 0 && text.substr(lines.begin(), 2) == "- ";
  };
  auto begin = lines.begin();
  if (!at_item()) return 0;
  try {
    while (!lines.at_end()) {
      yaml_item next;
      next.node = item_parser(text, lines, limits.depth).item(next.faults);
      if (!lines.at_end() && !at_item()) return begin;
      std::stable_sort(next.faults.begin(), next.faults.end(),
                       [](const auto& a, const auto& b) { return a.offset < b.offset; });
      next.source = text.substr(begin, lines.begin() - begin);
      begin = lines.begin();
      item(std::move(next));
    }
  } catch (const not_simple&) {
  }
  return begin;
}

} // namespace troupe::storage
