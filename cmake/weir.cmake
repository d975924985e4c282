# How a room becomes a library, its tests and its benchmarks. Files are found by suffix; a new one edits no list:
#   thing.cpp -> the room's library    thing_test.cpp -> <room>_tests    thing_bench.cpp -> <room>_bench
#   thing_fuzz.cpp -> one fuzzer each (clang, -DWEIR_FUZZ=ON)            thing_main.cpp -> a program's main
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(WEIR_SANITIZE "" CACHE STRING "Sanitizers to build with: empty, address (and undefined behaviour) or thread")
option(WEIR_FUZZ "Build the fuzzers (clang only)" OFF)
option(WEIR_TESTS "Build the tests" ON)
option(WEIR_BENCH "Build the benchmarks" OFF)
option(WEIR_STATIC "Link Boost, yaml-cpp and brotli statically" OFF)
option(WEIR_UNITY "Compile the files of a folder together: a third of the time, but one file costs its folder" ON)
option(WEIR_HARDEN "Make a fault that hostile bytes reach end the program (optimized builds only)" OFF)

# In depend mode ccache trusts the dependencies that the compiler writes, and does not preprocess each unit before: a
# third of what a cold build costs.
find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM)
  set(CMAKE_CXX_COMPILER_LAUNCHER
      ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
      CCACHE_DEPEND=1 CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1 ${CCACHE_PROGRAM})
endif()
find_program(MOLD_PROGRAM mold)
if(MOLD_PROGRAM)
  add_link_options(-fuse-ld=mold)
endif()

add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion -Wnon-virtual-dtor
                    -Wno-missing-field-initializers -Werror)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # g++ 12 reports the first two inside std::string and std::variant at -O1 and above, and the third for designated
  # initializers, where leaving members out is the point; the everyday build is clang's.
  add_compile_options(-Wno-maybe-uninitialized -Wno-restrict -Wno-missing-field-initializers -fpch-preprocess)
  # And at -O3 inside `"x" + std::string(y)`, and in a string_view that remove_prefix has shortened; the plain build
  # keeps these three, which find real mistakes.
  add_compile_options($<$<CONFIG:Release>:-Wno-stringop-overflow> $<$<CONFIG:Release>:-Wno-array-bounds>
                      $<$<CONFIG:Release>:-Wno-stringop-overread>)
endif()
if(WEIR_SANITIZE STREQUAL "address")
  set(sanitizers -fsanitize=address,undefined)
elseif(WEIR_SANITIZE STREQUAL "thread")
  set(sanitizers -fsanitize=thread)
elseif(WEIR_SANITIZE)
  message(FATAL_ERROR "WEIR_SANITIZE is \"${WEIR_SANITIZE}\"; it can be address, thread or empty")
