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
/// loaded.
class file_image {
 public:
  file_image() = default;
  explicit file_image(const entity_file& file);

  /// From the entities of one state to those of another, in the order of that one. Lines that could not be
  /// loaded keep their places. Costs what differs, and a walk over both.
  /// @param shown what the image shows now
  /// @returns whether anything is different now
  bool bring(entity_kind kind, const show_state& shown, const show_state& to);

  /// The whole file.
  std::string bytes() const;

 private:
  struct block {
    std::string id;   ///< empty: kept lines, or removed
    std::string text; ///< empty: removed
  };
  void put(const entity_record& entity);
  void remove(const std::string& id);
  bool arrange(entity_kind kind, const show_state& like);
  void replace(std::size_t slot, block with);
  void compact();

  std::vector<block> blocks_;
  std::unordered_map<std::string, std::size_t> slots_; ///< by id; never iterated
  std::size_t size_ = 0;                               ///< of all texts
  std::size_t removed_ = 0;                            ///< blocks without text
  std::size_t indent_ = 0;
};

} // namespace troupe::storage
