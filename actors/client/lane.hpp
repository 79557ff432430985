#pragma once
// The sockets of one I/O thread: every client's outbox, and the newest of everything that is shared.

#include "actors/client/event_streams.hpp"
#include "actors/client/io_actor.hpp"
#include "actors/client/outbox.hpp"
#include "net/ws_connection.hpp"
#include "protocol/actors.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace troupe::actors {

struct lane_options {
  std::size_t index = 0;
  std::size_t max_clients = 2'048; ///< WebSockets of this lane; further ones are closed with 1013
  std::size_t max_event_streams = 1'024;
  std::function<std::int64_t()> wall_time_ms;
};

class lane final : public io_actor {
 public:
  lane(caf::actor_config& config, boost::asio::io_context& context, lane_options options);

  const char* name() const override { return "lane"; }

  /// A client has connected; on this lane's thread.
  void welcome(std::shared_ptr<net::ws_connection> connection);

  /// The readers of events; on this lane's thread.
  event_streams& events() noexcept { return events_; }

  std::size_t index() const noexcept { return options_.index; }
  /// Who plays which part; null until the supervisor has told.
  const cast* peers() const noexcept { return peers_.get(); }

 protected:
  void after_burst() override;
  void let_go() override;

 private:
  struct client {
    std::shared_ptr<net::ws_connection> connection;
    session_actor session;
    outbox box;
    std::optional<frame_subscription> subscription;
    std::uint64_t base = 0;           // the newest frame it has, of this show; 0: none
    std::int64_t next_frame_t_ns = 0; // with maxHz
    std::uint64_t inputs_seen = 0;    // version
    std::string operator_name = "anonymous";
    bool history_due = false; // it wants its counts, though nothing has been recorded
    std::uint64_t drops_counted = 0, resyncs_counted = 0; // of the outbox's, those the metrics know of
  };

  lane_actor handle();
  void ask_archive(const replay_events& question, replay_answer answer);
  void take_frame(const frame_news& news);
  void take_news(const client_news& news);
  void subscribe(const subscribe_client& wanted);
  void begin(client& one);
  void farewell(std::uint64_t id);
  void tell_wants();
  void name(const name_client& told);
  void tell_operators();
  void take_history(const history_news& news);
  void count_subscription(const client& one, int by);
  void count_full(client& one);

  net::outgoing next(client& one);
  net::outgoing frame_for(client& one);
  net::outgoing json_frame_for(client& one);
  net::outgoing binary_frame_for(client& one);
  net::outgoing inputs_for(client& one);
  bool frame_falls_due(client& one, std::int64_t t_ns);
  net::outgoing framed(const text_ptr& text, bool binary = false);

  lane_options options_;
  std::shared_ptr<const cast> peers_;
  std::unordered_map<std::uint64_t, std::unique_ptr<client>> clients_;
  bool wants_json_ = false, wants_binary_ = false, wants_cells_ = false;
  bool kicking_ = false;
  std::vector<std::uint64_t> leaving_; // while kicking

  event_streams events_;

  frame_image_ptr image_;
  dmx_image_ptr dmx_;
  text_ptr status_;
  std::shared_ptr<const input_image> inputs_;

  /// What several clients are sent is framed once; for the length of a burst.
  std::unordered_map<const std::string*, std::pair<text_ptr, net::outgoing>> framed_;
  struct input_form {
    std::uint64_t since = 0;
    net::outgoing message;
  };
  std::vector<input_form> input_forms_; // of `inputs_`
};

} // namespace troupe::actors
