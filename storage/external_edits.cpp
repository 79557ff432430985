#include "storage/external_edits.hpp"

#include "protocol/entity_codec.hpp"
#include "protocol/patch_rules.hpp"

#include <algorithm>
#include <unordered_set>

namespace troupe::storage {

namespace json = boost::json;

namespace {

bool same(const json::value& one, const json::value& other);

bool same(const json::object& one, const json::object& other) {
  return one.size() == other.size() && std::all_of(one.begin(), one.end(), [&](const auto& member) {
           const auto* there = other.if_contains(member.key());
           return there && same(member.value(), *there);
         });
}

/// 1 and 1.0 are one number, whichever of YAML and JSON they came through.
bool same(const json::value& one, const json::value& other) {
  if (one.is_number() && other.is_number()) return to_json(one) == to_json(other);
  if (one.is_object() && other.is_object()) return same(one.get_object(), other.get_object());
  if (one.is_array() && other.is_array())
    return std::equal(one.get_array().begin(), one.get_array().end(), other.get_array().begin(),
                      other.get_array().end(),
                      [](const json::value& a, const json::value& b) { return same(a, b); });
  return one == other;
}

json::object fields_of(const record_ptr& record) {
  if (!record) return {};
  auto members = entity_members(*record);
  members.stable_erase("id");
  members.stable_erase("revision");
  return members;
}

/// `theirs` with what the edit made of `base`.
json::object merged(const json::object& edited, const json::object& base, json::object theirs) {
  for (const auto& [name, value] : edited) {
    const auto* before = base.if_contains(name);
    if (!before || !same(*before, value)) theirs[name] = value;
  }
  for (const auto& [name, value] : base)
    if (!edited.contains(name)) theirs.stable_erase(name);
  return theirs;
}

class edit_merge {
 public:
  edit_merge(entity_kind kind, const show_state& base, const show_state& current, bool unrecorded)
      : kind_(kind), base_(base), current_(current), unrecorded_(unrecorded) {}

  void take(const record_ptr& found) {
    const auto current = current_.find(kind_, found->id);
    const auto base = unrecorded_ ? nullptr : base_.find(kind_, found->id);
    const auto edited = fields_of(found);
    const auto original = fields_of(base);
    if (base && same(edited, original)) return; // untouched, whatever the journal has made of it
    if (!current) {
      changes_.push_back({entity_created{found}, nullptr});
      return;
    }
    const auto theirs = fields_of(current);
    const auto wanted = unrecorded_ ? edited : merged(edited, original, theirs);
    if (same(wanted, theirs)) return;
    if (auto made = make(*current, wanted))
      changes_.push_back({entity_updated{std::move(made)}, current});
    else if (!same(edited, theirs))
      if (auto whole = make(*current, edited))
        changes_.push_back({entity_updated{std::move(whole)}, current});
  }

  void take_missing(const show_state& found, const unloaded_entities& unloaded) {
    if (unloaded.nameless) return;
    const std::unordered_set<std::string> mentioned(unloaded.ids.begin(), unloaded.ids.end());
    current_.each(kind_, [&](const record_ptr& current) {
      if (found.find(kind_, current->id) || mentioned.contains(current->id)) return;
      if (!unrecorded_ && !base_.find(kind_, current->id)) return; // younger than the file
      changes_.push_back({entity_deleted{kind_, current->id, current->revision}, current});
    });
  }

  std::vector<external_change> changes() { return std::move(changes_); }

 private:
  record_ptr make(const entity_record& current, const json::object& members) const {
    auto made = parse_entity(kind_, current.id, current.revision + 1, members, entity_source::file);
    if (!made || !fits(**made)) return nullptr;
    return std::move(*made);
  }

  /// As a file is read: a fixture must have room where it is patched; without its model it needs none.
  bool fits(const entity_record& made) const {
    if (kind_ != entity_kind::fixture) return true;
    const auto& patched = made.as<fixture>();
    const auto* model = current_.find_as<fixture_model>(entity_kind::model, patched.model_id);
    return !model || !find_patch_fault(*model, patched);
  }

  entity_kind kind_;
  const show_state& base_;
  const show_state& current_;
  bool unrecorded_;
  std::vector<external_change> changes_;
};

} // namespace

std::vector<external_change> external_edits(entity_kind kind, const show_state& found, const show_state& base,
                                            const show_state& current, bool unrecorded,
                                            const unloaded_entities& unloaded) {
  edit_merge merge(kind, base, current, unrecorded);
  found.each(kind, [&](const record_ptr& each) { merge.take(each); });
  merge.take_missing(found, unloaded);
  return merge.changes();
}

} // namespace troupe::storage
