# What users get: `cmake --install`, and by cpack a Debian package and a tar.gz that runs from any folder.
#
# Boost, yaml-cpp and brotli are inside the programs (WEIR_STATIC). Of fmt and prometheus-cpp Debian has no archives:
# its package of Weir depends on theirs, and the tar.gz brings them along in lib/weir. libc, libstdc++, zlib and OpenSSL
# are the system's in both, so that their security updates reach Weir; and a shared library would bring libstdc++ along
# beside one that is linked statically.
include(GNUInstallDirs)
set(programs weir-conformance weir-fixture weir-hook weir-loadgen weir-report)
set(of_the_system "^lib(c|m|resolv|stdc\\+\\+|gcc_s|z|ssl|crypto)\\.so" "^ld-linux")

# DT_RPATH, which the libraries in lib/weir are found by too; DT_RUNPATH counts for what a program names itself.
set(CMAKE_SKIP_INSTALL_ALL_DEPENDENCY ON)  # Tests and benchmarks are not installed.
foreach(program ${programs})
  set_target_properties(${program} PROPERTIES INSTALL_RPATH "$ORIGIN/../lib/weir")
  target_link_options(${program} PRIVATE -Wl,--disable-new-dtags)
endforeach()
install(TARGETS ${programs} RUNTIME_DEPENDENCY_SET libraries RUNTIME COMPONENT weir)
install(RUNTIME_DEPENDENCY_SET libraries PRE_EXCLUDE_REGEXES ${of_the_system} LIBRARY DESTINATION lib/weir
        COMPONENT libraries)

# Man pages and completion are asked of the programs that are installed.
set(pages ${CMAKE_BINARY_DIR}/pages)
list(TRANSFORM programs PREPEND ${CMAKE_BINARY_DIR}/bin/ OUTPUT_VARIABLE built)
install(CODE "find_program(python3 python3 REQUIRED)
execute_process(COMMAND_ERROR_IS_FATAL ANY
  COMMAND \${python3} ${CMAKE_SOURCE_DIR}/ci/package/pages.py --out ${pages} ${built})" COMPONENT weir)
install(DIRECTORY ${pages}/man1 DESTINATION ${CMAKE_INSTALL_MANDIR} COMPONENT weir)
install(DIRECTORY ${pages}/completions DESTINATION share/bash-completion COMPONENT weir)

# As they lie in the tree, for they name each other.
foreach(folder fixtures/profiles loadgen/scenario/systems reports/prometheus reports/schema)
  install(DIRECTORY ${folder}/ DESTINATION share/weir/${folder} COMPONENT weir
          FILES_MATCHING PATTERN "*.yaml" PATTERN "*.json" PATTERN "*_test.yaml" EXCLUDE)
endforeach()
install(FILES loadgen/scenario/example.yaml DESTINATION share/weir/loadgen/scenario COMPONENT weir)

# The licences of all that is linked statically, stands in headers, or is part of the pages.
set(copyright ${CMAKE_BINARY_DIR}/copyright)
file(WRITE ${copyright}
  "Weir is under the Apache License 2.0: LICENSE in its sources and in the tar.gz, and on Debian\n"
  "/usr/share/common-licenses/Apache-2.0. What it is made of beside its own sources has the licences below.\n")
function(weir_licence name file)
  if(NOT EXISTS ${file})
    install(CODE "message(FATAL_ERROR \"The licence of ${name} is not at ${file}\")" COMPONENT weir)
    return()
  endif()
  file(READ ${file} text)
  # Boost's names the authors of each of its files, in 2 MB, and asks of object code for no more than this.
  string(FIND "${text}" "\nLicense: BSL-1.0\n Boost Software License" start)
  if(NOT start EQUAL -1)
    string(SUBSTRING "${text}" ${start} -1 text)
    string(FIND "${text}" "\n\n" end)
    string(SUBSTRING "${text}" 1 ${end} text)
  endif()
  string(REPEAT "=" 120 line)
  file(APPEND ${copyright} "\n${line}\n${name}\n${line}\n\n${text}")
endfunction()
foreach(package libboost1.81-dev libyaml-cpp-dev libbrotli-dev libfmt-dev libcli11-dev libexpected-dev
        prometheus-cpp-dev libcivetweb1)
  weir_licence(${package} /usr/share/doc/${package}/copyright)
endforeach()
if(UPLOT_JS)
  weir_licence(uPlot ${CMAKE_SOURCE_DIR}/ci/node/node_modules/uplot/LICENSE)
endif()
install(FILES ${copyright} CHANGELOG.md DESTINATION share/doc/weir COMPONENT weir)
install(FILES LICENSE DESTINATION share/doc/weir COMPONENT libraries)

set(CPACK_GENERATOR DEB TGZ)
set(CPACK_PACKAGE_NAME weir)
set(CPACK_PACKAGE_VENDOR Weir)
set(CPACK_PACKAGE_CONTACT "The Weir maintainers <weir@packages.invalid>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "conformance gate and load generator for MCP servers")
set(CPACK_DEBIAN_WEIR_DESCRIPTION "weir-conformance asks a deployed endpoint of the Model Context Protocol, from
the outside, whether it keeps to the protocol. weir-loadgen holds thousands of
event streams and says what became of each. weir-report renders and compares
their results; weir-fixture is an endpoint to try them on.")
set(CPACK_PACKAGE_CHECKSUM SHA256)
set(CPACK_PACKAGE_FILE_NAME weir-${PROJECT_VERSION}-linux-${CMAKE_SYSTEM_PROCESSOR})
set(CPACK_STRIP_FILES ON)
set(CPACK_PROJECT_CONFIG_FILE ${CMAKE_SOURCE_DIR}/cmake/components.cmake)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_WEIR_PACKAGE_NAME weir)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS ca-certificates)
set(CPACK_DEBIAN_PACKAGE_SUGGESTS bash-completion)
include(CPack)
