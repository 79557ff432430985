#include "storage/yaml_json.hpp"

#include "protocol/node_catalogue.hpp"
#include "protocol/utf8.hpp"
#include "storage/yaml_scalar.hpp"

#include <array>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <fmt/format.h>

namespace troupe::storage {

namespace json = boost::json;

const text_fields* text_fields::member(std::string_view key) const noexcept {
  for (const auto& [name, fields] : members)
    if (name == key) return fields;
  return nullptr;
}

namespace {

const text_fields nothing{};
const text_fields text{true, nullptr, {}};
const text_fields texts{false, &text, {}};

text_fields node_params() {
  text_fields params;
  for (const auto& spec : node_catalogue())
    for (const auto& param : spec.params) {
      const bool list = param.type == param_type::group_ids || param.type == param_type::fixture_ids;
      if (!params.member(param.name)) params.members.emplace_back(param.name, list ? &texts : &text);
      if (!param.old_name.empty() && !params.member(param.old_name))
        params.members.emplace_back(param.old_name, &text);
    }
  return params;
}

text_fields graph_fields() {
  static const text_fields params = node_params();
  static const text_fields node{false, nullptr, {{"id", &text}, {"type", &text}, {"params", &params}}};
  static const text_fields nodes{false, &node, {}};
  static const text_fields end{false, nullptr, {{"nodeId", &text}, {"port", &text}}};
  static const text_fields edge{false, nullptr, {{"id", &text}, {"from", &end}, {"to", &end}}};
  static const text_fields edges{false, &edge, {}};
  return {false, nullptr, {{"id", &text}, {"name", &text}, {"nodes", &nodes}, {"edges", &edges}}};
}

std::array<text_fields, entity_kind_count> make_entity_fields() {
  const text_fields named{false, nullptr, {{"id", &text}, {"name", &text}, {"type", &text}}};
  return {text_fields{false,
                      nullptr,
                      {{"id", &text},
                       {"brand", &text},
                       {"model", &text},
                       {"whiteMode", &text},
                       {"release", &text},
                       {"span", &text}}},
          text_fields{false, nullptr, {{"id", &text}, {"name", &text}, {"modelId", &text}}},
          text_fields{false, nullptr, {{"id", &text}, {"name", &text}, {"fixtureIds", &texts}}},
          named,
          named,
          graph_fields()};
}

using converted = tl::expected<json::value, yaml_fault>;

tl::unexpected<yaml_fault> wrong(const yaml_node& node, std::string reason) {
  return tl::unexpected(yaml_fault{node.offset, std::move(reason)});
}

class converter {
 public:
  converted value(const yaml_node& node, const text_fields& fields, std::size_t depth) const {
    if (node.tag == yaml_tag::foreign) return wrong(node, "a tag that is not supported");
    switch (node.shape) {
    case yaml_shape::sequence:
      return sequence(node, fields, depth);
    case yaml_shape::map:
      return map(node, fields, depth);
    default:
      return scalar(node, fields);
    }
  }

 private:
  converted sequence(const yaml_node& node, const text_fields& fields, std::size_t depth) const {
    if (depth > max_nesting) return wrong(node, fmt::format("nested deeper than {}", max_nesting));
    json::array out;
    out.reserve(node.items.size());
    for (const auto& item : node.items) {
      auto element = value(item, fields.each ? *fields.each : nothing, depth + 1);
      if (!element) return element;
      out.push_back(std::move(*element));
    }
    return json::value(std::move(out));
  }

  converted map(const yaml_node& node, const text_fields& fields, std::size_t depth) const {
    if (depth > max_nesting) return wrong(node, fmt::format("nested deeper than {}", max_nesting));
    json::object out;
    out.reserve(node.items.size() / 2);
    for (std::size_t i = 0; i + 1 < node.items.size(); i += 2) {
      const auto& key = node.items[i];
      if (!key.scalar()) return wrong(key, "a key must be a string");
      if (key.text.size() > max_string_bytes) return wrong(key, "the key is too long");
      const auto* inner = fields.member(key.text);
      auto member = value(node.items[i + 1], inner ? *inner : nothing, depth + 1);
      if (!member) return member;
      out.insert_or_assign(key.text, std::move(*member));
    }
    return json::value(std::move(out));
  }

  converted scalar(const yaml_node& node, const text_fields& fields) const {
    if (node.text.size() > max_string_bytes)
      return wrong(node, fmt::format("the string is longer than {} bytes", max_string_bytes));
    switch (node.tag) {
    case yaml_tag::integer:
      return tagged(node, resolve_integer(node.text), "an integer");
    case yaml_tag::boolean:
      return tagged(node, resolve_boolean(node.text), "a boolean");
    case yaml_tag::null:
      return json::value(nullptr);
    case yaml_tag::floating: {
      auto number = resolve_float(node.text);
      return tagged(node, number ? std::move(number) : resolve_integer(node.text), "a number");
    }
    default:
      break;
    }
    if (node.shape == yaml_shape::quoted) return json::value(node.text);
    // An empty value and `~` are nothing for everybody; a word may be somebody's name.
    if (node.text.empty() || node.text == "~") return json::value(nullptr);
    if (fields.text) return json::value(node.text);
    if (auto resolved = resolve_plain(node.text)) return std::move(*resolved);
    return wrong(node, fmt::format("{} is not a finite number", excerpt(node.text)));
  }

  static converted tagged(const yaml_node& node, std::optional<json::value> found, std::string_view what) {
    if (found) return std::move(*found);
    return wrong(node, fmt::format("{} is not {}", excerpt(node.text), what));
  }
};

} // namespace

const text_fields& text_fields_of(entity_kind kind) {
  static const auto fields = make_entity_fields();
  return fields[static_cast<std::size_t>(kind)];
}

converted to_json(const yaml_node& node, const text_fields& fields) {
  return converter{}.value(node, fields, 1);
}

} // namespace troupe::storage
