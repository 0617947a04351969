// Stands for the precompiled header of RPC targets; see proto/CMakeLists.txt.
