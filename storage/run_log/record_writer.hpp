#pragma once
// Records as bytes. A tick is written as what differs from the one before; so a segment has one writer, from
// its first record to its last.

#include "storage/run_log/record.hpp"

#include <span>
#include <string>

namespace troupe::storage::run_log {

/// What the bytes of a record begin with. Append only.
enum class record_kind : std::uint8_t {
  segment_start = 1,
  show_entity,
  show_complete,
  show_changed,
  controls, ///< the names of faders and buttons from now on, all at rest; part of the next tick
  tick,
  ticks_missing,
  frame_hash,
  run_ended,
  memory_begins, ///< since version 2 of the format
  node_memory,
  held_memory,
  memory_complete
};

class record_writer {
 public:
  void start(std::string& out, const segment_start& value);
  void show_entity(std::string& out, const entity_record& entity);
  void show_complete(std::string& out, std::uint64_t entities);
  void show_changed(std::string& out, std::span<const fact> facts);
  void tick(std::string& out, const tick_time& time, const std::shared_ptr<const input_snapshot>& inputs);
  void missing(std::string& out, std::uint64_t ticks);
  void hash(std::string& out, std::uint64_t frame_number, std::uint64_t hash);
  void end(std::string& out);

  void memory_begins(std::string& out, std::uint32_t cells);
  void memory(std::string& out, const node_memory& one);
  void memory(std::string& out, const held_memory& held);
  void memory_complete(std::string& out, std::uint64_t nodes);

 private:
  void controls(std::string& out, const std::shared_ptr<const input_layout>& layout);
  /// What of the inputs has moved, into `body_`. @returns the flags that tell what is there
  std::uint8_t changes(const input_snapshot& now);
  bool faders(const input_snapshot& now);
  bool buttons(const input_snapshot& now);
  bool network(const dmx_inputs& now);
  void whole_network(const dmx_inputs* now);

  tick_time last_;
  std::int64_t clock_ = 0; // deadline minus show time
  std::shared_ptr<const input_snapshot> last_inputs_;
  std::shared_ptr<const input_layout> layout_;
  std::vector<float> faders_;
  std::vector<std::uint8_t> buttons_;
  dmx_inputs_ptr network_;
  timecode_mark timecode_;
  std::string body_, scratch_; // reused
};

} // namespace troupe::storage::run_log
