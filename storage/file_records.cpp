#include "storage/file_records.hpp"

#include "storage/digest.hpp"
#include "storage/file_writing.hpp"
#include "storage/sealed_text.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <stdexcept>

namespace troupe::storage {

namespace json = boost::json;

namespace {

constexpr std::string_view format_name = "troupe-files-1";
constexpr std::size_t most_versions = 4; ///< a file that vanished has three while it is written again

data_path split(std::string_view text) {
  const auto slash = text.find('/');
  if (slash == std::string_view::npos) return {{}, std::string(text)};
  return {std::string(text.substr(0, slash)), std::string(text.substr(slash + 1))};
}

bool is_digest(std::string_view text) {
  return text.size() == sha256_hex_length &&
         text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

std::string text_at(const json::value& object, std::string_view member) {
  return std::string(object.at(json::string_view(member.data(), member.size())).as_string());
}

data_path path_at(const json::value& object) {
  auto path = split(text_at(object, "file"));
  if (!is_show_file(path)) throw std::runtime_error("not one of our files");
  return path;
}

shown_version decode_version(const json::value& value) {
  shown_version version{text_at(value, "sha256"), value.at("position").to_number<std::uint64_t>()};
  if (!version.sha256.empty() && !is_digest(version.sha256)) throw std::runtime_error("no digest");
  return version;
}

live_edit decode_edit(const json::value& value) {
  const auto path = path_at(value);
  const auto copy = split(text_at(value, "copy"));
  if (copy.folder != path.folder || copy == path || copy.name.find('/') != std::string::npos ||
      !belongs_to(copy.name, path.name))
    throw std::runtime_error("not one of our copies");
  live_edit edit;
  for (std::size_t i = 0; i < entity_kind_count; ++i)
    if (file_name(static_cast<entity_kind>(i)) == path.name) edit.kind = static_cast<entity_kind>(i);
  edit.file = path.text();
  edit.copy = copy.text();
  edit.position = value.at("position").to_number<std::uint64_t>();
  edit.noticed_at_ms = value.at("noticedAt").to_number<std::int64_t>();
  return edit;
}

} // namespace

std::span<const shown_version> file_records::versions(const data_path& path) const {
  const auto found = versions_.find(path.text());
  if (found == versions_.end()) return {};
  return found->second;
}

void file_records::set(const data_path& path, std::vector<shown_version> versions) {
  versions_[path.text()] = std::move(versions);
}

void file_records::forget(const data_path& path) {
  versions_.erase(path.text());
}

void file_records::forget_show(const std::string& show) {
  std::erase_if(versions_, [&](const auto& each) { return split(each.first).folder == show; });
  std::erase_if(edits_, [&](const live_edit& each) { return split(each.file).folder == show; });
}

std::vector<std::string> file_records::shows() const {
  std::vector<std::string> names;
  for (const auto& [path, versions] : versions_) names.push_back(split(path).folder);
  for (const auto& edit : edits_) names.push_back(split(edit.file).folder);
  std::erase(names, std::string{}); // the models are of no show
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

void file_records::add_edit(live_edit edit) {
  if (edits_.size() >= max_live_edits) edits_.erase(edits_.begin());
  edits_.push_back(std::move(edit));
}

bool file_records::remove_edit(const live_edit& edit) {
  return std::erase(edits_, edit) > 0;
}

std::string file_records::encode() const {
  json::array files;
  for (const auto& [path, versions] : versions_) {
    json::array shown;
    for (const auto& each : versions)
      shown.push_back(json::object{{"sha256", each.sha256}, {"position", each.position}});
    files.push_back(json::object{{"file", path}, {"shown", std::move(shown)}});
  }
  json::array edits;
  for (const auto& each : edits_)
    edits.push_back(json::object{{"file", each.file},
                                 {"copy", each.copy},
                                 {"position", each.position},
                                 {"noticedAt", each.noticed_at_ms}});
  auto out =
      json::serialize(json::object{{"format", json::string_view(format_name.data(), format_name.size())},
                                   {"files", std::move(files)},
                                   {"edits", std::move(edits)}});
  out += '\n';
  seal(out);
  return out;
}

file_records file_records::decode_body(std::string_view body) {
  const auto value = json::parse(json::string_view(body.data(), body.size()));
  if (text_at(value, "format") != format_name) throw std::runtime_error("another format");
  file_records records;
  for (const auto& each : value.at("files").as_array()) {
    const auto& shown = each.at("shown").as_array();
    if (shown.empty() || shown.size() > most_versions) throw std::runtime_error("too many versions");
    std::vector<shown_version> versions;
    for (const auto& one : shown) versions.push_back(decode_version(one));
    records.set(path_at(each), std::move(versions));
  }
  for (const auto& each : value.at("edits").as_array()) records.add_edit(decode_edit(each));
  return records;
}

std::optional<file_records> file_records::decode(std::string_view bytes) {
  return parse_sealed(bytes, &file_records::decode_body);
}

file_standing standing_of(std::span<const shown_version> versions, const std::optional<std::string>& sha256) {
  if (versions.empty()) {
    const bool missing = sha256 && sha256->empty();
    return {missing ? file_origin::missing_unrecorded : file_origin::unrecorded, 0};
  }
  if (sha256)
    for (auto each = versions.rbegin(); each != versions.rend(); ++each)
      if (each->sha256 == *sha256) return {file_origin::recorded, each->position};
  // Stopped while the file was replaced, and edited before the next start: either version may be the one that
  // was edited. The older one as base takes at most too much of the newer one; the newer one as base would
  // take its changes back. Where there was no file before, there was only the newer one to edit.
  const auto& edited = versions.front().sha256.empty() ? versions.back() : versions.front();
  return {file_origin::by_hand, edited.position};
}

} // namespace troupe::storage
