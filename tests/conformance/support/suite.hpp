#pragma once
// What every file of the suite starts from.

#include "tests/conformance/support/graphs.hpp"
#include "tests/conformance/support/test_server.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>
