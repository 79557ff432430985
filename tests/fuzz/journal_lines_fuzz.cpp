// Any bytes as a line of an exported journal, of the file of checkpoints, as a snapshot or as a time end in a
// value or in none; what is taken is written again as it was.

#include "storage/journal/journal_lines.hpp"
#include "storage/journal/snapshot_codec.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

namespace {

using namespace troupe::storage;

void insist(bool holds) {
  if (!holds) std::abort();
}

void check_event(std::string_view line) {
  const auto event = parse_event_line(line);
  if (!event) return insist(!event.error().message.empty());
  const auto written = event_line(*event);
  const auto again = parse_event_line(written);
  insist(again && event_line(*again) == written);
}

void check_checkpoints(std::string_view text) {
  for (const auto& each : parse_checkpoint_lines(text)) {
    const auto again = parse_checkpoint_line(checkpoint_line("j", each.checkpoint));
    // A key's name with quotes isn't ours, and isn't written again.
    if (each.checkpoint.key_id.find_first_not_of("0123456789abcdef") != std::string::npos) continue;
    insist(again && again->checkpoint == each.checkpoint);
  }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check_event(text);
  check_checkpoints(text);
  static_cast<void>(parse_header_line(text));
  if (const auto rows = decode_snapshot(text)) insist(decode_snapshot(encode_snapshot(*rows)).has_value());
  if (const auto time = parse_iso_time(text)) insist(parse_iso_time(iso_time(*time)) == time);
  return 0;
}
