#pragma once
// One show file's text as entities: what can be taken in, and what must be kept as it stands.

#include "protocol/show_state.hpp"
#include "storage/problem.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::storage {

/// One entry of a file, in the order of the file.
struct entity_block {
  record_ptr entity; ///< null: not loaded
  std::string kept;  ///< of one not loaded: its lines, to be written back unchanged
  std::string id;    ///< of one not loaded: as it says; empty: it doesn't say
};

/// A show file as it was read.
struct entity_file {
  std::vector<entity_block> blocks;
  std::vector<problem> problems;
  std::optional<problem> unreadable; ///< the file doesn't parse: there are no blocks
  std::size_t indent = 0;            ///< column of the dashes of the kept blocks
};

struct entity_reader_options {
  std::string file; ///< what problems call it
  std::size_t max_entities = default_max_entities;
  const show_state* models = nullptr; ///< for fixtures: they must fit their model, if it is there
};

/// Reads the text of a file of that kind. Never fails: what is wrong is in the result.
entity_file read_entities(entity_kind kind, std::string_view text, const entity_reader_options& options);

/// The lines that stand for an entity in its file.
void append_entity(std::string& out, const entity_record& entity, std::size_t indent = 0);

} // namespace troupe::storage
