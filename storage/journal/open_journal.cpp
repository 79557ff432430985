#include "storage/journal/open_journal.hpp"

#include "storage/journal/chain_verifier.hpp"
#include "storage/journal/open_backend.hpp"
#include "storage/journal/open_sqlite.hpp"
#include "storage/journal/plain_file.hpp"
#include "storage/journal/stored_history.hpp"
#include "storage/journal/stored_journal.hpp"
#include "storage/journal/verify_journal.hpp"

#include <fmt/format.h>

namespace troupe::storage {

namespace {

constexpr const char* checkpoint_file_name = "checkpoints.jsonl";
constexpr const char* snapshot_file_name = "snapshots.sqlite";

/// The first of what is wrong, the events before what rests on them.
std::optional<journal_damage> damage_of(const journal_report& report) {
  if (report.chain) return report.chain;
  if (report.signatures) return report.signatures;
  return report.views;
}

result<std::unique_ptr<event_history>> open_history(const journal_options& options) {
  auto source = open_source(options);
  if (!source && !is_shared(options) && source.error().code == ec::not_found)
    source = empty_sqlite_source(options);
  if (!source) return failure(std::move(source).error());
  return std::unique_ptr<event_history>(std::make_unique<stored_history>(
      std::move(*source), [options] { return open_source(options); },
      beside_journal(options) / snapshot_file_name, options));
}

struct opened_desk {
  checkpoint_desk desk;
  std::vector<std::string> notes;
};

/// A key that can't be read or made is told, and events go on being recorded without signatures.
result<opened_desk> open_desk(const journal_options& options, journal_source& source) {
  opened_desk out;
  bool made = false;
  auto signer = checkpoint_signer::open(beside_journal(options), options.random, made);
  if (!signer) {
    out.notes.push_back(fmt::format("checkpoints aren't signed: {}", signer.error().message));
    return out;
  }
  if (made) out.notes.push_back(fmt::format("{} was made", key_file(beside_journal(options)).string()));
  auto id = source.journal_id();
  if (!id) return failure(std::move(id).error());
  auto checkpoints = source.checkpoints();
  if (!checkpoints) return failure(std::move(checkpoints).error());
  out.desk =
      checkpoint_desk(std::move(*signer), std::move(*id), beside_journal(options) / checkpoint_file_name,
                      options.checkpoint_every, checkpoints->empty() ? 0 : checkpoints->back().position);
  return out;
}

/// Verifies what is there, unless that was done, and makes ready for more. @pre it can be written
result<void> take_stock(const journal_options& options, bool intact, open_journal_result& out,
                        checkpoint_desk& desk) {
  if (!intact) {
    auto report = verify_journal(options);
    if (!report) return failure(std::move(report).error());
    out.damage = damage_of(*report);
    if (out.damage) return {};
  }
  auto source = open_source(options);
  if (!source) return failure(std::move(source).error());
  auto opened = open_desk(options, **source);
  if (!opened) return failure(std::move(opened).error());
  desk = std::move(opened->desk);
  out.notes.insert(out.notes.end(), opened->notes.begin(), opened->notes.end());
  return {};
}

result<open_journal_result> open_and_trust(const journal_options& options, bool intact) {
  auto opened = open_store(options);
  if (!opened) return failure(std::move(opened).error());
  open_journal_result out;
  std::optional<std::string> refusal;
  if (opened->made_new) {
    out.notes.push_back(fmt::format("{} was made", journal_name(options)));
    // A database in files has made those durable, but not the folder that they are in.
    if (auto synced = sync_folder(options.data_dir); !synced) return failure(std::move(synced).error());
  }
  checkpoint_desk desk;
  if (!opened->refusal.empty()) {
    refusal = opened->refusal;
    out.notes.push_back(*refusal);
  } else if (auto ready = take_stock(options, intact, out, desk); !ready) {
    return failure(std::move(ready).error());
  }
  if (out.damage)
    refusal =
        fmt::format("the journal is damaged at position {}: {}", out.damage->position, out.damage->reason);
  auto tail = opened->store->tail();
  if (!tail) {
    if (!refusal) return failure(std::move(tail).error());
    tail = journal_tail(); // it can't even be asked for its end; nothing is appended anyway
  }
  auto figures = std::make_shared<journal_figures>();
  out.figures = figures;
  out.journal = std::make_unique<stored_journal>(std::move(opened->store), *tail, std::move(desk), options,
                                                 refusal, figures);
  out.read = [options] { return open_history(options); };
  return out;
}

} // namespace

result<open_journal_result> open_journal(journal_options options) {
  return open_and_trust(options, false);
}

result<open_journal_result> open_intact_journal(journal_options options) {
  return open_and_trust(options, true);
}

} // namespace troupe::storage
