#include "protocol/id_trie.hpp"

#include "protocol/entities.hpp"

#include <catch2/catch.hpp>
#include <map>
#include <memory>
#include <random>

using namespace troupe;

namespace {

/// Records by id, with a hash that is chosen freely.
class world {
 public:
  explicit world(std::vector<std::uint32_t> hashes) : hashes_(std::move(hashes)) {
    for (std::size_t i = 0; i < hashes_.size(); ++i) {
      auto record = std::make_unique<entity_record>();
      record->id = "id" + std::to_string(i);
      records_.push_back(std::move(record));
    }
  }
  id_trie::entry entry(std::size_t i, std::uint32_t position) const {
    return {records_[i].get(), position, hashes_[i]};
  }
  const std::string& id(std::size_t i) const { return records_[i]->id; }
  std::uint32_t hash(std::size_t i) const { return hashes_[i]; }
  std::size_t size() const { return records_.size(); }

 private:
  std::vector<std::uint32_t> hashes_;
  std::vector<std::unique_ptr<entity_record>> records_;
};

using model = std::map<std::size_t, std::uint32_t>;

void require_same(const id_trie& trie, const model& expected, const world& of) {
  for (std::size_t i = 0; i < of.size(); ++i) {
    const auto* found = trie.find(of.hash(i), of.id(i));
    const auto wanted = expected.find(i);
    REQUIRE((found != nullptr) == (wanted != expected.end()));
    if (!found) continue;
    REQUIRE(found->record->id == of.id(i));
    REQUIRE(found->position == wanted->second);
  }
  REQUIRE(trie.empty() == expected.empty());
}

std::vector<std::uint32_t> hashes(const std::string& kind, std::mt19937& random) {
  std::vector<std::uint32_t> out;
  for (std::uint32_t i = 0; i < 60; ++i) {
    if (kind == "all equal") out.push_back(0xdeadbeef);
    if (kind == "few") out.push_back(i % 7 * 0x11111111u);
    if (kind == "differ at the top only") out.push_back(i % 4 << 30);
    if (kind == "differ in one level") out.push_back(i % 32 << 15);
    if (kind == "any") out.push_back(static_cast<std::uint32_t>(random()));
  }
  return out;
}

} // namespace

TEST_CASE("id trie: behaves like a map for any hashes, and old copies stay as they were",
          "[protocol][id_trie]") {
  std::mt19937 random(3);
  const std::string kind =
      GENERATE(as<std::string>{}, "all equal", "few", "differ at the top only", "differ in one level", "any");
  const world of(hashes(kind, random));
  id_trie trie;
  model expected;
  std::vector<std::pair<id_trie, model>> held;
  for (std::uint32_t step = 0; step < 4000; ++step) {
    const auto i = random() % of.size();
    if (!expected.contains(i)) {
      trie.insert(of.entry(i, step));
      expected[i] = step;
    } else if (random() % 3 == 0) {
      trie.own(of.hash(i), of.id(i)).position = step;
      expected[i] = step;
    } else {
      trie.erase(of.hash(i), of.id(i));
      expected.erase(i);
    }
    if (step % 97 == 0) held.emplace_back(trie, expected);
    if (held.size() > 5) held.erase(held.begin() + static_cast<std::ptrdiff_t>(random() % held.size()));
    if (step % 50 == 0) require_same(trie, expected, of);
  }
  require_same(trie, expected, of);
  for (const auto& [copy, was] : held) require_same(copy, was, of);
}

TEST_CASE("id trie: an unknown id with the hash of a known one isn't found", "[protocol][id_trie]") {
  const world of({5, 5, 5});
  id_trie trie;
  CHECK(trie.find(5, "id0") == nullptr);
  trie.insert(of.entry(0, 0));
  CHECK(trie.find(5, "id1") == nullptr);
  trie.insert(of.entry(1, 1));
  CHECK(trie.find(5, "id2") == nullptr);
  CHECK(trie.find(5 + (1u << 30), "id1") == nullptr);
  CHECK(trie.find(5, "id1")->position == 1);
}
