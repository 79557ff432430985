#pragma once
// The journal's rules over any database: positions, sequences, times, hashes, views. Internal to
// storage/journal.

#include "storage/journal/checkpoint_desk.hpp"
#include "storage/journal/journal_figures.hpp"
#include "storage/journal/journal_store.hpp"
#include "storage/journal/open_journal.hpp"
#include "storage/journal/sha256.hpp"
#include "storage/journal/view_changes.hpp"

#include <unordered_map>

namespace troupe::storage {

class stored_journal final : public event_journal {
 public:
  /// @param refusal set: every append is refused with it
  stored_journal(std::unique_ptr<journal_store> store, journal_tail tail, checkpoint_desk desk,
                 const journal_options& options, std::optional<std::string> refusal,
                 std::shared_ptr<journal_figures> figures);
  ~stored_journal() override;

  result<std::vector<std::shared_ptr<const journal_event>>> append(std::span<draft> drafts) override;
  journal_head head() const override { return tail_; }
  result<std::vector<view_row>> view(std::string_view show) override { return store_->view(show); }
  result<std::vector<std::string>> shows() override { return store_->shows(); }

 private:
  using events = std::vector<std::shared_ptr<const journal_event>>;

  result<void> record(std::span<draft> drafts);
  void give_back(std::span<draft> drafts) noexcept;
  result<void> check_tail();
  result<void> complete(draft& wanted, const journal_tail& behind);
  void write_down(const std::vector<signed_checkpoint>& checkpoints);
  result<void> sign_head();
  std::int64_t stopwatch() const { return steady_ns_ ? steady_ns_() : 0; }

  std::unique_ptr<journal_store> store_;
  journal_tail tail_;
  std::function<std::int64_t()> wall_time_ms_, steady_ns_;
  std::function<std::array<std::uint8_t, 16>()> random_;
  std::optional<std::string> refusal_;
  std::shared_ptr<journal_figures> figures_;
  view_changes views_;
  std::vector<std::shared_ptr<journal_event>> made_; ///< of the transaction that is open
  checkpoint_desk desk_;
  std::vector<signed_checkpoint> signed_now_; ///< in the transaction that is open
  event_hasher hash_;
};

} // namespace troupe::storage
