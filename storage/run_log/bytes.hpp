#pragma once
// Numbers and texts as the bytes of a run log: little-endian, small numbers in few bytes.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace troupe::storage::run_log {

void put_byte(std::string& out, std::uint8_t value);
void put_u16(std::string& out, std::uint16_t value);
void put_u32(std::string& out, std::uint32_t value);
void put_u64(std::string& out, std::uint64_t value);
/// Seven bits a byte, lowest first.
void put_number(std::string& out, std::uint64_t value);
/// The same for numbers that may be negative.
void put_signed(std::string& out, std::int64_t value);
/// The bits of the float.
void put_float(std::string& out, float value);
/// Its length, and its bytes.
void put_text(std::string& out, std::string_view text);

/// Takes the same apart, whatever the bytes. After the first value that isn't there everything is 0 and
/// `good` says so.
class byte_reader {
 public:
  explicit byte_reader(std::string_view bytes) noexcept : left_(bytes) {}

  std::uint8_t byte();
  std::uint16_t u16();
  std::uint32_t u32();
  std::uint64_t u64();
  std::uint64_t number();
  std::int64_t signed_number();
  float real();
  std::string_view text();
  std::string_view bytes(std::size_t count);

  /// A number of things of which each takes `least` bytes or more: so none can ask for more memory than the
  /// file has bytes.
  std::size_t count(std::size_t least = 1);

  bool good() const noexcept { return good_; }
  bool empty() const noexcept { return left_.empty(); }
  std::size_t left() const noexcept { return left_.size(); } ///< bytes
  /// What was read makes no sense.
  void spoil() noexcept;

 private:
  std::uint64_t little(std::size_t size);

  std::string_view left_;
  bool good_ = true;
};

} // namespace troupe::storage::run_log
