#include "storage/yaml_tree_builder.hpp"

#include "protocol/utf8.hpp"
#include "storage/yaml_scalar.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace troupe::storage {

yaml_tree_builder::yaml_tree_builder(std::string_view text, const std::function<void(yaml_item&&)>& item,
                                     const yaml_limits& limits)
    : text_(text), places_(text), item_(item), limits_(limits) {}

std::uint32_t yaml_tree_builder::offset_of(const YAML::Mark& mark) {
  return static_cast<std::uint32_t>(std::max(mark.pos, 0));
}

yaml_tree_builder::extent yaml_tree_builder::measure(const yaml_node& node) {
  extent size{1, node.text.size(), node.scalar() ? std::size_t{0} : std::size_t{1}};
  for (const auto& item : node.items) {
    const auto inner = measure(item);
    size.nodes += inner.nodes;
    size.bytes += inner.bytes;
    size.depth = std::max(size.depth, inner.depth + 1);
  }
  return size;
}

yaml_tag yaml_tree_builder::take_tag(const std::string& tag, std::uint32_t offset) {
  static constexpr std::string_view core = "tag:yaml.org,2002:";
  if (tag.empty() || tag == "?") return yaml_tag::none;
  if (tag == "!") return yaml_tag::none; // the tag of a quoted scalar; on others it says "no guessing"
  if (tag.starts_with(core)) {
    const auto name = std::string_view(tag).substr(core.size());
    if (name == "str") return yaml_tag::string;
    if (name == "int") return yaml_tag::integer;
    if (name == "float") return yaml_tag::floating;
    if (name == "bool") return yaml_tag::boolean;
    if (name == "null") return yaml_tag::null;
    if (name == "seq" || name == "map") return yaml_tag::none;
  }
  fault(offset, fmt::format("the tag {} is not supported", excerpt(tag)));
  foreign_ = true;
  return yaml_tag::foreign;
}

namespace {

/// The mark of an empty node is that of whatever comes next, so the word there may belong to the next node:
/// then it is a key, and a colon follows.
std::string null_text(std::string_view text, std::size_t offset, bool is_key) {
  const auto rest = text.substr(std::min(offset, text.size()));
  if (rest.starts_with('~')) return "~";
  const auto word = rest.substr(0, 4);
  if (word.size() != 4 || !spells_null(word)) return {};
  const auto next = rest.find_first_not_of(" \t", 4);
  const bool colon = next != std::string_view::npos && rest[next] == ':';
  return colon && !is_key ? std::string{} : std::string(word);
}

} // namespace

bool yaml_tree_builder::key_position() const {
  return !open_.empty() && open_.back().node.shape == yaml_shape::map &&
         open_.back().node.items.size() % 2 == 0;
}

/// yaml-cpp takes a last word without colon for a key without value, and gives that the place of the key: a
/// file that was cut off there must not pass for a whole one.
void yaml_tree_builder::check_colon(std::uint32_t null_offset) const {
  if (open_.empty() || key_position()) return;
  const auto& map = open_.back().node;
  if (map.shape == yaml_shape::map && map.block && map.items.back().offset == null_offset)
    throw yaml_failure{null_offset, "a colon is missing behind the key"};
}

void yaml_tree_builder::OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) {
  yaml_node node;
  node.offset = offset_of(mark);
  check_colon(node.offset);
  node.text = null_text(text_, node.offset, key_position());
  add(std::move(node), anchor);
}

void yaml_tree_builder::OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                                 const std::string& value) {
  yaml_node node;
  node.offset = offset_of(mark);
  node.shape = tag == "!" ? yaml_shape::quoted : yaml_shape::plain;
  node.tag = take_tag(tag, node.offset);
  if (node.tag == yaml_tag::string) node.shape = yaml_shape::quoted;
  node.text = value;
  last_quoted_ = node.shape == yaml_shape::quoted ? std::optional(node.offset) : std::nullopt;
  add(std::move(node), anchor);
}

