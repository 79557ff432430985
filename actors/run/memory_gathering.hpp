#pragma once
// What the show remembers at one moment between two ticks, as the stages tell it part by part.

#include "protocol/local_messages.hpp"
#include "protocol/show_memory.hpp"
#include "protocol/show_state.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace troupe::actors {

/// One question at a time: asked, then its moment is reached, then all parts have told. A stage may tell
/// before the moment is heard of here.
class memory_gathering {
 public:
  /// @returns the number of the question; whatever was asked before isn't awaited any more
  std::uint64_t ask();
  void drop();

  /// Whether the moment of that question is still to come.
  bool awaits(std::uint64_t number) const noexcept { return asked_ && !show_ && number == number_; }
  /// @param show as it is then
  void reached(const show_state& show) { show_ = show; }
  void take(const memory_told& told);

  bool busy() const noexcept { return asked_; }                         ///< from question to answer
  bool gathers() const noexcept { return asked_ && show_.has_value(); } ///< from moment to answer
  bool complete() const noexcept { return gathers() && told_ == parts_.size() && told_ > 0; }

  /// Ends it. @pre complete @returns nothing if a stage remembers too much to tell
  std::optional<show_memory> finish();

  /// To be asked every second or so. @returns true if nothing is to be expected any more: an actor has fallen
  bool too_long();

 private:
  static constexpr int patience = 10;

  std::uint64_t number_ = 0;
  bool asked_ = false;
  std::optional<show_state> show_; // at the moment; none before it
  std::vector<std::shared_ptr<const engine::engine_image>> parts_;
  std::size_t told_ = 0; // of them
  bool too_much_ = false;
  int seconds_ = 0;
};

} // namespace troupe::actors
