#include "storage/journal/stored_history.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace troupe::storage {

namespace {

/// Positions that one query to the database goes through: while it runs, the writer can't clean up its WAL.
constexpr std::uint64_t portion = 20'000;
/// The same where all of them are handed out, and each takes its time.
constexpr std::uint64_t scan_portion = 1'000;

/// Events are looked up one by one if they are at most this part of those in question: reading one by its
/// position takes some eight times as long as in a row.
constexpr std::uint64_t worth_looking_up = 8;

/// Snapshots are at least so many times as far apart as there are entities: to write them all down again
/// after fewer changes would cost more than the changes themselves.
constexpr std::uint64_t changes_per_entity = 2;

/// Portions of events that one entity's past may wait for, until they are in the index.
constexpr std::uint64_t worth_indexing = 20;

constexpr std::size_t most_in_page = 1'000;

failure beyond(std::uint64_t position) {
  return not_found("event", fmt::format("{}", position));
}

} // namespace

result<void> scan_events(journal_source& source, std::uint64_t after,
                         const std::function<bool(const journal_event&)>& visit) {
  auto tail = source.tail();
  if (!tail) return failure(std::move(tail).error());
  bool wanted = true;
  for (auto first = after + 1; wanted && first <= tail->position; first += scan_portion) {
    event_range range;
    range.first = first;
    range.last = std::min(tail->position, first + scan_portion - 1);
    auto read = source.events(range, {}, [&](journal_event& event) { return wanted = visit(event); });
    if (!read) return read;
  }
  return {};
}

stored_history::stored_history(std::unique_ptr<journal_source> source,
                               std::function<result<std::unique_ptr<journal_source>>()> more,
                               std::filesystem::path snapshots, const journal_options& options)
    : source_(std::move(source)), portions_(*source_, std::move(more), options),
      snapshots_(std::move(snapshots)), snapshot_every_(options.snapshot_every),
      soon_indexed_(worth_indexing * options.read_portion) {}

result<journal_head> stored_history::head() {
  auto tail = source_->tail();
  if (!tail) return failure(std::move(tail).error());
  return journal_head(*tail);
}

/// As it was written.
result<journal_event> stored_history::at(std::uint64_t position) {
  std::optional<journal_event> found;
  event_range range;
  range.first = range.last = position;
  auto read = source_->events(range, {}, [&](journal_event& event) {
    found = std::move(event);
    return false;
  });
  if (!read) return failure(std::move(read).error());
  if (!found) return beyond(position);
  return std::move(*found);
}

result<journal_event> stored_history::event(std::uint64_t position) {
  if (position == 0) return beyond(position);
  return at(position).and_then([](journal_event&& found) { return upcast(std::move(found)); });
}

/// Times never go back, so halving finds it.
result<std::uint64_t> stored_history::position_at(std::int64_t time_ms) {
  auto tail = source_->tail();
  if (!tail) return failure(std::move(tail).error());
  if (tail->position == 0 || tail->time_ms <= time_ms) return tail->position;
  std::uint64_t low = 0, high = tail->position; // low is not later (or 0), high is
  while (high - low > 1) {
    const auto middle = low + (high - low) / 2;
    auto event = at(middle);
    if (!event) return failure(std::move(event).error());
    (event->time_ms <= time_ms ? low : high) = middle;
  }
  return low;
}

/// The positions that can meet the query's conditions of position and time.
result<stored_history::span> stored_history::span_of(const history_query& query) {
  auto tail = source_->tail();
  if (!tail) return failure(std::move(tail).error());
  span out{query.after + 1, tail->position};
  if (query.before > 0) out.last = std::min(out.last, query.before - 1);
  if (query.to_ms) {
    auto last = position_at(*query.to_ms);
    if (!last) return failure(std::move(last).error());
    out.last = std::min(out.last, *last);
  }
  if (query.from_ms && *query.from_ms > 0) {
    auto earlier = position_at(*query.from_ms - 1);
    if (!earlier) return failure(std::move(earlier).error());
    out.first = std::max(out.first, *earlier + 1);
  }
  return out;
}

