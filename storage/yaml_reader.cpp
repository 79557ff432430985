#include "storage/yaml_reader.hpp"

#include "protocol/utf8.hpp"
#include "storage/simple_yaml.hpp"
#include "storage/yaml_tree_builder.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <istream>
#include <streambuf>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

namespace troupe::storage {

namespace {

/// The text as a stream, without a copy.
class text_buffer : public std::streambuf {
 public:
  explicit text_buffer(std::string_view text) {
    auto* begin = const_cast<char*>(text.data()); // a get area is only read
    setg(begin, begin, begin + text.size());
  }
};

class nothing_more : public YAML::EventHandler {
 public:
  [[noreturn]] static void refuse(const YAML::Mark& mark) {
    throw yaml_failure{static_cast<std::uint32_t>(std::max(mark.pos, 0)),
                       "a second document, or something behind the end of the first"};
  }
  void OnDocumentStart(const YAML::Mark& mark) override { refuse(mark); }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark&, YAML::anchor_t) override {}
  void OnAlias(const YAML::Mark&, YAML::anchor_t) override {}
  void OnScalar(const YAML::Mark&, const std::string&, YAML::anchor_t, const std::string&) override {}
  void OnSequenceStart(const YAML::Mark&, const std::string&, YAML::anchor_t,
                       YAML::EmitterStyle::value) override {}
  void OnSequenceEnd() override {}
  void OnMapStart(const YAML::Mark&, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value) override {
  }
  void OnMapEnd() override {}
};

/// A %TAG directive would be lost when the file is written back, and what it abbreviates with it.
std::optional<yaml_failure> find_tag_directive(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size()) {
    const auto end = std::min(text.find('\n', at), text.size());
    const auto line = text.substr(at, end - at);
    if (line.starts_with("%TAG"))
      return yaml_failure{static_cast<std::uint32_t>(at), "%TAG is not supported"};
    const auto first = line.find_first_not_of(" \t\r");
    if (first != std::string_view::npos && line[first] != '#' && line.front() != '%') return std::nullopt;
    at = end + 1;
  }
  return std::nullopt;
}

yaml_failure from_exception(const YAML::Exception& e, std::size_t size) {
  const auto offset =
      e.mark.is_null() ? 0
                       : std::clamp<std::size_t>(static_cast<std::size_t>(std::max(e.mark.pos, 0)), 0, size);
  // The guard of the parser's recursion calls it so.
  return {static_cast<std::uint32_t>(offset), e.msg == YAML::ErrorMsg::BAD_FILE ? "nesting too deep" : e.msg};
}

} // namespace

void find_duplicate_keys(const yaml_node& map, std::vector<yaml_fault>& faults) {
  std::vector<const yaml_node*> keys;
  keys.reserve(map.items.size() / 2);
  for (std::size_t i = 0; i < map.items.size(); i += 2)
    if (map.items[i].scalar()) keys.push_back(&map.items[i]);
  const auto complain = [&](const yaml_node& key) {
    faults.push_back({key.offset, fmt::format("the key {} is there twice", excerpt(key.text))});
  };
  if (keys.size() <= 12) {
    for (std::size_t i = 1; i < keys.size(); ++i)
      if (std::any_of(keys.begin(), keys.begin() + static_cast<std::ptrdiff_t>(i),
                      [&](const auto* earlier) { return earlier->text == keys[i]->text; }))
        complain(*keys[i]);
    return;
  }
  std::stable_sort(keys.begin(), keys.end(), [](const auto* a, const auto* b) { return a->text < b->text; });
  for (std::size_t i = 1; i < keys.size(); ++i)
    if (keys[i]->text == keys[i - 1]->text) complain(*keys[i]);
}

namespace {

using reading = tl::expected<yaml_root, yaml_failure>;

reading read_by_library(std::string_view text, const std::function<void(yaml_item&&)>& item,
                        const yaml_limits& limits) {
  try {
    text_buffer buffer(text);
    std::istream stream(&buffer);
    YAML::Parser parser(stream);
    yaml_tree_builder builder(text, item, limits);
    if (!parser.HandleNextDocument(builder)) {
      yaml_root none;
      none.empty = true;
      return none;
    }
    nothing_more end;
    parser.HandleNextDocument(end);
    return builder.finish();
  } catch (const yaml_failure& e) {
    return tl::unexpected(e);
  } catch (const YAML::Exception& e) {
    return tl::unexpected(from_exception(e, text.size()));
  } catch (const std::exception& e) {
    return tl::unexpected(yaml_failure{0, e.what()});
  }
}

void shift(yaml_node& node, std::uint32_t by) {
  node.offset += by;
  for (auto& item : node.items) shift(item, by);
}

void shift(std::vector<yaml_fault>& faults, std::uint32_t by) {
  for (auto& fault : faults) fault.offset += by;
}

/// The list goes on: what stands in front of it was read already.
reading read_rest(std::string_view text, std::size_t from, const std::function<void(yaml_item&&)>& item,
                  const yaml_limits& limits) {
  const auto by = static_cast<std::uint32_t>(from);
  auto root = read_by_library(
      text.substr(from),
      [&](yaml_item&& each) {
        shift(each.node, by);
        shift(each.faults, by);
        item(std::move(each));
      },
      limits);
  if (!root) {
    auto failure = std::move(root.error());
    failure.offset += by;
    return tl::unexpected(std::move(failure));
  }
  shift(root->node, by);
  return root;
}

} // namespace

tl::expected<yaml_root, yaml_failure>
read_yaml(std::string_view text, const std::function<void(yaml_item&&)>& item, const yaml_limits& limits) {
  if (text.size() > limits.bytes) return tl::unexpected(yaml_failure{0, "the file is too large"});
  if (auto directive = find_tag_directive(text)) return tl::unexpected(std::move(*directive));
  const auto simple = limits.library_only ? 0 : read_simple_items(text, item, limits);
  if (simple == 0) return read_by_library(text, item, limits);
  if (simple < text.size()) return read_rest(text, simple, item, limits);
  yaml_root root;
  root.node.shape = yaml_shape::sequence;
  return root;
}

} // namespace troupe::storage
