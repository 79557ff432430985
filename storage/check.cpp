#include "storage/check.hpp"

#include "protocol/fixture_conflicts.hpp"
#include "storage/file_system.hpp"
#include "storage/references.hpp"
#include "storage/show_reader.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <iterator>

namespace troupe::storage {

namespace {

/// Problems of the models would otherwise be told once for every show.
class problem_list {
 public:
  void add(problem each) {
    const bool shared = each.file == file_name(entity_kind::model);
    if (shared && std::any_of(all_.begin(), all_.end(), [&](const problem& known) {
          return known.file == each.file && known.line == each.line && known.reason == each.reason;
        }))
      return;
    all_.push_back(std::move(each));
  }
  void add(std::vector<problem> several) {
    for (auto& each : several) add(std::move(each));
  }
  std::vector<problem> take() { return std::move(all_); }

 private:
  std::vector<problem> all_;
};

problem overlap(const show_state& state, const fixture_conflict& conflict) {
  const auto& first = *conflict.fixtures.front().fixture;
  problem out;
  out.file = file_of(entity_kind::fixture, state.show());
  out.line = first.origin.line;
  out.column = first.origin.column;
  out.error = false;
  std::string ids;
  constexpr std::size_t most_named = 5;
  for (std::size_t i = 0; i < std::min(conflict.fixtures.size(), most_named); ++i)
    ids += (i == 0 ? "" : ", ") + conflict.fixtures[i].fixture->id;
  if (conflict.fixtures.size() > most_named)
    ids += fmt::format(" and {} more", conflict.fixtures.size() - most_named);
  out.reason = fmt::format("universe {}, channels {} to {}: shared by {}", conflict.universe, conflict.from,
                           conflict.to, ids);
  return out;
}

void check_one(const data_folder& folder, const std::string& show, std::size_t max_entities,
               const show_inspection& inspect, problem_list& found) {
  const auto loaded = read_show(folder, show, max_entities).show;
  found.add(loaded.problems);
  found.add(dangling_references(loaded.state));
  for (const auto& conflict : fixture_conflicts(loaded.state)) found.add(overlap(loaded.state, conflict));
  if (!inspect) return;
  std::vector<problem> more;
  inspect(loaded, more);
  found.add(std::move(more));
}

} // namespace

result<std::vector<problem>> check_show(const std::filesystem::path& data_dir,
                                        const std::optional<std::string>& show,
                                        const show_inspection& inspect, show_files_options options) {
  auto folder = data_folder::view(data_dir, options.files ? options.files : real_file_system());
  if (!folder) return tl::unexpected(std::move(folder.error()));
  auto names = show ? result<std::vector<std::string>>(std::vector{*show}) : list_shows(*folder);
  if (!names) return tl::unexpected(std::move(names.error()));
  problem_list found;
  for (const auto& name : *names) {
    if (auto there = find_show(*folder, name); !there) return tl::unexpected(std::move(there.error()));
    check_one(*folder, name, options.max_entities, inspect, found);
  }
  return found.take();
}

} // namespace troupe::storage
