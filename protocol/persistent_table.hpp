#pragma once
// All entities of one kind, by id and in the order of creation, as an immutable value that is cheap to copy.

#include "protocol/entities.hpp"
#include "protocol/id_trie.hpp"
#include "protocol/record_vector.hpp"

namespace troupe {

/// A copy costs two pointers and shares everything; a change costs O(log n) whoever else holds a copy, and
/// less when nobody does. One table object is as thread-safe as an `int`; copies of it are independent, so
/// one thread may read its copy while another changes its own.
class persistent_table {
 public:
  /// @returns nullptr if there is none
  record_ptr find(std::string_view id) const;

  /// The same without taking part in the ownership: valid as long as this table isn't changed.
  const entity_record* find_raw(std::string_view id) const noexcept;

  std::size_t size() const noexcept { return live_; }

  /// Calls `visit(const record_ptr&)` in the order of creation.
  template <class Visit>
  void each(Visit&& visit) const {
    records_.each(visit);
  }

  /// Replaces the record with that id in its place, or appends it. If memory runs out, nothing has changed.
  void put(record_ptr record);

  /// Does nothing if there is none.
  void remove(std::string_view id);

 private:
  void compact();

  id_trie places_;
  record_vector records_; ///< null where one was removed
  std::uint32_t live_ = 0;
};

} // namespace troupe
