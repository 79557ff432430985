# One INTERFACE target carries what every translation unit of Troupe is built with.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
endif()

find_program(TROUPE_CCACHE ccache)
if(TROUPE_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER "${TROUPE_CCACHE}")
endif()
find_program(TROUPE_MOLD mold)
if(TROUPE_MOLD AND NOT TROUPE_FUZZ)
  add_link_options(-fuse-ld=mold)
endif()

add_library(troupe_options INTERFACE)
target_include_directories(troupe_options INTERFACE "${CMAKE_SOURCE_DIR}")
target_compile_options(troupe_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual
  # Frames must be the same bits on every machine: no fused multiply-add anywhere.
  -ffp-contract=off)
target_compile_definitions(troupe_options INTERFACE
  CAF_ENABLE_TYPE_ID_CHECKS
  TROUPE_VERSION="${PROJECT_VERSION}")
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  # GCC 12 takes the other alternatives of a moved std::variant, and instrumented <regex>, for unset memory.
  target_compile_options(troupe_options INTERFACE -Wno-maybe-uninitialized)
endif()
if(TROUPE_WERROR)
  target_compile_options(troupe_options INTERFACE -Werror)
endif()
if(TROUPE_SANITIZE)
  # CAF binds a null reference when an actor is spawned without arguments, hence no "null".
  set(_sanitize -fsanitize=${TROUPE_SANITIZE} -fno-sanitize=null -fno-omit-frame-pointer)
  # Catch's macros under "undefined" take twice as long to compile, and it is the product that is watched: the
  # tests' own files go without.
  string(REPLACE "undefined" "" _watched "${TROUPE_SANITIZE}")
  string(REGEX REPLACE "^,|,$" "" _watched "${_watched}")
  set(_is_test $<BOOL:$<TARGET_PROPERTY:TROUPE_TEST>>)
  string(REPLACE "," "$<COMMA>" _all "${TROUPE_SANITIZE}")
  if(_watched AND NOT _watched STREQUAL TROUPE_SANITIZE)
    target_compile_options(troupe_options INTERFACE
      "$<IF:${_is_test},-fsanitize=${_watched},-fsanitize=${_all};-fno-sanitize=null>" -fno-omit-frame-pointer)
  else()
    target_compile_options(troupe_options INTERFACE ${_sanitize})
  endif()
  target_link_options(troupe_options INTERFACE ${_sanitize})
endif()

# troupe_layer(NAME SOURCES ... PUBLIC libs ... PRIVATE libs ...): the static library of one folder.
function(troupe_layer name)
  cmake_parse_arguments(ARG "" "" "SOURCES;PUBLIC;PRIVATE;PCH" ${ARGN})
  add_library(troupe_${name} STATIC ${ARG_SOURCES})
  add_library(troupe::${name} ALIAS troupe_${name})
  target_link_libraries(troupe_${name} PUBLIC troupe_options ${ARG_PUBLIC} PRIVATE ${ARG_PRIVATE})
  if(ARG_PCH)
    target_precompile_headers(troupe_${name} PRIVATE ${ARG_PCH})
  endif()
endfunction()
