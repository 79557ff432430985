#pragma once
// The rules of a show: what a command turns into. Pure; the show_store actor owns one.

#include "protocol/error.hpp"
#include "protocol/facts.hpp"
#include "protocol/local_messages.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::actors {

/// What a command is answered with, and what has happened by it.
struct decision {
  std::vector<fact> facts;
  record_ptr entity; ///< as it is now; null after a delete
};

struct show_book_options {
  std::size_t max_entities = default_max_entities; ///< per kind
  std::function<std::string()> new_id;             ///< a fresh UUIDv4
};

/// Decides on commands against the state it is shown and never changes anything itself.
class show_book {
 public:
  explicit show_book(show_book_options options) : options_(std::move(options)) {}

  /// Kinds whose files don't parse; commands that touch one are refused with STORAGE_UNAVAILABLE.
  void read_only(std::array<std::optional<show_problem>, entity_kind_count> kinds) {
    read_only_ = std::move(kinds);
  }

  /// Whether the kinds of all these may be changed. @returns STORAGE_UNAVAILABLE
  result<void> writable(const std::vector<fact>& facts) const;

  /// Per kind.
  std::size_t max_entities() const noexcept { return options_.max_entities; }

  /// @returns VALIDATION_ERROR, NOT_FOUND, CONFLICT (with `details.current`) or STORAGE_UNAVAILABLE
  result<decision> decide(const show_state& state, const create_entity& command) const;
  result<decision> decide(const show_state& state, const update_entity_command& command) const;
  /// A model's use in other shows is the caller's to check.
  result<decision> decide(const show_state& state, const delete_entity& command) const;

  /// Run state; no facts when nothing changes. @returns NOT_FOUND
  result<decision> decide(const show_state& state, const set_graph_enabled& command) const;

 private:
  result<void> writable(entity_kind kind) const;

  show_book_options options_;
  std::array<std::optional<show_problem>, entity_kind_count> read_only_;
};

} // namespace troupe::actors
