#include "storage/file_records.hpp"

#include "storage/digest.hpp"

#include <catch2/catch.hpp>
#include <random>

using namespace troupe;
using namespace troupe::storage;

namespace {

const data_path models{{}, "fixture-models.yaml"};
const data_path groups{"tour", "groups.yaml"};

file_records some_records() {
  file_records records;
  records.set(models, {{sha256_hex("a"), 3}});
  records.set(groups, {{{}, 0}, {sha256_hex("b"), 18'446'744'073'709'551'615U}});
  records.add_edit({entity_kind::group, "tour/groups.yaml", "tour/groups.yaml.orig-x", 4, -1});
  return records;
}

std::string sealed(std::string body) {
  body += '\n';
  return body + sha256_hex(body);
}

} // namespace

TEST_CASE("digest: it is SHA-256", "[storage][unit]") {
  CHECK(sha256_hex("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(sha256_hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST_CASE("file records: they are read as they were written", "[storage][unit]") {
  CHECK(file_records::decode(file_records().encode()) == file_records());
  CHECK(file_records::decode(some_records().encode()) == some_records());
}

TEST_CASE("file records: a changed or missing byte is noticed", "[storage][unit]") {
  const auto bytes = some_records().encode();
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    auto changed = bytes;
    changed[i] ^= 1;
    CHECK_FALSE(file_records::decode(changed));
    CHECK_FALSE(file_records::decode(bytes.substr(0, i)));
  }
}

TEST_CASE("file records: what names other files is refused", "[storage][unit]") {
  const auto with_file = [](std::string_view file) {
    return sealed(R"({"format":"troupe-files-1","files":[{"file":")" + std::string(file) +
                  R"(","shown":[{"sha256":"","position":1}]}],"edits":[]})");
  };
  CHECK(file_records::decode(with_file("tour/groups.yaml")));
  for (const auto* file : {"", "groups.yaml", "tour/fixture-models.yaml", "../groups.yaml", "a/b/groups.yaml",
                           "/groups.yaml", "tour/groups.yaml.orig-x"})
    CHECK_FALSE(file_records::decode(with_file(file)));
  const auto with_copy = [](std::string_view copy) {
    return sealed(R"({"format":"troupe-files-1","files":[],"edits":[{"file":"tour/groups.yaml","copy":")" +
                  std::string(copy) + R"(","position":1,"noticedAt":2}]})");
  };
  CHECK(file_records::decode(with_copy("tour/groups.yaml.orig-1")));
  for (const auto* copy : {"", "tour/groups.yaml", "groups.yaml.orig-1", "tour/inputs.yaml.orig-1",
                           "tour/groups.yaml.orig-/../../../x", "other/groups.yaml.orig-1"})
    CHECK_FALSE(file_records::decode(with_copy(copy)));
}

TEST_CASE("file records: what is whole and something else is refused", "[storage][unit]") {
  for (
      const auto* body :
      {"", "5", "[]", "{}", R"({"format":"troupe-files-2","files":[],"edits":[]})",
       R"({"format":"troupe-files-1","files":[{"file":"tour/groups.yaml","shown":[]}],"edits":[]})",
       R"({"format":"troupe-files-1","files":[{"file":"tour/groups.yaml","shown":[{"sha256":"x","position":1}]}],"edits":[]})",
       R"({"format":"troupe-files-1","files":[{"file":"tour/groups.yaml","shown":[{"sha256":"","position":-1}]}],"edits":[]})"})
    CHECK_FALSE(file_records::decode(sealed(body)));
}

TEST_CASE("file records: a show is forgotten with its edits", "[storage][unit]") {
  auto records = some_records();
  CHECK(records.shows() == std::vector<std::string>{"tour"});
  records.forget_show("tour");
  CHECK(records.versions(groups).empty());
  CHECK(records.versions(models).size() == 1);
  CHECK(records.edits().empty());
}

TEST_CASE("file records: a file stands by the version that it is", "[storage][unit]") {
  const std::vector<shown_version> none;
  const std::vector<shown_version> one{{"x", 3}};
  const std::vector<shown_version> two{{"x", 3}, {"y", 5}};
  const std::vector<shown_version> made{{"", 3}, {"y", 5}};
  const auto standing = [](const std::vector<shown_version>& versions,
                           const std::optional<std::string>& sha256) {
    const auto found = standing_of(versions, sha256);
    return std::pair(found.origin, found.position);
  };
  CHECK(standing(none, "") == std::pair(file_origin::missing_unrecorded, std::uint64_t{0}));
  CHECK(standing(none, "x") == std::pair(file_origin::unrecorded, std::uint64_t{0}));
  CHECK(standing(none, std::nullopt) == std::pair(file_origin::unrecorded, std::uint64_t{0}));
  CHECK(standing(one, "x") == std::pair(file_origin::recorded, std::uint64_t{3}));
  CHECK(standing(one, "y") == std::pair(file_origin::by_hand, std::uint64_t{3}));
  CHECK(standing(one, "") == std::pair(file_origin::by_hand, std::uint64_t{3}));
  CHECK(standing(one, std::nullopt) == std::pair(file_origin::by_hand, std::uint64_t{3}));
  CHECK(standing(two, "x") == std::pair(file_origin::recorded, std::uint64_t{3}));
  CHECK(standing(two, "y") == std::pair(file_origin::recorded, std::uint64_t{5}));
  CHECK(standing(two, "z") == std::pair(file_origin::by_hand, std::uint64_t{3}));
  CHECK(standing(made, "") == std::pair(file_origin::recorded, std::uint64_t{3}));
  CHECK(standing(made, "z") == std::pair(file_origin::by_hand, std::uint64_t{5}));
}
