#pragma once
// All entities of the active show, with the models that all shows share, as one immutable value. A copy
// costs a few pointers, a change costs what it touches, whatever the size of the show: REST answers, the
// compiler and the files each hold the state they need for as long as they need it.

#include "protocol/entities.hpp"
#include "protocol/persistent_table.hpp"

#include <array>
#include <string>
#include <vector>

namespace troupe {

class show_state {
 public:
  show_state() = default;
  explicit show_state(std::string show) : show_(std::move(show)) {}

  const std::string& show() const noexcept { return show_; }

  /// @returns nullptr if there is none
  record_ptr find(entity_kind kind, std::string_view id) const { return table(kind).find(id); }

  template <class T>
  const T* find_as(entity_kind kind, std::string_view id) const {
    const auto* found = table(kind).find_raw(id);
    return found ? &found->template as<T>() : nullptr;
  }

  std::size_t count(entity_kind kind) const noexcept { return table(kind).size(); }

  /// Calls `visit(const record_ptr&)` in the order of creation.
  template <class Visit>
  void each(entity_kind kind, Visit&& visit) const {
    table(kind).each(visit);
  }

  /// Grows with every change of the kind; for caches and ETags. Unique within one process.
  std::uint64_t version(entity_kind kind) const noexcept { return versions_[index(kind)]; }

  /// Replaces the entity with that id in its place, or appends it.
  void put(record_ptr record);

  /// Does nothing if there is none.
  void remove(entity_kind kind, std::string_view id);

 private:
  static std::size_t index(entity_kind kind) noexcept { return static_cast<std::size_t>(kind); }
  const persistent_table& table(entity_kind kind) const noexcept { return tables_[index(kind)]; }

  std::string show_;
  std::array<persistent_table, entity_kind_count> tables_;
  std::array<std::uint64_t, entity_kind_count> versions_{};
};

} // namespace troupe
