#pragma once
// The past over any database: looking for events, and the state at any position. Internal to storage/journal.

#include "storage/journal/event_portions.hpp"
#include "storage/journal/history_index.hpp"
#include "storage/journal/journal_store.hpp"
#include "storage/journal/past_state.hpp"
#include "storage/journal/snapshot_file.hpp"

namespace troupe::storage {

/// As `event_history::scan`.
result<void> scan_events(journal_source& source, std::uint64_t after,
                         const std::function<bool(const journal_event&)>& visit);

class stored_history final : public event_history {
 public:
  /// @param more      opens further connections, for long ways
  /// @param snapshots the file that holds them
  stored_history(std::unique_ptr<journal_source> source,
                 std::function<result<std::unique_ptr<journal_source>>()> more,
                 std::filesystem::path snapshots, const journal_options& options);

  result<journal_head> head() override;
  result<history_page> find(const history_query& query) override;
  result<journal_event> event(std::uint64_t position) override;
  result<std::uint64_t> position_at(std::int64_t time_ms) override;
  result<past_view> view_at(std::string_view show, std::uint64_t position) override;
  result<std::optional<view_row>> entity_at(const event_stream& stream, std::uint64_t position) override;
  result<void> scan(std::uint64_t after, const std::function<bool(const journal_event&)>& visit) override;
  result<bool> keep_snapshots() override;

 private:
  struct span {
    std::uint64_t first = 1, last = 0;
    bool empty() const noexcept { return first > last; }
  };

  result<journal_event> at(std::uint64_t position);
  result<span> span_of(const history_query& query);
  result<history_page> look_through(const history_query& query, span where);
  result<history_page> look_up(const history_query& query, std::vector<std::uint32_t> positions);
  result<bool> fill_index(std::uint64_t head);
  result<std::optional<std::vector<std::uint32_t>>> few_candidates(const history_query& query, span& where);
  result<std::optional<view_row>> look_up(const event_stream& stream, std::uint64_t position);
  result<show_snapshot> base_of(const std::string& show, std::uint64_t position);
  std::uint64_t spacing();
  result<void> replay(past_state& state, event_range range);

  std::unique_ptr<journal_source> source_;
  portion_reader portions_;
  snapshot_file snapshots_;
  std::uint64_t snapshot_every_;
  std::uint64_t soon_indexed_; ///< events that are taken into the index while somebody waits
  history_index index_;
};

} // namespace troupe::storage
