// Gives test_main a file that uses the precompiled header; without one CMake never makes it.
