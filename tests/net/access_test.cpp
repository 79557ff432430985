#include "net/access.hpp"

#include <catch2/catch.hpp>

using namespace troupe::net;

namespace {

bool allowed(std::string_view origin, std::string_view host, bool loopback = false,
             const access_rules& rules = {}) {
  return origin_allowed(rules, origin, host, loopback);
}

} // namespace

TEST_CASE("access: loopback needs no login, others do unless open", "[net][unit]") {
  CHECK_FALSE(login_needed({.loopback_bound = true, .open = false, .token = "secret"}));
  CHECK_FALSE(login_needed({.loopback_bound = false, .open = true, .token = {}}));
  CHECK(login_needed({.loopback_bound = false, .open = false, .token = "secret"}));
}

TEST_CASE("access: a server that others reach without token or open is unprotected", "[net][unit]") {
  CHECK(unprotected({.loopback_bound = false, .open = false, .token = {}}));
  CHECK_FALSE(unprotected({.loopback_bound = false, .open = false, .token = "secret"}));
  CHECK_FALSE(unprotected({.loopback_bound = false, .open = true, .token = {}}));
  CHECK_FALSE(unprotected({}));
}

TEST_CASE("access: secrets are equal only as a whole", "[net][unit]") {
  CHECK(equal_secret("secret", "secret"));
  CHECK(equal_secret("", ""));
  CHECK_FALSE(equal_secret("", "secret"));
  CHECK_FALSE(equal_secret("secre", "secret"));
  CHECK_FALSE(equal_secret("secrets", "secret"));
  CHECK_FALSE(equal_secret("secretsecret", "secret"));
  CHECK_FALSE(equal_secret("Secret", "secret"));
  CHECK_FALSE(equal_secret("secret", ""));
}

TEST_CASE("access: the token comes as Bearer, or in the query where that is accepted", "[net][unit]") {
  const access_rules rules{.loopback_bound = false, .open = false, .token = "s3cret"};
  CHECK(token_accepted(rules, "Bearer s3cret", std::nullopt));
  CHECK(token_accepted(rules, "bearer s3cret", std::nullopt));
  CHECK(token_accepted(rules, "BEARER  s3cret ", std::nullopt));
  CHECK(token_accepted(rules, std::nullopt, "s3cret"));
  CHECK(token_accepted(rules, "Bearer wrong", "s3cret"));
  CHECK_FALSE(token_accepted(rules, std::nullopt, std::nullopt));
  CHECK_FALSE(token_accepted(rules, "s3cret", std::nullopt));
  CHECK_FALSE(token_accepted(rules, "Basic s3cret", std::nullopt));
  CHECK_FALSE(token_accepted(rules, "Bearers3cret", std::nullopt));
  CHECK_FALSE(token_accepted(rules, "Bearer", std::nullopt));
  CHECK_FALSE(token_accepted(rules, "Bearer ", std::nullopt));
  CHECK_FALSE(token_accepted(rules, "Bearer s3cret,x", std::nullopt));
  CHECK_FALSE(token_accepted(rules, std::nullopt, "S3CRET"));
}

TEST_CASE("access: without a configured token no token is right", "[net][unit]") {
  const access_rules rules{.loopback_bound = false, .open = false, .token = {}};
  CHECK_FALSE(token_accepted(rules, "Bearer ", std::nullopt));
  CHECK_FALSE(token_accepted(rules, std::nullopt, ""));
}

TEST_CASE("access: a host is taken apart and normalised", "[net][unit]") {
  CHECK(parse_host_port("Stage.Example:3001")->host == "stage.example");
  CHECK(parse_host_port("Stage.Example:3001")->port == 3001);
  CHECK_FALSE(parse_host_port("stage")->port);
  CHECK_FALSE(parse_host_port("stage")->ip_literal);
  CHECK(parse_host_port("10.0.0.1")->ip_literal);
  CHECK(parse_host_port("[0:0:0:0:0:0:0:1]:80")->host == "::1");
  CHECK(parse_host_port("[::1]")->ip_literal);
}

TEST_CASE("access: what is no host is refused", "[net][unit]") {
  const auto text = GENERATE(as<std::string>{}, "", ":80", "a b", "a/b", "user@host", "host:", "host:x",
                             "host:65536", "host:-1", "host: 80", "host:80:80", "::1", "[::1", "[::1]80",
                             "[zz]", "[]", "host\r", "h\xc3\xb6st", "host:000080");
  CAPTURE(text);
  CHECK_FALSE(parse_host_port(text));
}

TEST_CASE("access: a decimal or short IPv4 form is a name, not an address", "[net][unit]") {
  CHECK_FALSE(parse_host_port("2130706433")->ip_literal);
  CHECK_FALSE(parse_host_port("127.1")->ip_literal);
  CHECK_FALSE(parse_host_port("0x7f.0.0.1")->ip_literal);
  CHECK_FALSE(parse_host_port("127.0.0.1.evil.example")->ip_literal);
}

