#include "actors/metrics/exposition.hpp"

#include "actors/metrics/metric_families.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

namespace troupe::actors {
namespace {

double hertz(std::int64_t micro_hz) {
  return static_cast<double>(micro_hz) / 1e6;
}

template <class Of, class Key, class Names>
void put_table(metric_families& to, const table<Of, Key>& from, const char* label, const Names& names) {
  for (std::size_t i = 0; i < names.size(); ++i) to.put(from.all[i], {{label, names[i]}});
}

void add_ticks(metric_families& to, const exposition_sources& all) {
  const auto& gauges = all.gauges;
  const auto& runtime = all.runtime;
  to.counts("troupe_ticks_total", "Ticks made, those that an input started included.")
      .put(gauges.frame_number);
  to.counts("troupe_ticks_immediate_total", "Ticks that an input started between two of the grid.")
      .put(gauges.immediate_ticks);
  to.counts("troupe_ticks_skipped_total", "Deadlines at which the tick before wasn't done yet.")
      .put(gauges.ticks_skipped);
  to.gauge("troupe_tick_rate_hertz", "Ticks a second that are in force.").put(hertz(gauges.micro_hz));
  to.gauge("troupe_tick_rate_wanted_hertz",
           "Ticks a second that are wanted; more while the machine is too slow.")
      .put(hertz(gauges.wanted_micro_hz));
  to.counts("troupe_tick_rate_halvings_total", "Times the rate was halved because frames took too long.")
      .put(runtime.slowdowns);
  to.gauge("troupe_clock_realtime", "1 if the clock's thread has its real-time priority.")
      .put(gauges.realtime == realtime_state::granted ? 1 : 0);
  to.durations("troupe_tick_lateness_seconds", "From a tick's deadline to its start.").put(runtime.tick_late);
  to.durations("troupe_tick_busy_seconds", "From a tick's start until all stages have made it.")
      .put(runtime.tick_busy);
  to.durations("troupe_tick_to_outputs_seconds", "From a tick's deadline until a stage has told all outputs.")
      .put(runtime.handed_over);
  to.durations("troupe_output_done_seconds",
               "From a tick's deadline until the kernel has the last packet of an output's frame.")
      .put(runtime.output_done);
  to.durations("troupe_evaluation_seconds",
               "Time in which a stage computes one frame and its DMX; of the stages that make some.");
  for (std::size_t i = 0; i < runtime.evaluation.size(); ++i)
    if (i == 0 || runtime.evaluation[i].read().total() > 0)
      to.put(runtime.evaluation[i], {{"stage", std::to_string(i)}});
  to.durations("troupe_mailbox_wait_seconds", "From sending a message to an actor until it is handled.");
  put_table(to, runtime.waits, "actor", inbox_names);
}

/// One counter of all outputs: a new one in output_report is one line here.
struct output_counter {
  const char* name;
  const char* help;
  std::uint64_t output_report::*value;
};
constexpr output_counter output_counters[] = {
    {"troupe_output_packets_total", "Packets sent.", &output_report::packets},
    {"troupe_output_bytes_total", "Bytes of the packets sent.", &output_report::bytes},
    {"troupe_output_refused_total", "Answers of receivers that nobody listens there.",
     &output_report::refused},
    {"troupe_output_dropped_total", "Packets for which the kernel had no room.", &output_report::dropped},
    {"troupe_output_errors_total", "Packets that this machine couldn't send.", &output_report::errors},
};

void add_outputs(metric_families& to, const std::vector<result<output_report>>& outputs) {
  const auto labels = [&](std::size_t i) {
    return metric_labels{{"output", std::to_string(i)}, // two may share a destination
                         {"kind", outputs[i]->name},
                         {"destination", outputs[i]->destination}};
  };
  for (const auto& counter : output_counters) {
    to.counts(counter.name, counter.help);
    for (std::size_t i = 0; i < outputs.size(); ++i)
      if (outputs[i]) to.put(static_cast<double>((*outputs[i]).*counter.value), labels(i));
  }
  to.gauge("troupe_output_healthy", "1 while an output has no problem.");
  for (std::size_t i = 0; i < outputs.size(); ++i)
    if (outputs[i]) to.put(outputs[i]->problem.empty() ? 1 : 0, labels(i));
  const auto silent = std::count_if(outputs.begin(), outputs.end(), [](const auto& one) { return !one; });
  to.gauge("troupe_outputs_silent", "Outputs that didn't answer the question for these figures.")
      .put(static_cast<double>(silent));
}

void add_clients(metric_families& to, const exposition_sources& all) {
  const auto& runtime = all.runtime;
  to.gauge("troupe_clients", "WebSocket clients.").put(static_cast<double>(runtime.clients));
  to.gauge("troupe_frame_subscriptions", "Clients that want frames.")
      .put(static_cast<double>(runtime.json_subscriptions), {{"encoding", "json"}})
      .put(static_cast<double>(runtime.binary_subscriptions), {{"encoding", "binary"}});
  to.counts("troupe_frames_sent_total", "Frames handed to the sockets of clients.")
      .put(runtime.frames_sent[frame_kind::json_full], {{"encoding", "json"}, {"mode", "full"}})
      .put(runtime.frames_sent[frame_kind::json_delta], {{"encoding", "json"}, {"mode", "delta"}})
      .put(runtime.frames_sent[frame_kind::binary_full], {{"encoding", "binary"}, {"mode", "full"}})
      .put(runtime.frames_sent[frame_kind::binary_delta], {{"encoding", "binary"}, {"mode", "delta"}});
  to.counts("troupe_frames_skipped_total",
            "Frames that a newer one replaced while a client's socket was full.")
      .put(runtime.json_frames_skipped, {{"encoding", "json"}})
      .put(runtime.binary_frames_skipped, {{"encoding", "binary"}});
  to.counts("troupe_client_messages_total", "Messages from WebSocket clients.").put(runtime.messages);
  to.counts("troupe_client_messages_refused_total", "Messages, or controls in them, answered with an error.")
      .put(runtime.messages_refused);
  to.counts("troupe_client_messages_over_rate_total", "Messages dropped because a client sent too many.")
      .put(runtime.messages_over_rate);
  to.gauge("troupe_event_streams", "Readers of events.").put(static_cast<double>(runtime.event_streams));
  to.counts("troupe_events_sent_total", "Events handed to the sockets of their readers.")
      .put(runtime.events_sent);
  to.counts("troupe_queue_full_total", "Times that a bounded queue had no room; what is lost then differs.");
  put_table(to, runtime.full, "queue", bounded_queue_names);
  to.put(static_cast<double>(all.server.paused), {{"queue", "client_messages"}});
  to.put(static_cast<double>(all.server.refused), {{"queue", "connections"}});
  to.put(static_cast<double>(all.server.stalled), {{"queue", "client_socket"}});
}

void add_http(metric_families& to, const exposition_sources& all) {
  const auto& server = all.server;
  to.gauge("troupe_http_connections", "Open connections, WebSockets included.")
      .put(static_cast<double>(server.active));
  to.counts("troupe_http_connections_total", "Connections accepted.")
      .put(static_cast<double>(server.accepted));
  to.counts("troupe_http_received_bytes_total", "Bytes from clients, WebSockets included.")
      .put(static_cast<double>(server.bytes_in));
  to.counts("troupe_http_sent_bytes_total", "Bytes to clients, WebSockets included.")
      .put(static_cast<double>(server.bytes_out));
  const auto& lines = all.http.lines();
  to.counts("troupe_http_requests_total",
            "Answers by route and class of status; routes that nobody has asked are left out.");
  for (const auto& line : lines)
    for (std::size_t i = 0; i < line->answers.size(); ++i)
      if (line->answers[i].load(std::memory_order_relaxed) > 0)
        to.put(line->answers[i],
               {{"method", line->method}, {"route", line->route}, {"status", std::to_string(i + 1) + "xx"}});
  to.durations("troupe_http_request_seconds", "From the end of a request's header to its answer.");
  for (const auto& line : lines)
    if (line->took.read().total() > 0) to.put(line->took, {{"method", line->method}, {"route", line->route}});
}

void add_show(metric_families& to, const exposition_sources& all) {
  to.gauge("troupe_entities", "Entities of the active show.");
  for (std::size_t i = 0; i < all.entities.size(); ++i)
    to.put(static_cast<double>(all.entities[i]),
           {{"kind", std::string{kind_name(static_cast<entity_kind>(i))}}});
  to.counts("troupe_store_commands_total", "Commands that change the show, by how they ended.");
  put_table(to, all.runtime.commands, "outcome", command_outcome_names);
  to.durations("troupe_store_commit_seconds", "Time in which the disk takes in a change.")
      .put(all.runtime.commit);
  to.durations("troupe_compile_seconds", "Time in which a change is compiled.").put(all.runtime.compile);
}

void add_journal(metric_families& to, const exposition_sources& all) {
  const auto& runtime = all.runtime;
  to.gauge("troupe_journal_position", "Events in the journal.")
      .put(static_cast<double>(runtime.journal_position));
  to.durations("troupe_journal_append_seconds", "Time in which the disk takes in a batch of events.")
      .put(runtime.append);
  to.sizes("troupe_journal_batch_events", "Events that become durable at once.").put(runtime.batch);
  to.counts("troupe_journal_failures_total", "Batches that the disk refused.").put(runtime.append_failures);
  to.gauge("troupe_journal_wal_bytes",
           "Size of the write-ahead log: it stays small unless somebody reads the journal for long.")
      .put(static_cast<double>(runtime.journal_wal_bytes));
  to.durations("troupe_view_seconds", "From the disk's word until everyone sees what is new.")
      .put(runtime.view);
  to.gauge("troupe_files_position", "Events that the show files hold.")
      .put(static_cast<double>(runtime.files_position));
  const auto since = runtime.files_behind_since_ns.load();
  to.gauge("troupe_files_lag_seconds", "For how long the show files haven't held everything; 0: they do.")
      .put(since == 0 ? 0 : static_cast<double>(std::max<std::int64_t>(all.now_ns - since, 0)) / 1e9);
  to.durations("troupe_files_write_seconds", "Time in which the show files are written.")
      .put(runtime.files_write);
  to.counts("troupe_files_failures_total", "Times that the show files couldn't be written.")
      .put(runtime.files_failures);
}

void add_run_log(metric_families& to, const runtime_metrics& runtime) {
  to.gauge("troupe_run_log_bytes", "Size of the run log on the disk.")
      .put(static_cast<double>(runtime.run_log_bytes));
  to.gauge("troupe_run_log_segments", "Files of the run log.")
      .put(static_cast<double>(runtime.run_log_segments));
  to.counts("troupe_run_log_ticks_dropped_total", "Ticks that aren't in the run log: the disk was too slow.")
      .put(runtime.run_log_ticks_dropped);
  to.counts("troupe_run_log_frames_unhashed_total", "Parts of frames that weren't hashed for the run log.")
      .put(runtime.run_log_frames_unhashed);
  to.counts("troupe_run_log_failures_total", "Times that the disk refused the run log.")
      .put(runtime.run_log_failures);
  to.counts("troupe_run_log_memory_missed_total",
            "Times that what nodes remember wasn't written to the run log.")
      .put(runtime.run_log_memory_missed);
}

/// Names and meanings as Prometheus' own client libraries have them.
void add_process(metric_families& to, const exposition_sources& all) {
  const auto& process = all.process;
  to.counts("process_cpu_seconds_total", "CPU time of all threads, in user and kernel.")
      .put(process.cpu_seconds);
  to.gauge("process_resident_memory_bytes", "Memory that is in use.")
      .put(static_cast<double>(process.resident_bytes));
  to.gauge("process_virtual_memory_bytes", "Memory that is mapped.")
      .put(static_cast<double>(process.virtual_bytes));
  to.gauge("process_open_fds", "Open files and sockets.").put(static_cast<double>(process.open_files));
  to.gauge("process_max_fds", "Files and sockets that may be open.")
      .put(static_cast<double>(process.max_files));
  to.gauge("process_start_time_seconds", "When the server started, in seconds since 1970.")
      .put(static_cast<double>(all.started_ms) / 1e3);
  to.gauge("troupe_build_info", "1, with the version as a label.").put(1, {{"version", all.version}});
}

} // namespace

std::string exposition(const exposition_sources& all) {
  metric_families made;
  add_ticks(made, all);
  add_outputs(made, all.outputs);
  add_clients(made, all);
  add_http(made, all);
  add_show(made, all);
  add_journal(made, all);
  add_run_log(made, all.runtime);
  add_process(made, all);
  return made.text();
}

} // namespace troupe::actors
