#pragma once
// Where the record with an id is: a persistent hash-array-mapped trie. Copies share all nodes; a change
// copies the nodes on one path, or works in place on those that nobody else holds.

#include <atomic>
#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <cstdint>
#include <string_view>

namespace troupe {

struct entity_record;

/// Knows records by their address only: whoever owns the trie keeps them alive (`persistent_table`).
/// The hash is the caller's, so that tests can make any two ids collide.
class id_trie {
 public:
  struct entry {
    const entity_record* record = nullptr;
    std::uint32_t position = 0; ///< in the order of creation
    std::uint32_t hash = 0;
  };

  /// @returns nullptr if there is none
  const entry* find(std::uint32_t hash, std::string_view id) const noexcept;

  /// The entry of an id that is there, in nodes that nobody else holds, so that the caller may change
  /// everything but hash and id.
  entry& own(std::uint32_t hash, std::string_view id);

  /// @pre the id is not there
  void insert(const entry& added);

  /// @pre the id is there
  void erase(std::uint32_t hash, std::string_view id);

  bool empty() const noexcept { return !root_; }

  struct node;
  friend void intrusive_ptr_add_ref(const node* counted) noexcept;
  friend void intrusive_ptr_release(const node* counted) noexcept;

 private:
  boost::intrusive_ptr<node> root_;
};

} // namespace troupe
