#pragma once
// Values that are hard to write down: for property tests.

#include <boost/json/value.hpp>
#include <random>
#include <string>

namespace troupe::storage::test {

/// A string that some reader of YAML may take for something else, or that has no plain form.
std::string random_string(std::mt19937& random);

double random_number(std::mt19937& random);

/// Any JSON value. @param depth how deep it may nest from here
boost::json::value random_json(std::mt19937& random, int depth);

boost::json::object random_object(std::mt19937& random, int depth);

/// Strings that have tripped readers and writers of YAML.
const std::vector<std::string>& treacherous_strings();

} // namespace troupe::storage::test
