#pragma once
// Attributes of a tick -> DMX levels (protocol, section 6).

#include "engine/domain.hpp"
#include "engine/patch.hpp"
#include "protocol/bundle.hpp"

#include <array>
#include <cstdint>
#include <vector>

namespace troupe::engine {

struct part_memory; // engine/part_memory.hpp

/// Attributes of the cells of one tile: one column each, and which of them are there.
struct attribute_planes {
  std::uint32_t base = 0;             ///< place of the first element
  const std::uint8_t* mask = nullptr; ///< attribute_bit
  std::array<const float*, column_count> values{};
};

/// The attributes that stay after release, of the cells whose model keeps any.
class held_attributes {
 public:
  /// For another plan: takes along what stays, and forgets what isn't kept any more.
  /// @param freed places whose fixture has gone
  void fit(const patch_plan* before, const patch_plan& plan, const place_set& freed);
  void clear();

  /// Takes in what this tick wrote to a tile.
  void update(const patch_plan& plan, const patch_tile& tile, const attribute_planes& written);

  /// Adds what is held of the places that `memory` names.
  void give(const patch_plan& plan, part_memory& memory) const;
  void receive(const patch_plan& plan, const part_memory& memory);

  /// As they lie there.
  void copy_to(std::vector<std::uint8_t>& masks, std::array<std::vector<float>, column_count>& values) const {
    masks = mask_;
    values = values_;
  }
  std::size_t bytes() const noexcept { return mask_.size() * (1 + column_count * sizeof(float)); }

  /// What is held of one place. @returns attribute_bit; `values` receives those columns
  std::uint8_t find(const patch_plan& plan, std::uint32_t place,
                    std::array<float, column_count>& values) const;

  const std::uint8_t* mask() const noexcept { return mask_.data(); }
  const float* values(std::size_t column) const noexcept { return values_[column].data(); }

 private:
  std::vector<std::uint8_t> mask_; ///< what is held, written in this tick or before
  std::array<std::vector<float>, column_count> values_;
};

/// Levels of the cells of one tile. @param levels 512 for each address; those that never change stand there
void render(const patch_plan& plan, const patch_tile& tile, const attribute_planes& written,
            const held_attributes& held, std::uint8_t* levels);

} // namespace troupe::engine
