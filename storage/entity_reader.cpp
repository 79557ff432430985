#include "storage/entity_reader.hpp"

#include "protocol/entity_codec.hpp"
#include "protocol/patch_rules.hpp"
#include "storage/text_places.hpp"
#include "storage/yaml_json.hpp"
#include "storage/yaml_reader.hpp"
#include "storage/yaml_writer.hpp"

#include <fmt/format.h>
#include <unordered_map>

namespace troupe::storage {

namespace json = boost::json;

namespace {

using parsed = tl::expected<record_ptr, yaml_fault>;

tl::unexpected<yaml_fault> wrong(const yaml_node& node, std::string reason) {
  return tl::unexpected(yaml_fault{node.offset, std::move(reason)});
}

tl::expected<std::uint64_t, yaml_fault> take_revision(const yaml_node& node, const json::object& members) {
  const auto* found = members.if_contains("revision");
  if (!found) return 1;
  const auto& place = *find_member(node, "revision");
  if (const auto* number = found->if_int64(); number && *number >= 1)
    return static_cast<std::uint64_t>(*number);
  return wrong(place, "revision must be an integer from 1");
}

tl::expected<std::string, yaml_fault> take_id(const yaml_node& node, const json::object& members) {
  const auto* found = members.if_contains("id");
  if (!found) return wrong(node, "id is missing");
  const auto& place = *find_member(node, "id");
  const auto* text = found->if_string();
  if (!text) return wrong(place, "id must be a string");
  std::string id(text->data(), text->size());
  if (auto fine = check_id(id, "id"); !fine) return wrong(place, fine.error().message);
  return id;
}

class file_reader {
 public:
  file_reader(entity_kind kind, std::string_view text, const entity_reader_options& options)
      : kind_(kind), options_(options), places_(text) {}

  void take(yaml_item&& item) {
    if (loaded_ >= options_.max_entities) {
      if (surplus_++ == 0) surplus_place_ = item.node.offset;
      return keep(std::move(item));
    }
    auto entity = parse(item);
    if (!entity) {
      complain(entity.error().offset, entity.error().reason);
      return keep(std::move(item));
    }
    ++loaded_;
    file_.blocks.push_back({std::move(*entity), {}, {}});
  }

  void complain(std::size_t offset, std::string reason) {
    file_.problems.push_back(problem_at(offset, std::move(reason)));
  }

  problem problem_at(std::size_t offset, std::string reason) const {
    const auto place = places_.at(offset);
    return {options_.file, place.line, place.column, std::move(reason), {}, true};
  }

  entity_file finish() {
    if (surplus_ > 0)
      complain(surplus_place_, fmt::format("{} more than the {} entities that limits.maxEntities allows",
                                           surplus_, options_.max_entities));
    return std::move(file_);
  }

  entity_file refuse(std::size_t offset, std::string reason) {
    entity_file out;
    out.unreadable = problem_at(offset, std::move(reason));
    out.unreadable->unreadable = kind_;
    out.problems.push_back(*out.unreadable);
    return out;
  }

 private:
  parsed parse(const yaml_item& item) {
    const auto& node = item.node;
    if (!item.faults.empty()) return tl::unexpected(item.faults.front());
    if (node.shape != yaml_shape::map) return wrong(node, "an entity must be a map");
    auto value = to_json(node, text_fields_of(kind_));
    if (!value) return tl::unexpected(value.error());
    const auto& members = value->get_object();
    auto id = take_id(node, members);
    if (!id) return tl::unexpected(id.error());
    auto revision = take_revision(node, members);
    if (!revision) return tl::unexpected(revision.error());
    if (const auto earlier = lines_by_id_.find(*id); earlier != lines_by_id_.end())
      return wrong(*find_member(node, "id"),
                   fmt::format("the id {} is taken by line {}", *id, earlier->second));
    const auto place = places_.at(node.offset);
    auto entity = parse_entity(kind_, *id, *revision, members, entity_source::file, place);
    if (!entity) return refused(node, entity.error());
    if (auto fits = check_patch(node, **entity); !fits) return tl::unexpected(fits.error());
    lines_by_id_.emplace(std::move(*id), place.line);
    return std::move(*entity);
  }

  static parsed refused(const yaml_node& node, const error& why) {
    const auto* field = why.details.if_contains("field");
    if (!field || !field->is_string()) return wrong(node, why.message);
    const std::string_view path(field->get_string());
    return wrong(find_nearest(node, path), why.message);
  }

  /// A fixture must have room where it is patched; one whose model is missing needs none.
  tl::expected<void, yaml_fault> check_patch(const yaml_node& node, const entity_record& entity) const {
    if (kind_ != entity_kind::fixture || !options_.models) return {};
    const auto& patched = entity.as<fixture>();
    const auto* model = options_.models->find_as<fixture_model>(entity_kind::model, patched.model_id);
    if (!model) return {};
    const auto fault = find_patch_fault(*model, patched);
    if (!fault) return {};
    return wrong(*find_member(node, fault->field), fmt::format("the fixture {}", fault->reason));
  }

  void keep(yaml_item&& item) {
    std::string lines(item.source);
    if (lines.empty()) append_yaml_item(lines, item.node, item.indent);
    file_.indent = item.indent;
    if (!lines.ends_with('\n')) lines += '\n';
    const auto* id = item.node.shape == yaml_shape::map ? find_member(item.node, "id") : nullptr;
    file_.blocks.push_back({nullptr, std::move(lines), id && id->scalar() ? id->text : std::string{}});
  }

  entity_kind kind_;
  const entity_reader_options& options_;
  text_places places_;
  entity_file file_;
  std::unordered_map<std::string, std::uint32_t> lines_by_id_;
  std::size_t loaded_ = 0;
  std::size_t surplus_ = 0;
  std::size_t surplus_place_ = 0;
};

} // namespace

entity_file read_entities(entity_kind kind, std::string_view text, const entity_reader_options& options) {
  text = without_bom(text);
  file_reader reader(kind, text, options);
  if (const auto flaw = find_text_flaw(text)) return reader.refuse(flaw->offset, flaw->reason);
  const auto root = read_yaml(text, [&](yaml_item&& item) { reader.take(std::move(item)); });
  if (!root) return reader.refuse(root.error().offset, root.error().reason);
  if (!root->empty && root->node.shape != yaml_shape::sequence)
    return reader.refuse(root->node.offset, "a list of entities is wanted");
  return reader.finish();
}

void append_entity(std::string& out, const entity_record& entity, std::size_t indent) {
  append_yaml_item(out, json::value(entity_members(entity)), indent);
}

} // namespace troupe::storage
