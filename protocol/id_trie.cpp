#include "protocol/id_trie.hpp"

#include "protocol/entities.hpp"

#include <bit>
#include <cassert>
#include <new>
#include <utility>

namespace troupe {

namespace {

constexpr unsigned bits_per_level = 5;
/// Below this depth the hash is used up: nodes there are plain lists of entries whose hashes are equal.
constexpr unsigned list_shift = 35;

} // namespace

/// A node is one allocation: this header, its entries, its children. Two maps say which of the 32 branches
/// is an entry and which a child; a list has only entries, and their number instead of a map.
struct id_trie::node {
  using pointer = boost::intrusive_ptr<node>;

  mutable std::atomic<std::uint32_t> owners{0};
  std::uint32_t entry_map;
  std::uint32_t child_map;
  std::uint32_t entry_count;

  node(std::uint32_t entry_bits, std::uint32_t child_bits, std::uint32_t count)
      : entry_map(entry_bits), child_map(child_bits), entry_count(count) {
    for (std::uint32_t i = 0; i < entry_count; ++i) new (entries() + i) entry;
    for (std::uint32_t i = 0; i < child_count(); ++i) new (children() + i) pointer;
  }
  ~node() {
    for (std::uint32_t i = 0; i < child_count(); ++i) children()[i].~pointer();
  }
  node(const node&) = delete;
  node& operator=(const node&) = delete;

  std::uint32_t child_count() const noexcept { return static_cast<std::uint32_t>(std::popcount(child_map)); }
  entry* entries() noexcept { return reinterpret_cast<entry*>(this + 1); }
  const entry* entries() const noexcept { return reinterpret_cast<const entry*>(this + 1); }
  pointer* children() noexcept { return reinterpret_cast<pointer*>(entries() + entry_count); }
  const pointer* children() const noexcept {
    return reinterpret_cast<const pointer*>(entries() + entry_count);
  }

  std::uint32_t entry_index(std::uint32_t bit) const noexcept {
    return static_cast<std::uint32_t>(std::popcount(entry_map & (bit - 1)));
  }
  std::uint32_t child_index(std::uint32_t bit) const noexcept {
    return static_cast<std::uint32_t>(std::popcount(child_map & (bit - 1)));
  }

  /// Nobody else can come to hold it meanwhile: only a copy of its one owner could, and that one is being
  /// changed. The acquire pairs with the release by which another owner let go.
  bool unshared() const noexcept { return owners.load(std::memory_order_acquire) == 1; }