endif()
if(WEIR_SANITIZE)
  add_compile_options(${sanitizers} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(${sanitizers})
  # What the sanitizers look for beyond their defaults, in every program however it is started.
  add_library(weir_sanitizers OBJECT ${CMAKE_SOURCE_DIR}/cmake/sanitizers.cpp)
  link_libraries(weir_sanitizers)
endif()
if(WEIR_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)  # Coverage of the rooms too, not of the fuzzers' own lines alone.
endif()
add_compile_definitions(BOOST_ASIO_NO_DEPRECATED)
if(WEIR_HARDEN)
  # ci/tests/hardening_test.py reads in the programs what came of it.
  add_compile_options(-fstack-protector-strong -fPIE)
  add_compile_definitions(_FORTIFY_SOURCE=3 _GLIBCXX_ASSERTIONS)
  add_link_options(-pie -Wl,-z,relro,-z,now)
endif()

if(WEIR_TESTS)
  enable_testing()
  find_package(GTest REQUIRED)
  find_package(rapidcheck REQUIRED)
endif()
if(WEIR_BENCH)
  find_package(benchmark REQUIRED)
endif()

# weir_archives(VARIABLE TARGET LIBRARIES NAME...): what to link, the target or, with WEIR_STATIC, the archives of these
# names. Their packages describe the shared library alone.
function(weir_archives variable target)
  cmake_parse_arguments(ARG "" "" "LIBRARIES" ${ARGN})
  set(linked ${target})
  if(WEIR_STATIC)
    set(linked)
    foreach(name ${ARG_LIBRARIES})
      find_library(${name}_archive lib${name}.a REQUIRED)
      list(APPEND linked ${${name}_archive})
    endforeach()
  endif()
  set(${variable} ${linked} PARENT_SCOPE)
endfunction()

function(weir_room room)
  cmake_parse_arguments(ARG "" "" "LINKS;TEST_LINKS" ${ARGN})
  file(GLOB_RECURSE all CONFIGURE_DEPENDS ${room}/*.cpp)
  set(tests ${all})
  list(FILTER tests INCLUDE REGEX "_test\\.cpp$")
  set(benches ${all})
  list(FILTER benches INCLUDE REGEX "_bench\\.cpp$")
  set(fuzzers ${all})
  list(FILTER fuzzers INCLUDE REGEX "_fuzz\\.cpp$")
  set(sources ${all})
  list(FILTER sources EXCLUDE REGEX "_(test|bench|fuzz|main)\\.cpp$")

  if(NOT sources)
    return()
  endif()

  # Object libraries: a static archive would silently drop the files that only register themselves (checks, faults).
  add_library(weir_${room} OBJECT ${sources})
  target_include_directories(weir_${room} PUBLIC ${CMAKE_SOURCE_DIR})
  target_link_libraries(weir_${room} PUBLIC ${ARG_LINKS})
  if(EXISTS ${CMAKE_SOURCE_DIR}/${room}/pch.hpp)
    target_precompile_headers(weir_${room} PRIVATE ${room}/pch.hpp)
  endif()
  weir_together(weir_${room} ${sources})
  set_property(GLOBAL PROPERTY weir_${room}_links ${ARG_LINKS})

  # An object library hands on its own objects only, so every binary names all the rooms that it stands on.
  weir_objects(${room} objects ${ARG_TEST_LINKS})
  if(WEIR_TESTS AND tests)
    add_executable(${room}_tests ${tests})
    target_link_libraries(${room}_tests PRIVATE ${objects} GTest::gtest_main GTest::gmock rapidcheck rapidcheck_gtest)
    target_compile_definitions(${room}_tests PRIVATE
      WEIR_SOURCE_DIR="${CMAKE_SOURCE_DIR}" WEIR_BINARY_DIR="${CMAKE_BINARY_DIR}")
    if(EXISTS ${CMAKE_SOURCE_DIR}/${room}/pch.hpp)
      target_precompile_headers(${room}_tests PRIVATE ${room}/pch.hpp <gmock/gmock.h>)
    endif()
    weir_sharded_test(${room})
  endif()
  if(WEIR_BENCH AND benches)
    add_executable(${room}_bench ${benches})
    target_link_libraries(${room}_bench PRIVATE ${objects} benchmark::benchmark_main)
  endif()
  if(WEIR_FUZZ)
    foreach(fuzzer ${fuzzers})
      get_filename_component(name ${fuzzer} NAME_WE)
      add_executable(${name} ${fuzzer})
      target_link_libraries(${name} PRIVATE ${objects})
      target_compile_options(${name} PRIVATE -fsanitize=fuzzer)
      target_link_options(${name} PRIVATE -fsanitize=fuzzer)
    endforeach()
  endif()
endfunction()

# The files of one folder become one translation unit, small folders of checks together with their neighbours. Most of
# what a small file costs is reading headers and making again the templates that its neighbours made; the price is that
# names in unnamed namespaces are a unit's.
function(weir_together target)
  if(WEIR_UNITY)
    set(last)
    set(unit)
    set(units)
    set(size 0)
    foreach(source ${ARGN})
      get_filename_component(folder ${source} DIRECTORY)
      file(RELATIVE_PATH folder ${CMAKE_SOURCE_DIR} ${folder})
      get_filename_component(parent ${folder} DIRECTORY)
      if(NOT folder STREQUAL last)
        if(NOT parent STREQUAL "conformance/checks" OR NOT unit MATCHES "^conformance_checks_" OR size GREATER 19)
          string(REPLACE "/" "_" unit ${folder})
          set(size 0)
        endif()
      endif()
      set(last ${folder})
      math(EXPR size "${size} + 1")
      set_source_files_properties(${source} PROPERTIES UNITY_GROUP ${unit})
      list(APPEND units ${unit})
    endforeach()
    list(REMOVE_DUPLICATES units)
    set_property(GLOBAL PROPERTY ${target}_units ${units})
    set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_MODE GROUP)
    # It holds what an unnamed namespace is used for in any file but the main one to be a mistake.
    target_compile_options(${target} PRIVATE $<$<CXX_COMPILER_ID:GNU>:-Wno-subobject-linkage>)
  endif()
endfunction()

# weir_cold(ROOM [BUT FOLDER...]): what no hot path runs is optimized only as far as it costs nothing to compile: a
# quarter less than -O1 does.
function(weir_cold room)
  cmake_parse_arguments(ARG "" "" "BUT" ${ARGN})
  list(TRANSFORM ARG_BUT REPLACE "/" "_")
  get_property(units GLOBAL PROPERTY weir_${room}_units)
  list(REMOVE_ITEM units ${ARG_BUT})
  if(CMAKE_BUILD_TYPE STREQUAL "Release")
    list(TRANSFORM units PREPEND ${CMAKE_CURRENT_BINARY_DIR}/CMakeFiles/weir_${room}.dir/Unity/unity_)
    list(TRANSFORM units APPEND _cxx.cxx)
    set_source_files_properties(${units} PROPERTIES COMPILE_OPTIONS -Og)
  endif()
endfunction()

# The room's object library and those of the rooms below it, named once each.
function(weir_objects room out)
  set(found weir_${room} ${ARGN})
  get_property(links GLOBAL PROPERTY weir_${room}_links)
  foreach(link ${links} ${ARGN})
    if(link MATCHES "^weir_(.*)$")
      list(APPEND found ${link})
      get_property(deeper GLOBAL PROPERTY ${link}_links)
      foreach(item ${deeper})
        if(item MATCHES "^weir_")
          list(APPEND found ${item})
        endif()
      endforeach()
    endif()
  endforeach()
  list(REMOVE_DUPLICATES found)
  set(${out} ${found} PARENT_SCOPE)
endfunction()

# Several shards, so that ctest can keep both cores busy; each test still runs alone in its process order.
function(weir_sharded_test room)
  set(timeout 600)
  if(WEIR_SANITIZE STREQUAL "thread")
    set(timeout 900)  # Every access to memory is watched: five to ten times as slow.
  endif()
  # Seconds of milliseconds, and workers that fork: what is judged by such a clock has the cores to itself.
  set(alone OFF)
  set(shards 4)
  if(room STREQUAL "loadgen")
    set(alone ON)
  elseif(room STREQUAL "conformance")
    math(EXPR timeout "${timeout} * 3")  # Every check under every fault, in each revision.
    set(shards 6)  # They wait for most of their time.
  endif()
  math(EXPR last "${shards} - 1")
  foreach(shard RANGE ${last})
    add_test(NAME ${room}.${shard} COMMAND ${room}_tests --gtest_brief=1)
    set(status ${CMAKE_BINARY_DIR}/${room}.${shard}.shard)
    set_tests_properties(${room}.${shard} PROPERTIES TIMEOUT ${timeout} COST ${timeout} RUN_SERIAL ${alone}
      ENVIRONMENT "GTEST_TOTAL_SHARDS=${shards};GTEST_SHARD_INDEX=${shard};GTEST_SHARD_STATUS_FILE=${status}")
  endforeach()
endfunction()

function(weir_program name room)
  string(REPLACE "-" "_" main ${name})
  string(REGEX REPLACE "^weir_" "" main ${main})
  if(NOT EXISTS ${CMAKE_SOURCE_DIR}/${room}/${main}_main.cpp)
    return()
  endif()
  weir_objects(${room} objects)
  add_executable(${name} ${room}/${main}_main.cpp)
  target_link_libraries(${name} PRIVATE ${objects} CLI11::CLI11)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
  if(TARGET ${room}_tests)
    add_dependencies(${room}_tests ${name})  # Tests of the room start it.
  endif()
endfunction()

# A program of one source that links nothing of ours, to be compared with.
function(weir_bench_program name source)
  if(WEIR_BENCH)
    add_executable(${name} ${source})
    set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
  endif()
endfunction()
