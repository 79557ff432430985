#include "protocol/persistent_table.hpp"

#include <catch2/catch.hpp>
#include <map>
#include <random>
#include <thread>

using namespace troupe;

namespace {

record_ptr record(std::string id, std::uint64_t revision = 1) {
  auto out = std::make_shared<entity_record>();
  out->id = std::move(id);
  out->revision = revision;
  return out;
}

/// What a table should be: ids in the order of creation, and the newest record of each.
struct plain_table {
  std::vector<std::string> order;
  std::map<std::string, record_ptr> records;

  void put(const record_ptr& one) {
    if (!records.contains(one->id)) order.push_back(one->id);
    records[one->id] = one;
  }
  void remove(const std::string& id) {
    std::erase(order, id);
    records.erase(id);
  }
};

void require_same(const persistent_table& table, const plain_table& expected) {
  REQUIRE(table.size() == expected.order.size());
  std::vector<record_ptr> seen;
  table.each([&](const record_ptr& one) { seen.push_back(one); });
  REQUIRE(seen.size() == expected.order.size());
  for (std::size_t i = 0; i < seen.size(); ++i) REQUIRE(seen[i] == expected.records.at(expected.order[i]));
  for (const auto& [id, one] : expected.records) {
    REQUIRE(table.find(id) == one);
    REQUIRE(table.find_raw(id) == one.get());
  }
}

} // namespace

TEST_CASE("persistent table: an empty one finds nothing and visits nothing", "[protocol][persistent_table]") {
  const persistent_table table;
  CHECK(table.size() == 0);
  CHECK(table.find("x") == nullptr);
  CHECK(table.find_raw("") == nullptr);
  table.each([](const record_ptr&) { FAIL("there is nothing to visit"); });
}

TEST_CASE("persistent table: behaves like a map and a vector, and held copies never change",
          "[protocol][persistent_table]") {
  const unsigned seed = GENERATE(1u, 2u, 3u, 4u);
  std::mt19937 random(seed);
  const std::size_t ids = seed % 2 ? 40 : 3000;
  persistent_table table;
  plain_table expected;
  std::vector<std::pair<persistent_table, plain_table>> held;
  for (std::uint64_t step = 1; step <= 12'000; ++step) {
    const auto id = "id" + std::to_string(random() % ids);
    const auto shrinking = step / 2000 % 2 == 1;
    if (random() % 10 < (shrinking ? 7u : 3u)) {
      table.remove(id);
      expected.remove(id);
    } else {
      const auto one = record(id, step);
      table.put(one);
      expected.put(one);
    }
    REQUIRE(table.size() == expected.order.size());
    if (step % 611 == 0) held.emplace_back(table, expected);
    if (held.size() > 6) held.erase(held.begin() + static_cast<std::ptrdiff_t>(random() % held.size()));
    if (step % 400 == 0) require_same(table, expected);
  }
  require_same(table, expected);
  for (const auto& [copy, was] : held) require_same(copy, was);
}

TEST_CASE("persistent table: replacing keeps the place, removing and adding again doesn't",
          "[protocol][persistent_table]") {
  persistent_table table;
  for (const auto* id : {"a", "b", "c"}) table.put(record(id));
  table.put(record("b", 2));
  table.remove("a");
  table.put(record("a"));
  std::string order;
  table.each([&](const record_ptr& one) { order += one->id + std::to_string(one->revision); });
  CHECK(order == "b2c1a1");
}

TEST_CASE("persistent table: removing what isn't there changes nothing", "[protocol][persistent_table]") {
  persistent_table table;
  table.remove("a");
  table.put(record("a"));
  table.remove("b");
  CHECK(table.size() == 1);
}

TEST_CASE("persistent table: an id may be removed by a view into its own record",
          "[protocol][persistent_table]") {
  persistent_table table;
  table.put(record(std::string(100, 'x')));
  table.remove(table.find_raw(std::string(100, 'x'))->id);
  CHECK(table.size() == 0);
}

TEST_CASE("persistent table: records live as long as any copy holds them, and no longer",
          "[protocol][persistent_table]") {
  persistent_table table;
  std::vector<std::weak_ptr<const entity_record>> watched;
  for (int i = 0; i < 200; ++i) {
    auto one = record("id" + std::to_string(i));
    watched.push_back(one);
    table.put(std::move(one));
  }
  auto copy = std::make_unique<persistent_table>(table);
  for (int i = 0; i < 200; ++i) table.remove("id" + std::to_string(i));
  CHECK(table.size() == 0);
  for (const auto& one : watched) CHECK_FALSE(one.expired());
  copy.reset();
  for (const auto& one : watched) CHECK(one.expired());
}

TEST_CASE("persistent table: creating and deleting for ever doesn't grow it",
          "[protocol][persistent_table]") {
  persistent_table table;
  table.put(record("stays"));
  for (int i = 0; i < 200'000; ++i) {
    table.put(record("a" + std::to_string(i)));
    table.put(record("b" + std::to_string(i)));
    table.remove("a" + std::to_string(i)); // leaves a hole
    if (i > 0) table.remove("b" + std::to_string(i - 1));
  }
  CHECK(table.size() == 2);
  CHECK(table.find("stays"));
}

TEST_CASE("persistent table: half a million records are found and visited in order",
          "[protocol][persistent_table]") {
  persistent_table table;
  constexpr int count = 500'000;
  for (int i = 0; i < count; ++i) table.put(record(std::to_string(i)));
  CHECK(table.size() == count);
  int next = 0;
  table.each([&](const record_ptr& one) {
    if (one->id != std::to_string(next)) FAIL(one->id << " stands at " << next);
    ++next;
  });
  CHECK(next == count);
  const auto before = table;
  table.put(record("77", 2));
  table.remove("499999");
  CHECK(before.find_raw("77")->revision == 1);
  CHECK(table.find_raw("77")->revision == 2);
  CHECK(before.find_raw("499999") != nullptr);
}

TEST_CASE("persistent table: copies are read while the original changes", "[protocol][persistent_table]") {
  persistent_table table;
  for (int i = 0; i < 2000; ++i) table.put(record("id" + std::to_string(i), 1));
  const auto copy = table;
  std::size_t wrong = 0;
  std::thread reader([&, mine = copy] {
    for (int round = 0; round < 20; ++round) {
      std::size_t seen = 0;
      mine.each([&](const record_ptr& one) { seen += one->revision; });
      wrong += seen != 2000;
      for (int i = 0; i < 2000; i += 7) wrong += mine.find_raw("id" + std::to_string(i)) == nullptr;
    }
  });
  for (std::uint64_t round = 2; round < 12; ++round) {
    for (int i = 0; i < 2000; i += 3) table.put(record("id" + std::to_string(i), round));
    for (int i = 1; i < 2000; i += 9) table.remove("id" + std::to_string(i));
  }
  reader.join();
  CHECK(wrong == 0);
}
