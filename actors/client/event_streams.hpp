#pragma once
// The readers of events whose sockets are on one lane (Server-Sent Events, docs/events.md).

#include "actors/client/event_feed.hpp"
#include "net/http_message.hpp"
#include "net/http_stream.hpp"
#include "protocol/actors.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <unordered_map>

namespace troupe::actors {

/// Who wants to read what.
struct event_reader {
  event_filter filter;
  std::optional<std::uint64_t> last_id; ///< the last position that it has been told; nothing: it begins now
};

/// What the streams need of the archivist.
using replay_answer = std::function<void(const result<events_recorded_ptr>&)>;
using ask_archive = std::function<void(const replay_events&, replay_answer)>;

class event_streams {
 public:
  /// @param max further readers are refused. @param ask answers on the lane's thread, within a bounded time
  event_streams(std::size_t max, ask_archive ask) : max_(max), ask_(std::move(ask)) {}

  /// Where to count; null: nowhere.
  void measure(std::shared_ptr<runtime_metrics> measures);

  /// Answers with the stream, or TOO_MANY_REQUESTS, or why the past can't be read.
  void open(event_reader reader, net::responder answer);

  /// What has been recorded. Nobody is told before `pump`.
  void take(const events_recorded& news);

  /// Tells all what they haven't been told, as far as their sockets take it.
  void pump();

  /// Lets go of all streams.
  void clear();

 private:
  struct live {
    std::shared_ptr<net::http_stream> stream;
    event_feed feed;
  };

  void begin(event_reader reader, net::responder answer, std::uint64_t newest);
  void admit(std::shared_ptr<net::http_stream> stream, event_feed feed, const text_ptr& welcome);
  void pump(std::uint64_t number);
  void pump(std::uint64_t number, live& one);
  void ask(std::uint64_t number, live& one, const feed_step& step);
  void leave(std::uint64_t number);
  void refuse(net::responder answer);
  void count(const feed_step& step);

  std::size_t max_;
  ask_archive ask_;
  std::shared_ptr<runtime_metrics> measures_;
  recent_events recent_;
  std::unordered_map<std::uint64_t, live> streams_;
  std::size_t opening_ = 0;
  std::uint64_t last_number_ = 0;
  bool news_ = false;
};

} // namespace troupe::actors
