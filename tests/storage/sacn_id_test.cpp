#include "storage/sacn_id.hpp"

#include "storage/show_files.hpp"
#include "tests/storage/memory_file_system.hpp"

#include <catch2/catch.hpp>
#include <memory>

using namespace troupe;
using namespace troupe::storage;
using namespace troupe::storage::test;

namespace {

const std::string first = "01234567-89ab-4def-9032-547698badcfe";
const std::string second = "11111111-2222-4333-8444-555555555555";
const std::string path = "/data/.troupe/sacn-cid";

std::shared_ptr<memory_file_system> opened_folder() {
  auto disk = std::make_shared<memory_file_system>();
  show_files_options options;
  options.files = disk;
  REQUIRE(show_files::open("/data", options));
  return disk;
}

} // namespace

TEST_CASE("sacn id: made on the first start, the same ever after", "[storage][unit]") {
  const auto disk = opened_folder();
  const auto made = keep_sacn_id("/data", first, *disk);
  CHECK(made.id == sacn::component_id_from(first));
  CHECK(made.notes.empty());
  CHECK(disk->text(path) == first + "\n");
  const auto again = keep_sacn_id("/data", second, *disk);
  CHECK(again.id == made.id);
  CHECK(again.notes.empty());
  CHECK(disk->text(path) == first + "\n");
}

TEST_CASE("sacn id: what is written by hand counts", "[storage][unit]") {
  const auto disk = opened_folder();
  disk->put(path, "01234567-89AB-4DEF-9032-547698BADCFE \r\n");
  CHECK(keep_sacn_id("/data", second, *disk).id == sacn::component_id_from(first));
}

TEST_CASE("sacn id: a broken file is replaced, and that is told", "[storage][unit]") {
  for (const auto& text : {std::string{}, std::string("\n"), std::string("no uuid"), first.substr(1),
                           std::string("00000000-0000-0000-0000-000000000000\n"), std::string(5000, 'a')}) {
    const auto disk = opened_folder();
    disk->put(path, text);
    const auto kept = keep_sacn_id("/data", second, *disk);
    CHECK(kept.id == sacn::component_id_from(second));
    CHECK(kept.notes.size() == 1);
    CHECK(disk->text(path) == second + "\n");
  }
}

TEST_CASE("sacn id: a disk that refuses doesn't stop the show", "[storage][unit]") {
  for (std::size_t call = 0;; ++call) {
    const auto disk = opened_folder();
    bool failed = false;
    disk->fail_by([&](std::size_t number, std::string_view, bool) {
      if (number != call) return std::error_code{};
      failed = true;
      return std::make_error_code(std::errc::no_space_on_device);
    });
    const auto kept = keep_sacn_id("/data", first, *disk);
    CHECK(kept.id == sacn::component_id_from(first));
    disk->heal();
    // Whatever has been left there is an identifier or nothing.
    const auto next = keep_sacn_id("/data", second, *disk);
    CHECK((next.id == kept.id || next.id == sacn::component_id_from(second)));
    CHECK(next.notes.empty());
    if (!failed) break;
  }
}
