#pragma once
// Looks at a whole journal, of any database, and says the first place that isn't as it was written. Internal
// to storage/journal.

#include "storage/journal/checkpoint_keys.hpp"
#include "storage/journal/event_portions.hpp"
#include "storage/journal/stream_table.hpp"

#include <map>

namespace troupe::storage {

/// What lies beside a journal and tells about it.
struct journal_evidence {
  checkpoint_keys keys;
  std::vector<checkpoint_of_journal> checkpoints; ///< of the plain file
  /// Others sign in the database as well, with keys of their own. What they have signed counts without a look
  /// at the signature: that is for them to check, or for whoever has their public keys.
  bool shared = false;
};
result<journal_evidence> load_evidence(const std::filesystem::path& folder);

class chain_verifier {
 public:
  /// @param events of the same journal as the source
  chain_verifier(journal_source& source, portion_reader& events, const journal_evidence& evidence)
      : source_(source), events_(events), evidence_(evidence) {}

  /// @returns an error only if the disk or server refuses; a damaged database is in the report
  result<journal_report> run();

 private:
  result<void> take_checkpoints();
  void take_checkpoint(const signed_checkpoint& checkpoint, bool of_others);
  result<void> follow_all();
  result<void> follow_chain(std::uint64_t last);
  bool check(const event_portion& portion);
  bool check(const event_outline& event);
  std::optional<std::string> flaw_of(const event_outline& event, std::uint64_t sequence) const;
  void check_checkpoints_at(const event_outline& event);
  void check_end(std::uint64_t head);
  result<void> check_views();
  std::uint64_t beyond_doubt() const;
  void note_damage(std::optional<journal_damage>& where, std::uint64_t position, std::string reason);

  journal_source& source_;
  portion_reader& events_;
  const journal_evidence& evidence_;
  journal_report report_;
  std::string journal_id_;
  std::multimap<std::uint64_t, sha256_digest> signed_; ///< hashes that were signed, by position
  std::vector<std::uint64_t> doubted_;                 ///< where checkpoints are that don't hold
  bool replaced_ = false; ///< another event was signed than the one that is there
  journal_tail reached_;
  stream_table streams_;
};

} // namespace troupe::storage
