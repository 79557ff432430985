#pragma once
// A graph of nodes that remember: a chase over a group, and a fader that is smoothed.

#include <string>
#include <string_view>

namespace troupe::test {

inline std::string chase_graph(std::string_view name, std::string_view group, std::string_view fader) {
  std::string made{R"({"name":"NAME","nodes":[
    {"id":"who","type":"SelectGroup","position":{"x":0,"y":0},"params":{"groupIds":["GROUP"]}},
    {"id":"level","type":"Fader","position":{"x":0,"y":0},"params":{"faderId":"FADER"}},
    {"id":"soft","type":"Smooth","position":{"x":0,"y":0},"params":{}},
    {"id":"run","type":"Chase","position":{"x":0,"y":0},"params":{"speed":1.5}},
    {"id":"hue","type":"HsvColor","position":{"x":0,"y":0},"params":{"s":0.5}},
    {"id":"write","type":"WriteAttributes","position":{"x":0,"y":0},"params":{"merge":"htp"}}],
    "edges":[
    {"id":"1","from":{"nodeId":"who","port":"selection"},"to":{"nodeId":"write","port":"selection"}},
    {"id":"2","from":{"nodeId":"who","port":"selection"},"to":{"nodeId":"run","port":"selection"}},
    {"id":"3","from":{"nodeId":"level","port":"value"},"to":{"nodeId":"soft","port":"value"}},
    {"id":"4","from":{"nodeId":"soft","port":"result"},"to":{"nodeId":"hue","port":"h"}},
    {"id":"5","from":{"nodeId":"run","port":"value"},"to":{"nodeId":"hue","port":"v"}},
    {"id":"6","from":{"nodeId":"hue","port":"color"},"to":{"nodeId":"write","port":"bundle"}}]})"};
  const auto put = [&](std::string_view word, std::string_view value) {
    made.replace(made.find(word), word.size(), value);
  };
  put("NAME", name);
  put("GROUP", group);
  put("FADER", fader);
  return made;
}

} // namespace troupe::test
