# Read by cpack before each generator: the libraries go into the tar.gz alone.
if(CPACK_GENERATOR STREQUAL "DEB")
  set(CPACK_COMPONENTS_ALL weir)
endif()
