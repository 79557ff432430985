#include "storage/journal/checkpoint.hpp"

#include "protocol/json_text.hpp"
#include "storage/journal/plain_file.hpp"

#include <boost/json/object.hpp>
#include <fmt/format.h>

namespace troupe::storage {

namespace json = boost::json;

namespace {

constexpr std::size_t longest_line = 1'024; ///< a checkpoint takes some 400 bytes
constexpr std::size_t longest_file = 256U << 20;

constexpr std::size_t hex_size = 128; ///< of a signature: two digests long

std::optional<std::string> text_of(const json::object& line, std::string_view name) {
  const auto* member = line.if_contains(json::string_view(name.data(), name.size()));
  if (!member || !member->is_string()) return std::nullopt;
  return std::string(member->get_string());
}

template <class Integer>
std::optional<Integer> number_of(const json::object& line, std::string_view name) {
  const auto* member = line.if_contains(json::string_view(name.data(), name.size()));
  if (!member) return std::nullopt;
  json::error_code code;
  const auto number = member->to_number<Integer>(code);
  if (code) return std::nullopt;
  return number;
}

} // namespace

std::string checkpoint_text(std::string_view journal_id, const signed_checkpoint& checkpoint) {
  return fmt::format(R"({{"journal":"{}","position":{},"hash":"{}","time":{},"key":"{}"}})", journal_id,
                     checkpoint.position, to_hex(checkpoint.hash), checkpoint.time_ms, checkpoint.key_id);
}

std::string checkpoint_line(std::string_view journal_id, const signed_checkpoint& checkpoint) {
  auto out = checkpoint_text(journal_id, checkpoint);
  out.pop_back();
  out += ",\"signature\":\"";
  for (const auto byte : checkpoint.signature) fmt::format_to(std::back_inserter(out), "{:02x}", byte);
  return out + "\"}";
}

std::optional<checkpoint_of_journal> parse_checkpoint_line(std::string_view line) {
  if (line.size() > longest_line) return std::nullopt;
  const auto parsed = parse_json(line);
  if (!parsed || !parsed->is_object()) return std::nullopt;
  const auto& members = parsed->get_object();
  const auto journal = text_of(members, "journal"), hash = text_of(members, "hash"),
             key = text_of(members, "key"), signature = text_of(members, "signature");
  const auto position = number_of<std::uint64_t>(members, "position");
  const auto time = number_of<std::int64_t>(members, "time");
  if (!journal || !hash || !key || !signature || !position || !time) return std::nullopt;
  const auto digest = parse_digest(*hash);
  if (!digest || signature->size() != hex_size) return std::nullopt;
  const auto front = parse_digest(std::string_view(*signature).substr(0, hex_size / 2)),
             back = parse_digest(std::string_view(*signature).substr(hex_size / 2));
  if (!front || !back) return std::nullopt;
  checkpoint_of_journal out;
  out.journal_id = *journal;
  out.checkpoint.position = *position;
  out.checkpoint.hash = *digest;
  out.checkpoint.time_ms = *time;
  out.checkpoint.key_id = *key;
  std::copy(front->begin(), front->end(), out.checkpoint.signature.begin());
  std::copy(back->begin(), back->end(), out.checkpoint.signature.begin() + front->size());
  return out;
}

std::vector<checkpoint_of_journal> parse_checkpoint_lines(std::string_view text) {
  std::vector<checkpoint_of_journal> out;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    if (auto found = parse_checkpoint_line(text.substr(0, end))) out.push_back(std::move(*found));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

result<std::vector<checkpoint_of_journal>> read_checkpoint_file(const std::filesystem::path& file) {
  auto text = read_plain_file(file, longest_file);
  if (!text) return failure(std::move(text).error());
  if (!*text) return std::vector<checkpoint_of_journal>();
  return parse_checkpoint_lines(**text);
}

result<void> append_checkpoint_file(const std::filesystem::path& file, const std::string& line) {
  return append_plain_line(file, line, 0644);
}

} // namespace troupe::storage
