#include "storage/file_image.hpp"

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

void file_image::begin() {
  undo_.clear();
  if (removed_ > few_gaps && removed_ > blocks_.size() / 2) compact();
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
  undo_.push_back({found->second, blocks_[found->second]});
  replace(found->second, std::move(made));
}

void file_image::remove(const std::string& id) {
  const auto found = slots_.find(id);
  if (found == slots_.end()) return;
  undo_.push_back({found->second, blocks_[found->second]});
  replace(found->second, {});
  slots_.erase(found);
}

void file_image::accept() {
  undo_.clear();
}

void file_image::roll_back() {
  while (!undo_.empty()) {
    auto [slot, before] = std::move(undo_.back());
    undo_.pop_back();
    if (!blocks_[slot].id.empty()) slots_.erase(blocks_[slot].id);
    if (!before.id.empty()) slots_.emplace(before.id, slot);
    replace(slot, std::move(before));
  }
}

std::string file_image::bytes() const {
  if (size_ == 0) return std::string(empty_list);
  std::string out;
  out.reserve(size_);
  for (const auto& each : blocks_) out += each.text;
  return out;
}

} // namespace troupe::storage
