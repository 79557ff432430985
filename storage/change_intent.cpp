#include "storage/change_intent.hpp"

#include "storage/sealed_text.hpp"
#include "storage/show_files.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <stdexcept>

namespace troupe::storage {

namespace json = boost::json;

namespace {

constexpr std::string_view format_name = "troupe-change-1";

json::value describe(const std::optional<file_status>& status) {
  if (!status) return nullptr;
  return json::array{status->size, status->inode, status->modified_ns};
}

std::optional<file_status> as_status(const json::value& value) {
  const auto* fields = value.if_array();
  if (!fields) return std::nullopt;
  file_status status;
  status.type = file_type::regular;
  status.size = fields->at(0).to_number<std::uint64_t>();
  status.inode = fields->at(1).to_number<std::uint64_t>();
  status.modified_ns = fields->at(2).to_number<std::int64_t>();
  return status;
}

std::vector<intended_file> decode_body(std::string_view body) {
  const auto end = body.find('\n');
  if (end == std::string_view::npos) throw std::runtime_error("no head");
  const auto head = json::parse(json::string_view(body.data(), end));
  if (head.at("format").as_string() != json::string_view(format_name.data(), format_name.size()))
    throw std::runtime_error("another format");
  auto rest = body.substr(end + 1);
  std::vector<intended_file> files;
  for (const auto& each : head.at("files").as_array()) {
    const auto& folder = each.at("folder").as_string();
    const auto& name = each.at("name").as_string();
    const auto size = each.at("size").to_number<std::size_t>();
    intended_file file{{std::string(folder), std::string(name)}, as_status(each.at("before")), {}};
    if (!is_show_file(file.path) || size > rest.size()) throw std::runtime_error("not one of our files");
    file.bytes = rest.substr(0, size);
    rest.remove_prefix(size);
    files.push_back(std::move(file));
  }
  return files;
}

} // namespace

bool is_show_file(const data_path& path) {
  for (std::size_t i = 0; i < entity_kind_count; ++i) {
    const auto kind = static_cast<entity_kind>(i);
    if (path.name != file_name(kind)) continue;
    return kind == entity_kind::model ? path.folder.empty() : is_show_name(path.folder);
  }
  return false;
}

std::string encode_intent(const std::vector<intended_file>& files) {
  json::array list;
  std::size_t size = 0;
  for (const auto& file : files) {
    list.push_back(json::object{{"folder", file.path.folder},
                                {"name", file.path.name},
                                {"before", describe(file.before)},
                                {"size", file.bytes.size()}});
    size += file.bytes.size();
  }
  std::string out = json::serialize(json::object{
      {"format", json::string_view(format_name.data(), format_name.size())}, {"files", std::move(list)}});
  out.reserve(out.size() + size + 1);
  out += '\n';
  for (const auto& file : files) out += file.bytes;
  seal(out);
  return out;
}

std::optional<std::vector<intended_file>> decode_intent(std::string_view bytes) {
  return parse_sealed(bytes, decode_body);
}

} // namespace troupe::storage
