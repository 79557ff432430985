#include "protocol/wire_layout.hpp"

#include <algorithm>
#include <cassert>

namespace troupe {

namespace {

void append_escaped(std::string& out, char c) {
  static constexpr char hex[] = "0123456789abcdef";
  const auto byte = static_cast<unsigned char>(c);
  if (c == '"' || c == '\\') {
    out += '\\';
    out += c;
  } else if (byte < 0x20) {
    out += "\\u00";
    out += hex[byte >> 4];
    out += hex[byte & 0xf];
  } else {
    out += c;
  }
}

/// FNV-1a; the separator keeps {"ab"} and {"a", "b"} apart.
std::uint64_t hash_of(const std::vector<std::string>& ids) noexcept {
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  const auto take = [&hash](unsigned char byte) { hash = (hash ^ byte) * 0x100000001b3ULL; };
  for (const auto& id : ids) {
    for (const char c : id) take(static_cast<unsigned char>(c));
    take(0xff); // no byte of UTF-8
  }
  return hash;
}

} // namespace

std::string json_member_prefix(std::string_view id) {
  std::string out;
  out.reserve(id.size() + 3);
  out += '"';
  for (const char c : id) append_escaped(out, c);
  out += "\":";
  return out;
}

wire_layout::wire_layout(std::shared_ptr<const fixture_layout> fixtures) : fixtures_(std::move(fixtures)) {
  assert(fixtures_);
  begins_.reserve(slots() + 1);
  for (const auto& id : fixtures_->ids) {
    begins_.push_back(text_.size());
    if (!id.empty()) text_ += json_member_prefix(id);
  }
  begins_.push_back(text_.size());
  text_.append(prefix_slack, ' ');
}

bool wire_layout::same_as(const std::shared_ptr<const fixture_layout>& other) const noexcept {
  return fixtures_ == other || (fixtures_->ids == other->ids && fixtures_->order == other->order &&
                                fixtures_->cell_begins == other->cell_begins);
}

void wire_layout::make_index() const {
  slot_by_id_.reserve(order().size());
  ranks_.assign(slots(), 0);
  std::uint32_t rank = 0;
  for (const auto slot : order()) {
    slot_by_id_.emplace(fixtures_->ids[slot], slot);
    ranks_[slot] = rank++;
  }
}

std::uint32_t wire_layout::slot_of(std::string_view id) const {
  std::call_once(indexed_, [this] { make_index(); });
  const auto found = slot_by_id_.find(id);
  return found == slot_by_id_.end() ? no_slot : found->second;
}

std::uint32_t wire_layout::rank_of(std::uint32_t slot) const {
  std::call_once(indexed_, [this] { make_index(); });
  return ranks_[slot];
}

fixture_filter::fixture_filter(std::vector<std::string> ids) : ids_(std::move(ids)) {
  std::sort(ids_.begin(), ids_.end());
  ids_.erase(std::unique(ids_.begin(), ids_.end()), ids_.end());
  hash_ = hash_of(ids_);
}

bool fixture_filter::contains(std::string_view id) const noexcept {
  return std::binary_search(ids_.begin(), ids_.end(), id);
}

std::shared_ptr<const std::vector<std::uint32_t>>
fixture_filter::slots_in(const std::shared_ptr<const wire_layout>& layout) const {
  const std::lock_guard guard{lock_};
  if (resolved_for_ != layout) {
    auto slots = std::make_shared<std::vector<std::uint32_t>>();
    for (const auto& id : ids_)
      if (const auto slot = layout->slot_of(id); slot != wire_layout::no_slot) slots->push_back(slot);
    std::sort(slots->begin(), slots->end(),
              [&](auto a, auto b) { return layout->rank_of(a) < layout->rank_of(b); });
    slots_ = std::move(slots);
    resolved_for_ = layout;
  }
  return slots_;
}

} // namespace troupe
