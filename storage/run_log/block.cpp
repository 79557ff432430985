#include "storage/run_log/block.hpp"

#include "storage/run_log/bytes.hpp"

#include <cassert>
#define XXH_INLINE_ALL
#include <xxhash.h>
#include <zstd.h>

namespace troupe::storage::run_log {

namespace {

constexpr int zstd_level = 3;
constexpr std::size_t summed_head = block_head_bytes - 8; // what the checksum takes in of the head

std::uint64_t checksum(std::string_view head, std::string_view stored) {
  const auto of_head = XXH3_64bits(head.data(), head.size());
  return XXH3_64bits_withSeed(stored.data(), stored.size(), of_head);
}

/// Nothing if zstd can't: then the block stays plain.
std::string packed(std::string_view records) {
  std::string out(ZSTD_compressBound(records.size()), '\0');
  const auto size = ZSTD_compress(out.data(), out.size(), records.data(), records.size(), zstd_level);
  out.resize(ZSTD_isError(size) ? 0 : size);
  return out;
}

bool unpack(std::string_view stored, std::string& into) {
  const auto size = ZSTD_decompress(into.data(), into.size(), stored.data(), stored.size());
  return !ZSTD_isError(size) && size == into.size();
}

} // namespace

void append_block(std::string& file, std::string_view records, packing how) {
  assert(records.size() <= max_block_bytes);
  const auto small = how == packing::zstd ? packed(records) : std::string{};
  const bool worth_it = !small.empty() && small.size() < records.size();
  const std::string_view stored = worth_it ? std::string_view{small} : records;
  const auto begin = file.size();
  put_u32(file, static_cast<std::uint32_t>(stored.size()));
  put_u32(file, static_cast<std::uint32_t>(records.size()));
  put_byte(file, static_cast<std::uint8_t>(worth_it ? packing::zstd : packing::plain));
  put_u64(file, checksum(std::string_view{file}.substr(begin, summed_head), stored));
  file += stored;
}

block read_block(std::string_view bytes) {
  block made;
  byte_reader head(bytes.substr(0, block_head_bytes));
  const auto stored_size = head.u32(), size = head.u32();
  const auto how = head.byte();
  const auto sum = head.u64();
  made.size = block_head_bytes + stored_size;
  if (!head.good() || made.size > bytes.size()) {
    made.state = block_state::torn;
    return made;
  }
  const auto wrong = [&] {
    made.state = made.size == bytes.size() ? block_state::torn : block_state::damaged;
    made.records.clear();
    return made;
  };
  const auto stored = bytes.substr(block_head_bytes, stored_size);
  if (size > max_block_bytes || sum != checksum(bytes.substr(0, summed_head), stored)) return wrong();
  if (how == static_cast<std::uint8_t>(packing::plain)) {
    made.records = stored;
    return made.records.size() == size ? made : wrong();
  }
  made.records.resize(size);
  return how == static_cast<std::uint8_t>(packing::zstd) && unpack(stored, made.records) ? made : wrong();
}

} // namespace troupe::storage::run_log
