// Any bytes as a show file end in entities or in problems with places. What is written back reads as the same
// entities, what could not be loaded included, and both ways of reading agree.

#include "storage/entity_reader.hpp"
#include "storage/file_image.hpp"
#include "storage/text_places.hpp"
#include "storage/yaml_reader.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

namespace {

using namespace troupe;
using namespace troupe::storage;

void insist(bool holds) {
  if (!holds) std::abort();
}

entity_file read(entity_kind kind, std::string_view text) {
  return read_entities(kind, text, {"fuzz.yaml", 1000, nullptr});
}

/// Entities in their order, and how many entries could not be loaded in between.
std::string contents(const entity_file& file) {
  std::string out;
  for (const auto& block : file.blocks) {
    out += block.entity ? block.entity->json : "kept";
    out += '\n';
  }
  return out;
}

void check_places(const entity_file& file) {
  for (const auto& each : file.problems) insist(each.line > 0 && each.column > 0 && !each.reason.empty());
  insist(!file.unreadable || file.blocks.empty());
}

void check_round_trip(entity_kind kind, const entity_file& file) {
  const auto written = file_image(file).bytes();
  const auto again = read(kind, written);
  insist(!again.unreadable);
  insist(contents(again) == contents(file));
  insist(again.problems.size() == file.problems.size());
  insist(file_image(again).bytes() == written);
}

struct outline {
  std::size_t items = 0;
  std::vector<yaml_fault> faults;
  std::vector<std::string> sources;
  bool parsed = false;
  friend bool operator==(const outline&, const outline&) = default;
};

outline outline_of(std::string_view text, bool library_only) {
  yaml_limits limits;
  limits.library_only = library_only;
  outline out;
  out.parsed = read_yaml(
                   text,
                   [&](yaml_item&& item) {
                     ++out.items;
                     out.sources.emplace_back(item.source);
                     out.faults.insert(out.faults.end(), item.faults.begin(), item.faults.end());
                   },
                   limits)
                   .has_value();
  return out;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto kind = static_cast<entity_kind>(data[0] % entity_kind_count);
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto file = read(kind, text);
  check_places(file);
  if (!file.unreadable) check_round_trip(kind, file);
  if (find_text_flaw(text)) return 0;
  const auto quick = outline_of(text, false);
  const auto library = outline_of(text, true);
  insist(quick.parsed == library.parsed);
  insist(!quick.parsed || quick == library);
  return 0;
}
