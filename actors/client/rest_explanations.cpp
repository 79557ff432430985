// Why a light is as it is, over REST: the stages are asked about their next frame.

#include "actors/client/explanation_json.hpp"
#include "actors/client/rest_context.hpp"

#include <charconv>
#include <chrono>
#include <functional>
#include <optional>

namespace troupe::actors::rest {
namespace {

using net::http_method;
using net::http_request;
using net::responder;

constexpr auto frame_timeout = std::chrono::seconds{2};

using explained = std::function<void(const result<explained_cell_ptr>&)>;

/// What the stages have answered so far: the one that has the fixture tells, the others answer null.
struct collector {
  std::size_t missing = 0;
  explained_cell_ptr found;
  std::optional<error> failed; ///< the first
  explained done;

  void take(const result<explained_cell_ptr>& told) {
    if (!told && !failed) failed = told.error();
    if (told && *told) found = *told;
    if (--missing > 0) return;
    if (found) return done(found);
    if (failed) return done(failure{*failed});
    done(fail(ec::storage_unavailable, "no frame has this fixture yet; try again"));
  }
};

error refusal(const caf::error& reason) {
  auto what = from_caf(reason);
  if (what.code == ec::timeout) what.message = "no frame was made for two seconds";
  return what;
}

void ask_stages(const context& shared, lane& from, const explain_cell& question, explained done) {
  const auto who = parts(from);
  if (!who) return done(failure{who.error()});
  if ((*who)->stages.empty() || !shared.options.running())
    return done(fail(ec::storage_unavailable, "no frames are made"));
  const auto all = std::make_shared<collector>();
  all->missing = (*who)->stages.size();
  all->done = std::move(done);
  for (const auto& one : (*who)->stages)
    from.request(one, frame_timeout, question)
        .then([all](const explained_cell_ptr& told) { all->take(told); },
              [all](const caf::error& reason) { all->take(failure{refusal(reason)}); });
}

/// A whole number from `least` to `most`; nothing otherwise.
std::optional<std::uint32_t> number_in(std::string_view text, std::uint32_t least, std::uint32_t most) {
  std::uint32_t number = 0;
  const auto* end = text.data() + text.size();
  const auto [stopped, failed] = std::from_chars(text.data(), end, number);
  if (failed != std::errc{} || stopped != end || number < least || number > most) return std::nullopt;
  return number;
}

void explain_fixture(const context_ptr& shared, http_request& request, responder answer) {
  const auto id = request.parameter("id");
  auto show = shared->show();
  const auto record = show->state.find(entity_kind::fixture, id);
  if (!record) return answer.send(not_found(kind_name(entity_kind::fixture), id).value());
  const auto* model = show->state.find_as<fixture_model>(entity_kind::model, record->as<fixture>().model_id);
  const auto cells = model ? model->cell_count() : 1;
  const auto cell = number_in(request.query_value("cell").value_or("1"), 1, cells);
  if (!cell)
    return answer.send(
        invalid("cell", "a whole number from 1 to " + std::to_string(cells) + " is wanted").value());
  channel_claim where{record, *cell - 1, {}};
  explain_cell question{record->id, where.cell};
  ask_stages(*shared, shared->lane_of(request), question,
             [show, where = std::move(where),
              held = hold(std::move(answer))](const result<explained_cell_ptr>& told) {
               if (!told) return held->send(told.error());
               held->send(data_response(200, fixture_explanation(show->state, where, **told)));
             });
}

/// Tells the sources of the universe, too, if it comes in by the network.
void send_with_sources(lane& lane, dmx_address where, boost::json::object made, const reply& held) {
  ask_network(lane, [where, made = std::move(made), held](const result<network_report_ptr>& told) mutable {
    if (told && *told)
      for (const auto& one : (*told)->universes)
        if (one.universe == where.universe) made["network"] = network_universe_json(one);
    held->send(data_response(200, made));
  });
}

void explain_channel(const context_ptr& shared, http_request& request, responder answer) {
  const auto universe = number_in(request.parameter("universe"), 0, max_universe);
  if (!universe)
    return answer.send(
        invalid("universe", "a universe from 0 to " + std::to_string(max_universe) + " is wanted").value());
  const auto channel = number_in(request.parameter("channel"), 1, dmx_channels);
  if (!channel) return answer.send(invalid("channel", "a channel from 1 to 512 is wanted").value());
  const dmx_address where{static_cast<std::uint16_t>(*universe), static_cast<std::uint16_t>(*channel)};
  const auto show = shared->show();
  auto claims = claims_on(show->state, where);
  auto& lane = shared->lane_of(request);
  const auto held = hold(std::move(answer));
  if (claims.empty())
    return send_with_sources(lane, where, channel_explanation(show->state, where, claims, nullptr), held);
  explain_cell question{claims.back().fixture->id, claims.back().cell, where};
  ask_stages(
      *shared, lane, question, [show, where, claims = std::move(claims), held, &lane](const auto& told) {
        if (!told) return held->send(told.error());
        send_with_sources(lane, where, channel_explanation(show->state, where, claims, told->get()), held);
      });
}

} // namespace

void add_explanations(net::router& routes, context_ptr shared) {
  routes.add(http_method::get, "/api/fixtures/:id/why", [=](http_request& request, responder answer) {
    explain_fixture(shared, request, std::move(answer));
  });
  routes.add(
      http_method::get, "/api/universes/:universe/channels/:channel/why",
      [=](http_request& request, responder answer) { explain_channel(shared, request, std::move(answer)); });
}

} // namespace troupe::actors::rest
