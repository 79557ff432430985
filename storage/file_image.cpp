#include "storage/file_image.hpp"

#include <algorithm>
#include <utility>

namespace troupe::storage {

namespace {
constexpr std::string_view empty_list = "[]\n";
constexpr std::size_t few_gaps = 64;
} // namespace

file_image::file_image(const entity_file& file) : indent_(file.indent) {
  blocks_.reserve(file.blocks.size());
  for (const auto& each : file.blocks) {
    block made{{}, each.kept};
    if (each.entity) {
      made.id = each.entity->id;
      append_entity(made.text, *each.entity, indent_);
      slots_.emplace(made.id, blocks_.size());
    }
    size_ += made.text.size();
    blocks_.push_back(std::move(made));
  }
}

bool file_image::bring(entity_kind kind, const show_state& shown, const show_state& to) {
  bool changed = false;
  shown.each(kind, [&](const record_ptr& each) {
    if (to.find(kind, each->id)) return;
    remove(each->id);
    changed = true;
  });
  to.each(kind, [&](const record_ptr& each) {
    const auto before = shown.find(kind, each->id);
    if (before == each || (before && before->json == each->json)) return;
    put(*each);
    changed = true;
  });
  if (removed_ > few_gaps && removed_ > blocks_.size() / 2) compact();
  return arrange(kind, to) || changed;
}

/// Entities change places with entities only.
bool file_image::arrange(entity_kind kind, const show_state& like) {
  std::vector<std::size_t> order;
  order.reserve(slots_.size());
  like.each(kind, [&](const record_ptr& each) { order.push_back(slots_.at(each->id)); });
  if (std::is_sorted(order.begin(), order.end())) return false;
  auto places = order;
  std::sort(places.begin(), places.end());
  std::vector<block> arranged;
  arranged.reserve(order.size());
  for (const auto from : order) arranged.push_back(std::move(blocks_[from]));
  for (std::size_t i = 0; i < places.size(); ++i) {
    slots_[arranged[i].id] = places[i];
    blocks_[places[i]] = std::move(arranged[i]);
  }
  return true;
}

void file_image::compact() {
  std::erase_if(blocks_, [](const block& each) { return each.text.empty(); });
  slots_.clear();
  for (std::size_t i = 0; i < blocks_.size(); ++i)
    if (!blocks_[i].id.empty()) slots_.emplace(blocks_[i].id, i);
  removed_ = 0;
}

void file_image::replace(std::size_t slot, block with) {
  auto& at = blocks_[slot];
  size_ = size_ - at.text.size() + with.text.size();
  removed_ = removed_ - (at.text.empty() ? 1 : 0) + (with.text.empty() ? 1 : 0);
  std::swap(at, with);
}

void file_image::put(const entity_record& entity) {
  block made{entity.id, {}};
  append_entity(made.text, entity, indent_);
  auto [found, is_new] = slots_.try_emplace(entity.id, blocks_.size());
  if (is_new) {
    blocks_.emplace_back();
    ++removed_;
  }
  replace(found->second, std::move(made));
}

void file_image::remove(const std::string& id) {
  const auto found = slots_.find(id);
  if (found == slots_.end()) return;
  replace(found->second, {});
  slots_.erase(found);
}

std::string file_image::bytes() const {
  if (size_ == 0) return std::string(empty_list);
  std::string out;
  out.reserve(size_);
  for (const auto& each : blocks_) out += each.text;
  return out;
}

} // namespace troupe::storage
