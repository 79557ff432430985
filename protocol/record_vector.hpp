#pragma once
// Records by position: a persistent vector of 32 branches per level. Copies share all nodes; a change
// copies the nodes on one path, or works in place on those that nobody else holds.

#include "protocol/entities.hpp"

#include <array>
#include <atomic>
#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <cstdint>

namespace troupe {

class record_vector {
 public:
  std::uint32_t size() const noexcept { return size_; }

  /// @pre position < size()
  const record_ptr& at(std::uint32_t position) const noexcept;

  /// The place itself, in nodes that nobody else holds. @pre position < size()
  record_ptr& own(std::uint32_t position);

  void push_back(record_ptr record);
  void pop_back();

  /// Visits what isn't null, in order.
  template <class Visit>
  void each(Visit& visit) const {
    if (root_) each_in(*root_, shift_, visit);
  }

  struct node;
  friend void intrusive_ptr_add_ref(const node* counted) noexcept;
  friend void intrusive_ptr_release(const node* counted) noexcept;

 private:
  using pointer = boost::intrusive_ptr<node>;
  static constexpr unsigned bits = 5;
  static constexpr std::uint32_t width = 1u << bits;

  template <class Visit>
  static void each_in(const node& at, unsigned shift, Visit& visit);
  static pointer make(bool leaf);

  pointer root_;
  std::uint32_t size_ = 0;
  unsigned shift_ = 0; ///< of the root; 0: it is a leaf
};

struct record_vector::node {
  mutable std::atomic<std::uint32_t> owners{0};
  const bool is_leaf;

  explicit node(bool holds_records) noexcept : is_leaf(holds_records) {}
  bool unshared() const noexcept { return owners.load(std::memory_order_acquire) == 1; }

  struct leaf;
  struct inner;
  leaf& as_leaf() noexcept;
  const leaf& as_leaf() const noexcept;
  inner& as_inner() noexcept;
  const inner& as_inner() const noexcept;
};

struct record_vector::node::leaf : node {
  leaf() noexcept : node(true) {}
  std::array<record_ptr, width> records;
};

struct record_vector::node::inner : node {
  inner() noexcept : node(false) {}
  std::array<pointer, width> children;
};

inline record_vector::node::leaf& record_vector::node::as_leaf() noexcept {
  return static_cast<leaf&>(*this);
}
inline const record_vector::node::leaf& record_vector::node::as_leaf() const noexcept {
  return static_cast<const leaf&>(*this);
}
inline record_vector::node::inner& record_vector::node::as_inner() noexcept {
  return static_cast<inner&>(*this);
}
inline const record_vector::node::inner& record_vector::node::as_inner() const noexcept {
  return static_cast<const inner&>(*this);
}

template <class Visit>
void record_vector::each_in(const node& at, unsigned shift, Visit& visit) {
  if (shift == 0) {
    for (const auto& record : at.as_leaf().records)
      if (record) visit(record);
    return;
  }
  for (const auto& child : at.as_inner().children)
    if (child) each_in(*child, shift - bits, visit);
}

} // namespace troupe
