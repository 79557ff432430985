#include "storage/journal/snapshot_codec.hpp"

#include <stdexcept>
#include <zstd.h>

namespace troupe::storage {

namespace {

constexpr std::string_view format_name = "troupe-snapshot-1";
/// A show of 500,000 fixtures takes some 150 MB; more is no snapshot of ours.
constexpr std::size_t most_bytes = std::size_t(1) << 30;
/// Entities shrink to a tenth or so; what claims to grow further than this is no snapshot of ours either.
constexpr std::size_t most_growth = 4'096;
constexpr int level = 1; ///< reading is what counts, and higher ones save little on such text

void put(std::string& out, std::uint64_t number) {
  for (; number >= 0x80; number >>= 7) out += static_cast<char>(number | 0x80);
  out += static_cast<char>(number);
}

void put(std::string& out, std::string_view text) {
  put(out, text.size());
  out += text;
}

/// Takes from the front; once something is missing, everything that follows is empty.
class taker {
 public:
  explicit taker(std::string_view rest) noexcept : rest_(rest) {}

  std::uint64_t number() noexcept {
    std::uint64_t out = 0;
    for (unsigned shift = 0; shift < 64 && !rest_.empty(); shift += 7) {
      const auto byte = static_cast<unsigned char>(rest_.front());
      rest_.remove_prefix(1);
      out |= std::uint64_t(byte & 0x7f) << shift;
      if (byte < 0x80) return out;
    }
    good_ = false;
    return 0;
  }
  std::string_view text() noexcept {
    const auto size = number();
    if (!good_ || size > rest_.size()) {
      good_ = false;
      return {};
    }
    const auto out = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return out;
  }
  bool good() const noexcept { return good_; }
  std::size_t left() const noexcept { return rest_.size(); }

 private:
  std::string_view rest_;
  bool good_ = true;
};

std::optional<std::string> decompress(std::string_view bytes) {
  const auto size = ZSTD_getFrameContentSize(bytes.data(), bytes.size());
  if (size == ZSTD_CONTENTSIZE_UNKNOWN || size == ZSTD_CONTENTSIZE_ERROR || size > most_bytes ||
      size / most_growth > bytes.size())
    return std::nullopt;
  std::string out(size, '\0');
  const auto got = ZSTD_decompress(out.data(), out.size(), bytes.data(), bytes.size());
  if (ZSTD_isError(got) || got != size) return std::nullopt;
  return out;
}

} // namespace

std::string encode_snapshot(const std::vector<view_row>& rows) {
  std::string plain;
  put(plain, format_name);
  put(plain, rows.size());
  for (const auto& row : rows) {
    put(plain, row.kind);
    put(plain, row.id);
    put(plain, row.created_at);
    put(plain, row.changed_at);
    put(plain, row.sequence);
    put(plain, row.entity);
  }
  std::string out(ZSTD_compressBound(plain.size()), '\0');
  const auto size = ZSTD_compress(out.data(), out.size(), plain.data(), plain.size(), level);
  if (ZSTD_isError(size)) throw std::runtime_error("zstd failed");
  out.resize(size);
  return out;
}

std::optional<std::vector<view_row>> decode_snapshot(std::string_view bytes) {
  const auto plain = decompress(bytes);
  if (!plain) return std::nullopt;
  taker from(*plain);
  if (from.text() != format_name) return std::nullopt;
  const auto count = from.number();
  constexpr std::size_t smallest_row = 6;
  if (!from.good() || count > from.left() / smallest_row) return std::nullopt;
  std::vector<view_row> rows(count);
  for (auto& row : rows) {
    row.kind = from.text();
    row.id = from.text();
    row.created_at = from.number();
    row.changed_at = from.number();
    row.sequence = from.number();
    row.entity = from.text();
    if (!from.good()) return std::nullopt;
  }
  if (from.left() != 0) return std::nullopt;
  return rows;
}

} // namespace troupe::storage
