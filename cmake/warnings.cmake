# Warnings and sanitizers, one interface target that every room links.
add_library(cb_flags INTERFACE)
target_compile_options(cb_flags INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor
                                          -Wold-style-cast -Wcast-qual -Woverloaded-virtual
                                          -Wnull-dereference -Werror=return-type)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # GCC 12 sees null dereferences and overlapping copies inside inlined std::variant and std::string
  # that are not there (GCC bug 105651 and its kin).
  target_compile_options(cb_flags INTERFACE -Wno-null-dereference -Wno-maybe-uninitialized
                                            -Wno-restrict)
endif()
if(CB_SANITIZE)
  target_compile_options(cb_flags INTERFACE -fsanitize=${CB_SANITIZE} -fno-omit-frame-pointer)
  target_link_options(cb_flags INTERFACE -fsanitize=${CB_SANITIZE})
endif()
if(CB_FUZZ)
  target_compile_options(cb_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()
