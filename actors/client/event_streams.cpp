#include "actors/client/event_streams.hpp"

#include "actors/client/sse_text.hpp"
#include "actors/metrics/runtime_metrics.hpp"
#include "protocol/json_text.hpp"

#include <algorithm>
#include <boost/json/object.hpp>
#include <utility>
#include <vector>

namespace troupe::actors {
namespace {

constexpr std::uint32_t retry_ms = 2'000;

text_ptr as_text(std::string text) {
  return std::make_shared<const std::string>(std::move(text));
}

void append_gap(std::string& out, std::uint64_t from, std::uint64_t to, std::string_view reason,
                std::uint64_t id) {
  append_sse_event(out, "stream-gap", id,
                   to_json(boost::json::object{{"from", from}, {"to", to}, {"reason", reason}}));
}

/// The id lets a reader that loses the connection before the first event come again where it was.
std::string welcome_text(const event_filter& filter, std::uint64_t reached, std::uint64_t newest) {
  boost::json::object told{{"position", reached}, {"newest", newest}};
  if (!filter.all()) {
    told["show"] = filter.show.empty() ? boost::json::value{} : boost::json::value(filter.show);
    told["kind"] = filter.kind;
    told["id"] = filter.id;
  }
  std::string text;
  append_sse_retry(text, retry_ms);
  append_sse_event(text, "stream-connected", reached, to_json(told));
  return text;
}

net::http_response head() {
  net::http_response made;
  made.content_type = sse_content_type;
  made.headers.emplace_back("Cache-Control", "no-store");
  made.headers.emplace_back("X-Accel-Buffering", "no"); // proxies like nginx would wait for more
  return made;
}

} // namespace

void event_streams::measure(std::shared_ptr<runtime_metrics> measures) {
  const auto now = static_cast<std::int64_t>(streams_.size());
  if (measures_) measures_->event_streams -= now;
  measures_ = std::move(measures);
  if (measures_) measures_->event_streams += now;
}

// -- coming and going -------------------------------------------------------------------------------------

void event_streams::open(event_reader reader, net::responder answer) {
  if (streams_.size() + opening_ >= max_) return refuse(std::move(answer));
  const auto newest = recent_.newest();
  if (newest && reader.last_id.value_or(0) <= *newest)
    return begin(std::move(reader), std::move(answer), *newest);
  // Nothing has happened yet since the start, or another lane is ahead of this one.
  replay_events question;
  question.limit = 1;
  question.newest = true;
  ++opening_;
  const auto held = std::make_shared<net::responder>(std::move(answer));
  ask_(question, [this, held, reader = std::move(reader)](const result<events_recorded_ptr>& told) mutable {
    --opening_;
    if (!told) return held->send(told.error());
    const auto& found = (*told)->events;
    recent_.learn(found.empty() ? 0 : found.back()->position);
    const auto known = *recent_.newest();
    begin(std::move(reader), std::move(*held),
          found.empty() ? known : std::max(known, found.back()->position));
  });
}

void event_streams::refuse(net::responder answer) {
  if (measures_) add(measures_->full[bounded_queue::event_readers]);
  auto response = net::error_response({ec::too_many_requests, "too many read the events", {}});
  response.headers.emplace_back("Retry-After", "5");
  answer.send(std::move(response));
}

void event_streams::begin(event_reader reader, net::responder answer, std::uint64_t newest) {
  const auto last = reader.last_id.value_or(newest);
  const auto reached = std::min(last, newest);
  auto welcome = welcome_text(reader.filter, reached, newest);
  if (last > newest) append_gap(welcome, newest + 1, last, gap_reason::ahead, newest);
  answer.stream(head(),
                [this, feed = event_feed{std::move(reader.filter), reached, newest},
                 text = as_text(std::move(welcome))](std::shared_ptr<net::http_stream> stream) mutable {
                  admit(std::move(stream), std::move(feed), text);
                });
}

void event_streams::admit(std::shared_ptr<net::http_stream> stream, event_feed feed,
                          const text_ptr& welcome) {
  const auto number = ++last_number_;
  auto& one = streams_.emplace(number, live{std::move(stream), std::move(feed)}).first->second;
  if (measures_) ++measures_->event_streams;
  one.stream->start({[this, number] { pump(number); },
                     [this, number] {
                       static const auto comment = as_text(std::string{sse_comment});
                       if (const auto found = streams_.find(number); found != streams_.end())
                         found->second.stream->write(comment);
                     },
                     [this, number] { leave(number); }});
  one.stream->write(welcome);
  pump(number, one);
}

void event_streams::leave(std::uint64_t number) {
  if (streams_.erase(number) == 0) return;
  if (measures_) --measures_->event_streams;
  if (streams_.empty()) recent_.forget();
}

void event_streams::clear() {
  measure(nullptr);
  streams_.clear();
  recent_.forget();
}

// -- what is told -----------------------------------------------------------------------------------------

void event_streams::take(const events_recorded& news) {
  if (streams_.empty()) return recent_.pass(news);
  recent_.add(news);
  news_ = true;
}

void event_streams::pump() {
  if (!std::exchange(news_, false)) return;
  for (auto& [number, one] : streams_) pump(number, one);
  recent_.offered();
}

void event_streams::pump(std::uint64_t number) {
  if (const auto found = streams_.find(number); found != streams_.end()) pump(number, found->second);
}

/// A stream neither ends nor asks from within `write`, so the map stays as it is.
void event_streams::pump(std::uint64_t number, live& one) {
  while (one.stream->open()) {
    const auto step = one.feed.next(recent_);
    text_ptr text;
    switch (step.what) {
    case feed_step::kind::nothing:
      return;
    case feed_step::kind::ask:
      return ask(number, one, step);
    case feed_step::kind::event:
      text = step.event->text();
      break;
    case feed_step::kind::gap: {
      std::string made;
      append_gap(made, step.from, step.to, step.reason, step.to);
      text = as_text(std::move(made));
      break;
    }
    }
    if (!one.stream->write(text)) return;
    count(step);
    one.feed.told(step);
  }
}

void event_streams::ask(std::uint64_t number, live& one, const feed_step& step) {
  const auto& filter = one.feed.filter();
  replay_events question;
  question.after = step.from - 1;
  question.up_to = step.to;
  question.show = filter.show;
  question.kind = filter.kind;
  question.id = filter.id;
  ask_(question, [this, number](const result<events_recorded_ptr>& told) {
    const auto found = streams_.find(number);
    if (found == streams_.end()) return;
    // The reader comes again with the id of the last event that it got: nothing is lost.
    if (!told) return found->second.stream->close();
    found->second.feed.take(**told);
    pump(number, found->second);
  });
}

void event_streams::count(const feed_step& step) {
  if (!measures_) return;
  if (step.what == feed_step::kind::event) add(measures_->events_sent);
  if (step.reason == gap_reason::slow) add(measures_->full[bounded_queue::event_backlog]);
}

} // namespace troupe::actors