void yaml_tree_builder::OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) {
  const auto found = anchors_.find(anchor);
  if (found == anchors_.end()) throw yaml_failure{offset_of(mark), "an alias inside of what it stands for"};
  const auto& target = found->second;
  spend(target.size, offset_of(mark));
  if (open_.size() + target.size.depth > limits_.depth)
    throw yaml_failure{offset_of(mark), "nesting too deep"};
  if (target.item != items_) outside_alias_ = true;
  auto copy = target.node;
  copy.offset = offset_of(mark);
  add(std::move(copy), 0);
}

void yaml_tree_builder::spend(const extent& size, std::uint32_t offset) {
  copied_.nodes += size.nodes;
  copied_.bytes += size.bytes;
  if (copied_.nodes > limits_.copied_nodes || copied_.bytes > limits_.copied_bytes)
    throw yaml_failure{offset, "the aliases stand for too much"};
}

void yaml_tree_builder::OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                                        YAML::EmitterStyle::value style) {
  enter(yaml_shape::sequence, mark, tag, anchor, style);
}

void yaml_tree_builder::OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                                   YAML::EmitterStyle::value style) {
  enter(yaml_shape::map, mark, tag, anchor, style);
}

void yaml_tree_builder::enter(yaml_shape shape, const YAML::Mark& mark, const std::string& tag,
                              YAML::anchor_t anchor, YAML::EmitterStyle::value style) {
  yaml_node node;
  node.shape = shape;
  node.offset = offset_of(mark);
  node.block = style != YAML::EmitterStyle::Flow;
  if (open_.size() >= limits_.depth) throw yaml_failure{node.offset, "nesting too deep"};
  node.tag = take_tag(tag, node.offset);
  if (open_.empty()) {
    if (node.tag == yaml_tag::foreign) throw yaml_failure{node.offset, faults_.back().reason};
    const auto line = places_.line_start(node.offset);
    const auto before = text_.substr(line, node.offset - line);
    in_block_ = shape == yaml_shape::sequence && node.block &&
                before.find_first_not_of(' ') == std::string_view::npos;
    indent_ = in_block_ ? before.size() : 0;
  }
  open_.push_back({std::move(node), anchor});
}

void yaml_tree_builder::leave() {
  auto done = std::move(open_.back());
  open_.pop_back();
  if (done.node.shape == yaml_shape::map) find_duplicate_keys(done.node, faults_);
  add(std::move(done.node), done.anchor);
}

void yaml_tree_builder::add(yaml_node&& node, YAML::anchor_t anchor) {
  if (anchor != 0) {
    const auto size = measure(node);
    spend(size, node.offset); // the copy kept here costs as much as one made by an alias
    anchors_.insert_or_assign(anchor, anchored{node, size, items_});
  }
  if (open_.empty()) {
    yaml_root root;
    root.empty = node.shape == yaml_shape::null;
    root.node = std::move(node);
    root_ = std::move(root);
  } else if (open_.size() == 1 && root_is_sequence()) {
    item_done(std::move(node));
  } else {
    if (key_position()) check_key(node);
    open_.back().node.items.push_back(std::move(node));
  }
}

void yaml_tree_builder::check_key(const yaml_node& key) {
  if (!key.scalar()) {
    fault(key.offset, "a key must be a string");
    foreign_ = true;
  } else if (key.shape == yaml_shape::null && key.text.empty()) {
    fault(key.offset, "a key is missing");
  } else if (key.shape == yaml_shape::plain && key.text == "<<") {
    fault(key.offset, "merge keys (<<) are not supported");
  }
}

