// A file of the repository inside the program: VESTIBULE_EMBED(symbol, "path") declares `symbol` as its text, with a
// zero after it. The path is seen from the top of the repository, where the compiler runs; the Makefile says which
// object depends on which files, because the assembler reads them and tells the compiler nothing.
#pragma once

#define VESTIBULE_EMBED(symbol, path)                                 \
    __asm__(                                                          \
        ".pushsection .rodata\n"                                      \
        ".globl " #symbol                                             \
        "\n"                                                          \
        ".hidden " #symbol "\n" #symbol                               \
        ":\n"                                                         \
        ".incbin \"" path                                             \
        "\"\n"                                                        \
        ".byte 0\n"                                                   \
        ".popsection\n");                                             \
    extern "C" {                                                      \
    extern const char symbol[] __attribute__((visibility("hidden"))); \
    }
