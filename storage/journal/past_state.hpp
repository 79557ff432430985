#pragma once
// The entities of one show as events leave them, one after the other. Internal to storage/journal.

#include "storage/journal/event_journal.hpp"

#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace troupe::storage {

class past_state {
 public:
  /// @param rows where it begins: nothing, or a snapshot
  explicit past_state(std::string show, std::vector<view_row> rows = {});

  /// Events of other shows, and those that change no entity, are passed over.
  void apply(journal_event& event);

  /// In the order of creation. The object is empty afterwards.
  std::vector<view_row> take_rows();

  std::size_t size() const noexcept { return places_.size(); }

 private:
  void close_gaps();

  std::string show_;
  std::vector<view_row> rows_; ///< in the order of creation; what has gone left an empty kind
  std::unordered_map<std::string, std::size_t> places_;
  std::string key_;
};

} // namespace troupe::storage
