#pragma once
// A segment file is a mark and then blocks, each with its length and its checksum: a torn end is told from a
// whole one, and a flipped bit is found.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace troupe::storage::run_log {

/// How a segment file begins; the last byte is the version of the format. Version 1 knew no memory; its files
/// are read as ever.
inline constexpr std::string_view file_mark{"TROUPERL\x02", 9};
inline constexpr char oldest_version = 1;

/// The most that a block holds, and so the largest record. Nothing that asks for more is read.
inline constexpr std::size_t max_block_bytes = 64U * 1024 * 1024;

/// In front of a block: size of what follows (u32), size of its records (u32), how they are packed (u8), and
/// the checksum (u64, XXH3) of these nine bytes and what follows.
inline constexpr std::size_t block_head_bytes = 17;

enum class packing : std::uint8_t { plain, zstd };

/// @pre records.size() <= max_block_bytes
void append_block(std::string& file, std::string_view records, packing how);

enum class block_state : std::uint8_t {
  whole,
  torn,   ///< the file ends within it, or at its end it isn't what was written
  damaged ///< it isn't what was written, and the file goes on behind it
};

struct block {
  block_state state = block_state::whole;
  std::string records;
  std::size_t size = 0; ///< in the file, with its head
};

/// The block with which the bytes begin. @pre !bytes.empty()
block read_block(std::string_view bytes);

} // namespace troupe::storage::run_log