result<history_page> stored_history::find(const history_query& query) {
  auto wanted = query;
  wanted.limit = std::clamp<std::size_t>(query.limit, 1, most_in_page);
  auto where = span_of(wanted);
  if (!where) return failure(std::move(where).error());
  auto few = few_candidates(wanted, *where);
  if (!few) return failure(std::move(few).error());
  auto page = *few ? look_up(wanted, std::move(**few)) : look_through(wanted, *where);
  if (!page) return page;
  if (page->events.size() > wanted.limit) { // one more than asked for: there is a next page
    page->events.pop_back();
    page->next = page->events.back().position;
  }
  for (auto& event : page->events) {
    auto raised = upcast(std::move(event));
    if (!raised) return failure(std::move(raised).error());
    event = std::move(*raised);
  }
  return page;
}

/// Goes through all positions in portions, until there is one event more than the page holds.
result<history_page> stored_history::look_through(const history_query& query, span where) {
  history_page page;
  const auto take = [&](journal_event& event) {
    page.events.push_back(std::move(event));
    return page.events.size() <= query.limit;
  };
  while (!where.empty() && page.events.size() <= query.limit) {
    event_range range;
    range.newest_first = !query.oldest_first;
    range.first = where.first;
    range.last = where.last;
    if (where.last - where.first >= portion) {
      if (query.oldest_first)
        range.last = where.first + portion - 1;
      else
        range.first = where.last - portion + 1;
    }
    range.limit = query.limit + 1 - page.events.size();
    if (auto read = source_->events(range, query, take); !read) return failure(std::move(read).error());
    if (query.oldest_first)
      where.first = range.last + 1;
    else
      where.last = range.first - 1;
  }
  return page;
}

/// Takes in what has come since.
/// @returns whether all of it is in the index
result<bool> stored_history::fill_index(std::uint64_t head) {
  if (head > history_index::last_position) return false;
  bool whole = true; // else it is damaged: there are events missing
  auto read =
      portions_.read(index_.covered() + 1, head, event_parts::outline, [&](const event_portion& portion) {
        for (const auto& event : portion.events()) index_.add(event);
        return whole = !portion.read || index_.covered() == portion.last;
      });
  if (!read) return failure(std::move(read).error());
  return whole;
}

/// The positions that can be meant, if they are few enough to be looked up one by one; in the wanted order.
/// @param where loses what is in front of the show that is meant
result<std::optional<std::vector<std::uint32_t>>> stored_history::few_candidates(const history_query& query,
                                                                                 span& where) {
  std::optional<std::vector<std::uint32_t>> none;
  const bool indexed = query.show || !query.id.empty() || !query.kind.empty() || !query.author.empty();
  if (where.empty() || !indexed) return none;
  auto filled = fill_index(where.last);
  if (!filled) return failure(std::move(filled).error());
  if (!*filled) return none;
  if (query.show) {
    const auto begin = index_.first_of(*query.show);
    where.first = begin > 0 ? std::max(where.first, begin) : where.last + 1;
    if (where.empty()) return std::optional(std::vector<std::uint32_t>());
  }
  const auto found = index_.candidates(query);
  if (!found) return none;
  const auto first = std::lower_bound(found->begin(), found->end(), where.first);
  const auto end = std::upper_bound(first, found->end(), where.last);
  const auto count = static_cast<std::uint64_t>(end - first);
  if (count * worth_looking_up > where.last - where.first + worth_looking_up) return none;
  std::vector<std::uint32_t> positions(first, end);
  if (!query.oldest_first) std::reverse(positions.begin(), positions.end());
  return std::optional(std::move(positions));
}

result<history_page> stored_history::look_up(const history_query& query,
                                             std::vector<std::uint32_t> positions) {
  history_page page;
  for (const auto position : positions) {
    event_range range;
    range.first = range.last = position;
    auto read = source_->events(range, query, [&](journal_event& event) {
      page.events.push_back(std::move(event));
      return true;
    });
    if (!read) return failure(std::move(read).error());
    if (page.events.size() > query.limit) break;
  }
  return page;
}

result<void> stored_history::replay(past_state& state, event_range range) {
  const auto last = range.last;
  while (range.first <= last) {
    range.last = std::min(last, range.first + portion - 1);
    auto read = source_->events(range, {}, [&](journal_event& event) {
      state.apply(event);
      return true;
    });
    if (!read) return read;
    range.first = range.last + 1;
  }
  return {};
}

