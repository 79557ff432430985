#pragma once
// What a show file holds, entity by entity as text, so that a change writes only what it touches. Internal to
// storage.

#include "storage/entity_reader.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace troupe::storage {

/// The blocks of one file in their order: entities by id, and between them the lines that could not be
/// loaded. Changes are tried out between `begin` and `accept` or `roll_back`.
class file_image {
 public:
  file_image() = default;
  explicit file_image(const entity_file& file);

  void begin();
  /// Replaces the entity in its place, or appends it.
  void put(const entity_record& entity);
  void remove(const std::string& id);
  void accept();
  void roll_back();

  /// The whole file.
  std::string bytes() const;

 private:
  struct block {
    std::string id;   ///< empty: kept lines, or removed
    std::string text; ///< empty: removed
  };
  struct earlier {
    std::size_t slot;
    block before; ///< without text: there was none
  };

  void replace(std::size_t slot, block with);
  void compact();

  std::vector<block> blocks_;
  std::unordered_map<std::string, std::size_t> slots_; ///< by id; never iterated
  std::vector<earlier> undo_;
  std::size_t size_ = 0;    ///< of all texts
  std::size_t removed_ = 0; ///< blocks without text
  std::size_t indent_ = 0;
};

} // namespace troupe::storage
