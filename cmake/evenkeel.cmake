# Compiler settings and the few functions with which every folder states its targets:
#
#   ek_library(NAME [RPC] SRCS ... DEPS ...)   a static library; RPC: uses gRPC or protobuf headers
#   ek_binary(NAME [RPC] SRCS ... DEPS ...)    an executable in build/<preset>/bin
#   ek_test(NAME [RPC] SRCS ... DEPS ... [LABELS ...])   a GoogleTest executable, registered with CTest;
#                                              label "core": runs under the sanitizers too; label
#                                              "simulator": the same, but for ThreadSanitizer
#
# An RPC target reuses one precompiled header, because gRPC and protobuf headers dominate compile
# time. RPC targets do not exist when EVENKEEL_RPC is off.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bin)
# Release keeps assertions: they guard our own invariants, and a wrong write costs more than a branch.
set(CMAKE_CXX_FLAGS_RELEASE "-O2")
set(CMAKE_CXX_FLAGS_DEBUG "-Og -g1")

find_program(EVENKEEL_CCACHE ccache)
if(EVENKEEL_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER
      ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros ${EVENKEEL_CCACHE})
endif()

find_package(Threads REQUIRED)
find_package(absl CONFIG REQUIRED)
find_package(CURL REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(SQLite3 REQUIRED)
find_package(simdjson CONFIG REQUIRED)
find_package(yaml-cpp CONFIG REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(MICROHTTPD REQUIRED IMPORTED_TARGET libmicrohttpd)
find_library(GLPK_LIBRARY glpk REQUIRED)

add_library(ek_options INTERFACE)
target_include_directories(ek_options INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_options(ek_options INTERFACE -Wall -Wextra -Wno-unused-parameter -Werror)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_compile_options(ek_options INTERFACE -fpch-preprocess)
endif()
if(EVENKEEL_SANITIZE)
  add_compile_options(-fsanitize=${EVENKEEL_SANITIZE} -fno-omit-frame-pointer
                      -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${EVENKEEL_SANITIZE})
  # GCC's false alarms with sanitizers on are no reason to stop.
  target_compile_options(ek_options INTERFACE -Wno-error=maybe-uninitialized)
endif()

if(EVENKEEL_RPC)
  find_package(Protobuf REQUIRED)
  find_package(gRPC CONFIG REQUIRED)
  find_package(prometheus-cpp CONFIG REQUIRED)
endif()

function(ek_library name)
  cmake_parse_arguments(arg "RPC" "" "SRCS;DEPS" ${ARGN})
  if(arg_RPC AND NOT EVENKEEL_RPC)
    return()
  endif()
  if(arg_SRCS)
    add_library(${name} STATIC ${arg_SRCS})
    target_link_libraries(${name} PUBLIC ek_options ${arg_DEPS})
    if(arg_RPC)
      target_link_libraries(${name} PUBLIC ek_rpc_headers)
      target_precompile_headers(${name} REUSE_FROM ek_rpc_pch)
    endif()
  else()
    add_library(${name} INTERFACE)
    target_link_libraries(${name} INTERFACE ek_options ${arg_DEPS})
  endif()
endfunction()

function(ek_binary name)
  cmake_parse_arguments(arg "RPC" "" "SRCS;DEPS" ${ARGN})
  if(arg_RPC AND NOT EVENKEEL_RPC)
    return()
  endif()
  add_executable(${name} ${arg_SRCS})
  target_link_libraries(${name} PRIVATE ek_options ${arg_DEPS})
  if(arg_RPC)
    target_link_libraries(${name} PRIVATE ek_rpc_headers)
    target_precompile_headers(${name} REUSE_FROM ek_rpc_pch)
  endif()
  set_property(GLOBAL APPEND PROPERTY EVENKEEL_BINARIES ${name})
endfunction()

function(ek_test name)
  cmake_parse_arguments(arg "RPC" "" "SRCS;DEPS;LABELS" ${ARGN})
  if(NOT EVENKEEL_TESTS OR (arg_RPC AND NOT EVENKEEL_RPC))
    return()
  endif()
  add_executable(${name} ${arg_SRCS})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/test)
  target_link_libraries(${name} PRIVATE ek_options ${arg_DEPS} GTest::gmock GTest::gtest_main)
  target_compile_definitions(${name} PRIVATE EVENKEEL_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  if(arg_RPC)
    target_link_libraries(${name} PRIVATE ek_rpc_headers)
    target_precompile_headers(${name} REUSE_FROM ek_rpc_pch)
  else()
    # Tests cost more to compile than to run. (RPC tests must match their precompiled header.) GCC
    # has false alarms there.
    target_compile_options(${name} PRIVATE $<$<CONFIG:Release>:-Og> -Wno-maybe-uninitialized)
  endif()
  # Threads are not what the simulator is about.
  if("simulator" IN_LIST arg_LABELS AND NOT EVENKEEL_SANITIZE MATCHES "thread")
    list(APPEND arg_LABELS core)
  endif()
  if("core" IN_LIST arg_LABELS)
    set_property(GLOBAL APPEND PROPERTY EVENKEEL_CORE_TESTS ${name})
  endif()
  include(GoogleTest)
  set(properties TIMEOUT 300)
  if(arg_LABELS)
    list(APPEND properties LABELS ${arg_LABELS})
  endif()
  gtest_discover_tests(${name} DISCOVERY_MODE PRE_TEST PROPERTIES ${properties})
endfunction()