/// The snapshot to begin with; the empty one if there is none.
result<show_snapshot> stored_history::base_of(const std::string& show, std::uint64_t position) {
  while (auto snapshot = snapshots_.nearest(show, position)) {
    auto event = at(snapshot->position);
    if (!event && event.error().code != ec::not_found) return failure(std::move(event).error());
    if (event && event->hash == snapshot->hash) return std::move(*snapshot);
    snapshots_.drop(show, snapshot->position);
    if (snapshot->position == 0) break;
    position = snapshot->position - 1;
  }
  return show_snapshot();
}

std::uint64_t stored_history::spacing() {
  return std::max(snapshot_every_, changes_per_entity * snapshots_.entities());
}

result<past_view> stored_history::view_at(std::string_view show, std::uint64_t position) {
  past_view out;
  out.position = position;
  if (position == 0) return out;
  auto last = at(position);
  if (!last) return failure(std::move(last).error());
  out.time_ms = last->time_ms;
  const std::string name(show);
  auto base = base_of(name, position);
  if (!base) return failure(std::move(base).error());
  event_range range;
  range.first = base->position + 1;
  range.last = position;
  range.view_of = name;
  range.parts = event_parts::entity;
  past_state state(name, std::move(base->rows));
  if (auto done = replay(state, range); !done) return failure(std::move(done).error());
  out.rows = state.take_rows();
  // Snapshots were lost, or nobody made them in time: the next one who looks around here finds one.
  if (position - base->position > 2 * spacing()) {
    show_snapshot kept{position, last->hash, std::move(out.rows)};
    snapshots_.put(name, kept);
    out.rows = std::move(kept.rows);
  }
  return out;
}

/// @pre the index covers the position
result<std::optional<view_row>> stored_history::look_up(const event_stream& stream, std::uint64_t position) {
  const auto origin = index_.origin_at(stream, position);
  if (!origin) return std::optional<view_row>();
  auto event = at(origin->changed_at);
  if (!event) return failure(std::move(event).error());
  if (!changes_entity(*event) || !event->entity) return std::optional<view_row>();
  return std::optional(view_row{stream.kind, stream.id, origin->created_at, event->position, event->sequence,
                                std::move(*event->entity)});
}

/// By the entity's own events if they are known; from the whole view rather than to go through a long journal
/// for the index.
result<std::optional<view_row>> stored_history::entity_at(const event_stream& stream,
                                                          std::uint64_t position) {
  if (position == 0) return std::optional<view_row>();
  if (position <= index_.covered() + soon_indexed_) {
    if (position > index_.covered())
      if (auto last = at(position); !last) return failure(std::move(last).error());
    auto filled = fill_index(position);
    if (!filled) return failure(std::move(filled).error());
    if (*filled) return look_up(stream, position);
  }
  auto view = view_at(stream.show, position);
  if (!view) return failure(std::move(view).error());
  for (auto& row : view->rows)
    if (row.kind == stream.kind && row.id == stream.id) return std::optional(std::move(row));
  return std::optional<view_row>();
}

/// Who goes through everything anyway fills the index on the way.
result<void> stored_history::scan(std::uint64_t after,
                                  const std::function<bool(const journal_event&)>& visit) {
  event_outline seen;
  return scan_events(*source_, after, [&](const journal_event& event) {
    if (event.position == index_.covered() + 1 && event.position <= history_index::last_position) {
      outline(event, seen);
      index_.add(seen);
    }
    return visit(event);
  });
}

result<bool> stored_history::keep_snapshots() {
  const auto kept = snapshots_.kept_up_to();
  auto tail = source_->tail();
  if (!tail) return failure(std::move(tail).error());
  if (tail->position < kept)
    snapshots_.forget_all(); // they are of another journal
  else if (tail->position - kept < spacing())
    return false;
  std::vector<std::pair<std::string, show_snapshot>> now;
  const auto look = [&]() -> result<void> {
    tail = source_->tail();
    if (!tail) return failure(std::move(tail).error());
    auto shows = source_->shows();
    if (!shows) return failure(std::move(shows).error());
    shows->emplace_back(); // the models, last: they tell that all shows are kept
    for (auto& show : *shows) {
      auto rows = source_->view(show);
      if (!rows) return failure(std::move(rows).error());
      now.push_back({std::move(show), {tail->position, tail->hash, std::move(*rows)}});
    }
    return {};
  };
  auto looked = source_->begin().and_then(look);
  source_->end();
  if (!looked) return failure(std::move(looked).error());
  for (const auto& [show, snapshot] : now)
    if (!snapshots_.put(show, snapshot)) return false;
  return true;
}

} // namespace troupe::storage
