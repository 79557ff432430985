#include "storage/journal/postgres_url.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <libpq-fe.h>
#include <map>
#include <memory>

namespace troupe::storage {

namespace {

// A change waits at most for the head's lock, a statement for another director or a slow disk; a connection
// in the middle of a transaction that says nothing is ended by the server, so that a director that hangs
// doesn't hold up the others. Keep-alives find one that has lost its network.
constexpr std::string_view session =
    "-c statement_timeout=60s -c lock_timeout=5s -c idle_in_transaction_session_timeout=60s "
    "-c default_transaction_isolation=read\\ committed -c bytea_output=hex -c client_min_messages=warning "
    "-c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3";

using parts = std::map<std::string, std::string, std::less<>>;

result<parts> take_apart(const std::string& url) {
  char* words = nullptr;
  const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> all(PQconninfoParse(url.c_str(), &words),
                                                                         &PQconninfoFree);
  PQfreemem(words); // they quote the address
  if (!all)
    return invalid("journal.url", "an address of PostgreSQL is wanted; escape other characters in names and "
                                  "passwords as %XX");
  parts out;
  for (const auto* each = all.get(); each->keyword; ++each)
    if (each->val) out[each->keyword] = each->val;
  return out;
}

/// As `keyword='value'`.
void append_quoted(std::string& out, const std::string& keyword, const std::string& value) {
  out += keyword + "='";
  for (const char c : value) {
    if (c == '\'' || c == '\\') out += '\\';
    out += c;
  }
  out += "' ";
}

std::string shown(const parts& of) {
  const auto part = [&](const char* name, const char* before, const char* behind) {
    const auto found = of.find(name);
    return found == of.end() ? std::string() : before + found->second + behind;
  };
  return fmt::format("postgresql://{}{}{}{}", part("user", "", "@"), part("host", "", ""),
                     part("port", ":", ""), part("dbname", "/", ""));
}

} // namespace

result<postgres_place> parse_postgres_url(std::string_view url) {
  if (!url.starts_with("postgresql://") && !url.starts_with("postgres://"))
    return invalid("journal.url", "an address that begins with postgresql:// is wanted");
  if (std::any_of(url.begin(), url.end(), [](char c) { return static_cast<unsigned char>(c) < ' '; }))
    return invalid("journal.url", "an address without control characters is wanted");
  auto found = take_apart(std::string(url));
  if (!found) return failure(std::move(found).error());
  // An "@" in a password that isn't escaped ends up here, with the rest of the password in front.
  if ((*found)["host"].find('@') != std::string::npos)
    return invalid("journal.url",
                   "an address with one @ is wanted; escape those in names and passwords as %40");
  postgres_place out;
  out.shown = shown(*found);
  out.password = (*found)["password"];
  auto& options = (*found)["options"];
  const bool durable = options.find("synchronous_commit") != std::string::npos;
  options = fmt::format("{}{} {}", session, durable ? "" : " -c synchronous_commit=on", options);
  (*found)["client_encoding"] = "UTF8";
  found->emplace("connect_timeout", "5");
  found->emplace("tcp_user_timeout", "10000");
  found->emplace("application_name", "troupe");
  for (const auto& [keyword, value] : *found)
    if (!value.empty()) append_quoted(out.connection, keyword, value);
  return out;
}

} // namespace troupe::storage
