#include "storage/journal/event_portions.hpp"

#include "storage/journal/event_check.hpp"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <thread>

namespace troupe::storage {

namespace {

/// More would wait for the one that takes.
constexpr unsigned most_threads = 8;
/// Portions of each thread that wait to be taken, at most.
constexpr std::size_t ahead = 3;

/// Reads portions from one connection.
class reading {
 public:
  reading(journal_source& source, event_parts parts) : source_(source), parts_(parts) {}

  void fill(event_portion& into) {
    into.count = 0;
    event_range range;
    range.first = into.first;
    range.last = into.last;
    range.parts = parts_;
    into.read = source_.events(range, {}, [&](journal_event& event) {
      if (into.count == into.outlines.size()) into.outlines.emplace_back();
      auto& seen = into.outlines[into.count++];
      outline(event, seen);
      seen.sound = parts_ != event_parts::all || check_.sound(event);
      return true;
    });
  }

 private:
  journal_source& source_;
  event_parts parts_;
  event_check check_;
};

/// The positions, cut into portions that are counted from 0.
struct portions {
  std::uint64_t first, last, size;

  std::uint64_t count() const noexcept { return first > last ? 0 : (last - first) / size + 1; }
  void name(std::uint64_t number, event_portion& which) const noexcept {
    which.first = first + number * size;
    which.last = std::min(last, which.first + size - 1);
  }
};

/// A ring of portions between the threads that fill them and the one that takes them.
class portion_ring {
 public:
  portion_ring(const portions& all, std::size_t size) : all_(all), slots_(size) {}

  /// In a reading thread, until there is nothing more to read or it is told to end.
  void fill(const std::stop_token& ended, reading& from) {
    for (;;) {
      std::uint64_t number = 0;
      {
        std::unique_lock lock(mutex_);
        const bool room =
            taken_.wait(lock, ended, [&] { return next_ == all_.count() || next_ < front_ + slots_.size(); });
        if (!room || ended.stop_requested() || next_ == all_.count()) return;
        number = next_++;
      }
      auto& slot = slots_[number % slots_.size()];
      all_.name(number, slot.portion);
      try {
        from.fill(slot.portion);
      } catch (...) {
        slot.portion.thrown = std::current_exception();
      }
      const std::lock_guard lock(mutex_);
      slot.filled = true;
      filled_.notify_one();
    }
  }

  result<void> take(const std::function<bool(const event_portion&)>& taker) {
    for (; front_ < all_.count();) {
      auto& slot = slots_[front_ % slots_.size()];
      {
        std::unique_lock lock(mutex_);
        filled_.wait(lock, [&] { return slot.filled; });
      }
      if (slot.portion.thrown) std::rethrow_exception(slot.portion.thrown);
      if (!taker(slot.portion)) return {};
      if (!slot.portion.read) return slot.portion.read;
      const std::lock_guard lock(mutex_);
      slot.filled = false;
      ++front_;
      taken_.notify_one();
    }
    return {};
  }

 private:
  struct place {
    event_portion portion;
    bool filled = false;
  };

  portions all_;
  std::vector<place> slots_;
  std::mutex mutex_;
  std::condition_variable_any taken_;
  std::condition_variable filled_;
  std::uint64_t next_ = 0;  ///< that a thread reads
  std::uint64_t front_ = 0; ///< that is taken
};

} // namespace

portion_reader::portion_reader(journal_source& source,
                               std::function<result<std::unique_ptr<journal_source>>()> more,
                               const journal_options& options)
    : source_(source), more_(std::move(more)), portion_(std::max<std::uint64_t>(options.read_portion, 1)),
      threads_(options.read_threads > 0 ? options.read_threads
                                        : std::clamp(std::thread::hardware_concurrency(), 1U, most_threads)) {
}

/// A connection for each thread but the first, as many as there is work for.
std::vector<std::unique_ptr<journal_source>> portion_reader::open_others(std::uint64_t portions) const {
  std::vector<std::unique_ptr<journal_source>> out;
  while (out.size() + 1 < std::min<std::uint64_t>(threads_, portions)) {
    auto opened = more_();
    if (!opened) break;
    out.push_back(std::move(*opened));
  }
  return out;
}

result<void> portion_reader::read_alone(std::uint64_t first, std::uint64_t last, event_parts parts,
                                        const std::function<bool(const event_portion&)>& take) {
  const portions all{first, last, portion_};
  reading from(source_, parts);
  event_portion portion;
  for (std::uint64_t number = 0; number < all.count(); ++number) {
    all.name(number, portion);
    from.fill(portion);
    if (!take(portion)) return {};
    if (!portion.read) return portion.read;
  }
  return {};
}

result<void> portion_reader::read(std::uint64_t first, std::uint64_t last, event_parts parts,
                                  const std::function<bool(const event_portion&)>& take) {
  const portions all{first, last, portion_};
  const auto others = open_others(all.count());
  if (others.empty()) return read_alone(first, last, parts, take);
  std::vector<reading> readings;
  readings.reserve(others.size() + 1);
  readings.emplace_back(source_, parts);
  for (const auto& each : others) readings.emplace_back(*each, parts);
  portion_ring ring(all, readings.size() * ahead);
  std::vector<std::jthread> workers; // ends them whatever happens below
  workers.reserve(readings.size());
  for (auto& each : readings)
    workers.emplace_back([&ring, &each](const std::stop_token& ended) { ring.fill(ended, each); });
  return ring.take(take);
}

} // namespace troupe::storage