TEST_CASE("access: rule (a), an origin equal to a host that is an address or localhost", "[net][unit]") {
  CHECK(allowed("http://192.168.1.5:3001", "192.168.1.5:3001"));
  CHECK(allowed("http://[fe80::1]:3001", "[fe80:0::1]:3001"));
  CHECK(allowed("http://localhost:3001", "LOCALHOST:3001"));
  CHECK(allowed("HTTP://LocalHost:3001", "localhost:3001"));
  CHECK(allowed("http://192.168.1.5", "192.168.1.5"));
  CHECK(allowed("http://192.168.1.5", "192.168.1.5:80"));
  CHECK(allowed("http://192.168.1.5:80", "192.168.1.5"));
  CHECK(allowed("https://192.168.1.5", "192.168.1.5"));
}

TEST_CASE("access: rule (a) wants the same host and port", "[net][unit]") {
  CHECK_FALSE(allowed("http://192.168.1.5:3002", "192.168.1.5:3001"));
  CHECK_FALSE(allowed("http://192.168.1.6:3001", "192.168.1.5:3001"));
  CHECK_FALSE(allowed("http://192.168.1.5", "192.168.1.5:3001"));
  CHECK_FALSE(allowed("http://192.168.1.5:443", "192.168.1.5"));
  CHECK_FALSE(allowed("ftp://192.168.1.5", "192.168.1.5"));
  CHECK_FALSE(allowed("http://192.168.1.5", ""));
  CHECK_FALSE(allowed("http://192.168.1.5", "nonsense nonsense"));
}

TEST_CASE("access: a name rebound to our address is foreign unless it is listed", "[net][unit]") {
  CHECK_FALSE(allowed("http://evil.example:3001", "evil.example:3001", true));
  CHECK_FALSE(allowed("http://evil.example:3001", "evil.example:3001", false));
  access_rules rules;
  rules.allowed_hosts = {"Desk.Local"};
  CHECK(allowed("http://desk.local:3001", "desk.local:3001", false, rules));
  CHECK(allowed("http://desk.local", "desk.local", false, rules));
  CHECK_FALSE(allowed("http://desk.local:3001", "desk.local:3002", false, rules));
  CHECK_FALSE(allowed("http://desk.local.evil.example", "desk.local.evil.example", false, rules));
  CHECK_FALSE(allowed("http://desk.local", "evil.example", false, rules));
  rules.allowed_hosts = {"desk.local:3001"};
  CHECK(allowed("http://desk.local:3001", "desk.local:3001", false, rules));
  CHECK_FALSE(allowed("http://desk.local:80", "desk.local:80", false, rules));
}

TEST_CASE("access: rule (b), a local page of a local peer on any port", "[net][unit]") {
  for (const auto* origin :
       {"http://localhost:5173", "http://localhost", "https://127.0.0.1:8443", "http://[::1]:5173"}) {
    CAPTURE(origin);
    CHECK(allowed(origin, "127.0.0.1:3001", true));
    CHECK_FALSE(allowed(origin, "192.168.1.5:3001", false));
  }
  CHECK_FALSE(allowed("http://localhost.evil.example", "127.0.0.1:3001", true));
  CHECK_FALSE(allowed("http://127.0.0.2:80", "127.0.0.1:3001", true));
  CHECK_FALSE(allowed("http://evil.example", "127.0.0.1:3001", true));
}

TEST_CASE("access: rule (c), origins that are listed", "[net][unit]") {
  access_rules rules;
  rules.allowed_origins = {"https://Console.Example", "http://tablet:8080"};
  CHECK(allowed("https://console.example", "desk:3001", false, rules));
  CHECK(allowed("https://console.example:443", "desk:3001", false, rules));
  CHECK(allowed("http://tablet:8080", "desk:3001", false, rules));
  CHECK_FALSE(allowed("http://console.example", "desk:3001", false, rules));
  CHECK_FALSE(allowed("https://console.example:444", "desk:3001", false, rules));
  CHECK_FALSE(allowed("http://tablet", "desk:3001", false, rules));
}

TEST_CASE("access: null and whatever is no origin are foreign, even if listed", "[net][unit]") {
  access_rules rules;
  rules.allowed_origins = {"null", "", "file://", "*", "http://a/"};
  const auto origin =
      GENERATE(as<std::string>{}, "null", "", "file://", "*", "http://", "localhost", "http://localhost/",
               "http://localhost http://localhost", "http://localhost, http://localhost",
               "http://user@localhost", "://localhost", "http:/localhost", "http://localhost?x",
               "http://localhost#x", "http://a/", "ht tp://localhost");
  CAPTURE(origin);
  CHECK_FALSE(allowed(origin, "localhost", true, rules));
}

TEST_CASE("access: loopback addresses are known in every form", "[net][unit]") {
  for (const auto* yes : {"127.0.0.1", "127.255.0.3", "::1", "::ffff:127.0.0.1"}) CHECK(is_loopback(yes));
  for (const auto* no :
       {"128.0.0.1", "10.0.0.1", "::", "::2", "::ffff:10.0.0.1", "", "localhost", "fe80::1"}) {
    CHECK_FALSE(is_loopback(no));
  }
}
