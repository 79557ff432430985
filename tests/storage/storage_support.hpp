#pragma once
// What the tests of storage share.

#include "protocol/entities.hpp"
#include "protocol/facts.hpp"
#include "protocol/show_state.hpp"
#include "storage/show_files.hpp"
#include "tests/support/temp_dir.hpp"

#include <filesystem>
#include <span>
#include <string>
#include <string_view>

namespace troupe::storage::test {

using troupe::test::read_text;
using troupe::test::temp_dir;
using troupe::test::write_text;

std::size_t count_copies(const std::filesystem::path& folder); ///< `*.orig-*`

/// An entity from JSON; `id` and `revision` are members. Throws if it isn't valid.
record_ptr entity(entity_kind kind, std::string_view json);

fact created(entity_kind kind, std::string_view json);
fact updated(entity_kind kind, std::string_view json);
fact deleted(entity_kind kind, std::string_view id, std::uint64_t revision = 1);

/// Show files with the rest of the server behind them: what was found is the state, facts are applied to it
/// and projected, each time to the next position.
class followed_files {
 public:
  static result<followed_files> open(const std::filesystem::path& data_dir, show_files_options options = {});

  result<loaded_show> load(std::string_view show, bool demo_if_missing);
  result<projection_receipt> commit(std::span<const fact> facts);
  result<projection_receipt> project() { return files_.project(state_, position_); }

  const show_state& state() const { return state_; }
  std::uint64_t position() const { return position_; }
  show_files* operator->() { return &files_; }

 private:
  explicit followed_files(show_files files) : files_(std::move(files)) {}

  show_files files_;
  show_state state_;
  std::uint64_t position_ = 1;
};

/// Everything in a show as text: equal states have equal snapshots.
std::string snapshot(const show_state& state);
std::string snapshot(const show_state& state, entity_kind kind);

} // namespace troupe::storage::test
