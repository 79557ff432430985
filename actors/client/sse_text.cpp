#include "actors/client/sse_text.hpp"

namespace troupe::actors {
namespace {

constexpr std::string_view line_ends = "\r\n";

void append_field(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ").append(value).append("\n");
}

} // namespace

void append_sse_event(std::string& out, std::string_view type, std::optional<std::uint64_t> id,
                      std::string_view data) {
  if (id) append_field(out, "id", std::to_string(*id));
  append_field(out, "event", type.substr(0, type.find_first_of(line_ends)));
  for (;;) {
    const auto end = data.find_first_of(line_ends);
    append_field(out, "data", data.substr(0, end));
    if (end == std::string_view::npos) break;
    data.remove_prefix(end + (data.substr(end, 2) == line_ends ? 2 : 1));
  }
  out += '\n';
}

void append_sse_retry(std::string& out, std::uint32_t milliseconds) {
  append_field(out, "retry", std::to_string(milliseconds));
}

} // namespace troupe::actors
