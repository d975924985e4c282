# Writes version.cpp, at each build of a release and only where it differs: what was committed since configuring counts.
#   cmake -DSOURCE=... -DBINARY=... -DPROJECT_VERSION=... [-DWEIR_COMMIT=...] -P version.cmake
if(NOT WEIR_COMMIT)
  execute_process(COMMAND git -C ${SOURCE} describe --always --exclude=* --abbrev=12 --dirty=+changes
                  OUTPUT_VARIABLE WEIR_COMMIT OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
endif()
configure_file(${SOURCE}/cmake/version.cpp.in ${BINARY}/version.cpp @ONLY)
