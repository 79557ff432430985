// The journal alone, without actors: appends per second by batch size, with a young journal and behind many
// events, and how long it takes to look back, to verify and to make the views anew.

#include "storage/journal/journal_figures.hpp"
#include "storage/journal/verify_journal.hpp"
#include "storage/rewrite_shows.hpp"
#include "tests/support/temp_dir.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fmt/format.h>
#include <random>
#include <stdexcept>

namespace {

using namespace troupe;
using namespace troupe::storage;

constexpr std::size_t entities = 8'000;

std::int64_t now_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

template <class T>
T must(result<T> found) {
  if (!found) throw std::runtime_error(found.error().message);
  if constexpr (!std::is_void_v<T>) return std::move(*found);
}

/// Of all threads: on a machine that others use, too, the wall clock tells more about them.
double cpu_ms() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_nsec) / 1e6;
}

/// Prints how long something that is done once takes.
template <class Work>
void once(const char* what, Work&& work) {
  const auto cpu = cpu_ms();
  const auto begin = now_ns();
  work();
  std::printf("%s: %.1f ms, of processor %.1f ms\n", what, static_cast<double>(now_ns() - begin) / 1e6,
              cpu_ms() - cpu);
  std::fflush(stdout);
}

template <class Work>
double milliseconds(Work&& work) {
  const auto begin = now_ns();
  work();
  return static_cast<double>(now_ns() - begin) / 1e6;
}