  static pointer make(std::uint32_t entry_map, std::uint32_t child_map, std::uint32_t entry_count) {
    const auto size = sizeof(node) + entry_count * sizeof(entry) +
                      static_cast<std::size_t>(std::popcount(child_map)) * sizeof(pointer);
    return pointer(new (::operator new(size)) node(entry_map, child_map, entry_count));
  }
};

static_assert(sizeof(id_trie::node) % alignof(id_trie::entry) == 0);
static_assert(sizeof(id_trie::entry) % alignof(boost::intrusive_ptr<id_trie::node>) == 0);

void intrusive_ptr_add_ref(const id_trie::node* counted) noexcept {
  counted->owners.fetch_add(1, std::memory_order_relaxed);
}

void intrusive_ptr_release(const id_trie::node* counted) noexcept {
  if (counted->owners.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  counted->~node();
  ::operator delete(const_cast<id_trie::node*>(counted));
}

namespace {

using node = id_trie::node;
using pointer = node::pointer;
using entry = id_trie::entry;

constexpr std::uint32_t branch(std::uint32_t hash, unsigned shift) noexcept {
  return std::uint32_t{1} << (hash >> shift & 31);
}

bool is(const entry& one, std::uint32_t hash, std::string_view id) noexcept {
  return one.hash == hash && one.record->id == id;
}

std::uint32_t list_index(const node& list, std::string_view id) noexcept {
  std::uint32_t i = 0;
  while (i < list.entry_count && list.entries()[i].record->id != id) ++i;
  return i;
}

/// Hands a child on: moves it out of a node that will go, copies it from one that others keep.
pointer pass(node& from, std::uint32_t i, bool take) noexcept {
  return take ? std::move(from.children()[i]) : from.children()[i];
}

void unshare(pointer& slot) {
  if (slot->unshared()) return;
  auto copy = node::make(slot->entry_map, slot->child_map, slot->entry_count);
  for (std::uint32_t i = 0; i < slot->entry_count; ++i) copy->entries()[i] = slot->entries()[i];
  for (std::uint32_t i = 0; i < slot->child_count(); ++i) copy->children()[i] = slot->children()[i];
  slot = std::move(copy);
}

constexpr std::uint32_t none = ~std::uint32_t{0};

/// Replaces the node in `slot` by one with other maps: without entry `drop_entry` and child `drop_child`,
/// with a gap at `gap_entry` and `gap_child` (indices in the new node) for the caller to fill.
struct reshaping {
  std::uint32_t entry_map, child_map, entry_count;
  std::uint32_t drop_entry = none, drop_child = none, gap_entry = none, gap_child = none;
};

void reshape(pointer& slot, const reshaping& how) {
  auto next = node::make(how.entry_map, how.child_map, how.entry_count);
  const bool take = slot->unshared();
  for (std::uint32_t from = 0, to = 0; to < next->entry_count; ++to) {
    if (to == how.gap_entry) continue;
    if (from == how.drop_entry) ++from;
    next->entries()[to] = slot->entries()[from++];
  }
  for (std::uint32_t from = 0, to = 0; to < next->child_count(); ++to) {
    if (to == how.gap_child) continue;
    if (from == how.drop_child) ++from;
    next->children()[to] = pass(*slot, from++, take);
  }
  slot = std::move(next);
}

/// The smallest subtree that tells two entries apart.
pointer join(const entry& a, const entry& b, unsigned shift) {
  if (shift >= list_shift) {
    auto list = node::make(0, 0, 2);
    list->entries()[0] = a;
    list->entries()[1] = b;
    return list;
  }
  const auto bit_a = branch(a.hash, shift);
  const auto bit_b = branch(b.hash, shift);
  if (bit_a == bit_b) {
    auto child = join(a, b, shift + bits_per_level);
    auto out = node::make(0, bit_a, 0);
    out->children()[0] = std::move(child);
    return out;
  }
  auto out = node::make(bit_a | bit_b, 0, 2);
  out->entries()[0] = bit_a < bit_b ? a : b;
  out->entries()[1] = bit_a < bit_b ? b : a;
  return out;
}

void insert_at(pointer& slot, const entry& added, unsigned shift) {
  if (shift >= list_shift) {
    const auto count = slot->entry_count;
    reshape(slot, {.entry_map = 0, .child_map = 0, .entry_count = count + 1, .gap_entry = count});
    slot->entries()[count] = added;
    return;
  }
  const auto bit = branch(added.hash, shift);
  if (slot->child_map & bit) {
    unshare(slot);
    insert_at(slot->children()[slot->child_index(bit)], added, shift + bits_per_level);
  } else if (slot->entry_map & bit) {
    const auto sitting = slot->entry_index(bit);
    auto child = join(slot->entries()[sitting], added, shift + bits_per_level);
    const auto place = slot->child_index(bit);
    reshape(slot, {.entry_map = slot->entry_map & ~bit,
                   .child_map = slot->child_map | bit,
                   .entry_count = slot->entry_count - 1,
                   .drop_entry = sitting,
                   .gap_child = place});
    slot->children()[place] = std::move(child);
  } else {
    const auto place = slot->entry_index(bit);
    reshape(slot, {.entry_map = slot->entry_map | bit,
                   .child_map = slot->child_map,
                   .entry_count = slot->entry_count + 1,
                   .gap_entry = place});
    slot->entries()[place] = added;
  }
}

/// A child that is left with one entry and nothing else gives it to its parent: the shape of the trie then
/// depends on its contents only, and lookups stay as short as they can be.
void lift_single(pointer& slot, std::uint32_t bit) {
  const auto child_at = slot->child_index(bit);
  const auto& child = *slot->children()[child_at];
  if (child.entry_count != 1 || child.child_map != 0) return;
  const entry last = child.entries()[0];
  const auto place = slot->entry_index(bit);
  reshape(slot, {.entry_map = slot->entry_map | bit,
                 .child_map = slot->child_map & ~bit,
                 .entry_count = slot->entry_count + 1,
                 .drop_child = child_at,
                 .gap_entry = place});
  slot->entries()[place] = last;
}

void erase_at(pointer& slot, std::uint32_t hash, std::string_view id, unsigned shift) {
  const auto bit = shift < list_shift ? branch(hash, shift) : 0;
  if (slot->child_map & bit) {
    unshare(slot);
    erase_at(slot->children()[slot->child_index(bit)], hash, id, shift + bits_per_level);
    lift_single(slot, bit);
    return;
  }
  const auto gone = bit ? slot->entry_index(bit) : list_index(*slot, id);
  assert(gone < slot->entry_count && is(slot->entries()[gone], hash, id));
  reshape(slot, {.entry_map = slot->entry_map & ~bit,
                 .child_map = slot->child_map,
                 .entry_count = slot->entry_count - 1,
                 .drop_entry = gone});
}

} // namespace

const id_trie::entry* id_trie::find(std::uint32_t hash, std::string_view id) const noexcept {
  const node* at = root_.get();
  for (unsigned shift = 0; at; shift += bits_per_level) {
    if (shift >= list_shift) {
      const auto i = list_index(*at, id);
      return i < at->entry_count ? at->entries() + i : nullptr;
    }
    const auto bit = branch(hash, shift);
    if (at->entry_map & bit) {
      const auto* candidate = at->entries() + at->entry_index(bit);
      return is(*candidate, hash, id) ? candidate : nullptr;
    }
    at = at->child_map & bit ? at->children()[at->child_index(bit)].get() : nullptr;
  }
  return nullptr;
}

id_trie::entry& id_trie::own(std::uint32_t hash, std::string_view id) {
  auto* slot = &root_;
  for (unsigned shift = 0;; shift += bits_per_level) {
    unshare(*slot);
    auto& at = **slot;
    if (shift >= list_shift) return at.entries()[list_index(at, id)];
    const auto bit = branch(hash, shift);
    if (at.entry_map & bit) return at.entries()[at.entry_index(bit)];
    assert(at.child_map & bit);
    slot = &at.children()[at.child_index(bit)];
  }
}

void id_trie::insert(const entry& added) {
  assert(!find(added.hash, added.record->id));
  if (!root_) root_ = node::make(0, 0, 0);
  insert_at(root_, added, 0);
}

void id_trie::erase(std::uint32_t hash, std::string_view id) {
  assert(find(hash, id));
  erase_at(root_, hash, id, 0);
  if (root_->entry_count == 0 && root_->child_map == 0) root_.reset();
}

} // namespace troupe