/// The dash of an item is the last one in the column of dashes before the item itself: between the two only
/// blanks, comments, a tag or an anchor can stand. An item without content carries the mark of whatever
/// follows.
std::size_t yaml_tree_builder::item_start(const yaml_node& node) const {
  const bool nothing = node.shape == yaml_shape::null && node.text.empty();
  auto line = places_.line_start(node.offset);
  while (line > waiting_start_) {
    const auto dash = line + indent_;
    const bool before = dash < node.offset || (!nothing && dash == node.offset);
    if (before && text_[dash] == '-' &&
        text_.substr(line, indent_).find_first_not_of(' ') == std::string_view::npos)
      return line;
    line = places_.line_start(line - 1);
  }
  return line;
}

void yaml_tree_builder::item_done(yaml_node&& node) {
  std::size_t start = 0;
  if (in_block_) start = items_ == 0 ? places_.line_start(open_.front().node.offset) : item_start(node);
  hand_out(start);
  std::stable_sort(faults_.begin(), faults_.end(),
                   [](const auto& a, const auto& b) { return a.offset < b.offset; });
  waiting_ = yaml_item{std::move(node), {}, indent_, std::move(faults_)};
  waiting_start_ = start;
  waiting_alone_ = in_block_ && !outside_alias_;
  waiting_foreign_ = foreign_;
  faults_.clear();
  outside_alias_ = foreign_ = false;
  ++items_;
}

namespace {

/// Lines up to a document end marker, which can't be part of an item.
std::string_view before_document_end(std::string_view lines) {
  for (std::size_t at = 0; at < lines.size();) {
    const auto line = lines.substr(at);
    if (line.starts_with("...") && (line.size() == 3 || line.find_first_of(" \t\r\n") == 3))
      return lines.substr(0, at);
    const auto end = lines.find('\n', at);
    if (end == std::string_view::npos) break;
    at = end + 1;
  }
  return lines;
}

} // namespace

void yaml_tree_builder::hand_out(std::size_t source_end) {
  if (!waiting_) return;
  if (waiting_alone_)
    waiting_->source = text_.substr(waiting_start_, source_end - waiting_start_);
  else if (waiting_foreign_)
    throw yaml_failure{waiting_->node.offset,
                       "an item that could not be kept: " + waiting_->faults.front().reason};
  item_(std::move(*waiting_));
  waiting_.reset();
}

namespace {

/// Behind a tag, an anchor, comments and blanks.
std::string_view without_properties(std::string_view text) {
  while (!text.empty()) {
    const auto skip = std::string_view(" \t\r\n").find(text.front()) != std::string_view::npos ? 1
                      : text.front() == '#'                        ? text.find('\n')
                      : text.front() == '!' || text.front() == '&' ? text.find_first_of(" \t\r\n")
                                                                   : 0;
    if (skip == 0) break;
    text.remove_prefix(std::min(skip, text.size()));
  }
  return text;
}

bool closes_quote(std::string_view text) {
  const char quote = text.front();
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (quote == '"' && text[i] == '\\')
      ++i;
    else if (quote == '\'' && text.substr(i, 2) == "''")
      ++i;
    else if (text[i] == quote)
      return true;
  }
  return false;
}

} // namespace

/// yaml-cpp lets a quoted scalar end with the file when a line end stands before it: a file that was cut off
/// there must not pass for a whole one.
void yaml_tree_builder::check_last_quote() const {
  if (!last_quoted_) return;
  const auto scalar = without_properties(text_.substr(std::min<std::size_t>(*last_quoted_, text_.size())));
  if (scalar.starts_with('"') || scalar.starts_with('\''))
    if (!closes_quote(scalar)) throw yaml_failure{*last_quoted_, "the quotes are not closed"};
}

yaml_root yaml_tree_builder::finish() {
  check_last_quote();
  if (waiting_) {
    const auto rest = in_block_ ? before_document_end(text_.substr(waiting_start_)) : std::string_view{};
    hand_out(waiting_start_ + rest.size());
  }
  if (!root_) { // can't happen: yaml-cpp gives every document a root
    root_.emplace();
    root_->empty = true;
  }
  root_->faults = std::move(faults_);
  return std::move(*root_);
}

} // namespace troupe::storage