class bench {
 public:
  bench(const std::filesystem::path& folder, std::string url) {
    options_.data_dir = folder;
    options_.url = std::move(url);
    options_.wall_time_ms = [] { return now_ns() / 1'000'000; };
    options_.steady_ns = now_ns;
    options_.random = [this] {
      std::array<std::uint8_t, 16> bytes;
      for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random_());
      return bytes;
    };
    open();
  }

  void open() {
    history_.reset();
    opened_ = {};
    once("open and verify", [&] { opened_ = must(open_journal(options_)); });
    if (opened_.damage) throw std::runtime_error(opened_.damage->reason);
    history_ = must(opened_.read());
  }

  unsigned long long head() const { return opened_.journal->head().position; }

  void append(std::size_t events, std::size_t batch) {
    std::vector<event_journal::draft> drafts(batch);
    for (; events > 0; events -= std::min(events, batch)) {
      for (auto& draft : drafts) draft.event = change();
      must(opened_.journal->append(drafts));
    }
  }

  /// Appends for about so long.
  void measure_appends(std::size_t batch, double seconds) {
    std::vector<double> took;
    const auto cpu = cpu_ms();
    const auto begin = now_ns();
    while (static_cast<double>(now_ns() - begin) < seconds * 1e9)
      took.push_back(milliseconds([&] { append(batch, batch); }));
    const auto whole = static_cast<double>(now_ns() - begin) / 1e9;
    std::sort(took.begin(), took.end());
    std::printf("%9llu | %5zu | %9.0f | %6.3f | %6.3f | %6.3f | %5.1f | %5.1f\n", head(), batch,
                static_cast<double>(took.size() * batch) / whole, took[took.size() / 2],
                took[took.size() * 99 / 100], took.back(),
                static_cast<double>(opened_.figures->wal_bytes.load()) / 1e6,
                (cpu_ms() - cpu) * 1e3 / static_cast<double>(took.size() * batch));
  }

  void keep_snapshots() { must(history_->keep_snapshots()); }

  void look_back() {
    std::vector<double> took;
    const auto cpu = cpu_ms();
    for (int i = 0; i < 50; ++i)
      took.push_back(milliseconds([&] { must(history_->view_at("gala", 1 + random_() % head())); }));
    report("view at a position", took);
    std::printf("  of processor %.2f ms each\n", (cpu_ms() - cpu) / 50);
    took.clear();
    once("history of one entity, the first look (makes the index)",
         [&] { must(history_->find(about("f7"))); });
    for (int i = 0; i < 50; ++i)
      took.push_back(
          milliseconds([&] { must(history_->find(about(fmt::format("f{}", random_() % entities)))); }));
    report("history of one entity", took);
    took.clear();
    for (int i = 0; i < 1'000; ++i)
      took.push_back(milliseconds([&] {
        must(history_->entity_at({"gala", "fixture", fmt::format("f{}", random_() % entities)},
                                 1 + random_() % head()));
      }));
    report("one entity at a position", took);
    history_query text;
    text.text = "no such text";
    once("text that doesn't occur", [&] { must(history_->find(text)); });
    std::error_code ignored;
    history_.reset();
    std::filesystem::remove(options_.data_dir / ".troupe/snapshots.sqlite", ignored);
    history_ = must(opened_.read());
    once("view at the head without any snapshot", [&] { must(history_->view_at("gala", head())); });
  }

  void care() {
    for (const unsigned threads : {1U, 0U}) {
      options_.read_threads = threads;
      std::printf(threads == 0 ? "with a thread per processor:\n" : "with one thread:\n");
      once("  verify", [&] {
        if (!must(verify_journal(options_)).intact()) throw std::runtime_error("damaged");
      });
      once("  make the views anew", [&] { must(rebuild_views(options_)); });
    }
    recover();
    std::printf("database: %.1f MB, snapshots: %.1f MB\n", megabytes("journal.sqlite"),
                megabytes("snapshots.sqlite"));
  }

 private:
  /// What `troupe recover` does about views that are wrong.
  void recover() {
    if (!options_.url.empty()) return;
    history_.reset();
    opened_ = {};
    auto files = must(show_files::open(options_.data_dir));
    once("recover: verify, make the views anew, write the files of the show, verify", [&] {
      must(verify_journal(options_));
      must(rebuild_views(options_));
      must(rewrite_shows(options_, files, [this] { return fmt::format("new-{}", random_()); }));
      must(verify_journal(options_));
    });
  }

  double megabytes(const char* file) const {
    std::error_code code;
    const auto size = std::filesystem::file_size(options_.data_dir / ".troupe" / file, code);
    return code ? 0 : static_cast<double>(size) / 1e6;
  }

  static history_query about(std::string id) {
    history_query query;
    query.kind = "fixture";
    query.id = std::move(id);
    return query;
  }

  static void report(const char* what, std::vector<double>& took) {
    std::sort(took.begin(), took.end());
    std::printf("%s: median %.2f ms, worst %.2f ms\n", what, took[took.size() / 2], took.back());
  }

  new_event change() {
    const auto id = fmt::format("f{}", random_() % entities);
    new_event event;
    event.stream = {"gala", "fixture", id};
    event.type = "fixture_updated";
    event.author = "anonymous";
    event.client = "127.0.0.1:54321";
    event.correlation_id = "0d9f1c2a-6f0e-4a3b-9a53-0f6f4a6f6b11";
    event.entity = fmt::format(
        R"({{"id":"{}","revision":{},"name":"Fixture {}","modelId":"dimmer-rgbw","universe":{},)"
        R"("startChannel":{},"position":{{"x":{}.5,"y":2.25,"z":-1}},"enabled":true,"tags":["stage",)"
        R"("left"],"notes":"{}"}})",
        id, 1 + random_() % 100'000, random_() % 1'000, random_() % 64, 1 + random_() % 512, random_() % 10,
        std::string(60, 'n'));
    event.details = fmt::format(R"({{"before":{{"name":"Fixture {}"}}}})", random_() % 1'000);
    return event;
  }

  journal_options options_;
  open_journal_result opened_;
  std::unique_ptr<event_history> history_;
  std::mt19937_64 random_{1};
};

} // namespace

int main(int argc, char** argv) {
  const std::size_t many = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 1'000'000;
  const double seconds = argc > 2 ? std::strtod(argv[2], nullptr) : 3;
  const troupe::test::temp_dir folder;
  bench journal(folder.path(), argc > 3 ? argv[3] : "");
  const auto table = [&] {
    std::printf("   events | batch | appends/s | p50 ms | p99 ms | max ms | WAL MB | us of processor each\n");
    for (const std::size_t batch : {1U, 16U, 64U, 256U}) {
      journal.measure_appends(batch, seconds);
      journal.keep_snapshots();
    }
  };
  journal.append(entities, 256);
  table();
  while (journal.head() < many) {
    journal.append(std::min<std::size_t>(1'000, many - journal.head()), 250);
    journal.keep_snapshots();
  }
  table();
  journal.look_back();
  journal.care();
  journal.open();
}
