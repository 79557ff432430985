#include "storage/yaml_reader.hpp"

#include "storage/text_places.hpp"
#include "storage/yaml_tree_builder.hpp"

#include <algorithm>
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

tl::expected<yaml_root, yaml_failure>
read_yaml(std::string_view text, const std::function<void(yaml_item&&)>& item, const yaml_limits& limits) {
  if (text.size() > limits.bytes) return tl::unexpected(yaml_failure{0, "the file is too large"});
  if (auto directive = find_tag_directive(text)) return tl::unexpected(std::move(*directive));
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

} // namespace troupe::storage
