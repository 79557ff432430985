// Any bytes as the record of the files are refused or are a record: with the checksum that they would need,
// so that the fuzzer gets past it. What is taken in is written and read as the same.

#include "storage/digest.hpp"
#include "storage/file_records.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace troupe::storage;
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  (void)file_records::decode(bytes);
  const auto records = file_records::decode(bytes + sha256_hex(bytes));
  if (!records) return 0;
  if (file_records::decode(records->encode()) != records) std::abort();
  if (records->edits().size() > max_live_edits) std::abort();
  return 0;
}
