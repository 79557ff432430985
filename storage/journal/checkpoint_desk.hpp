#pragma once
// Where the writer gets its checkpoints signed and written down. Internal to storage/journal.

#include "storage/journal/checkpoint_keys.hpp"
#include "storage/journal/event_journal.hpp"

namespace troupe::storage {

class checkpoint_desk {
 public:
  /// Signs nothing: for a journal that is only read.
  checkpoint_desk() = default;
  /// @param last position of the newest checkpoint there is
  checkpoint_desk(checkpoint_signer signer, std::string journal_id, std::filesystem::path file,
                  std::uint64_t every, std::uint64_t last)
      : signer_(std::move(signer)), journal_id_(std::move(journal_id)), file_(std::move(file)), every_(every),
        last_(last) {}

  /// Whether the event at this position is to be signed.
  bool due(std::uint64_t position) const noexcept {
    return signer_ && every_ > 0 && position % every_ == 0 && position > last_;
  }
  /// Whether events have come since the last signature.
  bool behind(std::uint64_t head) const noexcept { return signer_ && head > last_; }

  signed_checkpoint sign(const journal_head& head, std::int64_t time_ms) const {
    signed_checkpoint out;
    out.position = head.position;
    out.hash = head.hash;
    out.time_ms = time_ms;
    signer_->sign(journal_id_, out);
    return out;
  }

  /// It is durable in the database: into the file as well.
  result<void> write_down(const signed_checkpoint& checkpoint) {
    last_ = std::max(last_, checkpoint.position);
    return append_checkpoint_file(file_, checkpoint_line(journal_id_, checkpoint));
  }

 private:
  std::optional<checkpoint_signer> signer_;
  std::string journal_id_;
  std::filesystem::path file_;
  std::uint64_t every_ = 0;
  std::uint64_t last_ = 0;
};

} // namespace troupe::storage
