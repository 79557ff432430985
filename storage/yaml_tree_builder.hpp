#pragma once
// From the events of yaml-cpp to trees with places. Internal to storage.

#include "storage/text_places.hpp"
#include "storage/yaml_reader.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/mark.h>

namespace troupe::storage {

/// Throws `yaml_failure` where the file as a whole must be refused.
class yaml_tree_builder : public YAML::EventHandler {
 public:
  yaml_tree_builder(std::string_view text, const std::function<void(yaml_item&&)>& item,
                    const yaml_limits& limits);

  /// Behind the last event. Hands out the last item.
  yaml_root finish();

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override;
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override;
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override;
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value style) override;
  void OnSequenceEnd() override { leave(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value style) override;
  void OnMapEnd() override { leave(); }

 private:
  struct extent {
    std::size_t nodes = 0, bytes = 0, depth = 0;
  };
  struct anchored {
    yaml_node node;
    extent size;
    std::size_t item = 0; ///< the one that holds it
  };
  struct open_node {
    yaml_node node;
    YAML::anchor_t anchor;
  };

  static std::uint32_t offset_of(const YAML::Mark& mark);
  static extent measure(const yaml_node& node);
  yaml_tag take_tag(const std::string& tag, std::uint32_t offset);
  void enter(yaml_shape shape, const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
             YAML::EmitterStyle::value style);
  void leave();
  void add(yaml_node&& node, YAML::anchor_t anchor);
  void spend(const extent& size, std::uint32_t offset);
  void check_last_quote() const;
  void check_colon(std::uint32_t null_offset) const;
  bool key_position() const;
  void check_key(const yaml_node& key);
  void fault(std::uint32_t offset, std::string reason) { faults_.push_back({offset, std::move(reason)}); }

  bool root_is_sequence() const { return !open_.empty() && open_.front().node.shape == yaml_shape::sequence; }
  void item_done(yaml_node&& node);
  void hand_out(std::size_t source_end);
  std::size_t item_start(const yaml_node& node) const;

  std::string_view text_;
  text_places places_;
  const std::function<void(yaml_item&&)>& item_;
  yaml_limits limits_;

  std::vector<open_node> open_;
  std::unordered_map<YAML::anchor_t, anchored> anchors_;
  extent copied_;
  std::vector<yaml_fault> faults_;
  bool outside_alias_ = false; ///< the current item uses an anchor of another one
  bool foreign_ = false;       ///< the current item holds what the writer has no form for
  std::size_t indent_ = 0;
  std::optional<std::uint32_t> last_quoted_; ///< where the last scalar begins, if it has quotes
  bool in_block_ = false;                    ///< the root is a block sequence

  std::optional<yaml_item> waiting_; ///< read, but where its lines end is known only with the next
  std::size_t waiting_start_ = 0;
  bool waiting_alone_ = false; ///< its lines may stand alone
  bool waiting_foreign_ = false;
  std::size_t items_ = 0;
  std::optional<yaml_root> root_;
};

} // namespace troupe::storage
