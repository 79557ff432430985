#include "storage/run_log/bytes.hpp"

#include <bit>

namespace troupe::storage::run_log {

namespace {

void put_little(std::string& out, std::uint64_t value, std::size_t size) {
  for (std::size_t i = 0; i < size; ++i)
    out += static_cast<char>(static_cast<std::uint8_t>(value >> (8 * i)));
}

} // namespace

void put_byte(std::string& out, std::uint8_t value) {
  out += static_cast<char>(value);
}

void put_u16(std::string& out, std::uint16_t value) {
  put_little(out, value, 2);
}

void put_u32(std::string& out, std::uint32_t value) {
  put_little(out, value, 4);
}

void put_u64(std::string& out, std::uint64_t value) {
  put_little(out, value, 8);
}

void put_number(std::string& out, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) put_byte(out, static_cast<std::uint8_t>(value | 0x80));
  put_byte(out, static_cast<std::uint8_t>(value));
}

void put_signed(std::string& out, std::int64_t value) {
  const auto bits = static_cast<std::uint64_t>(value);
  put_number(out, (bits << 1) ^ (value < 0 ? ~std::uint64_t{0} : 0));
}

void put_float(std::string& out, float value) {
  put_u32(out, std::bit_cast<std::uint32_t>(value));
}

void put_text(std::string& out, std::string_view text) {
  put_number(out, text.size());
  out += text;
}

void byte_reader::spoil() noexcept {
  good_ = false;
  left_ = {};
}

std::string_view byte_reader::bytes(std::size_t count) {
  if (count > left_.size()) {
    spoil();
    return {};
  }
  const auto taken = left_.substr(0, count);
  left_.remove_prefix(count);
  return taken;
}

std::uint64_t byte_reader::little(std::size_t size) {
  const auto taken = bytes(size);
  std::uint64_t value = 0;
  for (std::size_t i = taken.size(); i-- > 0;) value = (value << 8) | static_cast<std::uint8_t>(taken[i]);
  return value;
}

std::uint8_t byte_reader::byte() {
  return static_cast<std::uint8_t>(little(1));
}

std::uint16_t byte_reader::u16() {
  return static_cast<std::uint16_t>(little(2));
}

std::uint32_t byte_reader::u32() {
  return static_cast<std::uint32_t>(little(4));
}

std::uint64_t byte_reader::u64() {
  return little(8);
}

std::uint64_t byte_reader::number() {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    const auto one = byte();
    if (shift == 63 && one > 1) break;
    value |= std::uint64_t{one & 0x7fU} << shift;
    if (!(one & 0x80)) return value;
  }
  spoil();
  return 0;
}

std::int64_t byte_reader::signed_number() {
  const auto bits = number();
  return static_cast<std::int64_t>((bits >> 1) ^ ((bits & 1) ? ~std::uint64_t{0} : 0));
}

float byte_reader::real() {
  return std::bit_cast<float>(u32());
}

std::string_view byte_reader::text() {
  return bytes(count());
}

std::size_t byte_reader::count(std::size_t least) {
  const auto many = number();
  if (many <= left_.size() / least) return static_cast<std::size_t>(many);
  spoil();
  return 0;
}

} // namespace troupe::storage::run_log
