#include "protocol/record_vector.hpp"

#include <cassert>

namespace troupe {

void intrusive_ptr_add_ref(const record_vector::node* counted) noexcept {
  counted->owners.fetch_add(1, std::memory_order_relaxed);
}

void intrusive_ptr_release(const record_vector::node* counted) noexcept {
  if (counted->owners.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  if (counted->is_leaf)
    delete &counted->as_leaf();
  else
    delete &counted->as_inner();
}

namespace {

using node = record_vector::node;

void unshare(boost::intrusive_ptr<node>& slot) {
  if (slot->unshared()) return;
  if (slot->is_leaf) {
    boost::intrusive_ptr<node::leaf> copy(new node::leaf);
    copy->records = slot->as_leaf().records;
    slot = std::move(copy);
  } else {
    boost::intrusive_ptr<node::inner> copy(new node::inner);
    copy->children = slot->as_inner().children;
    slot = std::move(copy);
  }
}

} // namespace

record_vector::pointer record_vector::make(bool leaf) {
  return leaf ? pointer(new node::leaf) : pointer(new node::inner);
}

const record_ptr& record_vector::at(std::uint32_t position) const noexcept {
  assert(position < size_);
  const node* at = root_.get();
  for (unsigned shift = shift_; shift > 0; shift -= bits)
    at = at->as_inner().children[position >> shift & (width - 1)].get();
  return at->as_leaf().records[position & (width - 1)];
}

record_ptr& record_vector::own(std::uint32_t position) {
  assert(position < size_);
  auto* slot = &root_;
  unshare(*slot);
  for (unsigned shift = shift_; shift > 0; shift -= bits) {
    slot = &(*slot)->as_inner().children[position >> shift & (width - 1)];
    unshare(*slot);
  }
  return (*slot)->as_leaf().records[position & (width - 1)];
}

void record_vector::push_back(record_ptr record) {
  if (!root_) root_ = make(true);
  if (size_ == std::uint64_t{width} << shift_) {
    auto above = make(false);
    above->as_inner().children[0] = std::move(root_);
    root_ = std::move(above);
    shift_ += bits;
  }
  auto* slot = &root_;
  unshare(*slot);
  for (unsigned shift = shift_; shift > 0; shift -= bits) {
    slot = &(*slot)->as_inner().children[size_ >> shift & (width - 1)];
    if (*slot)
      unshare(*slot);
    else
      *slot = make(shift == bits);
  }
  (*slot)->as_leaf().records[size_ & (width - 1)] = std::move(record);
  ++size_;
}

void record_vector::pop_back() {
  own(size_ - 1).reset();
  if (--size_ == 0) *this = {};
}

} // namespace troupe
