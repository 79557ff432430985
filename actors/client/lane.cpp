#include "actors/client/lane.hpp"

#include "actors/client/session_actor.hpp"
#include "actors/metrics/mailbox_wait.hpp"
#include "actors/system/error_bridge.hpp"
#include "protocol/frame_json.hpp"
#include "protocol/ws_messages.hpp"

#include <map>
#include <set>
#include <utility>

namespace troupe::actors {
namespace {

constexpr std::size_t max_framed = 512;
constexpr auto archive_timeout = std::chrono::seconds{20}; // shorter than the server's for an answer
constexpr std::int64_t grid_slack_ns = 1'000'000; // maxHz counts in ticks; half the shortest is plenty

text_ptr as_text(std::string text) {
  return std::make_shared<const std::string>(std::move(text));
}

std::string inputs_message(const input_image& image, std::uint64_t since) {
  std::vector<ws::fader_value> faders;
  std::vector<ws::button_value> buttons;
  for (std::size_t i = 0; i < image.faders.size(); ++i)
    if (image.fader_versions[i] > since) faders.push_back({image.layout->faders[i], image.faders[i]});
  for (std::size_t i = 0; i < image.buttons.size(); ++i)
    if (image.button_versions[i] > since)
      buttons.push_back({image.layout->buttons[i], image.buttons[i] != 0});
  return ws::input_changed_message(faders, buttons);
}

} // namespace

lane::lane(caf::actor_config& config, boost::asio::io_context& context, lane_options options)
    : io_actor(config, context), options_(std::move(options)),
      events_(options_.max_event_streams, [this](const auto& question, replay_answer answer) {
        ask_archive(question, std::move(answer));
      }) {
  become(
      [this](const cast_change& change) {
        peers_ = change.now;
        events_.measure(peers_->metrics);
        for (auto& [id, one] : clients_) send(one->session, change);
        wants_json_ = wants_binary_ = wants_cells_ = false; // a new hub doesn't know
        tell_wants();
        tell_operators();
      },
      [this](const frame_news& news) { take_frame(news); },
      [this](const client_news_ptr& news) { take_news(*news); },
      [this](const subscribe_client& wanted) { subscribe(wanted); },
      [this](const tell_client& told) {
        const auto found = clients_.find(told.client);
        if (found == clients_.end()) return;
        found->second->box.queue(as_text(told.text));
        count_full(*found->second);
      },
      [this](const name_client& told) { name(told); },
      [this](const history_news_ptr& news) { take_history(*news); },
      [this](const client_credit& credit) {
        const auto found = clients_.find(credit.client);
        if (found != clients_.end()) found->second->connection->ack(credit.messages);
      },
      [this](const events_recorded_ptr& news) { events_.take(*news); },
      [this](overdue_atom) { fail_overdue(); });
}

void lane::let_go() {
  events_.clear();
  clients_.clear();
  peers_ = nullptr;
}

lane_actor lane::handle() {
  return caf::actor_cast<lane_actor>(caf::strong_actor_ptr{ctrl()});
}

void lane::ask_archive(const replay_events& question, replay_answer answer) {
  if (!peers_ || !peers_->archivist)
    return answer(fail(ec::storage_unavailable, "the past can't be read now; try again"));
  request(peers_->archivist, archive_timeout, question)
      .then([answer](const events_recorded_ptr& told) { answer(told); },
            [answer](const caf::error& reason) { answer(failure{from_caf(reason)}); });
}

void lane::after_burst() {
  events_.pump();
  framed_.clear(); // what is sent twice is sent now
  kicking_ = true;
  for (auto& [id, one] : clients_)
    if (!one->box.empty()) one->connection->kick();
  kicking_ = false;
  for (const auto id : std::exchange(leaving_, {})) farewell(id);
}

void lane::welcome(std::shared_ptr<net::ws_connection> connection) {
  const auto id = connection->id();
  if (!peers_ || clients_.size() >= options_.max_clients) {
    connection->start({});
    connection->close(net::close_code::try_again_later, "too many clients");
    if (auto* measures = metrics_of(peers_)) add(measures->full[bounded_queue::clients]);
    return;
  }
  auto made = std::make_unique<client>();
  made->connection = std::move(connection);
  made->session = system().spawn(session, session_options{id, handle(), peers_, options_.wall_time_ms});
  auto& one = *clients_.emplace(id, std::move(made)).first->second;
  if (auto* measures = metrics_of(peers_)) ++measures->clients;
  // The first message is the status: before the first frame there is none, and the client waits for it.
  if (status_) begin(one);
}

void lane::begin(client& one) {
  const auto id = one.connection->id();
  one.connection->source([this, id] {
    const auto found = clients_.find(id);
    return found == clients_.end() ? net::outgoing{} : next(*found->second);
  });
  one.connection->start(
      {[this, id](std::string text, std::chrono::steady_clock::time_point arrival) {
         const auto found = clients_.find(id);
         if (found != clients_.end())
           send(found->second->session, client_text{std::move(text), arrival.time_since_epoch().count()});
       },
       [this, id](std::uint16_t) { farewell(id); }});
  one.box.status(status_);
  if (inputs_) one.box.inputs_due();
  one.connection->kick();
}

void lane::farewell(std::uint64_t id) {
  if (kicking_) return leaving_.push_back(id); // the map is being walked through
  const auto found = clients_.find(id);
  if (found == clients_.end()) return;
  send(found->second->session, client_closed{});
  count_subscription(*found->second, -1);
  if (auto* measures = metrics_of(peers_)) --measures->clients;
  clients_.erase(found);
  tell_wants();
}

// -- what comes in ----------------------------------------------------------------------------------------

void lane::take_frame(const frame_news& news) {
  if (news.image) image_ = news.image;
  if (news.dmx) dmx_ = news.dmx;
  auto* measures = metrics_of(peers_);
  taken(*this, measures, inbox::lane, news.sent_ns);
  const auto t = image_ ? image_->time().t_ns : dmx_->data().time.t_ns;
  std::uint64_t json = 0, binary = 0; // that a newer one replaces
  for (auto& [id, one] : clients_)
    if (one->subscription && frame_falls_due(*one, t) && one->box.frame_due())
      ++(one->subscription->binary ? binary : json);
  if (measures) {
    if (json) add(measures->json_frames_skipped, json);
    if (binary) add(measures->binary_frames_skipped, binary);
  }
  send(peers_->frame_hub, lane_ready{options_.index});
}

bool lane::frame_falls_due(client& one, std::int64_t t_ns) {
  const auto interval = one.subscription->min_interval_ns;
  if (interval <= 0) return true;
  if (t_ns + grid_slack_ns < one.next_frame_t_ns) return false;
  const bool behind = t_ns - one.next_frame_t_ns > interval;
  one.next_frame_t_ns = (behind ? t_ns : one.next_frame_t_ns) + interval;
  return true;
}

void lane::take_news(const client_news& news) {
  const bool first_status = news.status && !status_;
  if (news.status) status_ = news.status;
  if (news.inputs) {
    inputs_ = news.inputs;
    input_forms_.clear();
  }
  if (news.show_changed) image_ = nullptr, dmx_ = nullptr;
  if (first_status) {
    for (auto& [id, one] : clients_) begin(*one);
    return;
  }
  if (!status_) return;
  if (news.show_changed) tell_operators(); // what can be undone is another matter now
  for (auto& [id, one] : clients_) {
    if (news.show_changed) {
      one->history_due = true;
      one->box.show_changed(news.show_changed);
      one->base = 0;
    }
    if (news.status) one->box.status(news.status);
    if (news.inputs) one->box.inputs_due();
    for (const auto& state : news.states) one->box.state(state);
    if (!news.states.empty()) count_full(*one);
  }
}

void lane::name(const name_client& told) {
  const auto found = clients_.find(told.client);
  if (found == clients_.end()) return;
  found->second->operator_name = told.name;
  found->second->history_due = true;
  tell_operators();
}

void lane::tell_operators() {
  if (!peers_ || !peers_->archivist) return;
  std::set<std::string> names;
  for (const auto& [id, one] : clients_) names.insert(one->operator_name);
  send(peers_->archivist, operators_here{options_.index, {names.begin(), names.end()}});
}

void lane::take_history(const history_news& news) {
  std::map<std::string_view, text_ptr> texts; // by operator
  for (const auto& one : news.operators)
    texts.emplace(one.name,
                  as_text(ws::history_changed_message(news.position, one.name, one.undo, one.redo)));
  for (auto& [id, one] : clients_) {
    const auto text = texts.find(one->operator_name);
    if (text == texts.end()) continue; // the archivist hasn't heard of that name yet
    if (std::exchange(one->history_due, false) || news.recorded)
      one->box.state({"history/changed", std::nullopt, text->second});
  }
}

void lane::subscribe(const subscribe_client& wanted) {
  const auto found = clients_.find(wanted.client);
  if (found == clients_.end()) return;
  auto& one = *found->second;
  count_subscription(one, -1);
  one.subscription = wanted.wanted;
  count_subscription(one, 1);
  one.base = 0;
  one.next_frame_t_ns = 0;
  if (!one.subscription) one.box.no_frame();
  tell_wants();
}

void lane::tell_wants() {
  bool json = false, binary = false, cells = false;
  for (const auto& [id, one] : clients_) {
    if (!one->subscription) continue;
    (one->subscription->binary ? binary : json) = true;
    cells |= one->subscription->cells;
  }
  if (!peers_ || (json == wants_json_ && binary == wants_binary_ && cells == wants_cells_)) return;
  wants_json_ = json;
  wants_binary_ = binary;
  wants_cells_ = cells;
  if (!json) image_ = nullptr;
  if (!binary) dmx_ = nullptr;
  send(peers_->frame_hub, lane_wants{options_.index, json, binary, cells});
}

// -- what is counted --------------------------------------------------------------------------------------

void lane::count_subscription(const client& one, int by) {
  auto* measures = metrics_of(peers_);
  if (!measures || !one.subscription) return;
  (one.subscription->binary ? measures->binary_subscriptions : measures->json_subscriptions) += by;
}

void lane::count_full(client& one) {
  auto* measures = metrics_of(peers_);
  if (!measures) return;
  add(measures->full[bounded_queue::replies],
      one.box.dropped() - std::exchange(one.drops_counted, one.box.dropped()));
  add(measures->full[bounded_queue::entities],
      one.box.resyncs() - std::exchange(one.resyncs_counted, one.box.resyncs()));
}

// -- what goes out ----------------------------------------------------------------------------------------

net::outgoing lane::next(client& one) {
  for (;;) {
    auto item = one.box.next();
    net::outgoing message;
    switch (item.what) {
    case outbox_item::kind::nothing:
      return nullptr;
    case outbox_item::kind::text:
      message = framed(item.text);
      break;
    case outbox_item::kind::frame:
      message = frame_for(one);
      break;
    case outbox_item::kind::inputs:
      message = inputs_for(one);
      break;
    }
    if (message) return message;
  }
}

net::outgoing lane::framed(const text_ptr& text, bool binary) {
  if (framed_.size() >= max_framed) framed_.clear();
  auto& [kept, message] = framed_[text.get()];
  if (!message) {
    kept = text; // its address stays taken as long as it stands here
    message = binary ? net::make_binary(*text) : net::make_text(*text);
  }
  return message;
}

net::outgoing lane::frame_for(client& one) {
  if (!one.subscription) return nullptr;
  return one.subscription->binary ? binary_frame_for(one) : json_frame_for(one);
}

net::outgoing lane::json_frame_for(client& one) {
  if (!image_) return nullptr;
  const auto& wanted = *one.subscription;
  const auto base = std::exchange(one.base, image_->frame_number());
  const bool whole = wanted.mode == wire_mode::full || !image_->reaches(base);
  const auto text = whole ? frame_json::shared_full(*image_, wanted.fixtures, wanted.cells)
                          : frame_json::shared_delta(*image_, base, wanted.fixtures, wanted.cells);
  if (!text) return nullptr;
  if (auto* measures = metrics_of(peers_))
    add(measures->frames_sent[whole ? frame_kind::json_full : frame_kind::json_delta]);
  return framed(text);
}

net::outgoing lane::binary_frame_for(client& one) {
  if (!dmx_) return nullptr;
  const auto& wanted = *one.subscription;
  const auto base = std::exchange(one.base, dmx_->frame_number());
  const bool whole = wanted.mode == wire_mode::full;
  const auto text = whole ? frame_binary::shared_full(*dmx_, wanted.universes)
                          : frame_binary::shared_delta(*dmx_, base, wanted.universes);
  if (!text) return nullptr;
  if (auto* measures = metrics_of(peers_))
    add(measures->frames_sent[whole ? frame_kind::binary_full : frame_kind::binary_delta]);
  return framed(text, true);
}

net::outgoing lane::inputs_for(client& one) {
  if (!inputs_) return nullptr;
  const auto since = std::exchange(one.inputs_seen, inputs_->version);
  if (since >= inputs_->version) return nullptr;
  for (const auto& form : input_forms_)
    if (form.since == since) return form.message;
  input_forms_.push_back({since, net::make_text(inputs_message(*inputs_, since))});
  return input_forms_.back().message;
}

} // namespace troupe::actors
