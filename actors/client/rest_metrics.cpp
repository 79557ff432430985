// What the outputs say of themselves, and all figures of the server for Prometheus.

#include "actors/client/rest_context.hpp"
#include "actors/metrics/exposition.hpp"

namespace troupe::actors::rest {

void ask_outputs(lane& from, std::function<void(const output_answers&)> done) {
  struct collector {
    output_answers found;
    std::size_t missing = 0;
    std::function<void(const output_answers&)> done;
    void take(std::size_t index, result<output_report> told) {
      found[index] = std::move(told);
      if (--missing == 0) done(found);
    }
  };
  const auto who = parts(from);
  if (!who || (*who)->outputs.empty()) return done({});
  const auto& outputs = (*who)->outputs;
  const auto all = std::make_shared<collector>();
  all->missing = outputs.size();
  all->found.assign(outputs.size(), output_report{});
  all->done = std::move(done);
  for (std::size_t i = 0; i < outputs.size(); ++i)
    from.request(outputs[i], std::chrono::seconds{1}, ask_output_report{})
        .then([all, i](const output_report& told) { all->take(i, told); },
              [all, i](const caf::error& reason) { all->take(i, failure(from_caf(reason))); });
}

void add_metrics(net::router& routes, context_ptr shared) {
  routes.add(net::http_method::get, "/metrics", [shared](net::http_request& request, net::responder answer) {
    ask_outputs(shared->lane_of(request),
                [shared, held = hold(std::move(answer))](const output_answers& told) {
                  const auto& options = shared->options;
                  exposition_sources all{*options.gauges, *options.metrics, *options.http};
                  all.server = options.server();
                  all.outputs = told;
                  all.process = read_process_figures();
                  all.started_ms = options.started_ms;
                  all.now_ns = options.steady_now_ns();
                  all.version = options.version;
                  const auto show = shared->show();
                  for (std::size_t i = 0; i < entity_kind_count; ++i)
                    all.entities[i] = show->state.count(static_cast<entity_kind>(i));
                  net::http_response response;
                  response.content_type = exposition_type;
                  response.body = exposition(all);
                  held->send(std::move(response));
                });
  });
}

} // namespace troupe::actors::rest
