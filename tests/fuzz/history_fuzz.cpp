// Moments of the past, names of checkpoints and operators: refused with their field, or what they say they
// are.

#include "actors/show/operator_name.hpp"
#include "actors/show/past_moment.hpp"
#include "protocol/utf8.hpp"
#include "storage/journal/event.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace {

using namespace troupe;

void insist(bool holds) {
  if (!holds) std::abort();
}

void check_moment(std::string_view text) {
  const auto moment = actors::parse_moment(text, "at");
  if (!moment) return insist(moment.error().details.at("field") == "at");
  const auto* time = std::get_if<actors::wall_time>(&*moment);
  if (time && time->ms >= 0) insist(storage::parse_iso_time(storage::iso_time(time->ms)) == time->ms);
}

void check_names(std::string_view text) {
  const auto checkpoint = actors::check_checkpoint_name(std::string{text});
  if (checkpoint) {
    const auto moment = actors::parse_moment(*checkpoint, "at");
    insist(moment && std::holds_alternative<actors::checkpoint_name>(*moment));
  }
  const auto name = actors::operator_in(text);
  if (name) insist(is_utf8(*name) && !is_blank(*name) && !has_control(*name) && *name != "file");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  // Segments of a path and header fields are checked before they come here: only the latter may be anything.
  if (is_utf8(text)) check_moment(text);
  check_names(text);
  return 0;
}
