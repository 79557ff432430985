#include "tests/storage/storage_support.hpp"

#include "protocol/entity_codec.hpp"

#include <boost/json/parse.hpp>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace troupe::storage::test {

namespace fs = std::filesystem;

std::size_t count_copies(const fs::path& folder) {
  std::size_t count = 0;
  for (const auto& entry : fs::directory_iterator(folder))
    if (entry.path().filename().string().find(".orig-") != std::string::npos) ++count;
  return count;
}

record_ptr entity(entity_kind kind, std::string_view json) {
  const auto value = boost::json::parse(boost::json::string_view(json.data(), json.size()));
  const auto& members = value.get_object();
  const auto* revision = members.if_contains("revision");
  auto parsed =
      parse_entity(kind, std::string(members.at("id").as_string()),
                   revision ? revision->to_number<std::uint64_t>() : 1, members, entity_source::file);
  if (!parsed) throw std::runtime_error(parsed.error().message);
  return *parsed;
}

fact created(entity_kind kind, std::string_view json) {
  return entity_created{entity(kind, json)};
}

fact updated(entity_kind kind, std::string_view json) {
  return entity_updated{entity(kind, json)};
}

fact deleted(entity_kind kind, std::string_view id, std::uint64_t revision) {
  return entity_deleted{kind, std::string(id), revision};
}

result<followed_files> followed_files::open(const fs::path& data_dir, show_files_options options) {
  auto files = show_files::open(data_dir, std::move(options));
  if (!files) return tl::unexpected(std::move(files.error()));
  return followed_files(std::move(*files));
}

result<loaded_show> followed_files::load(std::string_view show, bool demo_if_missing) {
  auto loaded = files_.load(show, demo_if_missing);
  if (loaded) state_ = loaded->state;
  return loaded;
}

result<projection_receipt> followed_files::commit(std::span<const fact> facts) {
  for (const auto& each : facts) troupe::apply(state_, each);
  return files_.project(state_, ++position_);
}

std::string snapshot(const show_state& state, entity_kind kind) {
  std::string out;
  state.each(kind, [&](const record_ptr& record) { out += record->json + '\n'; });
  return out;
}

std::string snapshot(const show_state& state) {
  std::string out;
  for (std::size_t i = 0; i < entity_kind_count; ++i) {
    const auto kind = static_cast<entity_kind>(i);
    out += std::string(kind_name(kind)) + ":\n" + snapshot(state, kind);
  }
  return out;
}

} // namespace troupe::storage::test
