#pragma once
// Records from bytes, whatever the bytes.

#include "protocol/error.hpp"
#include "storage/run_log/bytes.hpp"
#include "storage/run_log/record.hpp"

#include <optional>
#include <vector>

namespace troupe::storage::run_log {

/// Reads one segment's records, from its first to its last; what a tick is depends on those before.
class record_reader {
 public:
  /// The next record in the bytes. Nothing at their end.
  /// @returns VALIDATION_ERROR if there are bytes that are no record; then nothing else can be read
  result<std::optional<record>> next(byte_reader& from);

 private:
  std::optional<record> take(std::uint8_t kind, byte_reader& from);
  void controls(byte_reader& from);
  tick_taken tick(byte_reader& from);
  void faders(byte_reader& from);
  void buttons(byte_reader& from);
  void network(byte_reader& from);
  void whole_network(byte_reader& from);
  void timecode(byte_reader& from);
  input_snapshot& fresh(); // a copy of the inputs, to be changed

  tick_time last_;
  std::int64_t clock_ = 0;
  std::shared_ptr<const input_snapshot> inputs_;
  std::shared_ptr<input_snapshot> next_inputs_; // of the tick that is being read; null: as before
};

} // namespace troupe::storage::run_log
