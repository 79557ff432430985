#include "storage/journal/journal_lines.hpp"

#include "protocol/json_text.hpp"

#include <algorithm>
#include <boost/json/object.hpp>
#include <fmt/format.h>

namespace troupe::storage {

namespace json = boost::json;

namespace {

constexpr std::string_view format_name = "troupe-journal-1";

/// Members of one line; remembers the first that is missing or of another kind.
class line_reader {
 public:
  explicit line_reader(const json::object& members) : members_(members) {}

  std::string text(std::string_view name) {
    const auto* found = find(name);
    if (found && found->is_string()) return std::string(found->get_string());
    refuse(name);
    return {};
  }
  template <class Integer>
  Integer number(std::string_view name) {
    const auto* found = find(name);
    json::error_code code;
    const auto out = found ? found->to_number<Integer>(code) : Integer();
    if (!found || code) refuse(name);
    return out;
  }
  sha256_digest digest(std::string_view name) {
    const auto out = parse_digest(text(name));
    if (!out) refuse(name);
    return out.value_or(sha256_digest{});
  }
  /// Written again as the journal writes it.
  std::string object(std::string_view name) {
    const auto* found = find(name);
    if (found && found->is_object()) return to_json(*found);
    refuse(name);
    return "{}";
  }
  bool is_null(std::string_view name) {
    const auto* found = find(name);
    if (!found) refuse(name);
    return found && found->is_null();
  }
  const std::string& bad() const noexcept { return bad_; }

 private:
  const json::value* find(std::string_view name) const {
    return members_.if_contains(json::string_view(name.data(), name.size()));
  }
  void refuse(std::string_view name) {
    if (bad_.empty()) bad_ = name;
  }
  const json::object& members_;
  std::string bad_;
};

result<json::object> parse_object(std::string_view line) {
  auto parsed = parse_json(line);
  if (!parsed) return failure(error{ec::validation_error, parsed.error().message, {}});
  if (!parsed->is_object()) return fail(ec::validation_error, "the line is no object");
  return std::move(parsed->get_object());
}

} // namespace

std::string header_line(const lines_header& header) {
  return fmt::format(R"({{"format":"{}","journal":"{}","events":{}}})", format_name, header.journal_id,
                     header.events);
}

std::string event_line(const journal_event& event) {
  std::string out;
  append_chained_text(out, event);
  out.pop_back();
  return out + ",\"hash\":\"" + to_hex(event.hash) + "\"}";
}

result<lines_header> parse_header_line(std::string_view line) {
  auto members = parse_object(line);
  if (!members) return failure(std::move(members).error());
  line_reader from(*members);
  const auto format = from.text("format");
  lines_header out{from.text("journal"), from.number<std::uint64_t>("events")};
  if (!from.bad().empty()) return invalid(from.bad(), "is missing or wrong");
  if (format != format_name) return invalid("format", fmt::format("{} was expected", format_name));
  const auto plain = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || c == '-'; };
  if (out.journal_id.size() != 36 || !std::all_of(out.journal_id.begin(), out.journal_id.end(), plain))
    return invalid("journal", "is no id of a journal");
  return out;
}

result<journal_event> parse_event_line(std::string_view line) {
  auto members = parse_object(line);
  if (!members) return failure(std::move(members).error());
  line_reader from(*members);
  journal_event out;
  out.position = from.number<std::uint64_t>("position");
  out.stream = {from.text("show"), from.text("kind"), from.text("id")};
  out.sequence = from.number<std::uint64_t>("sequence");
  out.event_id = from.text("eventId");
  out.type = from.text("type");
  out.version = from.number<std::uint16_t>("version");
  out.time_ms = from.number<std::int64_t>("time");
  out.author = from.text("author");
  out.client = from.text("client");
  out.correlation_id = from.text("correlationId");
  if (!from.is_null("entity")) out.entity = from.object("entity");
  out.details = from.object("details");
  out.previous = from.digest("prevHash");
  out.hash = from.digest("hash");
  if (!from.bad().empty()) return invalid(from.bad(), "is missing or wrong");
  return out;
}

} // namespace troupe::storage
