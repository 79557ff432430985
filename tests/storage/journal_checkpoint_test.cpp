// Checkpoints as text, and their signatures.

#include "storage/journal/checkpoint_keys.hpp"
#include "tests/storage/journal_support.hpp"

#include <catch2/catch.hpp>

namespace {

using namespace troupe::storage;
using namespace troupe::storage::test;

signed_checkpoint example() {
  signed_checkpoint out;
  out.position = 1'000;
  out.hash[0] = 0xaa;
  out.time_ms = 5;
  return out;
}

checkpoint_signer make_signer(const std::filesystem::path& folder, bool& made) {
  journal_world world;
  return must(checkpoint_signer::open(folder, world.options(folder).random, made));
}

} // namespace

TEST_CASE("checkpoint: a signature holds for exactly what was signed", "[storage][journal]") {
  const temp_dir folder;
  bool made = false;
  const auto signer = make_signer(folder.path(), made);
  CHECK(made);
  auto checkpoint = example();
  signer.sign("j", checkpoint);
  const auto keys = must(checkpoint_keys::load(folder.path()));
  CHECK(keys.signed_by_known_key("j", checkpoint));
  CHECK_FALSE(keys.signed_by_known_key("k", checkpoint));
  for (const auto& change : std::vector<std::function<void(signed_checkpoint&)>>{
           [](auto& c) { ++c.position; }, [](auto& c) { ++c.hash[31]; }, [](auto& c) { ++c.time_ms; },
           [](auto& c) { c.signature[5] ^= 1; }, [](auto& c) { c.key_id = "0"; }}) {
    auto other = checkpoint;
    change(other);
    CHECK_FALSE(keys.signed_by_known_key("j", other));
  }
}

TEST_CASE("checkpoint: the key is made once and read back", "[storage][journal]") {
  const temp_dir folder;
  bool made = false;
  const auto first = make_signer(folder.path(), made);
  const auto again = make_signer(folder.path(), made);
  CHECK_FALSE(made);
  CHECK(again.key_id() == first.key_id());
}

TEST_CASE("checkpoint: a line reads back as it was written", "[storage][journal]") {
  auto checkpoint = example();
  checkpoint.key_id = "0123";
  checkpoint.signature[63] = 0x7f;
  const auto line = checkpoint_line("j-1", checkpoint);
  const auto read = parse_checkpoint_line(line);
  REQUIRE(read);
  CHECK(read->journal_id == "j-1");
  CHECK(read->checkpoint == checkpoint);
  for (std::size_t end = 0; end < line.size(); ++end) CHECK_FALSE(parse_checkpoint_line(line.substr(0, end)));
}

TEST_CASE("checkpoint: lines that are none are passed over", "[storage][journal]") {
  const auto line = checkpoint_line("j", example());
  CHECK(parse_checkpoint_lines("").empty());
  CHECK(parse_checkpoint_lines("\n\n{}\n[1]\nnull\n" + line + "\n" + line.substr(0, 30) + line).size() == 1);
  CHECK(parse_checkpoint_lines(line + "\n" + line).size() == 2);
  auto negative = line;
  negative.replace(negative.find("1000"), 4, "-100");
  CHECK_FALSE(parse_checkpoint_line(negative));
  CHECK_FALSE(parse_checkpoint_line(line + std::string(2'000, ' ')));
}
