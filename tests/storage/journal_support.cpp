#include "tests/storage/journal_support.hpp"

#include "storage/journal/open_backend.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

namespace troupe::storage::test {

namespace {

std::string entity_text(const std::string& id, const std::string& name) {
  return fmt::format(R"({{"id":"{}","revision":1,"name":"{}"}})", id, name);
}

new_event about_fixture(std::string_view type, std::string id, std::string show) {
  new_event event;
  event.stream = {std::move(show), "fixture", std::move(id)};
  event.type = type;
  event.author = "anonymous";
  event.client = "127.0.0.1:5000";
  event.correlation_id = "command-1";
  return event;
}

} // namespace

journal_options journal_world::options(const std::filesystem::path& data_dir) {
  journal_options out;
  out.data_dir = data_dir;
  out.wall_time_ms = [this] { return now_ms; };
  out.random = [this] {
    std::array<std::uint8_t, 16> bytes;
    for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random());
    return bytes;
  };
  out.checkpoint_every = 10;
  out.snapshot_every = 20;
  return out;
}

journal_rig::journal_rig(std::shared_ptr<journal_backend> of)
    : backend(std::move(of)), options(world.options(folder.path())) {
  backend->choose(options);
  open();
}

std::filesystem::path journal_rig::beside() const {
  return beside_journal(options);
}

void journal_rig::open() {
  opened = must(open_journal(options));
}

void journal_rig::close() {
  history_.reset();
  opened = {};
}

event_history& journal_rig::history() {
  if (!history_) history_ = must(opened.read());
  return *history_;
}

std::uint64_t journal_rig::append(new_event event) {
  drafts one(1);
  one[0].event = std::move(event);
  return append(std::move(one)).back()->position;
}

std::shared_ptr<journal_backend> any_backend() {
  return GENERATE(from_range(journal_backends()));
}

std::unique_ptr<journal_rig> closed_journal(std::size_t events, std::shared_ptr<journal_backend> of) {
  auto rig = std::make_unique<journal_rig>(of ? std::move(of) : any_backend());
  append_random(*rig, events, 7);
  rig->close();
  return rig;
}

void check_refuses(journal_rig& rig, std::uint64_t position) {
  rig.open();
  REQUIRE(rig.opened.damage);
  CHECK(rig.opened.damage->position == position);
  CHECK_FALSE(rig.opened.damage->reason.empty());
  journal_rig::drafts batch(1);
  batch[0].event = fixture_created("a", "1");
  const auto refused = rig.journal().append(batch);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ec::storage_unavailable);
  CHECK(refused.error().message.find(rig.opened.damage->reason) != std::string::npos);
}

new_event fixture_created(std::string id, std::string name, std::string show) {
  auto event = about_fixture("fixture_created", id, std::move(show));
  event.entity = entity_text(id, name);
  return event;
}

new_event fixture_updated(std::string id, std::string name, std::string show) {
  auto event = about_fixture("fixture_updated", id, std::move(show));
  event.entity = entity_text(id, name);
  event.details = R"({"before":{"name":"old"}})";
  return event;
}

new_event fixture_deleted(std::string id, std::string show) {
  return about_fixture("fixture_deleted", std::move(id), std::move(show));
}

new_event show_event(std::string_view type, std::string show) {
  new_event event;
  event.stream = {show, "show", show};
  event.type = type;
  event.author = "anonymous";
  return event;
}

std::string brief(const std::vector<view_row>& rows) {
  std::string out;
  for (const auto& row : rows) {
    const auto begin = row.entity.find(R"("name":")") + 8;
    out += fmt::format("{}{}={}@{}/{}#{}", out.empty() ? "" : " ", row.id,
                       row.entity.substr(begin, row.entity.find('"', begin) - begin), row.created_at,
                       row.changed_at, row.sequence);
  }
  return out;
}

std::string positions(const history_page& page) {
  std::string out;
  for (const auto& event : page.events) out += fmt::format("{}{}", out.empty() ? "" : " ", event.position);
  return out;
}

std::string dump(event_journal& journal, event_history& history) {
  std::string out;
  must(history.scan(0, [&](const journal_event& event) {
    append_event_json(out, event);
    out += '\n';
    return true;
  }));
  auto shows = must(journal.shows());
  shows.emplace_back();
  for (const auto& show : shows) {
    out += fmt::format("{}:", show);
    for (const auto& row : must(journal.view(show)))
      out += fmt::format(" {} {} {} {} {} {}", row.kind, row.id, row.created_at, row.changed_at, row.sequence,
                         row.entity);
    out += '\n';
  }
  return out;
}

void append_random(journal_rig& rig, std::size_t events, unsigned seed) {
  std::mt19937 random{seed};
  const auto any = [&](unsigned below) { return static_cast<unsigned>(random() % below); };
  const auto draw = [&]() -> new_event {
    const std::string show = fmt::format("show{}", any(3));
    const std::string id = fmt::format("f{}", any(12));
    switch (any(12)) {
    case 0:
      return fixture_deleted(id, show);
    case 1:
      return show_event(any(4) == 0 ? event_type::show_deleted : event_type::show_created, show);
    case 2: {
      auto model = fixture_created(id, "model", "");
      model.stream.kind = "model";
      model.type = "model_created";
      return model;
    }
    default:
      return fixture_updated(id, fmt::format("n{}", random()), show);
    }
  };
  while (events > 0) {
    journal_rig::drafts batch(std::min<std::size_t>(events, 1 + any(9)));
    for (auto& each : batch) {
      each.event = draw();
      each.event.author = fmt::format("operator {}", any(3));
    }
    rig.world.now_ms += any(50);
    events -= batch.size();
    rig.append(std::move(batch));
  }
}

} // namespace troupe::storage::test
